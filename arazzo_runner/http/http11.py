"""The client's end of an HTTP/1.1 connection, without IO: bytes to send, bytes received.

What is plain httptools reads, all else h11 (``http1/``). The blocking and the async world both
drive these generators, so there is one of each.
"""

from __future__ import annotations

from collections.abc import Generator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from arazzo_runner.http.http1.message import ExchangeSteps, Outbound, WireRequest
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.openapi.message import HttpResponse

if TYPE_CHECKING:
    from arazzo_runner.http.http1.h11_exchange import H11Exchange
    from arazzo_runner.http.http1.plain_exchange import PlainExchange

HAS_HTTPTOOLS: Final = find_spec("httptools") is not None
"""Where there is none, h11 reads everything."""


class Http1:
    """One connection, and the latest exchange on it."""

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self.head: HttpResponse | None = None
        self._exchange: H11Exchange | PlainExchange | None = None

    @property
    def has_received(self) -> bool:
        """Whether anything has come since the latest request."""
        return self._exchange is not None and self._exchange.received > 0

    @property
    def is_reusable(self) -> bool:
        """Whether another request may follow."""
        return self._exchange is not None and self._exchange.is_reusable

    def exchange(self, message: WireRequest) -> ExchangeSteps:
        """Send ``message`` and return its response; raises Unusable."""
        self.head = self._exchange = None
        return self._plain_steps(message) if HAS_HTTPTOOLS else self._h11_steps(message, None)

    def _plain_steps(self, message: WireRequest) -> ExchangeSteps:
        from arazzo_runner.http.http1.plain_exchange import PlainExchange, plain_request

        outgoing = plain_request(message)
        if outgoing is None:
            return (yield from self._h11_steps(message, None))
        plain = PlainExchange(message, self._settings)
        self._exchange = plain
        head = yield from plain.head(outgoing)
        if isinstance(head, bytes):
            return (yield from self._h11_steps(message, head))
        self.head = head
        body = yield from plain.body(head)
        return replace(head, body=body)

    def _h11_steps(self, message: WireRequest, known: bytes | None) -> ExchangeSteps:
        """``known`` is what has been received already."""
        from arazzo_runner.http.http1.h11_exchange import H11Exchange

        odd = H11Exchange(message, self._settings)
        self._exchange = odd
        self.head = yield from odd.head(known)
        body = yield from odd.body(self.head)
        return replace(self.head, body=body)

    def tunnel(self, message: WireRequest) -> Generator[Outbound, bytes, int]:
        """Send a CONNECT ``message`` and return the status; raises Unusable."""
        from arazzo_runner.http.http1.h11_exchange import H11Exchange

        return H11Exchange(message, self._settings).status()
