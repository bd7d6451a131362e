"""The entries of a batch written by one statement: it holds no lock while anybody is waited for.

What the holder of a chunk alone may write (calls begun, ends of rows) is written where its fence is
still that of the chunk. Outcomes are written always: that a server responded is a fact, whoever
brings it, and what is known is never taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias, assert_never

from msgspec import Struct, field

from arazzo_runner.batch.model import ROW_STATES
from arazzo_runner.journal.model import (
    CallBegun,
    CallEnded,
    CallRecord,
    CallWithdrawn,
    JournalEntry,
    RowEnded,
    RowProbe,
)

Lease: TypeAlias = tuple[int, int]
"""A chunk and its fence."""

_FAILED: Final = ROW_STATES.index("failed")
_CALLS: Final = (
    "insert into calls_{batch}(batch, n, key, kind, digest, begun, fence, unsafe, outcome)"
)

_HELD: Final = """
ok as (
    select chunk, fence from chunks
    join unnest(%(chunks)s::bigint[], %(fences)s::bigint[]) as held(chunk, fence)
        using (chunk, fence)
    for share of chunks
)"""
_BEGUN: Final = f"""
begun as (
    {_CALLS}
    select {{batch}}, n, key, 'send', digest, begun, ok.fence, true, null
    from unnest(%(begun_chunk)s::bigint[], %(begun_n)s::bigint[], %(begun_key)s::text[],
        %(begun_digest)b::bytea[], %(begun_at)s::float8[]) as t(chunk, n, key, digest, begun)
    join ok using (chunk)
    on conflict (batch, n, key) do update set fence = excluded.fence
        where calls_{{batch}}.outcome is null
)"""  # noqa: S608
_ENDED: Final = f"""
ended as (
    {_CALLS}
    select {{batch}}, n, key, kind, digest, begun, 0, false, outcome
    from unnest(%(ended_n)s::bigint[], %(ended_key)s::text[], %(ended_kind)s::text[],
        %(ended_digest)b::bytea[], %(ended_at)s::float8[], %(ended_outcome)b::bytea[])
        as t(n, key, kind, digest, begun, outcome)
    on conflict (batch, n, key) do update set outcome = excluded.outcome
        where calls_{{batch}}.outcome is null
)"""  # noqa: S608
_WITHDRAWN: Final = """
withdrawn as (
    delete from calls_{batch} as calls
    using unnest(%(withdrawn_fence)s::bigint[], %(withdrawn_n)s::bigint[],
        %(withdrawn_key)s::text[]) as t(fence, n, key)
    where calls.n = t.n and calls.key = t.key and calls.fence = t.fence and outcome is null
)"""
_TRIED: Final = """
tried as (
    update rows_{batch} as rows set tried = true
    from unnest(%(tried_chunk)s::bigint[], %(tried_n)s::bigint[]) as t(chunk, n)
    join ok using (chunk)
    where rows.n = t.n
)"""
_DECIDED: Final = """
decided as (
    update rows_{batch} as rows set status = t.status, code = t.code, result = t.result
    from unnest(%(decided_chunk)s::bigint[], %(decided_n)s::bigint[],
        %(decided_status)s::smallint[], %(decided_code)s::smallint[], %(decided_result)b::bytea[])
        as t(chunk, n, status, code, result) join ok using (chunk)
    where rows.n = t.n and rows.status = 0
    returning t.chunk, t.status
),
counted as (
    update chunks set passed = passed + t.p, failed = failed + t.f, doubt = doubt + t.b,
        dead = dead + t.d
    from (
        select chunk, count(*) filter (where status = 1) as p, count(*) filter (where status = 2)
            as f, count(*) filter (where status = 3) as b, count(*) filter (where status = 4) as d
        from decided group by chunk
    ) as t
    where chunks.chunk = t.chunk
)"""
_DROPPED: Final = """
dropped as (
    delete from calls_{batch} as calls using unnest(%(dropped_n)s::bigint[]) as t(n)
    where calls.n = t.n
)"""


class EntryArrays(Struct):
    """Entries as arrays for the statement, by the names that it has for them."""

    held: dict[int, int] = field(default_factory=dict)
    begun: dict[tuple[int, str], tuple[Any, ...]] = field(default_factory=dict)
    ended: dict[tuple[int, str], tuple[Any, ...]] = field(default_factory=dict)
    withdrawn: list[tuple[Any, ...]] = field(default_factory=list)
    tried: list[tuple[Any, ...]] = field(default_factory=list)
    decided: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    dropped: list[tuple[Any, ...]] = field(default_factory=list)
    rows: dict[int, int] = field(default_factory=dict)

    def statement(self, batch: int) -> tuple[str, dict[str, Any]]:
        """The statement, with the parts alone that there are entries for, and its values."""
        parts, values = [_HELD], dict(_columns("", ("chunks", "fences"), self.held.items()))
        for name, columns, text in _PARTS:
            entries = getattr(self, name)
            tuples = entries.values() if isinstance(entries, dict) else entries
            if tuples:
                parts.append(text.replace("{batch}", f"{batch:d}"))
                values |= _columns(f"{name}_", columns, tuples)
        return f"with {','.join(parts)}\nselect chunk from ok", values


_PARTS: Final = (
    ("begun", ("chunk", "n", "key", "digest", "at"), _BEGUN),
    ("ended", ("n", "key", "kind", "digest", "at", "outcome"), _ENDED),
    ("withdrawn", ("fence", "n", "key"), _WITHDRAWN),
    ("tried", ("chunk", "n"), _TRIED),
    ("decided", ("chunk", "n", "status", "code", "result"), _DECIDED),
    ("dropped", ("n",), _DROPPED),
)


def _columns(
    prefix: str, names: Sequence[str], tuples: Iterable[tuple[Any, ...]]
) -> Mapping[str, list[Any]]:
    columns = [list(one) for one in zip(*tuples, strict=True)] or [[] for _ in names]
    return {f"{prefix}{name}": column for name, column in zip(names, columns, strict=True)}


def entry_arrays(
    entries: Iterable[JournalEntry], lease_of: Callable[[int], Lease], *, keeps_calls: bool
) -> EntryArrays:
    """The entries as arrays; ``lease_of`` gives what this worker has of the chunk of a row."""
    arrays = EntryArrays()
    for entry in entries:
        chunk, fence = lease_of(entry.row)
        arrays.held[chunk] = fence
        arrays.rows[entry.row] = chunk
        _add(arrays, entry, chunk, fence)
    if not keeps_calls:
        _drop_calls(arrays)
    return arrays


def _add(arrays: EntryArrays, entry: JournalEntry, chunk: int, fence: int) -> None:
    match entry:
        case CallBegun(row, call):
            arrays.begun[row, call.key] = chunk, row, call.key, call.digest, call.begun
        case CallEnded(row, call):
            arrays.ended[row, call.key] = _outcome_values(row, call)
        case CallWithdrawn(row, key):
            arrays.withdrawn.append((fence, row, key))
        case RowProbe(row):
            arrays.tried.append((chunk, row))
        case RowEnded(row, state, code, result):
            # What did not pass for another reason than its workflows counts as failed, too.
            number = ROW_STATES.index(state) if state in ROW_STATES else _FAILED
            arrays.decided[row] = chunk, row, number, code, result
        case _:
            assert_never(entry)


def _outcome_values(row: int, call: CallRecord) -> tuple[Any, ...]:
    return row, call.key, call.kind, call.digest, call.begun, call.outcome


def _drop_calls(arrays: EntryArrays) -> None:
    """Keep no calls of rows that passed: nothing goes on with them."""
    passed = {row for row, one in arrays.decided.items() if one[2] == ROW_STATES.index("passed")}
    arrays.ended = {place: one for place, one in arrays.ended.items() if place[0] not in passed}
    arrays.dropped = [(row,) for row in sorted(passed)]
