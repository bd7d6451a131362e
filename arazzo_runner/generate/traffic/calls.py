"""Requests with their responses, as a recording or a HAR file has them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct, field

from arazzo_runner.errors import UsageError
from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.http_semantics.media_type import essence
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.response.body import BodyError, decode_body
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.source import Pointer

_DEPTH = 64


class CallScript(Struct, frozen=True):
    """What tests of a client do with a response, and how the client calls the request.

    ``outputs`` are variables with the expressions of what they are set to, ``values`` members of
    the body with the value that they have to have and its text in a condition; both have their
    places in the body. Without ``statuses`` the saved response says which one passes, else any
    success does.
    """

    outputs: tuple[tuple[str, str, Pointer], ...] = ()
    statuses: tuple[int, ...] = ()
    values: tuple[tuple[Pointer, Value, str], ...] = ()
    comments: tuple[str, ...] = ()
    summary: str = ""


class TrafficCall(Struct, frozen=True, dict=True):
    """One request and its response; ``place`` is where the file has it.

    A recording also knows the ``template`` of the path (as the API description spells it, below the
    path of its server), the ``step`` and the ``workflow``. ``kind`` is the resource type of a
    browser (``xhr``, ``image``), empty where it is not known.
    """

    place: str
    request: HttpRequest
    response: HttpResponse
    template: str = ""
    step: str = ""
    workflow: str = ""
    kind: str = ""
    script: CallScript | None = None
    wired: frozenset[str] = frozenset()
    """Texts that stand for what an earlier response gave."""
    has_links: bool = True
    """Whether the URLs in its header fields may be read."""
    secret_carriers: frozenset[tuple[str, str]] = frozenset()
    """Locations and names, in lower case, of what carries credentials whatever it is called."""

    @property
    def parts(self) -> SplitResult:
        """The URL in its parts."""
        return urlsplit(self.request.url)

    @property
    def origin(self) -> str:
        """Scheme, host and port of its URL."""
        parts = self.parts
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()

    @property
    def path(self) -> str:
        """The path of its URL, still encoded; at least ``/``."""
        return self.parts.path or "/"

    @property
    def title(self) -> str:
        """The method and the URL without its query: it may hold a key."""
        path = self.path if self.script is None else self.template
        return f"{self.request.method} {self.origin}{path}"

    @property
    def media_type(self) -> str:
        """The media type of the response, empty without one."""
        return essence(self.response.header("Content-Type") or "")

    def response_value(self) -> MaybeValue:
        """What the body of the response holds; MISSING where it cannot be read."""
        try:
            return decode_body(
                self.response.header("Content-Type"), self.response.body, max_depth=_DEPTH
            )
        except BodyError:
            return MISSING


class InputDefault(Struct, frozen=True):
    """The default of an input, None without one."""

    value: Value
    is_secret: bool


class OmittedCall(Struct, frozen=True):
    """A request that is in no step, and why."""

    title: str
    reason: str


class Traffic(Struct, frozen=True):
    """What a file holds: ``kind`` is what the file is called.

    ``inputs`` are those of the recorded run, by name. Where they are texts that stand for
    variables, ``defaults`` are the values.
    """

    kind: str
    calls: tuple[TrafficCall, ...]
    inputs: Mapping[str, Value] = field(default_factory=dict)
    omitted: tuple[OmittedCall, ...] = ()
    defaults: Mapping[str, InputDefault] | None = None


def traffic_error(message: str, hint: str | None = None) -> UsageError:
    """The file cannot be used: AZ906."""
    return UsageError(error("AZ906", message, None, "", hint))
