"""Batches as a whole: their states, their keys, the chunks that wait for a queue, results."""

import pytest

from arazzo_runner.batch.batches import (
    all_batches,
    batch_of_key,
    chunks_at_once,
    chunks_to_queue,
    contents_of,
    drop_calls,
    drop_finished,
    find_batch,
    results_of,
    running_batches,
    set_state,
    status_of_batch,
)
from arazzo_runner.journal.model import CallEnded, CallRecord, RowEnded
from unit.batch.conftest import begin, chunk_ids, take


def test_batches_are_found(store, database) -> None:
    other = begin(database, key="k", rates={"": 5.0}, priority=3)
    assert [one.batch for one in all_batches(database)] == [store.batch, other.batch]
    found = batch_of_key(database, "k")
    assert (found.batch, found.submission.priority, found.submission.rates) == (
        other.batch,
        3,
        {"": 5.0},
    )
    assert batch_of_key(database, "other") is None
    assert find_batch(database, 99) is None
    assert contents_of(database, store.batch) == (b"options", b"docs", {"document": "d"})


@pytest.mark.parametrize(
    ("jobs", "size", "count"), [(50, 50, 2), (50, 5, 20), (50, 20, 5), (10, 500, 2), (500, 1, 20)]
)
def test_a_worker_has_twice_the_rows_that_it_runs(database, jobs, size, count) -> None:
    assert chunks_at_once(database, jobs, None) == 2
    batch = begin(database, chunk=size).batch
    begin(database, chunk=1)
    assert chunks_at_once(database, jobs, batch) == count


def test_chunks_wait_for_the_queue_once_and_by_priority(store, database) -> None:
    urgent = begin(database, priority=9)
    first = chunks_to_queue(database, 2)
    assert {one.batch for one in first} == {urgent.batch}
    assert len(chunks_to_queue(database, 10)) == 4
    assert chunks_to_queue(database, 10) == []
    assert chunks_to_queue(database, 0) == []


def test_a_chunk_that_the_queue_has_lost_waits_again(store, database, worker) -> None:
    chunks = chunk_ids(database, store.batch)
    chunks_to_queue(database, 10)
    take(worker, chunks[0])
    database.perform(
        lambda one: one.execute("update chunks set queued = now() - interval '5 minutes'")
    )
    assert {one.chunk for one in chunks_to_queue(database, 10)} == set(chunks[1:])


@pytest.mark.parametrize(
    ("before", "after", "is_possible"),
    [
        ("running", "paused", True),
        ("paused", "cancelled", True),
        ("paused", "running", True),
        ("cancelled", "running", True),
        ("cancelled", "paused", False),
        ("done", "running", False),
        ("done", "cancelled", False),
    ],
)
def test_states(store, database, before, after, is_possible) -> None:
    database.perform(lambda one: one.execute("update batches set state = %s", [before]))
    assert set_state(database, store.batch, after) is is_possible
    assert find_batch(database, store.batch).state == (after if is_possible else before)
    assert running_batches(database) == (
        [store.batch] if after == "running" and is_possible else []
    )


def test_workers_are_shown_with_their_chunks(store, database, worker) -> None:
    take(worker, chunk_ids(database, store.batch)[0])
    status = status_of_batch(database, find_batch(database, store.batch))
    assert (status.chunks, status.chunks_done, status.chunks_taken) == (3, 0, 1)
    assert [(one.jobs, one.chunks) for one in status.workers] == [(50, 1)]


def test_results_come_in_order(store, database, worker) -> None:
    store.hold(take(worker, chunk_ids(database, store.batch)[0]))
    store.write("", [RowEnded(3, "passed", 0, b"r3"), RowEnded(1, "failed", 1, b"r1")])
    found = list(results_of(database, store.batch, ["passed", "failed"]))
    assert [(one.number, one.name, one.state, one.code, one.result) for one in found] == [
        (1, "c1", "failed", 1, b"r1"),
        (3, "c3", "passed", 0, b"r3"),
    ]
    assert len(list(results_of(database, store.batch, ["open"]))) == 10


def test_calls_of_rows_that_passed_are_dropped(store, database, worker) -> None:
    store.hold(take(worker, chunk_ids(database, store.batch)[0]))
    calls = [CallEnded(row, CallRecord("k", "send", b"d", 1.0, b"o")) for row in range(3)]
    store.write("", [*calls, RowEnded(0, "passed"), RowEnded(1, "failed", 1)])
    assert drop_calls(database, store.batch) == 1
    assert [bool(store.calls("", row)) for row in range(3)] == [False, True, True]


def test_a_batch_that_has_ended_is_dropped(store, database) -> None:
    assert drop_finished(database, None, store.batch) == 0
    set_state(database, store.batch, "cancelled")
    assert drop_finished(database, None, store.batch) == 1
    assert all_batches(database) == []
