"""A worker with a queue that gives what the test says: rows, deaths, rows that are bugs, stops."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from arazzo_runner.batch.batches import find_batch, results_of, status_of_batch
from arazzo_runner.batch.model import Counts, OpenRow
from arazzo_runner.batch.queue import QueuedChunk
from arazzo_runner.batch.worker import BatchWorker, RowEnd
from arazzo_runner.journal.journal import Journal
from arazzo_runner.journal.row import RowJournal
from unit.batch.conftest import age, chunk_ids, new_worker, take


class NoQueue:
    """A queue that gives nothing by itself."""

    def __init__(self) -> None:
        self.rescues = 0

    async def enqueue(self, _chunks) -> None: ...

    async def work(self, *_: object) -> None:
        await asyncio.Event().wait()

    async def rescue(self) -> int:
        self.rescues += 1
        raise RuntimeError("the database is away")

    async def cancel(self, _batch) -> None: ...

    async def depth(self) -> int:
        return 0


Row = Callable[[OpenRow, RowJournal], Awaitable[RowEnd | None]]


class FakeBatch:
    def __init__(self, store, run: Row) -> None:
        self.store = store
        self.run = Journal(store).run("run", time.time)
        self._row = run

    async def run_row(self, row, journal, is_stopped) -> RowEnd | None:
        return None if is_stopped() else await self._row(row, journal)

    def bug(self, row: OpenRow, reason: Exception) -> bytes:
        return str(reason).encode()


async def passed(_row: OpenRow, _journal: RowJournal) -> RowEnd:
    return RowEnd("passed", 0, b"fine")


@pytest.fixture
def run(store, database, worker):
    """Run the first chunk of the store; gives what the queue is told, and the counts."""

    def go(row: Row = passed, meanwhile=None, can_run: bool = True) -> tuple[object, Counts]:
        batch = FakeBatch(store, row)
        (first, *_) = chunk_ids(database, store.batch)

        async def open_batch(_number: int) -> FakeBatch | None:
            return batch if can_run else None

        async def all_of_it() -> object:
            made = BatchWorker(worker, NoQueue(), open_batch, lambda _: [], 4)
            task = asyncio.create_task(made.run_chunk(QueuedChunk(first, store.batch)))
            if meanwhile is not None:
                await meanwhile(made)
            return await task

        told = asyncio.run(all_of_it())
        batch.run.close()
        return told, status_of_batch(database, find_batch(database, store.batch)).counts

    return go


def test_a_chunk_is_run_to_its_end(run, store, database) -> None:
    assert run() == (None, Counts(12, 5))
    assert {one.result for one in results_of(database, store.batch, ["passed"])} == {b"fine"}


def test_a_batch_that_cannot_be_run_is_left_to_others(run) -> None:
    told, counts = run(can_run=False)
    assert (told.delay, counts) == (30, Counts(12))


def test_a_chunk_that_another_worker_has_is_looked_at_later(run, store, database) -> None:
    take(new_worker(database), chunk_ids(database, store.batch)[0])
    told, counts = run()
    assert (told.delay, counts) == (5, Counts(12))


def test_a_row_that_is_a_bug_stops_no_other(run, store, database) -> None:
    async def odd(row: OpenRow, _journal: RowJournal) -> RowEnd:
        if row.number == 2:
            raise ZeroDivisionError("of nothing")
        return RowEnd("failed", 1, b"")

    assert run(odd) == (None, Counts(12, 0, 4, 0, 1))
    (dead,) = results_of(database, store.batch, ["dead"])
    assert (dead.number, dead.code, dead.result) == (2, 70, b"of nothing")


def test_rows_run_alone_after_two_deaths(run, store, database) -> None:
    chunk = chunk_ids(database, store.batch)[0]
    for _ in range(2):
        take(new_worker(database), chunk)
        age(database, 0.5)
    inside = most = 0

    async def alone(row: OpenRow, journal: RowJournal) -> RowEnd:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.01)
        inside -= 1
        return RowEnd("passed", 0, b"")

    assert run(alone) == (None, Counts(12, 5))
    assert most == 1


def test_a_row_that_was_at_it_each_time_is_a_dead_letter(run, store, database) -> None:
    chunk = chunk_ids(database, store.batch)[0]
    for _ in range(2):
        take(new_worker(database), chunk)
        age(database, 0.5)
    database.perform(
        lambda one: one.execute(f"update rows_{store.batch} set tried = true where n = 3".encode())
    )
    assert run() == (None, Counts(12, 4, 0, 0, 1))
    (dead,) = results_of(database, store.batch, ["dead"])
    assert (dead.number, dead.code) == (3, 4)


def test_a_chunk_that_was_lost_is_changed_no_more(run, store, database) -> None:
    ran: list[int] = []

    async def lose(row: OpenRow, _journal: RowJournal) -> RowEnd:
        ran.append(row.number)
        if len(ran) == 1:
            age(database, 0.5)
            take(new_worker(database), chunk_ids(database, store.batch)[0])
        await asyncio.sleep(0.05)
        return RowEnd("passed", 0, b"")

    told, counts = run(lose)
    assert (told.chunk, counts) == (chunk_ids(database, store.batch)[0], Counts(12))


def test_the_same_chunk_is_run_once_though_it_is_asked_for_twice(run, store) -> None:
    ran: list[int] = []

    async def count(row: OpenRow, _journal: RowJournal) -> RowEnd:
        ran.append(row.number)
        await asyncio.sleep(0.05)
        return RowEnd("passed", 0, b"")

    async def again(worker: BatchWorker) -> None:
        await asyncio.sleep(0.02)
        (chunk,) = worker._tasks
        assert await worker.run_chunk(QueuedChunk(chunk, store.batch)) is None

    assert run(count, again) == (None, Counts(12, 5))
    assert sorted(ran) == [0, 1, 2, 3, 4]


def test_a_worker_that_stops_lets_rows_in_flight_end(store, database, worker) -> None:
    chunk = chunk_ids(database, store.batch)[0]

    begun: list[int] = []

    async def slow(row: OpenRow, _journal: RowJournal) -> RowEnd:
        begun.append(row.number)
        await asyncio.sleep(0.1)
        return RowEnd("passed", 0, b"")

    batch, queue = FakeBatch(store, slow), NoQueue()

    async def go() -> QueuedChunk | None:
        async def open_batch(_number: int) -> FakeBatch:
            return batch

        made = BatchWorker(worker, queue, open_batch, lambda _: [], 2)
        stop = asyncio.Event()
        running = asyncio.create_task(made.run(1, None, stop))
        task = asyncio.create_task(made.run_chunk(QueuedChunk(chunk, store.batch)))
        while not begun:
            await asyncio.sleep(0.01)
        stop.set()
        await running
        return await task

    assert asyncio.run(go()) == QueuedChunk(chunk, store.batch)
    batch.run.close()
    counts = status_of_batch(database, find_batch(database, store.batch)).counts
    assert counts.passed == len(begun) < 5
    assert queue.rescues  # what the queue raises ends nothing
    assert take(new_worker(database), chunk).deaths == 0
