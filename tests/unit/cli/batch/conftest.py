"""A server that makes things, documents about it, rows, and a database with the tables of batches."""

import pytest

from postgresql import database_url, postgres
from unit.cli.batch.batches import Batches
from unit.cli.journal.things import serve, write_documents

__all__ = ["database_url", "postgres"]


@pytest.fixture
def things(tmp_path):
    with serve() as server:
        write_documents(tmp_path, server.url)
        yield server


@pytest.fixture
def batches(tmp_path, things, database_url) -> Batches:
    made = Batches(tmp_path, database_url, things)
    assert made.arazzo("init")[0] == 0
    made.write_rows(6)
    return made
