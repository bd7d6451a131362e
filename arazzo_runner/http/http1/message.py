"""What requests and responses of HTTP/1.1 and HTTP/2 share: headers and their limits, statuses."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from arazzo_runner.http import errors as http_errors
from arazzo_runner.http.body import StreamWatch
from arazzo_runner.http.origin import Origin
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.http_semantics.integers import parse_digits, parse_status
from arazzo_runner.openapi.message import HttpResponse

if TYPE_CHECKING:
    from arazzo_runner.executor.channels.stream_end import StreamEnd

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]


def check_headers(
    origin: Origin, fields: RawHeaders, settings: HttpSettings, size: int | None = None
) -> None:
    """Refuse a header beyond the limits; ``size`` is what it took on the wire, where known."""
    if size is None:
        # As HTTP/1.1 would write it: `name: value` and the line's end.
        size = sum(len(name) + len(value) + 4 for name, value in fields)
    if size > settings.max_header_bytes:
        raise http_errors.header_size_error(origin, settings.max_header_bytes)
    if len(fields) > settings.max_headers:
        raise http_errors.header_count_error(origin, len(fields), settings.max_headers)


def content_length(method: str, status: int, headers: Headers) -> int | None:
    """The Content-Length of a response that has a body.

    A HEAD, 204 or 304 has none, whatever it says (RFC 9112, section 6.3).
    """
    if method == "HEAD" or status in {204, 304}:
        return None
    return parse_digits(header_value(headers, "content-length") or "")


def check_status(origin: Origin, status: bytes) -> int:
    """The status of a response that is HTTP, at the end of what was asked for; raises Unusable.

    Statuses beyond 599 have no class (RFC 9110, section 15); 101 is for who asked to switch.
    """
    number = parse_status(status.decode("latin-1"))
    if number is None:
        reason = f"the status {status[:40]!r} is none from 100 to 599"
        raise http_errors.malformed_response_error(origin, reason)
    if number == 101:
        reason = "status 101 switches to another protocol, which was not requested"
        raise http_errors.malformed_response_error(origin, reason)
    return number


def decode_headers(fields: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Names as they were written, values as text."""
    return tuple((name.decode("ascii"), decode_value(value)) for name, value in fields)


def decode_value(value: bytes) -> str:
    """A field value: UTF-8 where it is that, otherwise Latin-1 (RFC 9110, section 5.5)."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


# Bytes, or those of a body that is read from disk while it is sent.
Outbound: TypeAlias = bytes | Iterator[bytes]
# Yields what to send (nothing: read on) and is sent what was received (nothing: the end).
ExchangeSteps: TypeAlias = Generator[Outbound, bytes, HttpResponse]


class WireRequest(Struct, frozen=True):
    """A request with all its headers; ``target`` is what stands in its first line.

    ``stream_end`` tells when a response that is an event stream is enough. ``is_resent`` tells that
    it is sent for the second time.
    """

    method: str
    origin: Origin
    target: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""
    stream_end: StreamEnd | None = None
    is_resent: bool = False


def stream_watch(message: WireRequest, head: HttpResponse) -> StreamWatch | None:
    """What looks at the events of a response, where somebody waits for one of them."""
    return None if message.stream_end is None else StreamWatch(message.stream_end, head)
