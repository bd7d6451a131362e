"""What is said of a database that is not named, is not there, or has no tables."""

import pytest

from arazzo_runner.cli.batch import database as opened
from arazzo_runner.cli.main import main
from postgresql import free_port

ACTIONS = ["init", "work", "status", "results 1", "cancel 1", "pause 1", "resume 1", "retry 1 --dead", "prune"]  # fmt: skip
SECRET = "hunter2-secret"


@pytest.mark.parametrize("action", ACTIONS)
def test_no_database_is_named(action, capsys, monkeypatch) -> None:
    monkeypatch.delenv("ARAZZO_DATABASE", raising=False)
    assert main(["batch", *action.split()]) == 2
    assert capsys.readouterr().err == (
        "error[AZ906]: no database is named\n"
        "help: add `--database URL`, or set `ARAZZO_DATABASE`\n\n"
    )


@pytest.mark.parametrize("action", ACTIONS)
def test_a_database_that_does_not_respond(action, capsys) -> None:
    url = f"postgresql://me:{SECRET}@127.0.0.1:{free_port()}/runs"
    assert main(["batch", *action.split(), "--database", url]) == 4
    err = capsys.readouterr().err
    assert err.startswith("error[AZ909]: the database `127.0.0.1:")
    assert SECRET not in err


def test_what_is_no_url(capsys, monkeypatch) -> None:
    monkeypatch.setenv("ARAZZO_DATABASE", f"postgresql://me:{SECRET}%zz@h/runs")
    assert main(["batch", "status"]) == 2
    err = capsys.readouterr().err
    assert "`--database` is no URL such as `postgresql://host:5432/name`" in err
    assert SECRET not in err


def test_a_database_without_tables(database_url, capsys) -> None:
    assert main(["batch", "status", "--database", database_url]) == 2
    assert "has no tables of arazzo: `arazzo batch init` makes them" in capsys.readouterr().err


def test_tables_are_made_once(database_url, capsys) -> None:
    assert main(["batch", "init", "--database", database_url]) == 0
    assert main(["batch", "init", "--database", database_url]) == 0
    label = database_url.partition("@")[2]
    assert capsys.readouterr().out == (
        f"the database {label} has the tables now\nthe database {label} had the tables already\n"
    )


def test_without_the_extra(capsys, monkeypatch) -> None:
    monkeypatch.setattr(opened, "find_spec", lambda name: None if name == "procrastinate" else name)
    assert main(["batch", "init", "--database", "postgresql://h/d"]) == 2
    assert capsys.readouterr().err == (
        "error[AZ906]: `arazzo batch` needs the package `procrastinate`, which is not installed\n"
        "help: pip install 'arazzo[batch]'\n\n"
    )


def test_actions(capsys) -> None:
    assert main(["batch"]) == 2
    assert "  init     make the tables of batches" in capsys.readouterr().err
    assert main(["batch", "strat"]) == 2
    assert "help: did you mean `start`?" in capsys.readouterr().err
    assert main(["batch", "start", "--help"]) == 0
    assert "Usage: arazzo batch start [OPTIONS] DOCUMENT" in capsys.readouterr().out
