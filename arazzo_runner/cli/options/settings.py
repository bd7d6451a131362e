"""Settings of a run made from flags: checks, limits, loading, credentials after redirects, notes.

``--check [KIND[:OPERATION|STEP]=]off|warn|error``; ``--credential NAME@ORIGIN`` and
``--allow-origin ORIGIN``: what may go to which other origin.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias, get_args

import click
from msgspec.structs import replace

from arazzo_runner.cli.options.profiles import NO_PROFILE
from arazzo_runner.cli.options.silence import configured_silence
from arazzo_runner.cli.options.source_tables import TlsTables, source_headers, source_tls
from arazzo_runner.document.retrieval import DocumentAccess
from arazzo_runner.document.store import SourceLimits
from arazzo_runner.executor.plan import ALL_WARN, CheckSeverity, Limits, Settings
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.openapi.request.user_headers import parse_user_header
from arazzo_runner.openapi.response.contract import CheckKind
from arazzo_runner.options.table import members_of
from arazzo_runner.pipeline.load import Description, LoadLimits, SharedCache, load_from
from arazzo_runner.retrieve.access import RetrieveSettings, document_access
from arazzo_runner.retrieve.source_headers import HeaderSettings
from arazzo_runner.text.limits import DESCRIPTION_LIMITS, DocumentLimits
from arazzo_runner.version import VERSION


def read_checks(texts: Iterable[str]) -> dict[str, CheckSeverity]:
    """The severities of the contract checks; a bare severity is for all kinds.

    One of an operation or step has its name after the kind: ``schema:listJobs``.
    """
    found: dict[str, CheckSeverity] = dict(ALL_WARN)
    for text in texts:
        which, equals, severity = text.rpartition("=")
        kind, colon, name = which.partition(":")
        kinds = [one for one in get_args(CheckKind) if not equals or one == kind]
        severities = [one for one in get_args(CheckSeverity) if one == severity]
        if not kinds or not severities or (colon and not name):
            listed = ", ".join(f"`{one}`" for one in get_args(CheckKind))
            raise click.UsageError(
                f"`--check {text}`: write `off`, `warn` or `error`, or one of {listed} before it, "
                "such as `schema=error`, or `schema:listJobs=off` for an operation or step"
            )
        for one in kinds:
            found[f"{one}{colon}{name}"] = severities[0]
    return found


def narrowed_to(checks: Mapping[str, CheckSeverity]) -> list[str]:
    """The operations and steps that checks are narrowed to."""
    return [name for key in checks if (name := key.partition(":")[2])]


def settings_of(given: Mapping[str, Any]) -> Settings:
    """Limits, checks, and where to stop. Raises click.UsageError."""
    limits = Limits(**members_of("Limits", given))
    return Settings(
        limits,
        read_checks(given["checks"]),
        given["until"],
        given["fail_fast"],
        given["allow_origins"],
        given["send_invalid"],
        given["check_with"],
        given["max_durations"],
    )


def credential_origins(
    _ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, list[str]]:
    """Read repeated ``NAME@ORIGIN``: the origins by the name of a security scheme."""
    found: dict[str, list[str]] = {}
    for text in texts:
        name, origin = _parse_origin(text, param)
        found.setdefault(name, []).append(origin)
    return found


def allowed_origins(
    _ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, ...]:
    """Read repeated origins, such as ``https://uploads.example.com``."""
    return tuple(_origin(text, param) for text in texts)


def _origin(text: str, param: click.Parameter) -> str:
    from arazzo_runner.openapi.request.link import origin_of

    origin = origin_of(text)
    if origin is None or origin != origin_of(text.rstrip("/")) or "/" in text.rstrip("/")[8:]:
        message = f"`{text}` is no origin, such as `https://uploads.example.com`"
        raise click.BadParameter(message, param=param)
    return origin


def check_headers(
    _ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuse a header that cannot be sent; which source it is for, the document says later."""
    for text in texts:
        try:
            parse_user_header(text, ())
        except ValueError as reason:
            raise click.BadParameter(str(reason), param=param) from None
    return texts


def _parse_origin(text: str, param: click.Parameter) -> tuple[str, str]:
    from arazzo_runner.http.errors import TransportError
    from arazzo_runner.http.redirects import parse_destination

    name, _, origin = text.partition("@")
    if not name or not origin:
        message = f"`{text}` is not NAME@ORIGIN, such as `login@https://api2.example.com`"
        raise click.BadParameter(message, param=param)
    try:
        parse_destination(origin)
    except TransportError as reason:
        failure = reason.failure
        hint = f"; {failure.hint}" if failure.hint else ""
        raise click.BadParameter(f"{failure.message}{hint}", param=param) from None
    return name, origin


AccessWrapper: TypeAlias = Callable[[DocumentAccess], DocumentAccess]
"""Puts other ways to documents round those of the flags."""


def writes_files(given: Mapping[str, Any]) -> bool:
    """Whether a flag names a file to write, which must be none of those that are read."""
    return any(given.get(one) for one in ("record", "reports", "saved", "output"))


def load_document(
    document: str,
    given: Mapping[str, Any],
    wrap: AccessWrapper = lambda access: access,
    shared: SharedCache | None = None,
) -> Description:
    """Load ``document`` with what its sources name; ``given`` are the flags by name.

    ``shared`` has what other documents have read. Raises UsageError when it cannot be read,
    DocumentError when it cannot be used.
    """
    access = document_access(retrieve_settings(given), os.environ)
    if writes_files(given):
        from arazzo_runner.cli.options.overwrite import guard_access

        access = guard_access(access, given)
    access = wrap(access)
    limits, silence = load_limits(given), configured_silence(document)
    loaded = load_from(access, document, given["sources"], limits, shared, silence)
    if not given.get("signers"):
        return loaded
    from arazzo_runner.pipeline.signers import with_signers

    return with_signers(loaded, given["signers"])


def retrieve_settings(given: Mapping[str, Any]) -> RetrieveSettings:
    """What may be read, by the flags about documents."""
    return RetrieveSettings(
        max_bytes=given["max_document_size"] or DESCRIPTION_LIMITS.max_bytes,
        allow_read=given["allow_read"],
        allow_http=given["allow_http"],
        allow_net=given["allow_net"],
        source_dirs=tuple(given["source_dirs"]),
        remember=not given["no_cache"],
        http=_document_http(given),
        headers=_document_headers(given),
    )


def _document_http(given: Mapping[str, Any]) -> HttpSettings:
    """The flags about the network, as far as a command has them."""
    members = members_of("HttpSettings", given)
    used = {name: members[name] for name in _FOR_DOCUMENTS if name in members}
    tls = configured_tls(given)
    settings = HttpSettings(**used, user_agent=f"arazzo/{VERSION}", source_tls=tls)
    return settings.with_timeout(given["timeout"]) if "timeout" in given else settings


def configured_tls(given: Mapping[str, Any]) -> TlsTables:
    """The certificates for single sources, by the configuration and the profile."""
    return source_tls(given.get("env_file") or {}, given.get("profile", NO_PROFILE))


def _document_headers(given: Mapping[str, Any]) -> HeaderSettings:
    sources = source_headers(given.get("env_file") or {}, given.get("profile", NO_PROFILE))
    return HeaderSettings(given.get("headers", ()), given.get("servers") or {}, sources)


_FOR_DOCUMENTS: Final = (
    "cacert",
    "cert",
    "key",
    "key_password",
    "insecure",
    "proxy",
    "http2",
    "retry_connect",
)


def load_limits(given: Mapping[str, Any]) -> LoadLimits:
    """The limits of documents, by the flags about them."""
    sources = SourceLimits(description=_limits_of(DESCRIPTION_LIMITS, given))
    if given["max_document_size"] is not None:
        # One document that may be as large must not be too much for all of them together.
        total = max(sources.max_total_bytes, 4 * given["max_document_size"])
        sources = replace(sources, max_total_bytes=total)
    if given["max_sources"] is not None:
        sources = replace(sources, max_sources=given["max_sources"])
    return LoadLimits(_limits_of(DocumentLimits(), given), sources, given["max_findings"])


def _limits_of(limits: DocumentLimits, given: Mapping[str, Any]) -> DocumentLimits:
    if given["max_document_nodes"] is not None:
        limits = limits.with_nodes(given["max_document_nodes"])
    if given["max_document_size"] is not None:
        limits = replace(limits, max_bytes=given["max_document_size"])
    if given["max_document_depth"] is not None:
        limits = replace(limits, max_depth=given["max_document_depth"])
    return limits


_NOTES: Final = {
    "mock": "responses were generated from the API descriptions (`--mock`)",
    "no_auth": "credentials were not sent where `--no-auth` says so",
    "insecure": "TLS certificates were not verified (`--insecure`)",
    "show_secrets": "secrets are not masked (`--show-secrets`)",
}


def report_notes(given: Mapping[str, Any]) -> tuple[str, ...]:
    """A sentence for each flag that a reader of a report has to know of."""
    debugger = given.get("debugger")
    by_hand: Iterable[str] = () if debugger is None else debugger.notes
    return (*(note for flag, note in _NOTES.items() if given.get(flag)), *by_hand)
