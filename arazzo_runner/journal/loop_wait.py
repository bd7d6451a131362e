"""Waiting for the disk within an event loop, of asyncio or of trio."""

from __future__ import annotations

from contextlib import suppress

import anyio

from arazzo_runner.journal.writer import JournalWriter, Ticket
from arazzo_runner.worlds.threads import call_soon_function


class LoopWait:
    """Waits once, and lets the loop go on."""

    def __init__(self) -> None:
        self._done = anyio.Event()
        self._call_soon = call_soon_function()

    def wake(self) -> None:
        """Let the waiting end, from any thread."""
        with suppress(RuntimeError):  # the loop has ended, and nobody waits
            self._call_soon(self._done.set)

    async def until_done(self, writer: JournalWriter, ticket: Ticket) -> None:
        """Wait until an entry is on the disk. Raises JournalError where it is not going to be."""
        del writer  # it wakes
        await self._done.wait()
        if ticket.error is not None:
            raise ticket.error
