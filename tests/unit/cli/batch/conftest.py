"""A server that makes things, documents about it, rows, and a database with the tables of batches."""

import pytest

from postgresql import _tables, database_url, postgres, tables_url
from unit.cli.batch.batches import Batches
from unit.cli.journal.things import serve, write_documents

__all__ = ["_tables", "database_url", "postgres", "tables_url"]


@pytest.fixture
def things(tmp_path):
    with serve() as server:
        write_documents(tmp_path, server.url)
        yield server


@pytest.fixture
def batches(tmp_path, things, tables_url) -> Batches:
    made = Batches(tmp_path, tables_url, things)
    made.write_rows(6)
    return made
