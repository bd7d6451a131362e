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
def _tables(postgres: Server) -> str:
    """The URL of a database with the tables of batches: to make them takes longer than a test."""
    from arazzo_runner.batch.database import Database
    from arazzo_runner.batch.schema import migrate

    url = postgres.new_database()
    database = Database(url)
    migrate(database)
    database.close()
    return url


_EMPTY = """
do $$
declare
    place text;
begin
    perform pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid();
    for place in select oid::regclass from pg_class where relkind = 'r' and relispartition loop
        execute 'drop table ' || place;
    end loop;
    drop table if exists arazzo.plain_queue;
    for place in select string_agg(oid::regclass::text, ', ') from pg_class
        where relnamespace = 'arazzo'::regnamespace and relkind = 'r' and relname <> 'meta'
    loop
        execute 'truncate ' || place || ' restart identity cascade';
    end loop;
    delete from arazzo.meta where name <> 'schema';
end $$
"""


@pytest.fixture
def tables_url(_tables: str) -> str:
    """The URL of a database with the tables of batches, and no batch."""
    import psycopg

    with psycopg.connect(_tables) as connection:
        connection.execute(_EMPTY)
    return _tables
