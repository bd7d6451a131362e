"""Runs that the caller may stop: anything with ``is_set``, asked often, ends waits and requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from arazzo_runner.executor.world import SendCall, TransportFailure, World
from arazzo_runner.operation.message import HttpResponse
from arazzo_runner.worlds.wrapped import WrappedWorld

if TYPE_CHECKING:
    from anyio import CancelScope

_POLL = 0.05


class StopEvent(Protocol):
    """``threading.Event``, ``asyncio.Event`` and ``anyio.Event`` are such."""

    def is_set(self) -> bool:
        """Whether the run should end."""
        ...


_STOPPED = TransportFailure("cancelled", "the run was stopped")


class CancellableWorld(WrappedWorld):
    """Wraps a world for runs within an event loop; a request that is broken off is a failure."""

    def __init__(self, world: World, stop: StopEvent) -> None:
        super().__init__(world)
        self._stop = stop

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send through the wrapped world, until stopped."""
        outcome: HttpResponse | TransportFailure = _STOPPED
        if self._stop.is_set():
            return outcome
        from anyio import create_task_group

        async with create_task_group() as both:
            both.start_soon(self._watch, both.cancel_scope)
            outcome = await self._world.send(call)
            both.cancel_scope.cancel()
        return outcome

    async def sleep(self, key: str, seconds: float) -> None:
        """Wait through the wrapped world, until stopped."""
        from anyio import create_task_group

        async with create_task_group() as both:
            both.start_soon(self._watch, both.cancel_scope)
            await self._world.sleep(key, seconds)
            both.cancel_scope.cancel()

    async def _watch(self, scope: CancelScope) -> None:
        from anyio import sleep

        while not self._stop.is_set():
            await sleep(_POLL)
        scope.cancel()
