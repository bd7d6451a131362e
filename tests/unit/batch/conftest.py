"""A database with the tables of batches, and a batch in it."""

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from arazzo_runner.batch.chunks import WorkerChunks
from arazzo_runner.batch.database import Database
from arazzo_runner.batch.model import BatchSubmission, ChunkLease
from arazzo_runner.batch.store import BatchStore
from arazzo_runner.journal.model import RowRecord, RunRecord
from postgresql import _tables, database_url, postgres, tables_url

__all__ = ["_tables", "database_url", "postgres", "tables_url"]

ROWS, SIZE = 12, 5


@pytest.fixture
def database(tables_url: str) -> Iterator[Database]:
    opened = Database(tables_url)
    yield opened
    opened.close()


def submission(**more: object) -> BatchSubmission:
    values = {"key": None, "content": b"", "documents": b"docs", "version": "0.1", "chunk": SIZE}
    return BatchSubmission(**{**values, **more})  # type: ignore[arg-type]


def begin(database: Database, rows: int = ROWS, **more: object) -> BatchStore:
    store = BatchStore(database, 0, submission(**more))
    run = RunRecord(str(uuid4()), "w.yaml", {"document": "d"}, b"options", time.time())
    store.create(run, (RowRecord(at, f"c{at}", b'{"at": %d}' % at) for at in range(rows)))
    return store


@pytest.fixture
def store(database: Database) -> BatchStore:
    return begin(database)


@pytest.fixture
def worker(database: Database) -> WorkerChunks:
    return new_worker(database)


def new_worker(database: Database) -> WorkerChunks:
    made = WorkerChunks(database, uuid4(), 50, silence=0.2)
    made.beat()
    return made


def chunk_ids(database: Database, batch: int) -> list[int]:
    rows = database.perform(
        lambda connection: connection.execute(
            "select chunk from chunks where batch = %s order by chunk", [batch]
        ).fetchall()
    )
    return [row[0] for row in rows]


def take(worker: WorkerChunks, chunk: int) -> ChunkLease:
    lease = worker.take(chunk)
    assert isinstance(lease, ChunkLease), lease
    return lease


def age(database: Database, seconds: float) -> None:
    """Let all workers have been silent for so long."""
    database.perform(
        lambda connection: connection.execute(
            "update workers set beat = beat - %s * interval '1 second'", [seconds]
        )
    )
