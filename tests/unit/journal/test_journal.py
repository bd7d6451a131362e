"""A journal that is open: runs begin, go on and end in it."""

import pytest
from msgspec.structs import replace

from arazzo_runner.journal.journal import Journal, state_of
from arazzo_runner.journal.model import JournalError, RowEnded
from arazzo_runner.journal.sqlite import SqliteStore
from unit.journal.conftest import ROWS, RUN


@pytest.mark.parametrize("secret", [None, "a secret"])
def test_a_run_is_found_as_it_began(path, secret) -> None:
    journal = Journal(SqliteStore(path, creates=True), secret)
    journal.begin(RUN, ROWS)
    journal.close()
    again = Journal(SqliteStore(path, creates=False), secret)
    assert again.find("run-1") == RUN
    assert again.rows("run-1") == [*ROWS]
    assert again.find("run-2") is None
    assert [one.run_id for one in again.unfinished()] == ["run-1"]
    if secret:
        assert again.store.runs()[0].options != RUN.options
        assert all(one.inputs != same.inputs
                   for one, same in zip(again.store.rows("run-1"), ROWS, strict=True))  # fmt: skip
    again.close()


def test_a_run_ends(path) -> None:
    journal = Journal(SqliteStore(path, creates=True))
    journal.begin(RUN, ROWS)
    run = journal.run("run-1", lambda: 7.0)
    run.writer.put(RowEnded(0, "passed"))
    run.finish("passed")
    assert journal.store.runs() == [replace(RUN, state="passed", finished=7.0)]
    assert journal.unfinished() == []
    journal.close()


def test_a_run_whose_journal_broke_has_not_ended(path, monkeypatch) -> None:
    journal = Journal(SqliteStore(path, creates=True))
    journal.begin(RUN, ROWS)

    def full(*_: object) -> None:
        raise JournalError("is full")

    with monkeypatch.context() as patched:
        patched.setattr(journal.store, "write", full)
        run = journal.run("run-1", lambda: 7.0)
        run.writer.put(RowEnded(0, "passed"))
        run.finish("passed")
    assert [one.run_id for one in journal.unfinished()] == ["run-1"]
    journal.close()


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        (["passed", "passed"], "passed"),
        (["passed", "failed"], "failed"),
        (["failed", "error"], "error"),
        (["error", "open", "passed"], "unfinished"),
    ],
)
def test_the_state_of_a_run(rows, state) -> None:
    assert state_of(rows) == state
