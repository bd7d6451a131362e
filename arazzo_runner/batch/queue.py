"""The queue of chunks: five calls, behind which Procrastinate is the engine.

A job says no more than that a chunk may be looked at. Whether it is to be worked on, and by whom,
is what the table of chunks says: a job that is there twice, too late, or for nothing does no harm.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from msgspec import Struct

from arazzo_runner.batch.database import Database

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.jobs import Job

_TASK: Final = "arazzo-chunk"
_STALLED_SECONDS: Final = 15
_BEAT_SECONDS: Final = 5
_POLL_SECONDS: Final = 2.0
_LAST_SECONDS: Final = 8.0
# A database that is back is to be found soon.
_CONNECT_SECONDS: Final = 3.0
_PAUSE: Final = 0.5
_ANALYZE_AT: Final = 1_000


class QueuedChunk(Struct, frozen=True):
    """A chunk to be looked at; ``delay`` is in how many seconds, higher priorities are first."""

    chunk: int
    batch: int
    priority: int = 0
    delay: int = 0


ChunkRunner: TypeAlias = Callable[[QueuedChunk], Awaitable[QueuedChunk | None]]
"""Works on a chunk; gives it back with when it is to be looked at again, or None."""


class ChunkQueue(Protocol):
    """What workers need of a queue."""

    async def enqueue(self, chunks: Sequence[QueuedChunk]) -> None:
        """Have chunks looked at; one that waits already is not there twice."""
        ...

    async def work(self, run_chunk: ChunkRunner, at_once: int, batch: int | None) -> None:
        """Run chunks, so many at once, of one batch or of all, until it is cancelled."""
        ...

    async def rescue(self) -> int:
        """Give the chunks of workers that died to others; how many there were."""
        ...

    async def cancel(self, batch: int) -> None:
        """Forget the chunks of a batch that wait."""
        ...

    async def depth(self) -> int:
        """How many chunks wait or are worked on."""
        ...


def queue_schema() -> str:
    """The statements that make the tables of the engine."""
    from procrastinate.schema import SchemaManager

    return SchemaManager.get_schema()


class ProcrastinateQueue:
    """Procrastinate 3.10, its tables beside ours."""

    def __init__(self, database: Database, connections: int = 2) -> None:
        """``connections`` are those that it may open at most."""
        from procrastinate import App, PsycopgConnector

        # What it says of each job is for those who look for a fault in it.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
        logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
        words = database.words("queue")
        self._connector = PsycopgConnector(
            kwargs=words,
            min_size=1,
            max_size=connections,
            timeout=_CONNECT_SECONDS,
            reconnect_timeout=_CONNECT_SECONDS,
        )
        self._app: App = App(connector=self._connector)
        self._run_chunk: ChunkRunner | None = None
        self._broken: set[int] = set()
        self._app.task(name=_TASK, pass_context=False, retry=self._retries())(self._look_at)

    @staticmethod
    def _retries() -> Any:
        from procrastinate import RetryStrategy

        return RetryStrategy(max_attempts=1_000_000, wait=2)

    async def __aenter__(self) -> ProcrastinateQueue:
        """Open it."""
        await self._app.open_async()
        return self

    async def __aexit__(self, *_reason: object) -> None:
        """Close it; nobody waits long for a database that is away."""
        with suppress(Exception):
            await asyncio.wait_for(self._app.close_async(), 5)

    async def enqueue(self, chunks: Sequence[QueuedChunk]) -> None:
        """Have chunks looked at."""
        waiting = await self._waiting([_lock(one.chunk) for one in chunks])
        jobs = [self._job(one) for one in chunks if _lock(one.chunk) not in waiting]
        await self._defer(jobs)
        if len(jobs) > _ANALYZE_AT:
            # Without it a fetch from a table that was empty takes a hundred times as long.
            await self._connector.execute_query_async("analyze procrastinate_jobs")

    async def _waiting(self, locks: list[str]) -> set[str]:
        rows = await self._connector.execute_query_all_async(
            "select queueing_lock from procrastinate_jobs"
            " where status = 'todo' and queueing_lock = any(%(locks)s)",
            locks=locks,
        )
        return {row["queueing_lock"] for row in rows}

    async def _defer(self, jobs: list[Job]) -> None:
        from procrastinate.exceptions import AlreadyEnqueued

        if not jobs:
            return
        try:
            await self._app.job_manager.batch_defer_jobs_async(jobs)
        except AlreadyEnqueued:  # somebody else was faster with one of them
            for job in jobs:
                with suppress(AlreadyEnqueued):
                    await self._app.job_manager.batch_defer_jobs_async([job])

    def _job(self, one: QueuedChunk) -> Job:
        from datetime import timedelta

        from procrastinate.jobs import Job
        from procrastinate.utils import utcnow

        return Job(
            id=None,
            queue=_queue(one.batch),
            lock=_lock(one.chunk),
            queueing_lock=_lock(one.chunk),
            task_name=_TASK,
            priority=one.priority,
            task_kwargs={"chunk": one.chunk, "batch": one.batch, "priority": one.priority},
            scheduled_at=utcnow() + timedelta(seconds=one.delay) if one.delay else None,
        )

    async def _look_at(self, chunk: int, batch: int, priority: int) -> None:
        assert self._run_chunk is not None
        again = await self._run_chunk(QueuedChunk(chunk, batch, priority))
        if again is not None:
            await self.enqueue([again])

    async def work(self, run_chunk: ChunkRunner, at_once: int, batch: int | None) -> None:
        """Run chunks; the engine is begun anew when it ends, as it does when the database goes."""
        self._run_chunk = run_chunk
        while True:
            with suppress(Exception):
                await self._give_back()
                await self._run_engine(at_once, batch)
            await asyncio.sleep(_PAUSE)

    async def _run_engine(self, at_once: int, batch: int | None) -> None:
        from procrastinate.worker import Worker

        engine = Worker(
            self._app,
            queues=None if batch is None else [_queue(batch)],
            concurrency=at_once,
            delete_jobs="successful",
            update_heartbeat_interval=_BEAT_SECONDS,
            stalled_worker_timeout=10 * _STALLED_SECONDS,
            fetch_job_polling_interval=_POLL_SECONDS,
            shutdown_graceful_timeout=_LAST_SECONDS,
            install_signal_handlers=False,
        )
        run: Callable[[], Awaitable[None]] = engine.run
        try:
            await run()
        finally:
            # It has none any more where it could say that it ends.
            if engine.worker_id is not None:
                self._broken.add(engine.worker_id)

    async def _give_back(self) -> None:
        """Free what engines of this process had that broke off.

        One may have been given a chunk by a database that went away before it said so: until its
        engine counts as dead nobody would look at it.
        """
        for worker in sorted(self._broken):
            await self._app.job_manager.unregister_worker(worker)
            self._broken.discard(worker)
            await self.rescue()

    async def rescue(self) -> int:
        """Give the chunks of workers that died to others."""
        from procrastinate.exceptions import UniqueViolation
        from procrastinate.jobs import Status
        from procrastinate.utils import utcnow

        jobs = self._app.job_manager
        stalled = list(await jobs.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS))
        for job in stalled:
            try:
                await jobs.retry_job(job, retry_at=utcnow())
            except UniqueViolation:  # it waits under another number, too
                await jobs.finish_job(job, Status.FAILED, delete_job=True)
        return len(stalled)

    async def cancel(self, batch: int) -> None:
        """Forget the chunks of a batch that wait."""
        await self._connector.execute_query_async(
            "delete from procrastinate_jobs where status = 'todo' and queue_name = %(queue)s",
            queue=_queue(batch),
        )

    async def depth(self) -> int:
        """How many chunks wait or are worked on."""
        row = await self._connector.execute_query_one_async(
            "select count(*) as depth from procrastinate_jobs where status in ('todo', 'doing')"
        )
        depth: int = row["depth"]
        return depth


def _queue(batch: int) -> str:
    return f"arazzo-{batch}"


def _lock(chunk: int) -> str:
    return f"arazzo-chunk-{chunk}"
