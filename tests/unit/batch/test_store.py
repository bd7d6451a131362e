"""Entries of a batch in one statement: what the holder of a chunk may write, and what anybody may."""

import threading
from uuid import uuid4

import pytest

from arazzo_runner.batch.batches import all_batches, find_batch, status_of_batch
from arazzo_runner.batch.model import Counts, DatabaseError
from arazzo_runner.batch.store import BatchStore
from arazzo_runner.journal.model import (
    CallBegun,
    CallCounts,
    CallEnded,
    CallRecord,
    CallWithdrawn,
    RowEnded,
    RowProbe,
    RunRecord,
)
from unit.batch.conftest import ROWS, age, begin, chunk_ids, new_worker, submission, take


def call(outcome: bytes | None = None, key: str = "w/s#1@1", kind: str = "send") -> CallRecord:
    return CallRecord(key, kind, b"d" * 16, 1.5, outcome)  # type: ignore[arg-type]


@pytest.fixture
def held(store, database, worker):
    """The store with a lease of its first chunk."""
    store.hold(take(worker, chunk_ids(database, store.batch)[0]))
    return store


def counts(database, store) -> Counts:
    return status_of_batch(database, find_batch(database, store.batch)).counts


def test_a_batch_is_kept_with_its_rows_and_chunks(store, database) -> None:
    assert [(one.number, one.name, one.inputs) for one in store.rows("")][:2] == [
        (0, "c0", b'{"at": 0}'),
        (1, "c1", b'{"at": 1}'),
    ]
    assert len(chunk_ids(database, store.batch)) == 3
    assert counts(database, store) == Counts(ROWS)
    (run,) = store.runs()
    assert (run.document, run.digests, run.options, run.state) == (
        "w.yaml", {"document": "d"}, b"options", "unfinished",
    )  # fmt: skip


def test_a_batch_whose_rows_end_in_an_error_is_not_there(database) -> None:
    def rows():
        yield from ()
        raise RuntimeError("a row is wrong")

    store = BatchStore(database, 0, submission())
    run = RunRecord(str(uuid4()), "w.yaml", {}, b"", 1.0)
    with pytest.raises(RuntimeError):
        store.create(run, rows())
    assert (store.batch, all_batches(database)) == (0, [])


def test_a_call_is_begun_and_ended(held) -> None:
    assert held.write("", [CallBegun(0, call())]) == set()
    assert held.calls("", 0) == [call()]
    assert held.write("", [CallEnded(0, call(b"one"))]) == set()
    held.write("", [CallEnded(0, call(b"two"))])
    assert held.calls("", 0) == [call(b"one")]
    assert held.call_counts("") == CallCounts(1, 0)


def test_calls_come_in_the_order_in_which_they_were_begun(held) -> None:
    late = CallRecord("w/a#1@1", "sleep", b"", 2.5, b"3.0")
    held.write("", [CallEnded(0, late), CallEnded(0, call(b"x"))])
    assert [one.key for one in held.calls("", 0)] == ["w/s#1@1", "w/a#1@1"]
    assert held.calls_between(0, 4).keys() == {0}


def test_a_call_is_withdrawn_by_who_began_it(held, database) -> None:
    held.write("", [CallBegun(0, call()), CallBegun(1, call())])
    age(database, 0.5)
    other = BatchStore(database, held.batch, submission())
    other.hold(take(new_worker(database), chunk_ids(database, held.batch)[0]))
    other.write("", [CallBegun(1, call())])
    held.write("", [CallWithdrawn(0, "w/s#1@1"), CallWithdrawn(1, "w/s#1@1")])
    assert held.calls("", 0) == []
    assert held.calls("", 1) == [call()]


def test_rows_end_once(held, database) -> None:
    ends = [RowEnded(0, "passed", 0, b"r"), RowEnded(1, "failed", 1), RowEnded(2, "error", 4)]
    held.write("", [*ends, RowEnded(3, "doubt", 4), RowEnded(4, "dead", 70)])
    held.write("", [RowEnded(0, "failed", 1)])
    assert counts(database, held) == Counts(ROWS, 1, 2, 1, 1)
    assert held.row_counts("") == {"open": 7, "passed": 1, "failed": 2, "doubt": 1, "dead": 1}


def test_of_a_chunk_that_another_worker_has_outcomes_alone_are_kept(held, database) -> None:
    held.write("", [CallBegun(0, call())])
    age(database, 0.5)
    take(new_worker(database), chunk_ids(database, held.batch)[0])
    entries = [
        CallEnded(0, call(b"late")),
        CallBegun(1, call()),
        RowEnded(2, "passed"),
        RowProbe(3),
    ]
    assert held.write("", entries) == {0, 1, 2, 3}
    assert held.calls("", 0) == [call(b"late")]
    assert held.calls("", 1) == []
    assert counts(database, held) == Counts(ROWS)


def test_calls_of_rows_that_passed_are_dropped_where_that_is_asked_for(database, worker) -> None:
    store = begin(database, keeps_calls=False)
    store.hold(take(worker, chunk_ids(database, store.batch)[0]))
    store.write(
        "", [CallEnded(0, call(b"a")), CallBegun(1, call()), CallBegun(0, call(key="w/t#1@1"))]
    )
    ended = [CallEnded(0, call(b"b", "w/t#1@1")), CallEnded(1, call(b"c"))]
    store.write("", [*ended, RowEnded(0, "passed"), RowEnded(1, "failed", 1)])
    assert store.calls("", 0) == []
    assert store.calls("", 1) == [call(b"c")]


def test_a_statement_holds_no_lock_while_it_waits(held, database) -> None:
    """Two workers write of two chunks of a batch at the same time, and neither waits."""
    second = BatchStore(database, held.batch, submission())
    second.hold(take(new_worker(database), chunk_ids(database, held.batch)[1]))
    threads = [
        threading.Thread(target=lambda one=one, row=row: [one.write("", [CallBegun(row, call())]) for _ in range(50)])
        for one, row in ((held, 0), (second, 5))
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert held.call_counts("").total == 2


def test_settings(store) -> None:
    assert store.read_setting("salt") is None
    store.write_setting("salt", b"a")
    store.write_setting("salt", b"b")
    assert store.read_setting("salt") == b"b"


def test_a_batch_that_finished_is_pruned(store, database) -> None:
    store.finish("", "passed", 1000.0)
    assert store.runs()[0].finished == 1000.0
    assert store.prune(999.0) == 0
    assert store.prune(1001.0) == 1
    assert find_batch(database, store.batch) is None


def test_a_batch_that_is_damaged(store, database) -> None:
    database.perform(lambda one: one.execute("update batches set digests = 'x'"))
    with pytest.raises(DatabaseError, match="damaged"):
        store.runs()
