"""Threads for an event loop: for a world that does not suspend, and for work that takes long."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf
from typing import Final, NoReturn, TypeVar

import anyio
from anyio.lowlevel import checkpoint
from anyio.to_thread import run_sync
from msgspec import Struct

from arazzo_runner.executor.world import SendCall, TransportFailure, World, run_coroutine
from arazzo_runner.expression.query.limits import QueryError, with_checkpoint
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.worlds.wrappers import StopEvent, WrappedWorld, watch_stop

T = TypeVar("T")


class _ThreadWork:
    """What a thread does, and whether somebody still waits for it."""

    def __init__(self) -> None:
        self.is_abandoned = False
        self.is_going_on = False

    def perform(self, work: Callable[[], T]) -> T:
        """Do the work; its queries end where nobody waits for them any more."""
        self.is_going_on = True
        try:
            return with_checkpoint(self.seconds_left, work)
        finally:
            self.is_going_on = False
            _ABANDONED.discard(self)

    def seconds_left(self) -> float:
        if self.is_abandoned:
            raise QueryError("the run was interrupted")
        return inf

    def abandon(self) -> None:
        self.is_abandoned = True
        if self.is_going_on:
            _ABANDONED.add(self)
        if not self.is_going_on:  # it may have come to its end just now
            _ABANDONED.discard(self)


_ABANDONED: Final = set[_ThreadWork]()


def is_thread_abandoned() -> bool:
    """Whether a thread goes on with what nobody waits for; the end of the process would wait."""
    return bool(_ABANDONED)


async def compute_in_thread(work: Callable[[], T], /) -> T:
    """Do work without effects in a thread; one that is cancelled has its end seen by nobody."""
    own = _ThreadWork()
    try:
        return await run_sync(partial(own.perform, work), abandon_on_cancel=True)
    except BaseException:
        own.abandon()
        raise


class StoppableCompute(Struct, frozen=True):
    """Does work of the core in a thread; once it is to stop, the thread is left to itself.

    Then the work is done again, where it is asked for: by then the core knows that the run was
    interrupted, so that each query and check ends at once.
    """

    stop: StopEvent

    async def __call__(self, work: Callable[[], T], /) -> T:
        """What the work gives."""
        return (await outcome_in_thread(self.stop, work) or work)()


async def outcome_in_thread(stop: StopEvent, work: Callable[[], T]) -> Callable[[], T] | None:
    """Do work in a thread; what is returned gives or raises what the work does.

    None: it is to stop, and the thread is left to itself.
    """
    ended: list[Callable[[], T]] = []
    async with anyio.create_task_group() as both:
        both.start_soon(watch_stop, stop, both.cancel_scope)
        ended.append(await compute_in_thread(partial(_outcome, work)))
        both.cancel_scope.cancel()
    return ended[0] if ended else None


def _outcome(work: Callable[[], T]) -> Callable[[], T]:
    """Gives or raises what the work does; a task group would wrap what is raised within it."""
    try:
        value = work()
    except Exception as reason:  # noqa: BLE001 - it is raised where the work is asked for
        return partial(_raise, reason)
    return lambda: value


def _raise(reason: Exception) -> NoReturn:
    raise reason


class ThreadedWorld(WrappedWorld):
    """Wraps a world that blocks: requests are sent in a thread.

    One that is cancelled goes on there by itself, and nobody sees its end.
    """

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send in a thread."""
        return await compute_in_thread(partial(_send, self._world, call))

    async def sleep(self, key: str, seconds: float) -> None:
        """Let ``seconds`` pass in the event loop."""
        del key  # for worlds that remember
        await anyio.sleep(seconds)


def _send(world: World, call: SendCall) -> HttpResponse | TransportFailure:
    return run_coroutine(world.send(call))


class ComputingWorld(ThreadedWorld):
    """Wraps a world that computes its responses and never waits, such as the mock."""

    async def sleep(self, key: str, seconds: float) -> None:
        """Wait through the wrapped world."""
        await checkpoint()
        await self._world.sleep(key, seconds)


def call_soon_function() -> Callable[[Callable[[], object]], object]:
    """What lets another thread call something in the running event loop, of asyncio or of trio."""
    from arazzo_runner.http.anyio_network import is_in_trio

    if is_in_trio():
        import trio

        return trio.lowlevel.current_trio_token().run_sync_soon
    import asyncio

    return asyncio.get_running_loop().call_soon_threadsafe
