"""A journal in one file of SQLite.

The file is locked as long as a process has it: the kernel frees the lock when the process dies,
however it does. What :meth:`SqliteStore.write` has returned from is on the disk.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Final, TypeVar, assert_never

import msgspec

from arazzo_runner.journal.model import (
    CallBegun,
    CallCounts,
    CallEnded,
    CallRecord,
    CallWithdrawn,
    JournalEntry,
    JournalError,
    RowEnded,
    RowProbe,
    RowRecord,
    RowState,
    RunRecord,
    RunState,
)

APPLICATION: Final = 0x41525A4A
"""``ARZJ``: marks a file of SQLite as a journal (its header field "Application ID")."""

VERSION: Final = 1
"""Of the tables; a file of a newer one is refused, an older one is brought up to it."""

_MIGRATIONS: Final = (
    """
    create table settings(name text primary key, value blob not null) without rowid;
    create table runs(
        run text primary key, document text not null, digests blob not null, options blob not null,
        started real not null, state text not null, finished real
    );
    create table rows(
        run text not null, number integer not null, name text not null, inputs blob not null,
        state text not null, primary key(run, number)
    ) without rowid;
    create table calls(
        run text not null, row integer not null, key text not null, kind text not null,
        digest blob not null, begun real not null, outcome blob
    );
    create unique index calls_by_key on calls(run, row, key);
    """,
)

_RUNS: Final = (
    "select run, document, digests, options, started, state, finished from runs"
    " order by started, run"
)
_ROWS: Final = "select number, name, inputs, state from rows where run = ? order by number"
_CALLS: Final = (
    "select key, kind, digest, begun, outcome from calls where run = ? and row = ? order by rowid"
)
# What is known of a call is never taken back.
_CALL: Final = (
    "insert into calls values (?, ?, ?, ?, ?, ?, ?) on conflict(run, row, key) do update"
    " set outcome = excluded.outcome where outcome is null"
)
_PRUNE: Final = (
    "delete from calls where run in (select run from runs where finished < ?)",
    "delete from rows where run in (select run from runs where finished < ?)",
    "delete from runs where finished < ?",
)

_DAMAGED: Final = "is damaged"
_REMOTE: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "fuse.sshfs"})
_MOUNTS: Final = "/proc/self/mounts"


_GUARD: Final = RLock()
_IN_USE: Final[set[tuple[int, int] | None]] = set()
"""The files that this process has. To open one of them again and to close that would free the lock:
to the kernel, locks of POSIX are those of a process, and any closing of the file ends them."""


class SqliteStore:
    """The store of ``--journal FILE``; raises JournalError when it is opened, too."""

    def __init__(self, path: str, *, creates: bool) -> None:
        """Open the file, and make it where ``creates`` says so and there is none."""
        self._path = os.path.realpath(path)  # SQLite names the files beside it after this
        self._lock = RLock()
        with _GUARD:
            if _identity(path) in _IN_USE:
                raise JournalError("is in use by this process already")
            check_file(path, creates=creates)
            with _journal_errors():
                self._connection = sqlite3.connect(path, timeout=0, check_same_thread=False)
            try:
                with _journal_errors():
                    self._open()
            except BaseException:
                self._connection.close()
                raise
            self._own = _identity(path)
            _IN_USE.add(self._own)

    def _open(self) -> None:
        connection = self._connection
        connection.isolation_level = None
        # The lock is taken by the first access and kept until the file is closed.
        connection.execute("pragma locking_mode = exclusive")
        application = _pragma(connection, "application_id")
        tables = connection.execute("select count(*) from sqlite_master").fetchone()[0]
        # A process that died while it made the file has left one without tables.
        if application != APPLICATION and tables:
            raise JournalError("is no journal")
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.execute("begin immediate")
        version = _pragma(connection, "user_version")
        if version > VERSION:
            raise JournalError("was written by a newer version of arazzo")
        for migration in _MIGRATIONS[version:]:
            for statement in filter(str.strip, migration.split(";")):
                connection.execute(statement)
        connection.execute(f"pragma application_id = {APPLICATION}")
        connection.execute(f"pragma user_version = {VERSION}")
        connection.execute("commit")
        self._files = {one: _identity(one) for one in (self._path, f"{self._path}-wal")}

    def _check_there(self) -> None:
        """Raise JournalError where what is written would be gone with this process."""
        if any(_identity(one) != before for one, before in self._files.items()):
            raise JournalError("was removed or replaced while it was in use")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _journal_errors():
            self._check_there()
            self._connection.execute("begin immediate")
            try:
                yield self._connection
                self._connection.execute("commit")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise

    def create(self, run: RunRecord, rows: Iterable[RowRecord]) -> None:
        """Keep a run that begins."""
        digests = msgspec.msgpack.encode(run.digests)
        values = (run.run_id, run.document, digests, run.options, run.started, run.state)
        with self._transaction() as connection:
            connection.execute("insert into runs values (?, ?, ?, ?, ?, ?, null)", values)
            connection.executemany(
                "insert into rows values (?, ?, ?, ?, ?)",
                ((run.run_id, one.number, one.name, one.inputs, one.state) for one in rows),
            )

    def write(self, run_id: str, entries: Sequence[JournalEntry]) -> Collection[int]:
        """Keep entries in their order, all or none; no other process has any of its rows."""
        with self._transaction() as connection:
            for entry in entries:
                statement, values = _statement(run_id, entry)
                connection.execute(statement, values)
        return ()

    def finish(self, run_id: str, state: RunState, finished: float) -> None:
        """Keep that a run has come to its end."""
        with self._transaction() as connection:
            connection.execute(
                "update runs set state = ?, finished = ? where run = ?", (state, finished, run_id)
            )

    def runs(self) -> list[RunRecord]:
        """All runs, the oldest first."""
        return [
            _record(RunRecord, run, document, _digests(digests), *others)
            for run, document, digests, *others in self._select(_RUNS)
        ]

    def rows(self, run_id: str) -> list[RowRecord]:
        """The rows of a run in order."""
        return [_record(RowRecord, *one) for one in self._select(_ROWS, run_id)]

    def calls(self, run_id: str, row: int) -> list[CallRecord]:
        """The calls of a row in the order in which they were begun."""
        return [_record(CallRecord, *one) for one in self._select(_CALLS, run_id, row)]

    def row_counts(self, run_id: str) -> dict[RowState, int]:
        """How many rows of a run are in which state."""
        query = "select state, count(*) from rows where run = ? group by state"
        try:
            return msgspec.convert(dict(self._select(query, run_id)), dict[RowState, int])
        except msgspec.ValidationError:
            raise JournalError(_DAMAGED) from None

    def call_counts(self, run_id: str) -> CallCounts:
        """How many calls a run has made."""
        query = "select count(*), count(*) - count(outcome) from calls where run = ?"
        return CallCounts(*self._select(query, run_id)[0])

    def prune(self, before: float) -> int:
        """Remove the runs that finished before an instant, and give their space back."""
        with self._transaction() as connection:
            *others, runs = _PRUNE
            for statement in others:
                connection.execute(statement, (before,))
            count = connection.execute(runs, (before,)).rowcount
        with self._lock, _journal_errors():
            self._connection.execute("vacuum")
        return count

    def read_setting(self, name: str) -> bytes | None:
        """A setting of the journal as a whole."""
        found = self._select("select value from settings where name = ?", name)
        return found[0][0] if found else None

    def write_setting(self, name: str, value: bytes) -> None:
        """Keep a setting."""
        with self._transaction() as connection:
            connection.execute("insert or replace into settings values (?, ?)", (name, value))

    def close(self) -> None:
        """Release it for other processes."""
        with _GUARD:
            self._connection.close()
            _IN_USE.discard(self._own)

    def _select(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock, _journal_errors():
            return self._connection.execute(query, values).fetchall()


def _statement(run_id: str, entry: JournalEntry) -> tuple[str, tuple[object, ...]]:
    match entry:
        case CallBegun(row, call) | CallEnded(row, call):
            values = (run_id, row, call.key, call.kind, call.digest, call.begun, call.outcome)
            return _CALL, values
        case CallWithdrawn(row, key):
            return (
                "delete from calls where run = ? and row = ? and key = ? and outcome is null",
                (run_id, row, key),
            )
        case RowProbe(row):
            return "update rows set state = 'open' where run = ? and number = ?", (run_id, row)
        case RowEnded(row, state):
            return "update rows set state = ? where run = ? and number = ?", (state, run_id, row)
        case _:
            assert_never(entry)


Record = TypeVar("Record", RunRecord, RowRecord, CallRecord)


def _record(kind: type[Record], *values: object) -> Record:
    """A record whose values are what they should be; SQLite itself does not look."""
    try:
        named = dict(zip(kind.__struct_fields__, values, strict=True))
        return msgspec.convert(named, kind, builtin_types=(bytes,))
    except msgspec.ValidationError:
        raise JournalError(_DAMAGED) from None


def _digests(spelled: object) -> object:
    try:
        return msgspec.msgpack.decode(spelled) if isinstance(spelled, bytes) else spelled
    except (ValueError, RecursionError):
        raise JournalError(_DAMAGED) from None


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - at each commit
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"pragma {name}").fetchone()[0]
    return value


@contextmanager
def _journal_errors() -> Iterator[None]:
    """Make of what SQLite says what a user can do something about."""
    try:
        yield
    except sqlite3.Error as reason:
        raise JournalError(_explanation(reason)) from reason
    except UnicodeDecodeError:  # names of tables, in a message
        raise JournalError(_DAMAGED) from None


def _explanation(reason: sqlite3.Error) -> str:
    code = getattr(reason, "sqlite_errorcode", 0) & 0xFF  # the rest is the kind of the kind
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "is in use by another process"
        case sqlite3.SQLITE_NOTADB:
            return "is no journal"
        case sqlite3.SQLITE_CORRUPT:
            return _DAMAGED
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return "cannot be written: it or its folder is read-only"
        case sqlite3.SQLITE_FULL:
            return "cannot be written: the disk is full"
        case _:
            return f"cannot be used: {reason}"


def check_file(path: str, *, creates: bool) -> None:
    """Make sure that a file can be a journal, and make it where there is none: for its owner alone.

    Raises JournalError.
    """
    try:
        _check_kind(path, creates)
    except OSError as reason:
        raise JournalError(f"cannot be used: {(reason.strerror or str(reason)).lower()}") from None
    kind = file_system(path)
    if kind in _REMOTE:
        raise JournalError(f"is on a network file system ({kind}), whose locks cannot be trusted")


def _check_kind(path: str, creates: bool) -> None:  # noqa: FBT001 - the keyword of the caller
    try:
        mode = Path(path).stat().st_mode
    except FileNotFoundError:
        if not creates:
            raise JournalError("does not exist") from None
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        return
    if not stat.S_ISREG(mode):
        raise JournalError("is no file")
    os.close(os.open(path, os.O_RDWR))


def file_system(
    path: str, read: Callable[[], str] = lambda: Path(_MOUNTS).read_text("utf-8", "replace")
) -> str | None:
    """The kind of file system that a file is on; None where that cannot be known."""
    try:
        lines = read().splitlines()
    except OSError:
        return None
    real, found, kind = os.path.realpath(path), "", None
    for _, spelled, name, *_ in (line.split(" ") for line in lines if line.count(" ") > 2):
        point = spelled.replace("\\040", " ").rstrip("/")
        if (real == point or real.startswith(f"{point}/")) and len(point) >= len(found):
            found, kind = point, name
    return kind
