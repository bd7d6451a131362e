"""The queue as commands use it, beside the workers that do so all the time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from arazzo_runner.operating_system.sockets import selector_loop

if TYPE_CHECKING:
    from arazzo_runner.batch.database import Database
    from arazzo_runner.batch.queue import ChunkQueue


def feed_queue(database: Database) -> None:
    """Put chunks that wait into the queue. Raises DatabaseError."""
    from arazzo_runner.batch.batches import chunks_to_queue
    from arazzo_runner.batch.worker import AHEAD

    async def feed(queue: ChunkQueue) -> None:
        room = AHEAD - await queue.depth()
        await queue.enqueue(await asyncio.to_thread(chunks_to_queue, database, room))

    _with_queue(database, feed)


def forget_queued(database: Database, batch: int) -> None:
    """Take the chunks of a batch out of the queue. Raises DatabaseError."""
    _with_queue(database, lambda queue: queue.cancel(batch))


def _with_queue(database: Database, use: Callable[[ChunkQueue], Coroutine[Any, Any, None]]) -> None:
    from arazzo_runner.batch.queue import ProcrastinateQueue

    async def go() -> None:
        async with ProcrastinateQueue(database, 1) as queue:
            await use(queue)

    # The workers look for chunks that are in no queue, too: what does not go now goes then.
    with (
        contextlib.suppress(_engine_error()),
        asyncio.Runner(loop_factory=selector_loop) as runner,
    ):
        runner.run(go())


def _engine_error() -> type[Exception]:
    from procrastinate.exceptions import ConnectorException

    return ConnectorException
