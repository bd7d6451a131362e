"""The file of a journal: what is kept, who may open it, and what is said of one that cannot be."""

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from arazzo_runner.journal.model import (
    CallBegun,
    CallCounts,
    CallEnded,
    CallRecord,
    CallWithdrawn,
    JournalError,
    RowEnded,
)
from arazzo_runner.journal.sqlite import APPLICATION, SqliteStore, file_system
from unit.journal.conftest import ROWS, RUN

BEGUN = CallRecord("k", "send", b"d", 1.0)
ENDED = replace(BEGUN, outcome=b"o")


def test_a_run_is_read_as_it_was_kept(store, path) -> None:
    store.close()
    again = SqliteStore(path, creates=False)
    assert again.runs() == [RUN]
    assert again.rows("run-1") == [*ROWS]
    assert again.rows("another") == again.calls("run-1", 0) == []
    again.close()


@pytest.mark.parametrize(
    ("entries", "calls"),
    [
        ([CallBegun(0, BEGUN)], [BEGUN]),
        ([CallBegun(0, BEGUN), CallEnded(0, ENDED)], [ENDED]),
        ([CallEnded(0, ENDED)], [ENDED]),
        ([CallBegun(0, BEGUN), CallWithdrawn(0, "k")], []),
        # What is known stays known.
        ([CallEnded(0, ENDED), CallEnded(0, replace(ENDED, outcome=b"other"))], [ENDED]),
        ([CallEnded(0, ENDED), CallWithdrawn(0, "k")], [ENDED]),
        ([CallEnded(0, ENDED), CallBegun(0, BEGUN)], [ENDED]),
        # Each row has its own.
        ([CallEnded(1, ENDED)], []),
    ],
)
def test_calls(store, entries, calls) -> None:
    store.write("run-1", entries)
    assert store.calls("run-1", 0) == calls


def test_calls_come_in_the_order_in_which_they_were_begun(store) -> None:
    keys = ["b", "a", "c"]
    store.write("run-1", [CallBegun(0, replace(BEGUN, key=one)) for one in keys])
    store.write("run-1", [CallEnded(0, replace(ENDED, key="a"))])
    assert [one.key for one in store.calls("run-1", 0)] == keys
    assert store.call_counts("run-1") == CallCounts(3, 2)
    assert store.call_counts("another") == CallCounts(0, 0)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("runs", "run", b""),
        ("runs", "document", b"\xff"),
        ("runs", "digests", b""),
        ("runs", "digests", b"\xff"),
        ("runs", "digests", b"\x91" * 5000),
        ("runs", "digests", "x"),
        ("runs", "options", "x"),
        ("runs", "started", float("inf")),
        ("runs", "started", 2**62),
        ("runs", "state", "x"),
        ("rows", "name", b"x"),
        ("rows", "inputs", "{}"),
        ("rows", "state", b""),
        ("calls", "key", b"k"),
        ("calls", "kind", "x"),
        ("calls", "begun", "x"),
        ("calls", "outcome", "x"),
    ],
)
def test_what_others_wrote_to_it_is_damage(store, path, table, column, value) -> None:
    store.write("run-1", [CallEnded(0, ENDED)])
    store.close()
    connection = sqlite3.connect(path)
    connection.execute(f"update {table} set {column} = ?", (value,))
    connection.commit()
    connection.close()
    again = SqliteStore(path, creates=False)
    reads = {"runs": again.runs, "rows": lambda: again.rows("run-1")}
    with pytest.raises(JournalError, match="damaged"):
        reads.get(table, lambda: again.calls("run-1", 0))()
    if column == "state" and table == "rows":
        with pytest.raises(JournalError, match="damaged"):
            again.row_counts("run-1")
    again.close()


def test_rows_and_runs_end(store) -> None:
    store.write("run-1", [RowEnded(1, "failed")])
    assert [one.state for one in store.rows("run-1")] == ["open", "failed"]
    assert store.row_counts("run-1") == {"open": 1, "failed": 1}
    store.finish("run-1", "failed", 200.0)
    assert store.runs() == [replace(RUN, state="failed", finished=200.0)]


def test_entries_are_kept_all_or_none(store) -> None:
    wrong = CallBegun(0, replace(BEGUN, key=None))  # type: ignore[arg-type]
    with pytest.raises(JournalError):
        store.write("run-1", [CallBegun(0, BEGUN), wrong])
    assert store.calls("run-1", 0) == []
    store.write("run-1", [CallBegun(0, BEGUN)])


def test_prune_removes_what_finished_before(store) -> None:
    for name, finished in (("old", 10.0), ("new", 20.0)):
        store.create(replace(RUN, run_id=name), ROWS)
        store.write(name, [CallEnded(0, ENDED)])
        store.finish(name, "passed", finished)
    assert store.prune(20.0) == 1
    assert [one.run_id for one in store.runs()] == ["new", "run-1"]
    assert store.calls("old", 0) == store.rows("old") == []
    assert store.calls("new", 0) == [ENDED]
    assert store.prune(1e12) == 1  # what has not ended stays
    assert [one.run_id for one in store.runs()] == ["run-1"]


def test_settings(store) -> None:
    assert store.read_setting("a") is None
    store.write_setting("a", b"1")
    store.write_setting("a", b"2")
    assert store.read_setting("a") == b"2"


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files as POSIX has them")
def test_the_file_is_for_its_owner_alone(store, path) -> None:
    for name in (path, f"{path}-wal"):
        assert stat.S_IMODE(Path(name).stat().st_mode) == 0o600
    store.close()
    assert [one.name for one in Path(path).parent.iterdir()] == ["run.journal"]


KILLED = """
import os, sys
from arazzo_runner.journal.model import CallBegun, CallRecord
from arazzo_runner.journal.sqlite import SqliteStore
store = SqliteStore(sys.argv[1], creates=False)
store.write("run-1", [CallBegun(0, CallRecord("killed", "send", b"d", 1.0))])
os.kill(os.getpid(), 9)
"""


def test_what_was_written_outlives_a_process_that_is_killed(store, path) -> None:
    store.close()
    ended = subprocess.run([sys.executable, "-c", KILLED, path], check=False)
    assert ended.returncode == -9
    again = SqliteStore(path, creates=False)
    assert [one.key for one in again.calls("run-1", 0)] == ["killed"]
    again.close()


IS_LOCKED = """
import sys
from arazzo_runner.journal.model import JournalError
from arazzo_runner.journal.sqlite import SqliteStore
try:
    SqliteStore(sys.argv[1], creates=False)
except JournalError as reason:
    print(reason)
"""


def test_a_second_one_of_the_same_process_is_refused_and_frees_no_lock(store, path) -> None:
    for name in (path, os.path.relpath(path)):
        with pytest.raises(JournalError, match="is in use by this process already"):
            SqliteStore(name, creates=True)
    other = subprocess.run(
        [sys.executable, "-c", IS_LOCKED, path], capture_output=True, text=True, check=True
    )
    assert other.stdout == "is in use by another process\n"
    store.close()
    SqliteStore(path, creates=False).close()


def test_no_file(path) -> None:
    with pytest.raises(JournalError, match="does not exist"):
        SqliteStore(path, creates=False)
    assert not Path(path).exists()


def test_a_folder_that_is_not_there(tmp_path) -> None:
    with pytest.raises(JournalError, match="cannot be used: no such file or directory"):
        SqliteStore(str(tmp_path / "no" / "j"), creates=True)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes as POSIX has them")
def test_a_folder_or_a_fifo_is_no_journal(tmp_path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for one in (tmp_path, fifo):
        with pytest.raises(JournalError, match="is no file"):
            SqliteStore(str(one), creates=True)


def test_a_text_is_no_journal(path) -> None:
    Path(path).write_text("hello " * 1000)
    with pytest.raises(JournalError, match="is no journal"):
        SqliteStore(path, creates=True)
    assert Path(path).read_text().startswith("hello")


def _database(path: str, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for one in statements:
            connection.execute(one)
    connection.close()


def test_a_database_of_something_else_is_no_journal(path) -> None:
    _database(path, "create table theirs(x)")
    with pytest.raises(JournalError, match="is no journal"):
        SqliteStore(path, creates=True)
    _database(path, "insert into theirs values (1)")  # it is released, and as it was


def test_a_newer_schema_is_refused(path) -> None:
    newer = (f"pragma application_id = {APPLICATION}", "pragma user_version = 99")
    _database(path, *newer, "create table runs(x)")
    with pytest.raises(JournalError, match="was written by a newer version of arazzo"):
        SqliteStore(path, creates=True)


def test_an_empty_file_becomes_a_journal(path) -> None:
    Path(path).touch()
    store = SqliteStore(path, creates=False)
    assert store.runs() == []
    store.close()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything"
)
def test_a_read_only_file(store, path) -> None:
    store.close()
    Path(path).chmod(0o400)
    with pytest.raises(JournalError, match="cannot be used: permission denied"):
        SqliteStore(path, creates=False)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("SQLITE_FULL", "the disk is full"),
        ("SQLITE_READONLY_DBMOVED", "read-only"),
        ("SQLITE_CORRUPT", "is damaged"),
        ("SQLITE_BUSY_SNAPSHOT", "is in use"),
        ("SQLITE_IOERR", "cannot be used: why"),
    ],
)
def test_what_sqlite_says_in_words(store, monkeypatch, code, words) -> None:
    reason = sqlite3.OperationalError("why")
    reason.sqlite_errorcode = getattr(sqlite3, code)

    class Broken:
        in_transaction = False

        def execute(self, *_: object) -> None:
            raise reason

        def close(self) -> None: ...

    monkeypatch.setattr(store, "_connection", Broken())
    with pytest.raises(JournalError, match=words):
        store.write("run-1", [])
    with pytest.raises(JournalError, match=words):
        store.runs()


MOUNTS = """\
rootfs / ext4 rw 0 0
server:/a /mnt nfs4 rw 0 0
disk /mnt/local xfs rw 0 0
disk /mnt/with\\040space cifs rw 0 0
odd
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/mnt/x", "nfs4"),
        ("/mnt", "nfs4"),
        ("/mnt/local/x", "xfs"),
        ("/mnt/localother", "nfs4"),
        ("/mnt/with space/x", "cifs"),
        ("/home", "ext4"),
    ],
)
def test_the_kind_of_a_file_system(place, kind) -> None:
    assert file_system(place, lambda: MOUNTS) == kind


def test_where_nothing_is_known_of_file_systems() -> None:
    def unreadable() -> str:
        raise FileNotFoundError

    assert file_system("/x", unreadable) is None


def test_a_network_file_system_is_refused(path, monkeypatch) -> None:
    monkeypatch.setattr("arazzo_runner.journal.sqlite.file_system", lambda _path: "nfs4")
    with pytest.raises(JournalError, match=r"network file system \(nfs4\)"):
        SqliteStore(path, creates=True)


def test_a_file_that_was_only_begun_can_be_used(path) -> None:
    """A process was killed between the making of the file and that of the tables."""
    with sqlite3.connect(path) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("vacuum")
    connection.close()
    assert Path(path).stat().st_size > 0
    SqliteStore(path, creates=False).close()


@pytest.mark.parametrize("ending", ["", "-wal"])
@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_file_that_is_removed_is_no_place_to_write_to(store, path, ending, is_replaced) -> None:
    Path(path + ending).unlink()
    if is_replaced:
        Path(path + ending).write_bytes(b"")
    with pytest.raises(JournalError, match="was removed or replaced while it was in use"):
        store.write("run-1", [CallBegun(0, BEGUN)])


@pytest.mark.parametrize(
    ("statement", "read"),
    [
        ("update runs set digests = x'c1'", lambda store: store.runs()),
        ("update runs set digests = 5", lambda store: store.runs()),
        ("update runs set state = 'odd'", lambda store: store.runs()),
        ("update runs set options = 'text'", lambda store: store.runs()),
        ("update rows set state = 'odd'", lambda store: store.rows("run-1")),
        ("update calls set kind = 'odd'", lambda store: store.calls("run-1", 0)),
        ("update calls set begun = x'00'", lambda store: store.calls("run-1", 0)),
    ],
)
def test_values_that_are_damaged(store, statement, read) -> None:
    store.write("run-1", [CallBegun(0, BEGUN)])
    store._connection.execute(statement)
    with pytest.raises(JournalError, match="is damaged"):
        read(store)


def test_damaged_bytes_are_never_a_bug(store, path) -> None:
    """Some are not seen, and those that are have a message."""
    for at in range(50):
        store.write("run-1", [CallEnded(at % 2, replace(ENDED, key=f"key-{at}"))])
    store.close()
    whole, random = Path(path).read_bytes(), Random(7)
    seen = 0
    for _ in range(150):
        damaged = bytearray(whole)
        start = random.randrange(len(whole))
        damaged[start : start + 40] = random.randbytes(len(damaged[start : start + 40]))
        Path(path).write_bytes(damaged)
        seen += _is_refused(path)
        for ending in ("-wal", "-shm"):
            Path(path + ending).unlink(missing_ok=True)
    assert seen > 10


def _is_refused(path: str) -> bool:
    try:
        store = SqliteStore(path, creates=False)
        try:
            for run in store.runs():
                store.rows(run.run_id)
                store.row_counts(run.run_id)
                store.call_counts(run.run_id)
                store.calls(run.run_id, 0)
            store.write("run-1", [CallEnded(0, replace(ENDED, key="more"))])
            store.prune(1e12)
        finally:
            store.close()
    except JournalError:
        return True
    return False
