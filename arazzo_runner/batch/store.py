"""The store of batches: the journal of each batch in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from arazzo_runner.batch.batches import drop_finished, setting_name
from arazzo_runner.batch.database import Database
from arazzo_runner.batch.flush import Lease, entry_arrays
from arazzo_runner.batch.model import (
    PLAN_VERSION,
    ROW_STATES,
    BatchSubmission,
    ChunkLease,
    DatabaseError,
)
from arazzo_runner.journal.model import (
    CallCounts,
    CallRecord,
    JournalEntry,
    RowRecord,
    RowState,
    RunRecord,
    RunState,
)

if TYPE_CHECKING:
    import psycopg

_STATES: Final[dict[str, RunState]] = {
    "running": "unfinished",
    "paused": "unfinished",
    "cancelled": "error",
    "done": "passed",
}
_BATCH: Final = """
insert into batches(run_id, document, digests, options, documents, content, submitted_key, version,
    plan_version, size, priority, rates, keeps_calls, created)
values (%s, %s, %b, %b, %b, %b, %s, %s, %s, %s, %s, %b, %s, to_timestamp(%s)) returning batch
"""
_CHUNKS: Final = """
insert into chunks(batch, first, last)
select %(batch)s, n, least(n + %(size)s, %(total)s) - 1
from generate_series(0::bigint, %(total)s::bigint - 1, %(size)s::bigint) as n
"""


class BatchStore:
    """The journal of one batch in a database; its calls are written by the holder of their chunk.

    A store that begins a batch has a ``submission``, and its number in ``batch`` afterwards.
    """

    def __init__(
        self,
        database: Database,
        batch: int = 0,
        submission: BatchSubmission | None = None,
        run_id: str = "",
    ) -> None:
        """``run_id`` is that of the batch, whose settings it names."""
        self._database = database
        self._submission = submission
        self._leases: dict[int, ChunkLease] = {}
        self._size = submission.chunk if submission else 1
        self._keeps_calls = submission.keeps_calls if submission else True
        self._run_id = run_id
        self.batch = batch

    def hold(self, lease: ChunkLease) -> None:
        """Write the entries of a chunk's rows by a lease from now on."""
        self._leases[lease.first // self._size] = lease

    def create(self, run: RunRecord, rows: Iterable[RowRecord]) -> None:
        """Keep a batch with its rows and chunks, all or nothing."""
        self._database.perform(lambda connection: self._create(connection, run, rows))

    def _create(
        self,
        connection: psycopg.Connection[tuple[Any, ...]],
        run: RunRecord,
        rows: Iterable[RowRecord],
    ) -> None:
        submission = self._submission
        assert submission is not None
        values = (
            run.run_id, run.document, msgspec.msgpack.encode(run.digests), run.options,
            submission.documents, submission.content, submission.key, submission.version,
            PLAN_VERSION, submission.chunk, submission.priority,
            msgspec.msgpack.encode(submission.rates), submission.keeps_calls, run.started,
        )  # fmt: skip
        created = connection.execute(_BATCH, values).fetchone()
        assert created is not None
        batch: int = created[0]
        _make_partitions(connection, batch)
        total = _copy_rows(connection, batch, rows)
        numbers = {"batch": batch, "size": submission.chunk, "total": total}
        connection.execute(_CHUNKS, numbers)
        connection.execute("update batches set total = %s where batch = %s", [total, batch])
        self.batch = batch

    def write(self, run_id: str, entries: Sequence[JournalEntry]) -> Collection[int]:
        """Keep entries by one statement; it waits for a database that is away."""
        del run_id
        arrays = entry_arrays(entries, self._lease_of, keeps_calls=self._keeps_calls)
        statement, values = arrays.statement(self.batch)

        def flush(connection: psycopg.Connection[tuple[Any, ...]]) -> set[int]:
            found = connection.execute(statement.encode(), values, prepare=True).fetchall()
            return {row[0] for row in found}

        ok = self._database.persist(flush)
        return {row for row, chunk in arrays.rows.items() if chunk not in ok}

    def _lease_of(self, row: int) -> Lease:
        lease = self._leases[row // self._size]
        return lease.chunk, lease.fence

    def finish(self, run_id: str, state: RunState, finished: float) -> None:
        """Keep that all rows have ended."""
        del run_id, state
        self._execute(
            "update batches set state = 'done', finished = to_timestamp(%s) where batch = %s",
            finished,
            self.batch,
        )

    def runs(self) -> list[RunRecord]:
        """The batch as a run."""
        rows = self._select(
            "select run_id::text, document, digests, options, extract(epoch from created)::float8,"
            " state, extract(epoch from finished)::float8 from batches where batch = %s",
            self.batch,
        )
        return [
            RunRecord(run, document, _mapping(digests), options, created, _STATES[state], finished)
            for run, document, digests, options, created, state, finished in rows
        ]

    def rows(self, run_id: str) -> list[RowRecord]:
        """The rows in order."""
        del run_id
        rows = self._select(
            f"select n, name, inputs, status from rows_{self.batch:d} order by n"  # noqa: S608
        )
        return [RowRecord(n, name, inputs, ROW_STATES[one]) for n, name, inputs, one in rows]

    def calls(self, run_id: str, row: int) -> list[CallRecord]:
        """The calls of a row in the order in which they were begun."""
        del run_id
        return self.calls_between(row, row).get(row, [])

    def calls_between(self, first: int, last: int) -> dict[int, list[CallRecord]]:
        """The calls of the rows from ``first`` to ``last``, by row."""
        found: dict[int, list[CallRecord]] = {}
        for row, *values in self._select(
            f"select n, key, kind, digest, begun, outcome from calls_{self.batch:d}"  # noqa: S608
            " where n between %s and %s order by n, begun",
            first,
            last,
        ):
            found.setdefault(row, []).append(CallRecord(*values))
        return found

    def row_counts(self, run_id: str) -> dict[RowState, int]:
        """How many rows are in which state."""
        del run_id
        rows = self._select(
            f"select status, count(*) from rows_{self.batch:d} group by status"  # noqa: S608
        )
        return {ROW_STATES[status]: count for status, count in rows}

    def call_counts(self, run_id: str) -> CallCounts:
        """How many calls there are."""
        del run_id
        counts = self._select(
            f"select count(*), count(*) - count(outcome) from calls_{self.batch:d}"  # noqa: S608
        )
        return CallCounts(*counts[0])

    def prune(self, before: float) -> int:
        """Drop the batches that finished before an instant; returns how many there were."""
        return drop_finished(self._database, before)

    def read_setting(self, name: str) -> bytes | None:
        """A setting of the batch."""
        found = self._select(
            "select value from meta where name = %s", setting_name(name, self._run_id)
        )
        return found[0][0] if found else None

    def write_setting(self, name: str, value: bytes) -> None:
        """Keep a setting."""
        self._execute(
            "insert into meta values (%s, %b) on conflict (name) do update set value ="
            " excluded.value",
            setting_name(name, self._run_id),
            value,
        )

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def _select(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self._database.perform(
            lambda connection: connection.execute(query.encode(), values, binary=True).fetchall()
        )

    def _execute(self, statement: str, *values: object) -> None:
        self._database.perform(lambda connection: connection.execute(statement.encode(), values))


def _make_partitions(connection: psycopg.Connection[tuple[Any, ...]], batch: int) -> None:
    for table, fill in (("rows", 80), ("calls", 90)):
        name = f"{table}_{batch:d}"
        connection.execute(
            f"create table {name} (like {table} including all)"
            f" with (fillfactor = {fill:d}, autovacuum_vacuum_scale_factor = 0.02)".encode()
        )
        connection.execute(
            f"alter table {table} attach partition {name} for values in ({batch:d})".encode()
        )


def _copy_rows(
    connection: psycopg.Connection[tuple[Any, ...]], batch: int, rows: Iterable[RowRecord]
) -> int:
    total = 0
    statement = f"copy rows_{batch:d}(batch, n, name, inputs) from stdin (format binary)"
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.set_types(["int4", "int8", "text", "bytea"])
        for row in rows:
            copy.write_row((batch, row.number, row.name, row.inputs))
            total += 1
    return total


def _mapping(spelled: bytes) -> dict[str, str]:
    try:
        return msgspec.msgpack.decode(spelled, type=dict[str, str])
    except ValueError:
        raise DatabaseError("is damaged: the digests of a batch cannot be read") from None
