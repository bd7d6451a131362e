"""The keyword arguments of `run` and its relatives: their types checked, then read once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from inspect import iscoroutinefunction
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypedDict, get_args

from arazzo_runner.embed.documents import DocumentPath, HeaderOptions, header_texts, rendered_errors
from arazzo_runner.embed.journal_options import JournalOptions, journal_options
from arazzo_runner.embed.route import (
    MockTarget,
    NetworkTarget,
    RequestTarget,
    WorldTarget,
    mock_keywords,
    needs_event_loop,
    route_of,
)
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.events import Observer
from arazzo_runner.executor.plan import (
    ALL_WARN,
    CheckSeverity,
    Clock,
    JudgeName,
    Limits,
    Settings,
)
from arazzo_runner.executor.world import World
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.openapi.request.link import origin_of
from arazzo_runner.openapi.response.contract import CheckKind
from arazzo_runner.openapi.security.credentials import CredentialReader
from arazzo_runner.openapi.security.schemes import CredentialPart, Credentials
from arazzo_runner.options.table import OPTIONS, Table, keywords_of
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.generation import Generation
from arazzo_runner.text.diagnostic import SafeRepr, did_you_mean, error
from arazzo_runner.version import VERSION
from arazzo_runner.worlds.rate import RateLimit
from arazzo_runner.worlds.wrappers import AfterResponse, BeforeRequest, Hooks, Sleep, StopEvent

if TYPE_CHECKING:
    import httpx
    import httpx2

    from arazzo_runner.messaging.webhooks.address import ListenAddress

OptionTypes: TypeAlias = tuple[type, ...]

_ANY: Final[OptionTypes] = (object,)
_KINDS: Final[dict[str, OptionTypes]] = {
    "str": (str,),
    "DocumentPath": (str, PurePath),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "Sequence[str]": (list, tuple, set, frozenset),
    "CheckSeverity | Mapping[str, CheckSeverity]": (str, Mapping),
    "HttpSettings": (HttpSettings,),
    "HeaderOptions": (Mapping, list, tuple),
    "Limits": (Limits,),
    "Clock": (Clock,),
    "OnOff": (str,),
    "JudgeName": (str,),
    "float | RateLimit": (int, float, RateLimit),
}
_FUNCTIONS: Final = ("WorldWrapper", "Sleep", "BeforeRequest", "AfterResponse", "Observer")


def check_options(given: Mapping[str, Any], table: Table = OPTIONS) -> None:
    """Raise TypeError for a name that is no option, and for a value of another kind."""
    keywords = keywords_of("run", table)
    for name, value in given.items():
        if name not in keywords:
            hint = did_you_mean(name, keywords)
            raise TypeError(f"there is no option `{name}`" + (f"; {hint}" if hint else ""))
        _check_kind(name, value, keywords[name].annotation)
    _check_more(given)


def _check_kind(name: str, value: object, annotation: str) -> None:
    allowed = _kinds(annotation)
    if not isinstance(value, allowed):
        raise _type_error(name, value, " or ".join(kind.__name__ for kind in allowed))
    if annotation in _FUNCTIONS and not callable(value):
        raise _type_error(name, value, "a function")


def _kinds(annotation: str) -> OptionTypes:
    """The kinds of a type as it is spelled; of what is an object here, the route says more."""
    if annotation.startswith("Mapping["):
        return (Mapping,)
    return _KINDS.get(annotation, _ANY)


def _check_more(given: Mapping[str, Any]) -> None:
    if "cancel" in given and not callable(getattr(given["cancel"], "is_set", None)):
        raise _type_error("cancel", given["cancel"], "anything with `is_set`, as `threading.Event`")
    if iscoroutinefunction(given.get("on_event")):
        raise TypeError("`on_event` is called and never awaited; use `stream` to await events")
    if given.get("mock_inputs", "on") not in get_args(OnOff):
        raise ValueError(f"`mock_inputs` is `{given['mock_inputs']}`, and not `on` or `off`")
    if given.get("check_with") not in (None, *get_args(JudgeName)):
        raise ValueError(f"`check_with` is `{given['check_with']}`, and not `openapi-core`")
    if not given.get("timeout", 1) > 0:
        raise ValueError(f"`timeout` is {given['timeout']}, and not more than 0 seconds")


def _type_error(name: str, value: object, kinds: str) -> TypeError:
    return TypeError(f"`{name}` is of the type {type(value).__name__}, and not {kinds}")


OnOff: TypeAlias = Literal["on", "off"]
WorldWrapper: TypeAlias = Callable[[World], World]
"""Gives a world round that of a run."""


NamedCredentials: TypeAlias = (
    Mapping[str, Mapping[str, Mapping[CredentialPart, str]]] | CredentialReader
)
"""Credentials by source description and security scheme."""


class RunOptions(TypedDict, total=False):
    """The keyword arguments of a run. Times are in seconds."""

    server: str
    servers: Mapping[str, str]
    server_variables: Mapping[str, str]
    credentials: Mapping[str, Mapping[str, Mapping[CredentialPart, str]]]
    named_credentials: Mapping[str, NamedCredentials]
    environment: Mapping[str, str]
    mock: bool
    mock_inputs: OnOff
    mock_cases: Mapping[str, str]
    mock_lenient: bool
    seed: int
    generate: Mapping[str, str]
    input_seed: int
    client: httpx.Client | httpx.AsyncClient | httpx2.Client | httpx2.AsyncClient
    transport: (
        httpx.BaseTransport
        | httpx.AsyncBaseTransport
        | httpx2.BaseTransport
        | httpx2.AsyncBaseTransport
    )
    app: Callable[..., Any]
    world: World
    wrap: WorldWrapper
    http: HttpSettings
    headers: HeaderOptions
    no_auth: Sequence[str]
    timeout: float
    rate: float | RateLimit
    limits: Limits
    checks: CheckSeverity | Mapping[str, CheckSeverity]
    check_with: JudgeName
    max_durations: Mapping[str, float]
    until: str
    fail_fast: bool
    allow_origins: Sequence[str]
    listen: str
    public_url: str
    send_invalid: Sequence[str]
    secrets: Sequence[str]
    show_secrets: bool
    clock: Clock
    sleep: Sleep
    before_request: BeforeRequest
    after_response: AfterResponse
    on_event: Observer
    otel: bool
    cancel: StopEvent
    journal: DocumentPath
    journal_key: str
    idempotency_key: str


class ParsedOptions(SafeRepr, frozen=True):
    """The keyword arguments as the rest works with them."""

    route: RequestTarget
    http: HttpSettings
    options: pipeline.RunConfig
    hooks: Hooks
    clock: Clock
    secrets: tuple[str, ...]
    show_secrets: bool
    on_event: Observer | None
    wrap: WorldWrapper | None
    otel: bool
    cancel: StopEvent | None
    rate: RateLimit | None = None
    journal: JournalOptions | None = None

    def brief(self) -> str:
        """Where requests go."""
        return type(self.route).__name__

    @property
    def needs_event_loop(self) -> bool:
        """Whether a run needs an event loop."""
        from inspect import iscoroutinefunction

        hooks = (self.hooks.before_request, self.hooks.after_response, self.hooks.sleep)
        # What can be broken off suspends, and so may what the caller puts round a world.
        may = self.cancel is not None or self.wrap is not None or needs_event_loop(self.route)
        return may or any(map(iscoroutinefunction, hooks))


def parse_options(given: Mapping[str, Any]) -> ParsedOptions:
    """Read keyword arguments, of which those that are None count as left out.

    Raises TypeError for names and values that cannot be meant, and UsageError AZ906 for what is
    set of a mock where there is none.
    """
    given = {name: value for name, value in given.items() if value is not None}
    check_options(given)
    route = route_of(given)
    if not isinstance(route, MockTarget):
        _refuse_mock_keywords(given)
    return ParsedOptions(
        route=route,
        http=_http(given),
        options=_options(given, route),
        hooks=Hooks(given.get("before_request"), given.get("after_response"), given.get("sleep")),
        clock=given.get("clock", pipeline.SYSTEM_CLOCK),
        secrets=tuple(given.get("secrets", ())),
        show_secrets=given.get("show_secrets", False),
        on_event=given.get("on_event"),
        wrap=given.get("wrap"),
        otel=_is_otel_enabled(given),
        cancel=given.get("cancel"),
        rate=_rate(given.get("rate")),
        journal=journal_options(given, route),
    )


def _rate(given: float | RateLimit | None) -> RateLimit | None:
    return given if given is None or isinstance(given, RateLimit) else RateLimit(given)


def _refuse_mock_keywords(given: Mapping[str, Any]) -> None:
    for name in mock_keywords(given):
        message = f"`{name}` needs `mock=True`: without it no response is a mock's"
        with rendered_errors():
            raise UsageError(error("AZ906", message, help=f"pass `mock=True`, or remove `{name}`"))


def _is_otel_enabled(given: Mapping[str, Any]) -> bool:
    if not given.get("otel"):
        return False
    from arazzo_runner.telemetry.setup import is_installed

    if is_installed():
        return True
    message = "`otel` needs the package `opentelemetry-api`, which is not installed"
    with rendered_errors():
        raise UsageError(error("AZ906", message, help="pip install 'arazzo[otel]'"))


def _http(given: Mapping[str, Any]) -> HttpSettings:
    http: HttpSettings = given.get("http", HttpSettings(user_agent=f"arazzo/{VERSION}"))
    return http.with_timeout(given["timeout"]) if "timeout" in given else http


def _options(given: Mapping[str, Any], route: RequestTarget) -> pipeline.RunConfig:
    settings = Settings(
        limits=given.get("limits", Limits()),
        checks=_checks(given.get("checks", {})),
        until=given.get("until"),
        fail_fast=given.get("fail_fast", False),
        allow_origins=tuple(_origin(one) for one in given.get("allow_origins", ())),
        send_invalid=tuple(given.get("send_invalid", ())),
        check_with=given.get("check_with"),
        max_durations=_max_durations(given.get("max_durations", {})),
    )
    return pipeline.RunConfig(
        servers=_servers(given, route),
        server_variables=given.get("server_variables", {}),
        environment=given.get("environment", os.environ),
        # Who stands between may bring credentials of their own, or need none.
        needs_credentials=isinstance(route, NetworkTarget) and "before_request" not in given,
        secrets=tuple(given.get("secrets", ())),
        headers=header_texts(given.get("headers", ())),
        no_auth=tuple(given.get("no_auth", ())),
        settings=settings,
        mock=route.settings if isinstance(route, MockTarget) else None,
        own_channels=isinstance(route, WorldTarget) and hasattr(route.world, "open_channels"),
        generation=_generation(given),
        identities=_identities(given.get("named_credentials", {})),
        credentials=_credentials(given.get("credentials", {})).joined(
            Credentials(
                certificate=bool(_http(given).cert), certified=frozenset(_http(given).source_tls)
            )
        ),
    )


def _listen_address(given: Mapping[str, Any]) -> ListenAddress | None:
    if "listen" not in given and "public_url" not in given:
        return None
    from arazzo_runner.embed.listen import listen_address, missing_listen_error

    with rendered_errors():
        if "listen" not in given:
            raise missing_listen_error(given["public_url"])
        return listen_address(given["listen"], given.get("public_url"))


def _generation(given: Mapping[str, Any]) -> Generation:
    kinds: Mapping[str, str] = given.get("generate", {})
    for name, kind in kinds.items():
        from arazzo_runner.document.generated_kind import parse_kind

        try:
            parse_kind(kind)
        except ValueError as reason:
            raise ValueError(f"`generate` of `{name}`: {reason}") from None
    # A runner runs many workflows: what one of them declares is for that alone.
    seed, shared = given.get("input_seed"), frozenset(kinds)
    return Generation(kinds, seed, shared=shared, listen=_listen_address(given))


def _max_durations(given: Mapping[str, object]) -> dict[str, float]:
    found: dict[str, float] = {}
    for step, seconds in given.items():
        if not isinstance(seconds, int | float) or not seconds > 0:
            raise ValueError(
                f"`max_durations` has {seconds!r} for `{step}`, which is no time in seconds"
            )
        found[step] = seconds
    return found


def _origin(text: str) -> str:
    origin = origin_of(text)
    if origin is None:
        raise ValueError(f"`allow_origins` has `{text}`, which is no origin")
    return origin


def _servers(given: Mapping[str, Any], route: RequestTarget) -> dict[str, str]:
    """The servers by source; for all of them, one that was named, or the client's own."""
    servers = dict(given.get("servers", {}))
    if "server" in given:
        servers.setdefault("", given["server"])
    client = getattr(route, "client", None)
    base = getattr(client, "base_url", None)
    if not servers and base is not None and base.host:
        servers[""] = str(base)
    return servers


def _checks(
    given: CheckSeverity | Mapping[str, CheckSeverity],
) -> dict[str, CheckSeverity]:
    """The severities of the contract checks; a bare one is for all kinds."""
    checks: dict[str, CheckSeverity] = dict(ALL_WARN)
    known = get_args(CheckKind)
    checks.update(dict.fromkeys(known, given) if isinstance(given, str) else given)
    of_kinds = {one.partition(":")[0] for one in checks}
    if not {*known} >= of_kinds or not {*get_args(CheckSeverity)} >= {*checks.values()}:
        kinds = ", ".join(f"`{one}`" for one in known)
        raise TypeError(
            f"`checks` cannot be `{given}`: it is `off`, `warn` or `error`, or a mapping of some of"
            f" {kinds} to these, for one operation or step as `schema:listJobs`"
        )
    return checks


def _identities(given: Mapping[str, NamedCredentials]) -> dict[str, CredentialReader]:
    return {name: one if callable(one) else _reader(one) for name, one in given.items()}


def _reader(given: Mapping[str, Mapping[str, Mapping[CredentialPart, str]]]) -> CredentialReader:
    held = _credentials(given)
    return lambda _source, _schemes: held


def _credentials(given: Mapping[str, Mapping[str, Mapping[CredentialPart, str]]]) -> Credentials:
    every = ((source, *each) for source, schemes in given.items() for each in schemes.items())
    return Credentials({(source, scheme): dict(parts) for source, scheme, parts in every})
