"""Loading documents in threads: one after the other, but none waits long for a slow server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import anyio

from arazzo_runner.worlds.threads import outcome_in_thread
from arazzo_runner.worlds.wrappers import StopEvent

T = TypeVar("T")

_PATIENCE: Final = 0.5
"""Seconds to wait for the document that is being loaded: it is likely to be of use to the next."""


class LoadTurn:
    """Whose turn it is to load a document."""

    def __init__(self, stop: StopEvent) -> None:
        self._stop = stop
        self._turn = anyio.Lock()

    async def load(self, work: Callable[[], T]) -> T:
        """Load in a thread, when it is its turn. Raises KeyboardInterrupt once it is to stop."""
        async with self._wait():
            return await self.in_thread(work)

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Do what may block, at once. Raises KeyboardInterrupt once it is to stop."""
        outcome = await outcome_in_thread(self._stop, work)
        if outcome is None:
            raise KeyboardInterrupt
        return outcome()

    @asynccontextmanager
    async def _wait(self) -> AsyncIterator[None]:
        with anyio.move_on_after(_PATIENCE) as patience:
            await self._turn.acquire()
        try:
            yield
        finally:
            if not patience.cancelled_caught:
                self._turn.release()
