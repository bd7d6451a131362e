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
