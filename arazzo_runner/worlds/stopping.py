"""Runs that the caller may stop: anything with ``is_set``, asked often, ends waits and requests."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Protocol

from arazzo_runner.executor.world import (
    PublishCall,
    ReceiveCall,
    ReceivedMessage,
    SendCall,
    TransportFailure,
    World,
)
from arazzo_runner.operation.message import HttpResponse

_POLL = 0.05
# The system's longest sleep is shorter than the longest wait.
_SLICE = 60.0


class Stop(Protocol):
    """``threading.Event``, ``asyncio.Event`` and ``anyio.Event`` are such."""

    def is_set(self) -> bool:
        """Whether the run should end."""
        ...


def wait(seconds: float, stop: Stop | None = None) -> None:
    """Let ``seconds`` pass, fewer when stopped; blocks the thread."""
    ends = monotonic() + seconds
    longest = _SLICE if stop is None else _POLL
    while (left := ends - monotonic()) > 0 and not (stop and stop.is_set()):
        sleep(min(left, longest))


_STOPPED = TransportFailure("cancelled", "the run was stopped")


class StoppableWorld:
    """Wraps a world for runs within an event loop; a request that is broken off is a failure."""

    def __init__(self, world: World, stop: Stop) -> None:
        self._world = world
        self._stop = stop

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send through the wrapped world, until stopped."""
        import anyio

        outcome: HttpResponse | TransportFailure = _STOPPED
        async with anyio.create_task_group() as both:
            both.start_soon(self._watch, both.cancel_scope)
            outcome = await self._world.send(call)
            both.cancel_scope.cancel()
        return outcome

    async def sleep(self, key: str, seconds: float) -> None:
        """Wait through the wrapped world, until stopped."""
        import anyio

        async with anyio.create_task_group() as both:
            both.start_soon(self._watch, both.cancel_scope)
            await self._world.sleep(key, seconds)
            both.cancel_scope.cancel()

    async def _watch(self, scope: _Scope) -> None:
        import anyio

        while not self._stop.is_set():
            await anyio.sleep(_POLL)
        scope.cancel()

    async def publish(self, call: PublishCall) -> TransportFailure | None:
        """Publish through the wrapped world."""
        return await self._world.publish(call)

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """Receive through the wrapped world."""
        return await self._world.receive(call)


class _Scope(Protocol):
    """What of a cancel scope is needed here."""

    def cancel(self) -> None: ...
