"""One request and its response over HTTP/1.1, without IO: bytes to send, bytes received, headers.

h11 owns the protocol (framing, states, what may be reused); here are the limits and the words. The
blocking and the async world both drive this generator, so there is one of it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import TypeAlias

import h11
from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.http import errors as http_errors
from arazzo_runner.http.body import ResponseBody
from arazzo_runner.http.origin import Origin
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.http.uploads import chunks
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.http_semantics.integers import parse_digits, parse_status
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.openapi.request.multipart import has_files

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
H11Event: TypeAlias = h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]


class WireRequest(Struct, frozen=True):
    """A request with all its headers; ``target`` is what stands in its first line.

    ``is_resent`` tells that it is sent for the second time.
    """

    method: str
    origin: Origin
    target: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""
    is_resent: bool = False


class Http1:
    """The client's end of one HTTP/1.1 connection."""

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        size = settings.max_header_bytes
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=size)
        self.head: HttpResponse | None = None
        self._exchange: _Exchange | None = None

    @property
    def has_received(self) -> bool:
        """Whether anything has come since the latest request."""
        return self._exchange is not None and self._exchange.received > 0

    @property
    def is_reusable(self) -> bool:
        """Whether another request may follow.

        Bytes that came after the response belong to none: kept, they would pass for the next one.
        """
        idle = self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE
        return idle and not self._h11.trailing_data[0]

    def exchange(self, message: WireRequest) -> ExchangeSteps:
        """Send ``message`` and return its response; raises Unusable."""
        if self._h11.our_state is h11.DONE:
            self._h11.start_next_cycle()
        self.head = None
        self._exchange = _Exchange(self._h11, message, self._settings)
        return self._steps(self._exchange)

    def _steps(self, exchange: _Exchange) -> ExchangeSteps:
        self.head = yield from exchange.head()
        body = yield from exchange.body(self.head)
        return replace(self.head, body=body)

    def tunnel(self, message: WireRequest) -> Generator[Outbound, bytes, int]:
        """Send a CONNECT ``message`` and return the status; raises Unusable."""
        return _Exchange(self._h11, message, self._settings).status()


class _Exchange:
    """One request and its response on an h11 connection."""

    def __init__(
        self, connection: h11.Connection, message: WireRequest, settings: HttpSettings
    ) -> None:
        self._h11 = connection
        self._message = message
        self._origin = message.origin
        self._settings = settings
        self.received = 0
        self._ended = False
        self._header_bytes = 0
        self._body: ResponseBody | None = None
        self._expected: int | None = None

    def head(self) -> ExchangeSteps:
        """The response without its body."""
        head = yield from self._head()
        headers = decode_headers(head.headers.raw_items())
        version = f"HTTP/{head.http_version.decode('ascii')}"
        return HttpResponse(head.status_code, headers, b"", 0.0, version)

    def body(self, head: HttpResponse) -> Generator[Outbound, bytes, bytes]:
        """The body that follows a head."""
        self._expected = content_length(self._message.method, head.status, head.headers)
        return (yield from self._whole_body(head.headers))

    def status(self) -> Generator[Outbound, bytes, int]:
        head = yield from self._head()
        return head.status_code

    def _outbound_data(self) -> Outbound:
        """The whole message; one with files is read while it is sent."""
        pieces = self._encode()
        return pieces if has_files(self._message.body) else b"".join(pieces)

    def _encode(self) -> Iterator[bytes]:
        message = self._message
        try:
            request = h11.Request(
                method=message.method, target=message.target, headers=list(message.headers)
            )
            yield self._h11.send(request) or b""
            for chunk in chunks(message.body):
                yield self._h11.send(h11.Data(data=chunk)) or b""
            yield self._h11.send(h11.EndOfMessage()) or b""
        except h11.LocalProtocolError as reason:
            raise http_errors.unsendable_error(self._origin, str(reason)) from None

    def _head(self) -> Generator[Outbound, bytes, h11.Response]:
        """The final response's head, after up to so many interim ones."""
        outgoing = self._outbound_data()
        for _ in range(self._settings.max_informational + 1):
            event = yield from self._event(outgoing)
            assert isinstance(event, h11.Response | h11.InformationalResponse)
            size = self._check_head(event)
            if isinstance(event, h11.Response):
                self._header_bytes = size
                return event
            outgoing = b""
        raise http_errors.informational_count_error(self._origin, self._settings.max_informational)

    def _check_head(self, head: h11.Response | h11.InformationalResponse) -> int:
        """The bytes that heads have taken so far, within the limits; the head is HTTP/1's."""
        check_status(self._origin, b"%d" % head.status_code)
        if not head.http_version.startswith(b"1."):  # RFC 9110, section 2.5
            version = b"HTTP/" + head.http_version
            reason = f"{version!r} was not requested, and is no version of HTTP/1"
            raise http_errors.malformed_response_error(self._origin, reason)
        size = self.received - len(self._h11.trailing_data[0])
        check_headers(self._origin, head.headers, self._settings, size)
        return size

    def _whole_body(self, headers: Headers) -> Generator[Outbound, bytes, bytes]:
        self._body = ResponseBody(self._origin, headers, self._settings)
        self._body.announce(self._expected or 0)
        self._check_body_size()  # what arrived together with the head
        while isinstance(event := (yield from self._event()), h11.Data):
            self._body.feed(bytes(event.data))
        return self._body.finish()

    def _event(self, outgoing: Outbound = b"") -> Generator[Outbound, bytes, H11Event]:
        try:
            while (event := self._h11.next_event()) is h11.NEED_DATA:
                self._receive((yield outgoing))
                outgoing = b""
        except h11.RemoteProtocolError as reason:
            raise self._failure(reason) from None
        return event

    def _receive(self, data: bytes) -> None:
        if not self.received:
            self._recognize(data)
        self.received += len(data)
        self._ended = not data
        self._h11.receive_data(data)
        if self._body is not None:
            self._check_body_size()

    def _check_body_size(self) -> None:
        """Count the body with its framing: chunks of a byte each are paid for as well."""
        size, limit = self.received - self._header_bytes, self._settings.max_response_size
        if size > limit:
            raise http_errors.body_size_error(self._origin, size, limit)

    def _recognize(self, data: bytes) -> None:
        """Know another protocol by its first bytes; h11 would wait for the end of a header."""
        if data[:5] != b"HTTP/"[: len(data)]:
            raise http_errors.not_http_error(self._origin, data)

    def _failure(self, reason: h11.RemoteProtocolError) -> http_errors.TransportError:
        if reason.error_status_hint == 431:
            return http_errors.header_size_error(self._origin, self._settings.max_header_bytes)
        if self._ended:
            return self._cut_short()
        if "_SWITCH_UPGRADE" in str(reason):  # h11 raises where no switch was requested
            check_status(self._origin, b"101")
        return http_errors.malformed_response_error(self._origin, str(reason))

    def _cut_short(self) -> http_errors.TransportError:
        if self._body is not None:
            return http_errors.truncated_body_error(
                self._origin, self._body.received, self._expected
            )
        if self.received:
            return http_errors.cut_header_error(self._origin)
        return http_errors.no_response_error(self._origin)
