"""`--rate`: a limit on the requests of a run, or of several, however many worlds they have."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic

from arazzo_runner.executor.world import SendCall, TransportFailure, World
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.worlds.wrappers import WrappedWorld


class RateLimit:
    """Spreads requests evenly over time: ``rate`` are those of a second. The first goes at once.

    Threads and tasks may share it. Raises ValueError for a rate that is not more than 0.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = monotonic) -> None:
        if not rate > 0:
            raise ValueError(f"`rate` is {rate}, and not more than 0 requests in a second")
        self._lock = Lock()
        self._pause = 1 / rate
        self._clock = clock
        self._next = clock()

    def reserve(self) -> float:
        """Take the next turn; the seconds until it comes."""
        with self._lock:
            now = self._clock()
            turn = max(self._next, now)
            self._next = turn + self._pause
        return turn - now


class LimitedWorld(WrappedWorld):
    """A world that sends when it is its turn; several may share one limit."""

    def __init__(self, world: World, limit: RateLimit) -> None:
        super().__init__(world)
        self._limit = limit

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Wait for a turn, then send."""
        seconds = self._limit.reserve()
        if seconds > 0:
            await self.sleep(call.key, seconds)
        return await super().send(call)
