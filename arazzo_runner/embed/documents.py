"""Documents for Python programs, and errors about documents and calls in the words of Python.

Documents are read from a path, a URL or a text. The text of an error is its rendered diagnostics,
in which flags are keyword arguments; a misspelt name in a keyword argument is such an error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike, fspath
from typing import Any, Final, TypeAlias, TypedDict

from msgspec.structs import replace

from arazzo_runner.document.retrieval import DocumentAccess, Retrieve, RetrievedDocument
from arazzo_runner.document.store import is_remote
from arazzo_runner.errors import DiagnosedError, UsageError
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.openapi.request.user_headers import parse_user_header, parse_user_headers
from arazzo_runner.openapi.security.credentials import credential_parts
from arazzo_runner.options.model import Keyword, Option
from arazzo_runner.options.table import OPTIONS, Table
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description, LoadLimits, load_from
from arazzo_runner.retrieve.access import RetrieveSettings, document_access
from arazzo_runner.retrieve.files import file_uri
from arazzo_runner.retrieve.source_headers import HeaderSettings
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error
from arazzo_runner.text.json_write import JsonStyle, write_json
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.version import VERSION

DocumentPath: TypeAlias = str | PathLike[str]


HeaderOptions: TypeAlias = Mapping[str, str | Mapping[str, str]] | Sequence[str]
"""Header fields by name, or by sources; or texts as `--header` has them."""


def header_texts(given: HeaderOptions) -> tuple[str, ...]:
    """The header fields as ``[SOURCE=]NAME: VALUE``. Raises ValueError for what cannot be sent."""
    texts = list(given) if not isinstance(given, Mapping) else []
    for name, value in given.items() if isinstance(given, Mapping) else ():
        fields = value.items() if isinstance(value, Mapping) else ()
        texts += [f"{name}={one}: {text}" for one, text in fields]
        texts += [f"{name}: {value}"] if isinstance(value, str) else []
    for text in texts:
        parse_user_header(text, {text.partition("=")[0]})
    return tuple(texts)


class LoadOptions(TypedDict, total=False):
    """The keyword arguments of `load` and its relatives: where sources are, what may be read."""

    sources: Mapping[str, DocumentPath]
    source_dir: DocumentPath | Iterable[DocumentPath]
    allow_read: bool
    allow_http: bool
    allow_net: bool
    http: HttpSettings
    headers: HeaderOptions
    limits: LoadLimits
    signers: Mapping[str, str]


def load_path(
    document: DocumentPath, given: LoadOptions, note: Callable[[str], object] = lambda _uri: None
) -> Description:
    """Read a document by its path or URL; ``note`` is told the URI of each text that is read.

    Raises UsageError and DocumentError.
    """
    access = _with_note(access_for(given), note)
    loaded = load_from(
        access, document_location(document), source_overrides(given), load_limits(given)
    )
    return _with_signers(loaded, given)


def _with_signers(loaded: Description, given: LoadOptions) -> Description:
    signers = given.get("signers", {})
    if not signers:
        return loaded
    from arazzo_runner.pipeline.signers import with_signers

    return with_signers(loaded, signers)


def _with_note(access: DocumentAccess, note: Callable[[str], object]) -> DocumentAccess:
    def with_note(retrieve: Retrieve) -> Retrieve:
        def read(uri: str) -> RetrievedDocument:
            note(_uri_of(uri))
            retrieved = retrieve(uri)
            note(retrieved.uri)
            return retrieved

        return read

    def retrieve_for(asking: str) -> Retrieve:
        return with_note(access.retrieve_for(asking))

    return replace(access, retrieve_for=retrieve_for, open=with_note(access.open), memory=None)


def _uri_of(location: str) -> str:
    """The URI of what is read: the document itself may be named by its path."""
    is_uri = is_remote(location) or location.lower().startswith("file:")
    return location if is_uri else file_uri(location)


_STYLE: Final = JsonStyle(indent=2, ensure_ascii=True)


def load_data(
    document: str | Mapping[str, Any], name: str, base: DocumentPath, given: LoadOptions
) -> Description:
    """Read a document that is at hand. Raises DocumentError, and TypeError for what is none."""
    if not isinstance(document, str | Mapping):
        raise TypeError(f"a document is text or a mapping, and not a {type(document).__name__}")
    text = (
        document
        if isinstance(document, str)
        else write_json(document, JsonStyle(indent=2, ensure_ascii=True))
    )
    retrieved = RetrievedDocument(text.encode(), name, f"{file_uri(fspath(base))}/")
    access = _with_text(access_for(given), name, retrieved)
    loaded = load_from(access, name, source_overrides(given), load_limits(given))
    return _with_signers(loaded, given)


def _with_text(access: DocumentAccess, name: str, retrieved: RetrievedDocument) -> DocumentAccess:
    def opened(asked: str) -> RetrievedDocument:
        return retrieved if asked == name else access.open(asked)

    return replace(access, open=opened)


def access_for(given: LoadOptions) -> DocumentAccess:
    """The ways to documents that keyword arguments allow."""
    settings = RetrieveSettings(
        max_bytes=load_limits(given).sources.description.max_bytes,
        allow_read=given.get("allow_read", False),
        allow_http=given.get("allow_http", False),
        allow_net=given.get("allow_net", False),
        source_dirs=source_folders(given),
        http=given.get("http", HttpSettings(user_agent=f"arazzo/{VERSION}")),
        headers=HeaderSettings(header_texts(given.get("headers", ()))),
    )
    return document_access(settings, os.environ)


def source_folders(given: LoadOptions) -> tuple[str, ...]:
    """The folders of `source_dir`, where moved descriptions are looked for."""
    folders = given.get("source_dir", ())
    if isinstance(folders, str | PathLike):
        return (fspath(folders),)
    return tuple(fspath(one) for one in folders)


def document_location(document: object) -> str:
    """The path or URL as the reader of documents takes it; `-` is a file here like others.

    Raises TypeError for what is neither.
    """
    if not isinstance(document, str | PathLike):
        kind = type(document).__name__
        raise TypeError(f"a document is a path or a URL, and not a {kind}; see `load_text`")
    return "./-" if document == "-" else str(fspath(document))


def source_overrides(given: LoadOptions) -> dict[str, str]:
    """Where sources are read instead."""
    return {name: fspath(where) for name, where in given.get("sources", {}).items()}


def load_limits(given: LoadOptions) -> LoadLimits:
    """The limits of documents."""
    return given.get("limits", LoadLimits())


_FLAG: Final = lazy_pattern(r"`(?P<flag>--?[a-z][a-z0-9-]*)(?:[ =](?P<value>[^`]*))?`")

_HOLDERS: Final = {"Limits": "limits", "LoadLimits": "limits", "HttpSettings": "http"}
"""The keyword argument that takes a value of a type."""


def in_python(text: str, table: Table = OPTIONS) -> str:
    """The text with keyword arguments in place of the flags that stand for them."""
    return _FLAG.sub(lambda match: _in_python(match, table), text)


def _in_python(match: re.Match[str], table: Table) -> str:
    option = _option(match["flag"], table)
    if option is None:
        return match[0]
    if option.keyword is None:
        return f"`{_member(option)}`"
    return f"`{_keyword(option, option.keyword, match['value'])}`"


def _option(flag: str, table: Table) -> Option | None:
    """The option of a flag, if it has a keyword argument or sets a member of one."""
    options = (one for one in table if one.commands and (one.keyword or one.member))
    return next((one for one in options if flag in (one.flag, f"-{one.short}")), None)


def _member(option: Option) -> str:
    """A member of the type that a keyword argument takes: ``limits=Limits(max_steps=…)``."""
    holder, _, name = option.member.partition(".")
    value = "True" if option.is_switch else "…"
    member = f"{name}={value}" if name else value
    return f"{_HOLDERS[holder]}={holder}({member})"


def _keyword(option: Option, keyword: Keyword, value: str | None) -> str:
    if option.is_switch:
        return f"{keyword.name}=True"
    if value is None:
        return keyword.name
    name, equals, typed = value.partition("=")
    if not equals:
        return f"{keyword.name}={_quote(value)}"
    return f"{keyword.by_name or keyword.name}={{{_quote(name)}: {_quote(typed)}}}"


def _quote(text: str) -> str:
    return text if text in ("…", "...") else f'"{text}"'


def in_python_words(diagnostic: Diagnostic) -> Diagnostic:
    """A finding as a program is told it."""
    help_ = in_python(diagnostic.help) if diagnostic.help else None
    return replace(diagnostic, message=in_python(diagnostic.message), help=help_)


def explain_in_python(text: str) -> str:
    """What is said of a failure, with its ways out as a program is told them."""
    lines = text.splitlines()
    return "\n".join(in_python(one) if one.startswith("help: ") else one for one in lines)


@contextmanager
def rendered_errors() -> Iterator[None]:
    """Give what is raised in the block the text that the command line would show."""
    try:
        yield
    except DiagnosedError as reason:
        from arazzo_runner.report.diagnostics.text import render_text
        from arazzo_runner.report.secrets import Masker

        masker = Masker(reason.secrets)
        reason.diagnostics = tuple(map(in_python_words, reason.diagnostics))
        texts = (render_text(one, masker=masker).rstrip() for one in reason.diagnostics)
        reason.args = ("\n".join(texts),)
        raise


def check_names(
    description: Description, options: pipeline.RunConfig, secrets: Sequence[str] = ()
) -> None:
    """Raise UsageError for sources, schemes, server variables, steps and inputs there are not."""
    apis = description.security_schemes()
    credentials = [source for source, _ in options.credentials.values]
    found = [
        *_unknown_names("servers", options.servers, {"", *apis}, "API description"),
        *_unknown_names("credentials", credentials, apis, "API description"),
        *_schemes(description, options),
        *_no_auth(description, options),
    ]
    if options.server_variables:
        variables = description.server_variables()
        found += _unknown_names("server_variables", options.server_variables, variables, "variable")
    if options.settings.until is not None:
        found += _unknown_names("until", [options.settings.until], _steps(description), "step")
    schemas = [one for unit in description.units.values() for one in unit.inputs.values()]
    if not any(one.is_open for one in schemas):
        inputs = {name for one in schemas for name in one.stated}
        found += _unknown_names("generate", options.generation.kinds, inputs, "input")
    invalid = [one for one in options.settings.send_invalid if one != "all"]
    found += _unknown_names("send_invalid", invalid, _steps(description), "step") if invalid else ()
    headers = {one.name.lower() for one in parse_user_headers(options.headers, apis)}
    secrets = [one for one in secrets if one.lower() not in headers]
    if secrets:
        found += _unknown_names("secrets", secrets, secret_names(description), "input or output")
    if found:
        raise UsageError(*found)


def _unknown_names(
    option: str, names: Iterable[str], known: Collection[str], what: str
) -> Iterator[Diagnostic]:
    for name in names:
        if name not in known:
            listed = ", ".join(f"`{one}`" for one in sorted(known) if one)
            others = f"there are {listed}" if listed else "there are none"
            hint = did_you_mean(name, known) or others
            yield error(
                "AZ906",
                f"`{option}` names `{name}`, but there is no such {what}",
                help=hint,
            )


def _schemes(description: Description, options: pipeline.RunConfig) -> Iterator[Diagnostic]:
    apis = description.security_schemes()
    for (source, scheme), parts in options.credentials.values.items():
        if source not in apis:
            continue
        known = apis[source]
        yield from _unknown_names("credentials", [scheme], known, f"security scheme of `{source}`")
        if scheme in known:
            yield from _unknown_names(
                "credentials", parts, credential_parts(known[scheme]), f"part of `{scheme}`"
            )


def _no_auth(description: Description, options: pipeline.RunConfig) -> Iterator[Diagnostic]:
    apis = description.security_schemes()
    for source, _, scheme in (one.partition(".") for one in options.no_auth if one != "all"):
        yield from _unknown_names("no_auth", [source], {"all", *apis}, "API description")
        if scheme and source in apis:
            known = apis[source]
            yield from _unknown_names("no_auth", [scheme], known, f"security scheme of `{source}`")


def _steps(description: Description) -> list[str]:
    return [step.step_id for one in description.entry.document.workflows for step in one.steps]


def secret_names(description: Description) -> set[str]:
    """The names of inputs and outputs of all workflows, and of the outputs of their steps."""
    workflows = [one for unit in description.units.values() for one in unit.document.workflows]
    outputs = [one.outputs for one in workflows]
    outputs += [step.outputs for one in workflows for step in one.steps]
    return inputs_of(description) | {name for each in outputs for name, _ in each}


def inputs_of(description: Description) -> set[str]:
    """The names of the inputs of all workflows."""
    return {
        name
        for unit in description.units.values()
        for schema in unit.inputs.values()
        for name in schema.stated
    }
