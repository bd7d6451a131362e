"""The life of a chunk: taken by one worker at a time, given back, done."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from uuid import UUID

from arazzo_runner.batch.database import Database
from arazzo_runner.batch.model import ChunkLease, OpenRow

if TYPE_CHECKING:
    import psycopg

SILENCE: Final = 15
"""Seconds without a sign of life after which a worker counts as dead."""

ChunkState: TypeAlias = Literal["done", "idle", "held"]
"""Why a chunk is not to be had: it is done, its batch does not run, another worker has it."""

# That a worker is silent since the database was away says nothing about the worker.
_TAKE: Final = """
update chunks set fence = fence + 1, worker = %(me)s, taken = now(), deaths = deaths + case
    when chunks.worker <> %(me)s and exists (
        select from workers where workers.worker = chunks.worker
        and beat > pg_postmaster_start_time()) then 1 else 0 end
from batches
where chunk = %(chunk)s and batches.batch = chunks.batch and state = 'running' and not done
    and (chunks.worker is null or chunks.worker = %(me)s or not exists (
        select from workers where workers.worker = chunks.worker
        and greatest(beat, pg_postmaster_start_time()) > now() - %(silence)s * interval '1 second'))
returning chunk, chunks.batch, first, last, fence, deaths
"""
_WHY: Final = """
select done, state from chunks join batches using (batch) where chunk = %s
"""
_DONE: Final = """
update chunks set done = true, worker = null
where chunk = %(chunk)s and fence = %(fence)s and not exists (
    select from rows_{batch} where n between %(first)s and %(last)s and status = 0)
"""
_END: Final = """
update batches set state = 'done', finished = now()
where batch = %(batch)s and state = 'running'
    and not exists (select from chunks where batch = %(batch)s and not done)
"""
_UNTRIED: Final = """
update rows_{batch} set tried = false
where n between %(first)s and %(last)s and status = 0 and tried
    and exists (select from chunks where chunk = %(chunk)s and fence = %(fence)s)
"""
_BEAT: Final = """
insert into workers(worker, host, pid, jobs) values (%s, %s, %s, %s)
on conflict (worker) do update set beat = now()
"""


class WorkerChunks:
    """What one worker says to the table of chunks."""

    def __init__(
        self, database: Database, worker: UUID, jobs: int, silence: float = SILENCE
    ) -> None:
        """``silence`` is how long others are not heard of until their chunks are free."""
        self._silence = silence
        self._database = database
        self._worker = worker
        self._jobs = jobs

    def beat(self) -> None:
        """Say that this worker is there."""
        values = (self._worker, platform.node() or "localhost", os.getpid(), self._jobs)
        self._database.perform(lambda connection: connection.execute(_BEAT, values))

    def leave(self) -> None:
        """Say that this worker is gone, and has no chunk any more."""

        def leave(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
            connection.execute(
                "update chunks set worker = null, queued = null where worker = %s", [self._worker]
            )
            connection.execute("delete from workers where worker = %s", [self._worker])

        self._database.perform(leave)

    def take(self, chunk: int) -> ChunkLease | ChunkState:
        """Take a chunk, or say why it cannot be had."""

        def take(connection: psycopg.Connection[tuple[Any, ...]]) -> ChunkLease | ChunkState:
            names = {"me": self._worker, "chunk": chunk, "silence": self._silence}
            row = connection.execute(_TAKE, names).fetchone()
            if row is not None:
                return ChunkLease(*row)
            why = connection.execute(_WHY, [chunk]).fetchone()
            if why is None or why[0]:
                return "done"
            return "held" if why[1] == "running" else "idle"

        return self._database.perform(take)

    def open_rows(self, lease: ChunkLease) -> list[OpenRow]:
        """The rows of a chunk that have not ended, in order."""
        query = (
            f"select n, name, inputs, tried from rows_{lease.batch:d}"  # noqa: S608
            " where n between %s and %s and status = 0 order by n"
        )
        rows = self._database.perform(
            lambda connection: connection.execute(
                query.encode(), [lease.first, lease.last], binary=True
            ).fetchall()
        )
        return [OpenRow(*row) for row in rows]

    def lost(self, leases: list[ChunkLease]) -> set[int]:
        """Those of the chunks that this worker has no more: another one has them, or nobody."""

        def fences(connection: psycopg.Connection[tuple[Any, ...]]) -> dict[int, int]:
            rows = connection.execute(
                "select chunk, fence from chunks where chunk = any(%s)",
                [[one.chunk for one in leases]],
            )
            return dict(rows)

        now = self._database.perform(fences) if leases else {}
        return {one.chunk for one in leases if now.get(one.chunk) != one.fence}

    def finish(self, lease: ChunkLease) -> bool:
        """Keep that a chunk is done, and its batch with the last one. Whether that is so."""
        names = {
            "chunk": lease.chunk, "fence": lease.fence, "batch": lease.batch,
            "first": lease.first, "last": lease.last,
        }  # fmt: skip

        def finish(connection: psycopg.Connection[tuple[Any, ...]]) -> bool:
            statement = _DONE.replace("{batch}", f"{lease.batch:d}").encode()
            is_done = connection.execute(statement, names).rowcount == 1
            if is_done:
                connection.execute(_END, names)
            return is_done

        return self._database.persist(finish)

    def release(self, lease: ChunkLease) -> None:
        """Give a chunk back, for anybody to take; none of its rows has ended this process.

        It counts as being in no queue: whoever fills the queue next puts it there if it is not.
        """
        names = {"chunk": lease.chunk, "fence": lease.fence, "me": self._worker}
        rows = {"first": lease.first, "last": lease.last, **names}

        def release(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
            connection.execute(_UNTRIED.replace("{batch}", f"{lease.batch:d}").encode(), rows)
            connection.execute(
                "update chunks set worker = null, queued = null"
                " where chunk = %(chunk)s and worker = %(me)s",
                names,
            )

        self._database.persist(release)
