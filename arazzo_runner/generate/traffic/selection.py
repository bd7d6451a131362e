"""Which requests become steps: those to an API, each once.

A browser also loads pages, pictures and scripts, asks before cross-origin requests, and reports to
others; a client tries again, and asks again until something has ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from arazzo_runner.generate.traffic.calls import OmittedCall, TrafficCall
from arazzo_runner.http_semantics.media_type import is_json

_STATIC_KINDS: Final = frozenset(
    {"image", "font", "stylesheet", "script", "media", "manifest", "texttrack"}
)
_STATIC_TYPES: Final = ("image/", "font/", "audio/", "video/")
_STATIC_NAMES: Final = frozenset(
    {"text/css", "text/javascript", "application/javascript", "application/x-javascript",
     "application/wasm", "application/manifest+json", "application/font-woff"}
)  # fmt: skip
_STATIC_ENDS: Final = (
    *(".js", ".mjs", ".css", ".map", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico"),
    *(".woff", ".woff2", ".ttf", ".wasm"),
)


class CallGroup(Struct, frozen=True):
    """A request, and the same one before it, whose responses were others: it was polled.

    ``call`` is the last of ``attempts``.
    """

    attempts: tuple[TrafficCall, ...]

    @property
    def call(self) -> TrafficCall:
        """The request with the response that counts."""
        return self.attempts[-1]


class CallSelection(Struct, frozen=True):
    """The requests that become steps, and the others."""

    groups: tuple[CallGroup, ...]
    omitted: tuple[OmittedCall, ...]


def select_calls(calls: Sequence[TrafficCall]) -> CallSelection:
    """The requests to an API, repeated ones together."""
    kept, omitted = list[TrafficCall](), list[OmittedCall]()
    last = {_request_line(call): index for index, call in enumerate(calls)}
    for index, call in enumerate(calls):
        reason = _why_no_step(call)
        if not reason and last[_request_line(call)] > index:
            reason = _why_repeated(call)
        if reason:
            omitted.append(OmittedCall(call.title, reason))
        else:
            kept.append(call)
    return CallSelection(tuple(_groups(kept)), tuple(omitted))


def _why_no_step(call: TrafficCall) -> str:
    if call.workflow:  # what a run has sent are steps
        return ""
    for reason, is_so in _REASONS:
        if is_so(call):
            return reason
    return ""


def _is_preflight(call: TrafficCall) -> bool:
    asks = call.request.header("Access-Control-Request-Method") is not None
    return call.request.method == "OPTIONS" and (asks or call.kind == "preflight")


def _is_static(call: TrafficCall) -> bool:
    if call.request.method not in ("GET", "HEAD"):
        return False
    name = call.media_type
    is_named = call.path.lower().endswith(_STATIC_ENDS) and not is_json(name)
    is_typed = name.startswith(_STATIC_TYPES) or name in _STATIC_NAMES
    return call.kind in _STATIC_KINDS or is_typed or is_named


def _is_page(call: TrafficCall) -> bool:
    is_html = call.media_type in ("text/html", "application/xhtml+xml")
    return call.request.method == "GET" and (is_html or call.kind == "document")


def _is_stream(call: TrafficCall) -> bool:
    is_socket = call.kind in ("websocket", "eventsource") or call.response.status < 200
    return is_socket or call.media_type == "text/event-stream"


def _is_beacon(call: TrafficCall) -> bool:
    return call.kind in ("ping", "beacon", "cspviolationreport", "csp_report")


_REASONS: Final[tuple[tuple[str, Callable[[TrafficCall], bool]], ...]] = (
    ("a preflight request", _is_preflight),
    ("a static file", _is_static),
    ("a page", _is_page),
    ("a stream", _is_stream),
    ("a beacon", _is_beacon),
    ("the server failed", lambda call: call.response.status >= 500),
)


def _request_line(call: TrafficCall) -> tuple[str, str]:
    return call.request.method, call.request.url


def _why_repeated(call: TrafficCall) -> str:
    """A request that was refused for its credentials or its rate, and is sent again later."""
    is_refused = not call.workflow and call.response.status in (401, 407, 429)
    return f"returned {call.response.status}, and was sent again" if is_refused else ""


def _groups(calls: Sequence[TrafficCall]) -> Iterator[CallGroup]:
    together: list[TrafficCall] = []
    for call in calls:
        if together and not _is_same_request(together[-1], call):
            yield CallGroup(tuple(together))
            together = []
        together.append(call)
    if together:
        yield CallGroup(tuple(together))


def _is_same_request(one: TrafficCall, other: TrafficCall) -> bool:
    first, second = one.request, other.request
    return (
        (first.method, first.url, first.body) == (second.method, second.url, second.body)
        and (one.workflow, one.step) == (other.workflow, other.step)
        # What changes something is meant as often as it was sent, unless it failed.
        and (first.method in ("GET", "HEAD") or one.response.status >= 400)
    )


def main_origin(calls: Sequence[TrafficCall]) -> str:
    """The origin of the API: of most requests that are not refused."""
    counts = Counter(one.origin for one in calls)
    return counts.most_common(1)[0][0] if counts else ""


def is_same_site(one: str, other: str) -> bool:
    """Whether two origins share the last two labels of their hosts, as those of one owner do."""
    first, second = _host(one), _host(other)
    is_address = first.replace(".", "").isdigit() or "." not in first or ":" in first
    if is_address:
        return first == second
    return first.split(".")[-2:] == second.split(".")[-2:]


def _host(origin: str) -> str:
    authority = origin.partition("://")[2]
    host, _, port = authority.rpartition(":")
    return host if port.isdigit() else authority
