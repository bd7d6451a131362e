"""A database that is away, or is not what it is taken for; no message has its password."""

import os
import subprocess
import time
from typing import Any

import pytest

from arazzo_runner.batch.database import Database, safe_text
from arazzo_runner.batch.model import DatabaseError, NoAnswerError
from arazzo_runner.batch.schema import check_schema, migrate
from postgresql import free_port

SECRET = "hunter2-secret"


@pytest.mark.parametrize(
    "url",
    [f"postgresql://a:{SECRET}%zz@h/d", f"http://a:{SECRET}@h/d", SECRET],
)
def test_what_is_no_url(url) -> None:
    with pytest.raises(DatabaseError, match="is no URL such as") as caught:
        Database(url)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:x@{SECRET}@db.example:6000/runs",
        f"postgresql://me:x/{SECRET}@db.example:6000/runs",
        f"postgresql://me:7/{SECRET}@db.example:6000/runs",
        "postgresql://me:x@db.example:port/runs",
    ],
)
def test_a_password_that_is_not_encoded_is_not_taken_for_a_place(url) -> None:
    with pytest.raises(DatabaseError, match="in a password `@` is written `%40`") as caught:
        Database(url)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "label"),
    [
        (f"postgresql://me:{SECRET}@db.example:6000/runs", "db.example:6000/runs"),
        (f"host=h user=u password={SECRET}", "h:5432/u"),
        (f"postgresql://me:x%40{SECRET}@db.example/runs", "db.example:5432/runs"),
        ("postgresql:///runs", "localhost:5432/runs"),
        ("postgresql://a:1,b:2/runs", "a,b:1,2/runs"),
        ("host=@socket dbname=runs", "@socket:5432/runs"),
    ],
)
def test_a_label_has_no_password(url, label) -> None:
    assert Database(url).label == label


def test_a_server_that_does_not_respond() -> None:
    database = Database(f"postgresql://me:{SECRET}@127.0.0.1:{free_port()}/runs")
    with pytest.raises(NoAnswerError, match="does not respond") as caught:
        check_schema(database)
    assert SECRET not in str(caught.value)


def test_a_server_that_refuses_the_connection(database_url) -> None:
    database = Database(database_url.rpartition("/")[0] + "/of_another_name")
    with pytest.raises(NoAnswerError, match=r"refuses the connection: .*does not exist"):
        check_schema(database)


def test_who_gives_up_waits_no_more() -> None:
    database = Database(f"postgresql://127.0.0.1:{free_port()}/runs")
    database.give_up()
    with pytest.raises(NoAnswerError):
        database.persist(lambda one: one.execute("select 1"))


def test_a_connection_that_was_lost_is_opened_again(database) -> None:
    (pid,) = database.perform(lambda one: one.execute("select pg_backend_pid()").fetchone())
    other = Database(" ".join(f"{name}='{one}'" for name, one in database._words.items()))
    other.perform(lambda one: one.execute("select pg_terminate_backend(%s)", [pid]))
    assert database.persist(lambda one: one.execute("select 7").fetchone()) == (7,)
    other.close()


def test_a_text_has_no_password() -> None:
    assert safe_text("no\n  hunter2 here", {"password": "hunter2"}) == "no *** here"
    assert safe_text("as it is", {}) == "as it is"


def test_tables_are_made_once(database_url) -> None:
    database = Database(database_url)
    with pytest.raises(DatabaseError, match="`arazzo batch init`"):
        check_schema(database)
    assert migrate(database) is True
    assert migrate(database) is False
    check_schema(database)
    database.close()


@pytest.mark.parametrize(("version", "words"), [(99, "newer arazzo"), (0, "has no tables")])
def test_tables_of_another_version(database, version, words) -> None:
    database.perform(lambda one: one.execute("update meta set value = %b", [version.to_bytes()]))
    with pytest.raises(DatabaseError, match=words):
        check_schema(database)
    if version:
        with pytest.raises(DatabaseError, match=words):
            migrate(database)


def test_who_may_not(database) -> None:
    database.perform(lambda one: one.execute("create role nobody login"))
    url = dict(database._words, user="nobody")
    other = Database(" ".join(f"{name}='{one}'" for name, one in url.items()))
    with pytest.raises(DatabaseError, match="refuses: permission denied"):
        other.perform(lambda one: one.execute("select * from arazzo.batches"))
    with pytest.raises(DatabaseError, match="cannot be used: division by zero"):
        other.perform(lambda one: one.execute("select 1 / 0"))
    other.close()
    database.perform(lambda one: one.execute("drop role nobody"))


def test_other_commands_load_nothing_of_it() -> None:
    """`procrastinate` and `psycopg` cost a second of start that is no other command's matter."""
    code = (
        "import sys, arazzo_runner, arazzo_runner.cli.run.command, arazzo_runner.cli.validate.command,"
        " arazzo_runner.cli.batch.start\n"
        "print(sorted({'psycopg', 'procrastinate', 'arazzo_runner.batch'} & sys.modules.keys()))"
    )
    python = [os.sys.executable, "-c", code]
    assert subprocess.run(python, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_connection_that_was_ended_while_the_process_stood_still_is_opened_again(
    database: Database,
) -> None:
    """The server ends it, so that others do not wait for its locks."""

    def stand_still(connection: Any) -> None:
        connection.execute("set local idle_in_transaction_session_timeout = 20")
        time.sleep(0.5)
        connection.execute("select 1")

    with pytest.raises(NoAnswerError):
        database.perform(stand_still)
    assert database.perform(lambda one: one.execute("select 1").fetchone()) == (1,)
