"""HTTP/1.1 for the mock server: uvicorn's protocol, with bounds on what comes before a body.

uvicorn's own on httptools bounds neither the size of header fields nor the time that they take.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
from typing import Any, Final

from httptools import HttpParserInvalidMethodError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from arazzo_runner.mock_server.app import ABORT, MAX_HEADERS
from arazzo_runner.operating_system.sockets import abrupt_end

_SECONDS: Final = 30.0
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)
_REQUEST_LINE: Final = re.compile(rb"(?:\r\n)*([!#$%&'*+.^_`|~0-9A-Za-z-]+) \S+ HTTP/1\.[01]\r?\n")
_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """Refuses header fields that are too large or too slow, and can reset its connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_in_head = False
        self._head = 0
        self._chunk = b""
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what arrives; a head that is not complete after so much is refused."""
        was_in_head = self._is_in_head
        self._chunk = data
        super().data_received(data)
        if was_in_head and self._is_in_head:
            self._head += len(data)
            if self._head > MAX_HEADERS:
                self._refuse(_TOO_LARGE)

    def send_400_response(self, msg: str) -> None:
        """Refuse what httptools cannot read: a method that it does not know is one, and HTTP."""
        line = _REQUEST_LINE.match(self._chunk)
        if line is None or not isinstance(sys.exc_info()[1], HttpParserInvalidMethodError):
            super().send_400_response(msg)
            return
        self._stop_timer()
        self._refuse(_not_implemented(line[1].decode("ascii")))

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._is_in_head, self._head = True, 0
        self.scope["extensions"] = {ABORT: self._reset}  # type: ignore[dict-item]
        if self._timer is None:
            self._start_timer()

    def on_headers_complete(self) -> None:
        """The header fields are there."""
        self._is_in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(_SECONDS, self._refuse, _TOO_SLOW)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()

    def _reset(self) -> None:
        """Close the connection as a crash does: the client finds it reset."""
        self.cycle.disconnected = True
        connection = self.transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, abrupt_end())
        self.transport.abort()


def _not_implemented(method: str) -> bytes:
    """The response to a method that the server does not recognize (RFC 9110, section 15.6.2)."""
    problem = {
        "type": "about:blank",
        "title": "Not Implemented",
        "status": 501,
        "detail": f"the method `{method}` is not implemented",
    }
    body = json.dumps(problem).encode()
    head = (
        "HTTP/1.1 501 Not Implemented\r\ncontent-type: application/problem+json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
