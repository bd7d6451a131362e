"""What goes over the wire for one call, in order: each request, when it was sent, and what came."""

from __future__ import annotations

from time import monotonic, time

from msgspec.structs import replace

from arazzo_runner.operation.message import HttpRequest, HttpResponse, WireExchange


class ExchangeLog:
    """Remembers the exchanges of one call; one without a response has failed."""

    __slots__ = ("_ended", "_known", "_since")

    def __init__(self) -> None:
        self._known: list[WireExchange] = []
        self._since = 0.0
        self._ended = True

    def send(self, request: HttpRequest) -> None:
        """A request goes out, with all its header fields."""
        self._since = monotonic()
        self._ended = False
        self._known.append(WireExchange(request, None, time(), 0.0))

    def receive(self, response: HttpResponse) -> None:
        """Its response is complete."""
        self._end(response)

    def exchanges(self) -> tuple[WireExchange, ...]:
        """All of them; what has no response by now gets none."""
        if not self._ended:
            self._end(None)
        return tuple(self._known)

    def _end(self, response: HttpResponse | None) -> None:
        self._ended = True
        duration = monotonic() - self._since
        self._known[-1] = replace(self._known[-1], response=response, duration=duration)
