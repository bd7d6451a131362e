"""A chunk has one worker at a time; one that is silent loses it, one that is there does not."""

import pytest

from arazzo_runner.batch.batches import find_batch, set_state
from arazzo_runner.journal.model import RowEnded, RowProbe
from unit.batch.conftest import age, begin, chunk_ids, new_worker, take


@pytest.fixture
def chunks(store, database):
    return chunk_ids(database, store.batch)


def test_a_chunk_has_one_worker(chunks, database, worker) -> None:
    lease = take(worker, chunks[0])
    assert (lease.first, lease.last, lease.fence, lease.deaths) == (0, 4, 1, 0)
    assert new_worker(database).take(chunks[0]) == "held"
    assert [one.number for one in worker.open_rows(lease)] == [0, 1, 2, 3, 4]
    assert worker.lost([lease]) == set()


def test_the_last_chunk_has_the_rest(chunks, worker) -> None:
    lease = take(worker, chunks[2])
    assert [one.number for one in worker.open_rows(lease)] == [10, 11]


def test_the_chunk_of_a_worker_that_is_silent_is_free(chunks, database, worker) -> None:
    lease = take(worker, chunks[0])
    age(database, 0.5)
    taken = take(new_worker(database), chunks[0])
    assert (taken.fence, taken.deaths) == (2, 1)
    assert worker.lost([lease]) == {chunks[0]}
    assert worker.finish(lease) is False


def test_a_worker_takes_its_own_chunk_again(chunks, worker) -> None:
    take(worker, chunks[0])
    assert (take(worker, chunks[0]).fence, take(worker, chunks[0]).deaths) == (2, 0)


def test_a_chunk_that_is_given_back_is_free(chunks, database, worker) -> None:
    worker.release(take(worker, chunks[0]))
    assert take(new_worker(database), chunks[0]).deaths == 0


def test_a_worker_that_leaves_has_no_chunk(chunks, database, worker) -> None:
    take(worker, chunks[0])
    worker.leave()
    assert take(new_worker(database), chunks[0]).deaths == 0


def test_a_chunk_is_done_when_its_rows_have_ended(chunks, store, database, worker) -> None:
    lease = take(worker, chunks[0])
    store.hold(lease)
    store.write("", [RowEnded(row, "passed") for row in range(4)])
    assert worker.finish(lease) is False
    store.write("", [RowEnded(4, "failed", 1)])
    assert worker.finish(lease) is True
    assert worker.take(chunks[0]) == "done"
    assert find_batch(database, store.batch).state == "running"


def test_a_batch_is_done_with_its_last_chunk(database, worker) -> None:
    store = begin(database, rows=2)
    (chunk,) = chunk_ids(database, store.batch)
    lease = take(worker, chunk)
    store.hold(lease)
    store.write("", [RowEnded(row, "passed") for row in range(2)])
    assert worker.finish(lease) is True
    assert find_batch(database, store.batch).state == "done"


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_the_chunks_of_a_batch_that_does_not_run(chunks, store, database, worker, state) -> None:
    lease = take(worker, chunks[0])
    assert set_state(database, store.batch, state)
    assert worker.lost([lease]) == {chunks[0]}
    assert worker.take(chunks[0]) == "idle"
    assert set_state(database, store.batch, "running")
    assert new_worker(database).take(chunks[0]) == "held"  # until the first one gives it back
    worker.release(lease)
    assert take(new_worker(database), chunks[0]).first == 0


def test_a_row_that_was_tried_stays_so_when_its_worker_dies(
    chunks, store, database, worker
) -> None:
    lease = take(worker, chunks[0])
    store.hold(lease)
    store.write("", [RowProbe(2)])
    age(database, 0.5)
    other = new_worker(database)
    taken = take(other, chunks[0])
    assert [one.number for one in other.open_rows(taken) if one.tried] == [2]
    worker.release(lease)
    assert [one.number for one in other.open_rows(taken) if one.tried] == [2]
    other.release(taken)
    assert [one.number for one in other.open_rows(taken) if one.tried] == []


def test_no_chunk(worker) -> None:
    assert worker.take(4711) == "done"
