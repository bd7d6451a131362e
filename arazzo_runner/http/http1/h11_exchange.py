"""A request and its response over HTTP/1.1 as h11 has it: whatever there is in the protocol.

h11 owns framing and states; here are the limits and the words.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TypeAlias

import h11

from arazzo_runner.http import errors as http_errors
from arazzo_runner.http.body import ResponseBody
from arazzo_runner.http.http1.message import (
    ExchangeSteps,
    Outbound,
    WireRequest,
    check_headers,
    check_status,
    content_length,
    decode_headers,
    stream_watch,
)
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.http.uploads import chunks
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.openapi.request.multipart import has_files

_Event: TypeAlias = h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]


class H11Exchange:
    """One request and its response; ``received`` are the bytes of the latter so far."""

    def __init__(self, message: WireRequest, settings: HttpSettings) -> None:
        size = settings.max_header_bytes
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=size)
        self._message = message
        self._origin = message.origin
        self._settings = settings
        self.received = 0
        self._ended = False
        self._header_bytes = 0
        self._body: ResponseBody | None = None
        self._expected: int | None = None

    @property
    def is_reusable(self) -> bool:
        """Whether another request may follow.

        Bytes that came after the response belong to none: kept, they would pass for the next one.
        """
        idle = self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE
        return idle and not self._h11.trailing_data[0]

    def head(self, known: bytes | None = None) -> ExchangeSteps:
        """The response without its body; ``known`` came after the request had been sent."""
        outgoing = self._outbound_data()
        if known is not None:
            outgoing = b""  # h11 has written it, and counts it as sent
            self._receive(known)
        head = yield from self._head(outgoing)
        headers = decode_headers(head.headers.raw_items())
        version = f"HTTP/{head.http_version.decode('ascii')}"
        return HttpResponse(head.status_code, headers, b"", 0.0, version)

    def body(self, head: HttpResponse) -> Generator[Outbound, bytes, bytes]:
        """The body that follows a head."""
        self._expected = content_length(self._message.method, head.status, head.headers)
        return (yield from self._whole_body(head))

    def status(self) -> Generator[Outbound, bytes, int]:
        """The status of a response whose body nobody reads."""
        head = yield from self._head(self._outbound_data())
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

    def _head(self, outgoing: Outbound) -> Generator[Outbound, bytes, h11.Response]:
        """The final response's head, after up to so many interim ones."""
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

    def _whole_body(self, head: HttpResponse) -> Generator[Outbound, bytes, bytes]:
        watch = stream_watch(self._message, head)
        self._body = ResponseBody(self._origin, head.headers, self._settings, watch)
        self._body.announce(self._expected or 0)
        self._check_body_size()  # what arrived together with the head
        try:
            while isinstance(event := (yield from self._event()), h11.Data):
                self._body.feed(bytes(event.data))
                if self._body.is_enough:
                    return self._body.so_far()
        except TimeoutError:
            return self._body.so_far()
        return self._body.finish()

    def _event(self, outgoing: Outbound = b"") -> Generator[Outbound, bytes, _Event]:
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
