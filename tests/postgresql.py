"""Fixtures: a PostgreSQL server for the whole run, and an empty database in it for a test."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from postgres_server import MISSING, Server, free_port, programs
from postgres_server import serve as serve_postgres

__all__ = ["free_port", "serve"]


def serve(*settings: str) -> AbstractContextManager[Server]:
    """A server of the test's own; skips the test without PostgreSQL, and fails it where CI runs."""
    if programs() is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return serve_postgres(*settings)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with serve("fsync=off", "full_page_writes=off") as server:
        yield server


@pytest.fixture
def database_url(postgres: Server) -> str:
    return postgres.new_database()


@pytest.fixture(scope="session")
def _template(postgres: Server) -> str:
    """The name of a database with the tables of batches, to copy: to make them takes longer."""
    from arazzo_runner.batch.database import Database
    from arazzo_runner.batch.schema import migrate

    url = postgres.new_database()
    database = Database(url)
    migrate(database)
    database.close()
    return url.rpartition("/")[2]


@pytest.fixture
def tables_url(postgres: Server, _template: str) -> str:
    """The URL of a database with the tables of batches, and no batch."""
    return postgres.new_database(_template)
