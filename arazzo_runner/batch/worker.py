"""A worker: takes chunks from the queue, runs their rows, and writes what comes of them.

What a worker does for a chunk goes on when the engine of the queue breaks off, as it does when the
database goes away: rows wait for the database, and nothing of them is in doubt for that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, Protocol, TypeVar

from msgspec import Struct

from arazzo_runner.batch.chunks import WorkerChunks
from arazzo_runner.batch.gate import RowGate
from arazzo_runner.batch.model import ChunkLease, DatabaseError, NoAnswerError, OpenRow
from arazzo_runner.batch.queue import ChunkQueue, QueuedChunk
from arazzo_runner.batch.store import BatchStore
from arazzo_runner.journal.journal import JournaledRun
from arazzo_runner.journal.loop_wait import LoopWait
from arazzo_runner.journal.model import CallRecord, JournalError, RowState, RowTakenError
from arazzo_runner.journal.row import RowJournal

Outcome = TypeVar("Outcome")

_BEAT_SECONDS: Final = 2.0
_JANITOR_SECONDS: Final = 5.0
_AGAIN_SECONDS: Final = 5
_ELSEWHERE_SECONDS: Final = 30
_PAUSE: Final = 0.5
_LAST_SECONDS: Final = 7.0
_CAUTION: Final = 2
"""Deaths of workers with a chunk after which its rows run alone."""

AHEAD: Final = 10_000
"""Chunks that the queue has at most: a larger one makes each look at it slower."""

_BUG: Final = 70
_NO_RESPONSE: Final = 4


class RowEnd(Struct, frozen=True):
    """How a row has ended, and what is kept of it."""

    state: RowState
    code: int
    result: bytes


class RunnableBatch(Protocol):
    """A batch as this worker runs it."""

    store: BatchStore
    run: JournaledRun

    async def run_row(
        self, row: OpenRow, journal: RowJournal, is_stopped: Callable[[], bool]
    ) -> RowEnd | None:
        """Run a row; None where it was stopped, and has not ended."""
        ...

    def bug(self, row: OpenRow, reason: Exception) -> bytes:
        """What is kept of a row that this program cannot run."""
        ...


class ActiveChunk(Struct, eq=False):
    """A chunk that this worker has."""

    lease: ChunkLease
    is_lost: bool = False


class BatchWorker:
    """One worker process. ``open_batch`` gives None for a batch that it cannot run."""

    def __init__(
        self,
        chunks: WorkerChunks,
        queue: ChunkQueue,
        open_batch: Callable[[int], Awaitable[RunnableBatch | None]],
        feed: Callable[[int], Sequence[QueuedChunk]],
        jobs: int,
        say: Callable[[str | None], None] = lambda _reason: None,
    ) -> None:
        """``say`` is called with why the database does not answer, and with None when it does."""
        self._chunks = chunks
        self._queue = queue
        self._open_batch = open_batch
        self._feed = feed
        self._gate = RowGate(jobs)
        self._say = say
        self._away: str | None = None
        self._tasks: dict[int, asyncio.Task[QueuedChunk | None]] = {}
        self._active: dict[int, ActiveChunk] = {}
        self._is_stopping = False
        self._is_stopped = False

    @property
    def is_idle(self) -> bool:
        """Whether it has no chunk."""
        return not self._tasks

    def is_set(self) -> bool:
        """Whether requests in flight are to be broken off."""
        return self._is_stopped

    async def run(self, at_once: int, batch: int | None, stop: asyncio.Event) -> None:
        """Work until it is to stop: rows in flight end, and chunks are free at once."""
        await asyncio.to_thread(self._chunks.beat)
        beating = asyncio.create_task(self._beat())
        cleaning = asyncio.create_task(self._clean())
        working = asyncio.create_task(self._queue.work(self.run_chunk, at_once, batch))
        await stop.wait()
        self._is_stopping = True
        await self._end_rows()
        for task in (working, cleaning, beating):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
        with suppress(DatabaseError):
            await asyncio.to_thread(self._chunks.leave)

    async def _end_rows(self) -> None:
        """Let rows in flight end; those that take too long are broken off."""
        if self._tasks:
            await asyncio.wait([*self._tasks.values()], timeout=_LAST_SECONDS)
        self._is_stopped = True
        if self._tasks:
            await asyncio.wait([*self._tasks.values()], timeout=1.0)

    async def run_chunk(self, chunk: QueuedChunk) -> QueuedChunk | None:
        """Work on a chunk; the engine may break off, and ask for the same one again."""
        if self._is_stopping:
            return chunk
        task = self._tasks.get(chunk.chunk)
        if task is None:
            task = asyncio.create_task(self._work_on(chunk))
            self._tasks[chunk.chunk] = task
            task.add_done_callback(lambda _: self._tasks.pop(chunk.chunk, None))
        return await asyncio.shield(task)

    async def _work_on(self, chunk: QueuedChunk) -> QueuedChunk | None:
        batch = await self._patiently(lambda: self._open_batch(chunk.batch))
        if batch is None:
            return _later(chunk, _ELSEWHERE_SECONDS)
        lease = await self._patiently(lambda: asyncio.to_thread(self._chunks.take, chunk.chunk))
        if not isinstance(lease, ChunkLease):
            return _later(chunk, _AGAIN_SECONDS) if lease == "held" else None
        batch.store.hold(lease)
        active = ActiveChunk(lease)
        self._active[chunk.chunk] = active
        try:
            await self._run_rows(batch, active)
            if not active.is_lost and await asyncio.to_thread(self._chunks.finish, lease):
                return None
        finally:
            del self._active[chunk.chunk]
            with suppress(DatabaseError):
                await asyncio.to_thread(self._chunks.release, lease)
        return chunk

    async def _patiently(self, ask: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """What is asked for, however long the database is away."""
        while True:
            try:
                return await ask()
            except NoAnswerError:
                if self._is_stopping:
                    raise
                await asyncio.sleep(_PAUSE)

    async def _run_rows(self, batch: RunnableBatch, active: ActiveChunk) -> None:
        lease = active.lease
        rows = await self._patiently(lambda: asyncio.to_thread(self._chunks.open_rows, lease))
        calls: dict[int, list[CallRecord]] = {}
        if lease.fence > 1:
            calls = await self._patiently(
                lambda: asyncio.to_thread(batch.store.calls_between, lease.first, lease.last)
            )
        run = self._run_alone if lease.deaths >= _CAUTION else self._run_beside
        async with asyncio.TaskGroup() as group:
            for row in rows:
                journal = batch.run.row(row.number, LoopWait, calls.get(row.number, ()))
                group.create_task(run(batch, active, row, journal))

    async def _run_beside(
        self, batch: RunnableBatch, active: ActiveChunk, row: OpenRow, journal: RowJournal
    ) -> None:
        async with self._gate.beside():
            end = await self._end_of(batch, active, row, journal)
        await self._keep(active, journal, end)

    async def _run_alone(
        self, batch: RunnableBatch, active: ActiveChunk, row: OpenRow, journal: RowJournal
    ) -> None:
        """Run a row with no other one: it may be the one that ends processes."""
        if row.tried:
            reason = RuntimeError("workers that ran it alone ended without a word")
            await self._keep(active, journal, RowEnd("dead", _NO_RESPONSE, batch.bug(row, reason)))
            return
        async with self._gate.alone():
            if not self._is_left(active):
                with suppress(JournalError):
                    await journal.try_alone()
            end = await self._end_of(batch, active, row, journal)
            await self._keep(active, journal, end)

    def _is_left(self, active: ActiveChunk) -> bool:
        """Whether no more rows of the chunk are begun."""
        return active.is_lost or self._is_stopping

    async def _end_of(
        self, batch: RunnableBatch, active: ActiveChunk, row: OpenRow, journal: RowJournal
    ) -> RowEnd | None:
        if self._is_left(active):
            return None
        try:
            return await batch.run_row(row, journal, lambda: active.is_lost or self._is_stopped)
        except Exception as reason:  # noqa: BLE001 - one row is not to stop all others
            return RowEnd("dead", _BUG, batch.bug(row, reason))

    async def _keep(self, active: ActiveChunk, journal: RowJournal, end: RowEnd | None) -> None:
        if end is None:
            return
        try:
            await journal.finish(end.state, end.code, end.result)
        except RowTakenError:
            active.is_lost = True
        except JournalError:  # the worker ends before the database is back
            pass

    async def _beat(self) -> None:
        """Say that this worker is there, and find out which chunks it has no more."""
        while True:
            try:
                await self._beat_once()
            except DatabaseError as reason:
                self._note(str(reason))
            else:
                self._note(None)
            await asyncio.sleep(_BEAT_SECONDS)

    async def _beat_once(self) -> None:
        await asyncio.to_thread(self._chunks.beat)
        leases = [one.lease for one in self._active.values()]
        lost = await asyncio.to_thread(self._chunks.lost, leases)
        for chunk in lost & self._active.keys():
            self._active[chunk].is_lost = True

    def _note(self, away: str | None) -> None:
        """Say once that the database is away, and once that it is back."""
        if (away is None) != (self._away is None):
            self._say(away)
        self._away = away

    async def _clean(self) -> None:
        """Give the chunks of the dead to others, and keep the queue filled."""
        while True:
            # The engine raises what it likes while the database is away; the next round will do.
            with suppress(Exception):
                await self._queue.rescue()
                room = AHEAD - await self._queue.depth()
                await self._queue.enqueue(await asyncio.to_thread(self._feed, room))
            await asyncio.sleep(_JANITOR_SECONDS)


def _later(chunk: QueuedChunk, seconds: int) -> QueuedChunk:
    return QueuedChunk(chunk.chunk, chunk.batch, chunk.priority, seconds)
