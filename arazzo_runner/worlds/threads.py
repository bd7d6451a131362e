"""Threads for an event loop: for a world that does not suspend, and for work that takes long."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio
from anyio.lowlevel import checkpoint
from anyio.to_thread import run_sync

from arazzo_runner.executor.world import SendCall, TransportFailure, World, run_coroutine
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.worlds.wrappers import WrappedWorld

T = TypeVar("T")


async def compute_in_thread(work: Callable[[], T], /) -> T:
    """Do work without effects in a thread; one that is cancelled has its end seen by nobody."""
    return await run_sync(work, abandon_on_cancel=True)


class ThreadedWorld(WrappedWorld):
    """Wraps a world that blocks: requests are sent in a thread.

    One that is cancelled goes on there by itself, and nobody sees its end.
    """

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send in a thread."""
        return await run_sync(partial(_send, self._world, call), abandon_on_cancel=True)

    async def sleep(self, key: str, seconds: float) -> None:
        """Let ``seconds`` pass in the event loop."""
        del key  # for worlds that remember
        await anyio.sleep(seconds)


def _send(world: World, call: SendCall) -> HttpResponse | TransportFailure:
    return run_coroutine(world.send(call))


class CheckpointWorld(WrappedWorld):
    """Wraps a world that answers at once: other tasks have their turn, and may cancel the run."""

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send through the wrapped world."""
        await checkpoint()
        return await self._world.send(call)

    async def sleep(self, key: str, seconds: float) -> None:
        """Wait through the wrapped world."""
        await checkpoint()
        await self._world.sleep(key, seconds)
