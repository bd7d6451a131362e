"""Waiting for the disk within an event loop, of asyncio or of trio."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import anyio
import sniffio

from arazzo_runner.journal.writer import JournalWriter, Ticket


class LoopWait:
    """Waits once, and lets the loop go on."""

    def __init__(self) -> None:
        self._done = anyio.Event()
        self._call_soon = _call_soon()

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


def _call_soon() -> Callable[[Callable[[], object]], object]:
    if sniffio.current_async_library() == "trio":
        import trio

        return trio.lowlevel.current_trio_token().run_sync_soon
    import asyncio

    return asyncio.get_running_loop().call_soon_threadsafe
