"""How many rows a worker runs at once, and a row that runs with no other one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class RowGate:
    """Lets so many rows through at once, or one alone: what ends the process then is that one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside = 0
        self._changed = asyncio.Condition()
        self._is_exclusive = False

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Be one of many."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: not self._is_exclusive and self._inside < self._most
            )
            self._inside += 1
        try:
            yield
        finally:
            await self._leave()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Be the only one."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._is_exclusive)
            self._is_exclusive = True
            await self._changed.wait_for(lambda: self._inside == 0)
            self._inside += 1
        try:
            yield
        finally:
            self._is_exclusive = False
            await self._leave()

    async def _leave(self) -> None:
        async with self._changed:
            self._inside -= 1
            self._changed.notify_all()
