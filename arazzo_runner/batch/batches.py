"""Batches as a whole: found, counted, paused, cancelled, retried, dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from arazzo_runner.batch.database import Database
from arazzo_runner.batch.model import (
    ROW_STATES,
    BatchRecord,
    BatchState,
    BatchSubmission,
    Counts,
    DatabaseError,
    RowResult,
)
from arazzo_runner.batch.queue import QueuedChunk
from arazzo_runner.journal.model import RowState

if TYPE_CHECKING:
    import psycopg

_COLUMNS: Final = """
batch, run_id::text, state, document, extract(epoch from created)::float8,
extract(epoch from finished)::float8, total, submitted_key, content, version, size, priority,
rates, keeps_calls, plan_version
"""
_COUNTS: Final = """
select count(*), count(*) filter (where done), count(*) filter (where worker is not null),
    coalesce(sum(passed), 0)::bigint, coalesce(sum(failed), 0)::bigint,
    coalesce(sum(doubt), 0)::bigint, coalesce(sum(dead), 0)::bigint
from chunks where batch = %s
"""
_WORKERS: Final = """
select host, pid, extract(epoch from now() - beat)::float8, jobs, count(chunk)::integer
from workers left join chunks using (worker)
where beat > now() - interval '1 minute'
group by worker order by host, pid
"""
_FEED: Final = """
update chunks set queued = now() from (
    select chunk, batch, priority from chunks join batches using (batch)
    where not done and state = 'running' and (queued is null or (
        queued < now() - interval '2 minutes' and not exists (
            select from workers where workers.worker = chunks.worker
            and beat > now() - interval '1 minute')))
    order by queued nulls first, priority desc, chunk limit %s
) as waiting where chunks.chunk = waiting.chunk
returning chunks.chunk, chunks.batch, priority
"""


_DROP: Final = """
with dropped as (delete from batches where batch = %s returning run_id::text)
delete from meta using dropped where starts_with(name, run_id || ' ')
"""
_LEAST_AT_ONCE: Final = 2
_MOST_AT_ONCE: Final = 20


class WorkerInfo(Struct, frozen=True):
    """A worker that has said lately that it is there: ``beat`` is how many seconds ago."""

    host: str
    pid: int
    beat: float
    jobs: int
    chunks: int


class BatchStatus(Struct, frozen=True):
    """How far a batch is."""

    record: BatchRecord
    counts: Counts
    chunks: int
    chunks_done: int
    chunks_taken: int
    workers: Sequence[WorkerInfo]


def setting_name(name: str, run_id: str) -> str:
    """What a setting of a batch is called among those of all."""
    return f"{run_id} {name}"


def find_batch(database: Database, batch: int) -> BatchRecord | None:
    """A batch by its number."""
    found = _records(database, "batch = %s", batch)
    return found[0] if found else None


def batch_of_key(database: Database, key: str) -> BatchRecord | None:
    """The batch that was submitted with a key."""
    found = _records(database, "submitted_key = %s", key)
    return found[0] if found else None


def all_batches(database: Database) -> list[BatchRecord]:
    """All batches, the oldest first."""
    return _records(database, "true")


def running_batches(database: Database) -> list[int]:
    """The numbers of the batches that run."""
    return [
        row[0] for row in _select(database, "select batch from batches where state = 'running'")
    ]


def chunks_at_once(database: Database, jobs: int, batch: int | None) -> int:
    """How many chunks a worker has at once: twice the rows that it runs, and two at least.

    One begins while the last rows of another are waited for; chunks may be small.
    """
    query = (
        "select min(size) from batches where state = 'running'"
        " and (%s::integer is null or batch = %s::integer)"
    )
    size = _select(database, query, batch, batch)[0][0]
    return max(_LEAST_AT_ONCE, min(_MOST_AT_ONCE, 2 * jobs // (size or jobs)))


def _records(database: Database, condition: str, *values: object) -> list[BatchRecord]:
    query = f"select {_COLUMNS} from batches where {condition} order by batch"  # noqa: S608
    return [_record(row) for row in _select(database, query, *values)]


def _record(row: Sequence[Any]) -> BatchRecord:
    batch, run_id, state, document, created, finished, total, key, content, *others = row
    version, size, priority, rates, keeps_calls, plan_version = others
    try:
        read = msgspec.msgpack.decode(rates, type=dict[str, float])
    except ValueError:
        raise DatabaseError("is damaged: the rates of a batch cannot be read") from None
    submission = BatchSubmission(key, content, b"", version, size, priority, read, keeps_calls)
    return BatchRecord(
        batch, run_id, state, document, created, finished, total, submission, plan_version
    )


def status_of_batch(database: Database, record: BatchRecord) -> BatchStatus:
    """The sums of its chunks: rows are not counted, however many there are."""
    chunks, done, taken, *ends = _select(database, _COUNTS, record.batch)[0]
    workers = [WorkerInfo(*row) for row in _select(database, _WORKERS)]
    return BatchStatus(record, Counts(record.rows, *ends), chunks, done, taken, workers)


def set_state(database: Database, batch: int, state: BatchState) -> bool:
    """Pause, cancel or go on with a batch that is not done. Returns whether it is so now.

    No worker begins a call after that: chunks have another fence than theirs.
    """

    def change(connection: psycopg.Connection[tuple[Any, ...]]) -> bool:
        finished = "now()" if state == "cancelled" else "null"
        before = ("running", "paused") if state != "running" else ("running", "paused", "cancelled")
        found = connection.execute(
            f"update batches set state = %s, finished = {finished}"  # noqa: S608
            " where batch = %s and state = any(%s)",
            [state, batch, list(before)],
        )
        if not found.rowcount:
            return False
        connection.execute(
            "update chunks set fence = fence + 1, queued = null where batch = %s and not done",
            [batch],
        )
        return True

    return database.perform(change)


def chunks_to_queue(database: Database, most: int) -> list[QueuedChunk]:
    """Chunks of running batches that are in no queue, by priority, now marked as being in one.

    A chunk that should be in one for minutes and is with no worker is among them: a queue may lose
    jobs, or keep one as being worked on for ever.
    """
    rows = _select(database, _FEED, most) if most > 0 else []
    return [QueuedChunk(chunk, batch, priority) for chunk, batch, priority in rows]


def drop_calls(database: Database, batch: int) -> int:
    """Remove the calls of rows that passed; returns how many there were."""
    statement = (
        f"delete from calls_{batch:d} as calls using rows_{batch:d} as rows"  # noqa: S608
        " where calls.n = rows.n and rows.status = %s"
    )
    passed = ROW_STATES.index("passed")
    return database.perform(
        lambda connection: connection.execute(statement.encode(), [passed]).rowcount
    )


def drop_finished(database: Database, before: float | None, batch: int | None = None) -> int:
    """Remove the batches that finished before an instant, or one; returns how many there were."""

    def drop(connection: psycopg.Connection[tuple[Any, ...]]) -> int:
        found = connection.execute(
            "select batch from batches where state in ('done', 'cancelled')"
            " and (finished < to_timestamp(%s::float8) or batch = %s)",
            [before, batch],
        ).fetchall()
        for (number,) in found:
            connection.execute(f"drop table rows_{number:d}, calls_{number:d}".encode())
            connection.execute(_DROP, [number])
        return len(found)

    return database.perform(drop)


def results_of(database: Database, batch: int, states: Sequence[RowState]) -> Iterator[RowResult]:
    """The rows of a batch in these states, in order, read piece by piece."""
    numbers = [ROW_STATES.index(one) for one in states]
    after = -1
    while True:
        rows = _select(
            database,
            f"select n, name, status, code, result from rows_{batch:d}"  # noqa: S608
            " where n > %s and status = any(%s) order by n limit 1000",
            after,
            numbers,
        )
        for n, name, status, code, result in rows:
            yield RowResult(n, name, ROW_STATES[status], code, result or b"")
            after = n
        if not rows:
            return


def contents_of(database: Database, batch: int) -> tuple[bytes, bytes, Mapping[str, str]]:
    """The options of a batch, its documents, and their digests."""
    row = _select(
        database, "select options, documents, digests from batches where batch = %s", batch
    )[0]
    return row[0], row[1], msgspec.msgpack.decode(row[2], type=dict[str, str])


def _select(database: Database, query: str, *values: object) -> list[tuple[Any, ...]]:
    return database.perform(
        lambda connection: connection.execute(query.encode(), values, binary=True).fetchall()
    )
