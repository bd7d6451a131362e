"""The seam of the queue, by its engine and by a plain table: a chunk that waits is looked at."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import table_queue
from arazzo_runner.batch.database import Database
from arazzo_runner.batch.queue import ChunkQueue, ProcrastinateQueue, QueuedChunk
from table_queue import TableQueue


def test_the_seam_is_narrow() -> None:
    """Another engine is behind it with few lines."""
    assert len(Path(table_queue.__file__).read_text().splitlines()) <= 150


@pytest.fixture(params=[ProcrastinateQueue, TableQueue])
def new_queue(request, database: Database) -> Callable[[], Any]:
    return lambda: request.param(database)


async def work_until(
    queue: ChunkQueue, run: Any, count: int, batch: int | None = None, left: int = 0
) -> list[int]:
    """The chunks that were looked at, so many of them, when so many are left in the queue."""
    seen: list[int] = []
    enough = asyncio.Event()

    async def look(chunk: QueuedChunk) -> QueuedChunk | None:
        seen.append(chunk.chunk)
        if len(seen) == count:
            enough.set()
        return run(chunk)

    task = asyncio.create_task(queue.work(look, 1, batch))
    await asyncio.wait_for(enough.wait(), 60)
    async with asyncio.timeout(60):
        while await queue.depth() != left:
            await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return seen


def test_chunks_are_looked_at_by_priority(new_queue) -> None:
    async def go() -> tuple[list[int], int]:
        async with new_queue() as queue:
            await queue.enqueue([QueuedChunk(1, 1), QueuedChunk(2, 1, 9), QueuedChunk(3, 1)])
            return await work_until(queue, lambda _: None, 3), await queue.depth()

    assert asyncio.run(go()) == ([2, 1, 3], 0)


def test_a_chunk_that_waits_is_there_once(new_queue) -> None:
    async def go() -> int:
        async with new_queue() as queue:
            for _ in range(2):
                await queue.enqueue([QueuedChunk(1, 1), QueuedChunk(2, 1)])
            return await queue.depth()

    assert asyncio.run(go()) == 2


def test_a_chunk_that_is_given_back_is_looked_at_again(new_queue) -> None:
    times = iter([True, False])

    async def go() -> list[int]:
        async with new_queue() as queue:
            await queue.enqueue([QueuedChunk(7, 1)])
            return await work_until(queue, lambda one: one if next(times) else None, 2)

    assert asyncio.run(go()) == [7, 7]


def test_a_worker_of_one_batch_leaves_the_others(new_queue) -> None:
    async def go() -> tuple[list[int], int]:
        async with new_queue() as queue:
            await queue.enqueue([QueuedChunk(1, 1, 9), QueuedChunk(2, 2)])
            return await work_until(queue, lambda _: None, 1, 2, left=1), await queue.depth()

    assert asyncio.run(go()) == ([2], 1)


def test_the_chunks_of_a_batch_are_forgotten(new_queue) -> None:
    async def go() -> int:
        async with new_queue() as queue:
            await queue.enqueue([QueuedChunk(1, 1), QueuedChunk(2, 2), QueuedChunk(3, 1)])
            await queue.cancel(1)
            return await queue.depth()

    assert asyncio.run(go()) == 1


def test_what_a_dead_worker_had_is_rescued(database, monkeypatch) -> None:
    async def go() -> tuple[int, list[int]]:
        async with ProcrastinateQueue(database) as queue:
            await queue.enqueue([QueuedChunk(1, 1)])
            taken = asyncio.Event()

            async def hang(_chunk: QueuedChunk) -> None:
                taken.set()
                await asyncio.sleep(600)

            task = asyncio.create_task(queue.work(hang, 1, None))
            await asyncio.wait_for(taken.wait(), 60)
            database.perform(
                lambda one: one.execute(
                    "update procrastinate_workers set last_heartbeat = now() - interval '1 minute'"
                )
            )
            count = await queue.rescue()
            seen = await work_until(queue, lambda _: None, 1)
            task.cancel()
            return count, seen

    monkeypatch.setattr("arazzo_runner.batch.queue._LAST_SECONDS", 0.1)
    assert asyncio.run(go()) == (1, [1])


def test_what_an_engine_had_that_broke_off_is_free_when_the_next_begins(
    database, monkeypatch
) -> None:
    """The database gave it a chunk, and went away before it said so."""
    from procrastinate.worker import Worker

    async def go() -> list[int]:
        async with ProcrastinateQueue(database) as queue:
            jobs = queue._app.job_manager

            async def break_off(engine: Any) -> None:
                engine.worker_id = await jobs.register_worker()
                assert await jobs.fetch_job(queues=None, worker_id=engine.worker_id)
                monkeypatch.undo()
                raise ConnectionError

            monkeypatch.setattr(Worker, "run", break_off)
            await queue.enqueue([QueuedChunk(1, 1)])
            return await work_until(queue, lambda _: None, 1)

    monkeypatch.setattr("arazzo_runner.batch.queue._LAST_SECONDS", 0.1)
    assert asyncio.run(go()) == [1]
