"""Rows that are run again: what is known of their calls is kept, but for what did not go well."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from arazzo_runner.batch.batches import results_of
from arazzo_runner.batch.content import BatchContent
from arazzo_runner.batch.database import Database
from arazzo_runner.batch.model import ROW_STATES, BatchRecord
from arazzo_runner.executor.plan import step_text
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.journal.model import RowState
from arazzo_runner.journal.outcome import decode_outcome

if TYPE_CHECKING:
    import psycopg

_PAGE: Final = 1_000
_FAILURE: Final = 400
_COLUMNS: Final[Mapping[RowState, str]] = {"failed": "failed", "doubt": "doubt", "dead": "dead"}


def retry_failed(database: Database, record: BatchRecord, content: BatchContent) -> int:
    """Run the rows again that failed; returns how many there are.

    Of the steps that did not pass, calls are made again whose repetition does no harm, and those
    that failed. What passed is not: a POST that a server has confirmed is not sent twice.
    """
    count = 0
    page: dict[int, tuple[str, ...]] = {}
    for row in results_of(database, record.batch, ["failed"]):
        page[row.number] = content.report(row).failed
        if len(page) == _PAGE:
            count += _retry_page(database, record, content, page)
            page = {}
    return count + _retry_page(database, record, content, page)


def _retry_page(
    database: Database,
    record: BatchRecord,
    content: BatchContent,
    failed: Mapping[int, Collection[str]],
) -> int:
    def retry(connection: psycopg.Connection[tuple[Any, ...]]) -> int:
        again = list(_calls_again(connection, record.batch, content, failed))
        if again:
            rows, keys = zip(*again, strict=True)
            connection.execute(
                f"delete from calls_{record.batch:d} as calls"  # noqa: S608
                " using unnest(%s::bigint[], %s::text[]) as t(n, key)"
                " where calls.n = t.n and calls.key = t.key".encode(),
                [list(rows), list(keys)],
            )
        return _reopen(connection, record, "failed", list(failed))

    return database.perform(retry) if failed else 0


def _calls_again(
    connection: psycopg.Connection[tuple[Any, ...]],
    batch: int,
    content: BatchContent,
    failed: Mapping[int, Collection[str]],
) -> Iterable[tuple[int, str]]:
    calls = connection.execute(
        f"select n, key, unsafe, outcome from calls_{batch:d}"  # noqa: S608
        " where n = any(%s) and outcome is not null".encode(),
        [list(failed)],
        binary=True,
    )
    for row, key, is_unsafe, outcome in calls:
        if step_text(key) not in failed[row]:
            continue
        if not is_unsafe or _is_failure(content.outcome(row, key, outcome)):
            yield row, key


def _is_failure(outcome: bytes) -> bool:
    try:
        read = decode_outcome(outcome)
    except ValueError:
        return False
    return isinstance(read, TransportFailure) or read.status >= _FAILURE


def retry_dead(database: Database, record: BatchRecord) -> int:
    """Run dead letters again, each of them alone; returns how many there are."""
    return database.perform(lambda connection: _reopen(connection, record, "dead", None))


def send_again(database: Database, record: BatchRecord, calls: Sequence[tuple[int, str]]) -> int:
    """Forget that calls in doubt were begun, and run their rows again; returns how many rows.

    What is known of one by now is kept.
    """

    def forget(connection: psycopg.Connection[tuple[Any, ...]]) -> int:
        connection.execute(
            f"delete from calls_{record.batch:d} as calls"  # noqa: S608
            " using unnest(%s::bigint[], %s::text[]) as t(n, key)"
            " where calls.n = t.n and calls.key = t.key and outcome is null".encode(),
            [[row for row, _ in calls], [key for _, key in calls]],
        )
        return _reopen(connection, record, "doubt", [row for row, _ in calls])

    return database.perform(forget)


def assume_done(
    database: Database,
    record: BatchRecord,
    content: BatchContent,
    outcomes: Mapping[tuple[int, str], bytes],
) -> int:
    """Take calls in doubt to have had these outcomes, and run their rows on; how many rows."""
    sealed = [content.sealed_outcome(*call, outcome) for call, outcome in outcomes.items()]

    def keep(connection: psycopg.Connection[tuple[Any, ...]]) -> int:
        connection.execute(
            f"update calls_{record.batch:d} as calls set outcome = t.outcome"  # noqa: S608
            " from unnest(%s::bigint[], %s::text[], %b::bytea[]) as t(n, key, outcome)"
            " where calls.n = t.n and calls.key = t.key and calls.outcome is null".encode(),
            [[row for row, _ in outcomes], [key for _, key in outcomes], sealed],
        )
        return _reopen(connection, record, "doubt", [row for row, _ in outcomes])

    return database.perform(keep)


def calls_in_doubt(database: Database, batch: int, content: BatchContent) -> list[tuple[int, str]]:
    """The calls that rows in doubt were in doubt of, by row.

    One may have an outcome by now, from a worker that came back: its row goes on with that.
    """
    return [
        (row.number, name.partition(":")[2])
        for row in results_of(database, batch, ["doubt"])
        for name in content.report(row).doubt
    ]


def _reopen(
    connection: psycopg.Connection[tuple[Any, ...]],
    record: BatchRecord,
    state: RowState,
    rows: Sequence[int] | None,
) -> int:
    """Let rows in a state be open again, and their chunks be worked on; None: all of them."""
    batch, size, column = record.batch, record.submission.chunk, _COLUMNS[state]
    found = connection.execute(
        f"update rows_{batch:d} set status = 0, code = 0, result = null, tried = false"  # noqa: S608
        " where status = %(status)s and (%(all)s or n = any(%(rows)s)) returning n".encode(),
        {"status": ROW_STATES.index(state), "all": rows is None, "rows": list(rows or [])},
    )
    numbers = [row[0] for row in found]
    connection.execute(
        f"update chunks set done = false, queued = null, {column} = {column} - t.count"  # noqa: S608
        " from (select n - n %% %(size)s as first, count(*)::integer as count"
        " from unnest(%(rows)s::bigint[]) as n group by 1) as t"
        " where batch = %(batch)s and chunks.first = t.first".encode(),
        {"size": size, "rows": numbers, "batch": batch},
    )
    if numbers:
        connection.execute(
            "update batches set state = 'running', finished = null"
            " where batch = %s and state = 'done'",
            [batch],
        )
    return len(numbers)
