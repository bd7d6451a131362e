"""The tables of batches, brought up to date by steps that go forward only.

Rows and calls are partitions by batch: a batch is dropped, not deleted row by row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arazzo_runner.batch.database import SCHEMA, Database
from arazzo_runner.batch.model import DatabaseError
from arazzo_runner.batch.queue import queue_schema

if TYPE_CHECKING:
    import psycopg

VERSION: Final = 1
"""Of the tables; workers and commands of an older program refuse a newer one."""

_LOCK: Final = 0x41525A42
"""Two that migrate wait for each other."""

_MIGRATIONS: Final = (
    """
    create table meta(name text primary key, value bytea not null);
    create table batches(
        batch integer generated always as identity primary key,
        run_id uuid not null unique,
        state text not null default 'running'
            check (state in ('running', 'paused', 'cancelled', 'done')),
        document text not null, digests bytea not null, options bytea not null,
        documents bytea not null, content bytea not null, submitted_key text unique,
        version text not null, plan_version integer not null, size integer not null,
        priority integer not null, rates bytea not null, keeps_calls boolean not null,
        total bigint not null default 0, created timestamptz not null, finished timestamptz
    );
    create table workers(
        worker uuid primary key, host text not null, pid integer not null,
        started timestamptz not null default now(), beat timestamptz not null default now(),
        jobs integer not null
    );
    create table chunks(
        chunk bigint generated always as identity primary key,
        batch integer not null references batches on delete cascade,
        first bigint not null, last bigint not null, fence bigint not null default 0,
        worker uuid, taken timestamptz, queued timestamptz, deaths integer not null default 0,
        done boolean not null default false, passed integer not null default 0,
        failed integer not null default 0, doubt integer not null default 0,
        dead integer not null default 0
    ) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02);
    create index chunks_by_batch on chunks(batch, first);
    create index chunks_to_do on chunks(batch, chunk) where not done;
    create index chunks_of_workers on chunks(worker) where worker is not null;
    create table rows(
        batch integer not null, n bigint not null, name text not null, inputs bytea not null,
        status smallint not null default 0, code smallint not null default 0,
        tried boolean not null default false, result bytea, primary key(batch, n)
    ) partition by list(batch);
    create table calls(
        batch integer not null, n bigint not null, key text not null, kind text not null,
        digest bytea not null, begun double precision not null, fence bigint not null,
        unsafe boolean not null, outcome bytea, primary key(batch, n, key)
    ) partition by list(batch);
    create table limits(api text primary key, next_at timestamptz not null);
    """,
)


def migrate(database: Database) -> bool:
    """Make the tables, or bring them up to date. Returns whether there was something to do.

    Raises DatabaseError, also for tables of a newer program.
    """
    return database.perform(_migrate)


def _migrate(connection: psycopg.Connection[tuple[Any, ...]]) -> bool:
    # What is waited for longest is another one that migrates.
    connection.execute("set local lock_timeout = 0")
    connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    connection.execute(f"create schema if not exists {SCHEMA}")
    version = _version(connection)
    if version > VERSION:
        raise DatabaseError(_NEWER)
    if version == 0:
        connection.execute(queue_schema().encode())
    for migration in _MIGRATIONS[version:]:
        connection.execute(migration.encode())
    connection.execute(
        "insert into meta values ('schema', %b)"
        " on conflict (name) do update set value = excluded.value",
        [VERSION.to_bytes()],
    )
    return version < VERSION


def check_schema(database: Database) -> None:
    """Raise DatabaseError where the tables are not those of this program."""
    version = database.perform(_version)
    if version == 0:
        raise DatabaseError("has no tables of arazzo: `arazzo batch init` makes them")
    if version > VERSION:
        raise DatabaseError(_NEWER)
    if version < VERSION:
        raise DatabaseError("has tables of an older arazzo: `arazzo batch init` migrates them")


def _version(connection: psycopg.Connection[tuple[Any, ...]]) -> int:
    there = connection.execute("select to_regclass(%s)", [f"{SCHEMA}.meta"]).fetchone()
    if there is None or there[0] is None:
        return 0
    row = connection.execute("select value from meta where name = 'schema'").fetchone()
    return int.from_bytes(row[0]) if row else 0


_NEWER: Final = "has tables of a newer arazzo: install that version here too"
