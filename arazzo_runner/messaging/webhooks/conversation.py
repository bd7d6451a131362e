"""Requests and responses on one connection that a sender of webhooks has opened.

h11 reads and writes HTTP/1.1; here are the limits, and who is waited for how long.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final, Protocol

import h11

from arazzo_runner.http_semantics.integers import parse_digits
from arazzo_runner.messaging.webhooks.message import WebhookRequest, WebhookResponse

MAX_HEAD: Final = 64 * 1024
"""Bytes of the request line and all header fields."""
MAX_FIELDS: Final = 200
REQUEST_SECONDS: Final = 30.0
"""For one request with its body, and between two of a connection."""
_LINGER: Final = 0.5
_PIECE: Final = 1 << 16


class RequestHandler(Protocol):
    """Who decides; neither call waits for anything."""

    def refuse(self, head: WebhookRequest) -> WebhookResponse | None:
        """The response to a request of which no body need be read, None for all others."""
        ...

    def respond(self, request: WebhookRequest) -> WebhookResponse:
        """The response to a complete request."""
        ...


class Conversation:
    """One connection, until either side ends it; ``max_body`` is in bytes."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        handler: RequestHandler,
        max_body: int,
        seconds: float = REQUEST_SECONDS,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._handler = handler
        self._max_body = max_body
        self._seconds = seconds
        self._machine = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)

    async def serve(self) -> None:
        """Respond to all requests; what the other side does wrong ends the connection alone."""
        try:
            with suppress(OSError, TimeoutError, EOFError):
                while await self._exchange():
                    self._machine.start_next_cycle()
                await self._linger()
        finally:
            self._writer.close()

    async def _exchange(self) -> bool:
        """One request and its response; whether another may follow."""
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._response()
        except h11.RemoteProtocolError as reason:
            response = WebhookResponse(reason.error_status_hint)
        except TimeoutError:
            if self._machine.our_state is not h11.SEND_RESPONSE:
                raise  # no request has begun
            response = WebhookResponse(408)
        if response is None:
            return False
        async with asyncio.timeout(self._seconds):
            await self._send(response)
        return self._machine.our_state is h11.DONE and self._machine.their_state is h11.DONE

    async def _response(self) -> WebhookResponse | None:
        """None where the other side has gone."""
        event = await self._next_event()
        if not isinstance(event, h11.Request):
            return None
        headers = tuple(
            (name.decode("latin-1"), one.decode("latin-1")) for name, one in event.headers
        )
        head = WebhookRequest(event.method.decode("ascii"), event.target.decode("latin-1"), headers)
        refused = _refuse_head(head) or _refuse_framing(head, event.http_version)
        refused = refused or self._handler.refuse(head) or self._refuse_size(head)
        if refused is not None:
            return refused
        if self._machine.they_are_waiting_for_100_continue:
            await self._write(h11.InformationalResponse(status_code=100, headers=[]))
        body = await self._body()
        if body is None:
            return WebhookResponse(413)
        return self._handler.respond(WebhookRequest(head.method, head.target, headers, body))

    def _refuse_size(self, head: WebhookRequest) -> WebhookResponse | None:
        size = parse_digits(head.header("content-length") or "0")
        return WebhookResponse(413) if size is None or size > self._max_body else None

    async def _body(self) -> bytes | None:
        """The body; None as soon as it is too large."""
        body = bytearray()
        while isinstance(event := await self._next_event(), h11.Data):
            body += event.data
            if len(body) > self._max_body:
                return None
        if not isinstance(event, h11.EndOfMessage):
            raise EOFError  # noqa: TRY004 - the other side has gone
        return bytes(body)

    async def _next_event(self) -> object:
        while (event := self._machine.next_event()) is h11.NEED_DATA:
            self._machine.receive_data(await self._reader.read(_PIECE))
        return event

    async def _send(self, response: WebhookResponse) -> None:
        """The response; it ends the connection where the request was not read to its end."""
        headers = [*response.headers]
        if response.status != 204:
            headers.append(("Content-Length", "0"))
        if self._machine.their_state is not h11.DONE:
            headers.append(("Connection", "close"))
        await self._write(h11.Response(status_code=response.status, headers=headers))
        await self._write(h11.EndOfMessage())

    async def _write(self, event: h11.Event) -> None:
        data = self._machine.send(event)
        if data:
            self._writer.write(data)
            await self._writer.drain()

    async def _linger(self) -> None:
        """Read what still comes for a moment: a reset would take the response away."""
        if self._writer.can_write_eof():
            self._writer.write_eof()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGER):
                left = self._max_body
                while left > 0 and (piece := await self._reader.read(_PIECE)):
                    left -= len(piece)


def _refuse_head(head: WebhookRequest) -> WebhookResponse | None:
    """h11 bounds what is not complete; what came in one piece may be larger."""
    size = len(head.target) + sum(len(name) + len(text) + 4 for name, text in head.headers)
    is_large = size > MAX_HEAD or len(head.headers) > MAX_FIELDS
    return WebhookResponse(431) if is_large else None


def _refuse_framing(head: WebhookRequest, version: bytes) -> WebhookResponse | None:
    """RFC 9112, section 6.1: where a length is given twice, a proxy may have read another one.

    The body is not read, so that the connection ends.
    """
    coded = head.header("transfer-encoding") is not None
    is_doubtful = coded and (head.header("content-length") is not None or version < b"1.1")
    return WebhookResponse(400) if is_doubtful else None
