"""Threads for an event loop: for a world that does not suspend, and for work that takes long."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf
from typing import TypeVar

import anyio
from anyio.lowlevel import checkpoint
from anyio.to_thread import run_sync

from arazzo_runner.executor.world import SendCall, TransportFailure, World, run_coroutine
from arazzo_runner.expression.query.limits import QueryError, with_checkpoint
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.worlds.wrappers import WrappedWorld

T = TypeVar("T")


class _Waiter:
    """Whether somebody still waits for what a thread does."""

    def __init__(self) -> None:
        self.has_left = False

    def seconds_left(self) -> float:
        """A checkpoint for the queries in the thread: they end where nobody waits for them."""
        if self.has_left:
            raise QueryError("the run was interrupted")
        return inf


async def compute_in_thread(work: Callable[[], T], /) -> T:
    """Do work without effects in a thread; one that is cancelled has its end seen by nobody."""
    waiter = _Waiter()
    asked = partial(with_checkpoint, waiter.seconds_left, work)
    try:
        return await run_sync(asked, abandon_on_cancel=True)
    finally:
        waiter.has_left = True


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
