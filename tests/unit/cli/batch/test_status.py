"""How far a batch is, for people."""

from contextlib import closing

import pytest

from arazzo_runner.batch.batches import BatchStatus, WorkerInfo
from arazzo_runner.batch.database import Database
from arazzo_runner.batch.model import BatchRecord, BatchSubmission, Counts, NoAnswerError
from arazzo_runner.cli.batch import live
from arazzo_runner.cli.batch.live import watch_status
from arazzo_runner.cli.batch.progress import status_json, status_lines
from unit.cli.batch.batches import Batches


def status(state: str, counts: Counts, *workers: WorkerInfo, seconds: float = 100.0) -> BatchStatus:
    submission = BatchSubmission("k", b"", b"", "0.1", 50, 2, {"": 5.0})
    record = BatchRecord(
        7, "run", state, "w.yaml", 1000.0, 1000.0 + seconds, counts.total, submission, 1
    )  # type: ignore[arg-type]
    return BatchStatus(record, counts, 4, 1, 2, workers)


@pytest.mark.parametrize(
    ("shown", "lines"),
    [
        (
            status("running", Counts(1000, 400, 50, 45, 5), WorkerInfo("h", 12, 1.4, 50, 2)),
            [
                "batch 7  running  w.yaml",
                "  500 of 1,000 rows, 5 rows/s, 1 min 40 s left",
                "  400 passed, 50 failed, 45 in doubt, 5 dead, 500 open",
                "  worker h:12: 2 chunks, last seen 1 s ago",
                "  in doubt: `arazzo batch results 7 --doubt` names the calls",
                "  dead letters: `arazzo batch results 7 --dead`",
            ],
        ),
        (
            status("running", Counts(100_000, 10)),
            [
                "batch 7  running  w.yaml",
                "  10 of 100,000 rows, 0.1 rows/s, 277 h 45 min left",
                "  10 passed, 0 failed, 0 in doubt, 0 dead, 99990 open",
                "  waits for a worker: `arazzo batch work`",
            ],
        ),
        (
            status("paused", Counts(2)),
            [
                "batch 7  paused  w.yaml",
                "  0 of 2 rows",
                "  0 passed, 0 failed, 0 in doubt, 0 dead, 2 open",
                "  waits for `arazzo batch resume 7`",
            ],
        ),
        (
            status("done", Counts(10, 10), seconds=2.0),
            [
                "batch 7  done  w.yaml",
                "  10 of 10 rows, 5 rows/s",
                "  10 passed, 0 failed, 0 in doubt, 0 dead, 0 open",
            ],
        ),
    ],
)
def test_lines(shown, lines) -> None:
    assert status_lines(shown) == lines


def test_json() -> None:
    found = status_json(status("done", Counts(4, 1, 1, 1, 1)))
    assert found["rows"] == {
        "total": 4,
        "open": 0,
        "passed": 1,
        "failed": 1,
        "in_doubt": 1,
        "dead": 1,
    }
    assert (found["key"], found["priority"], found["rates"]) == ("k", 2, {"": 5.0})
    assert found["created_at"] == "1970-01-01T00:16:40.000Z"


def test_a_batch_is_watched_to_its_end(batches: Batches) -> None:
    batch = batches.start()
    with batches.worker():
        code, out, _ = batches.arazzo("status", batch, "--watch")
    assert code == 0
    assert "  6 passed, 0 failed, 0 in doubt, 0 dead, 0 open" in out
    code, out, _ = batches.arazzo("status")
    assert out.startswith(f"batch {batch}  done  ")


def test_rows_are_traced(batches: Batches) -> None:
    batches.write_rows(2)
    batches.start()
    with batches.worker("--until-done", "--otel", OTEL_TRACES_EXPORTER="console") as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert (out.count('"name": "workflow make"'), out.count('"name": "POST /things"')) == (2, 2)


def test_a_watch_waits_for_a_database_that_is_away(batches: Batches, monkeypatch, capsys) -> None:
    """It says so once, and goes on; a batch that is pruned meanwhile ends it."""
    batch = batches.start()
    found = iter([None, NoAnswerError("does not respond: gone"), NoAnswerError("again"), None])

    def status_of(database: Database, number: int) -> BatchStatus | None:
        failure = next(found, "pruned")
        if isinstance(failure, NoAnswerError):
            raise failure
        return None if failure else read(database, number)

    read = live._status
    monkeypatch.setattr(live, "_status", status_of)
    monkeypatch.setattr(live, "_PERIOD", 0.01)
    with closing(Database(batches.database)) as database:
        assert watch_status(database, int(batch)) == 0
    lines = capsys.readouterr().out.splitlines()
    away = [at for at, line in enumerate(lines) if line.startswith("the database")]
    assert [lines[at] for at in away] == ["the database does not respond: gone; waiting for it"]
    assert [at for at, line in enumerate(lines) if line.startswith("batch ")] == [0, away[0] + 1]
