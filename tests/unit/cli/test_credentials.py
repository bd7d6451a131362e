"""What `[credentials]` and a profile's table say of where credentials are read."""

import os
import sys

import click
import pytest

from arazzo_runner.cli.credentials import credential_config, credential_stores, prompt_missing
from arazzo_runner.openapi.security.schemes import MissingCredentials

A, B = "ARAZZO_AUTH_SHOP_KEY_KEY", "ARAZZO_AUTH_SHOP_LOGIN_TOKEN"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder without a configuration."""
    (tmp_path / "arazzo.toml").write_text("")
    monkeypatch.chdir(tmp_path)


def test_a_table():
    table = {A: "KEY", B: {"command": "pass x"}, "cred_command": "vault", "keyring": "arazzo"}
    config = credential_config(table)
    assert (config.aliases, config.commands) == ({A: "KEY"}, {B: "pass x"})
    assert (config.command, config.keyring) == ("vault", "arazzo")
    assert credential_config({}) == credential_config({}).joined(credential_config({}))


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        (A, 7, "the name of a variable"),
        (A, {"command": 7}, "the name of a variable"),
        (A, {"command": "a", "shell": True}, "the name of a variable"),
        (A, ["a"], "the name of a variable"),
        ("cred_command", " ", "a command line"),
        ("cred_command", {"command": "a"}, "a command line"),
        ("keyring", True, "the name of a service"),
        ("keyring", "", "the name of a service"),
    ],
)
def test_tables_that_cannot_be_meant(name, value, wanted):
    with pytest.raises(click.UsageError) as caught:
        credential_config({name: value})
    assert f"`{name}` has to be {wanted}" in caught.value.message


def test_a_profile_wins_variable_by_variable():
    own = credential_config(
        {A: "KEY", B: {"command": "own"}, "cred_command": "own", "keyring": "k"}
    )
    profile = credential_config({A: {"command": "its"}, B: "TOKEN", "cred_command": "its"})
    joined = own.joined(profile)
    assert (joined.aliases, joined.commands) == ({B: "TOKEN"}, {A: "its"})
    assert (joined.command, joined.keyring) == ("its", "k")


def test_the_order_of_the_places(monkeypatch):
    monkeypatch.setenv(B, "t")
    config = credential_config({A: {"command": "printf a"}, "cred_command": "cat {name}"})
    sources = credential_stores({"keyring": "arazzo", "env_file": {}}, config)
    assert [one.origin for one in sources.others] == ["command", "command", "keyring"]
    assert [one.asks(B) for one in sources.others] == [False, True, True]
    assert (sources.origin(B), sources.origin(A), sources.more(A)) == ("environment", None, "a")


def test_nobody_is_asked_without_a_terminal():
    missing = MissingCredentials("it needs a key", ("key",), (A,), "set it")
    assert prompt_missing(missing) == {}
    assert (
        prompt_missing(
            MissingCredentials("it needs a certificate", ("tls",), ("--cert",), "give it")
        )
        == {}
    )


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files as POSIX has them")
@pytest.mark.parametrize(
    ("mode", "owner", "is_run"), [(0o777, 0, True), (0o777, 1, False), (0o755, 1, True)]
)
def test_commands_of_a_stranger_are_not_run(tmp_path, monkeypatch, mode, owner, is_run):
    tmp_path.chmod(mode)
    monkeypatch.setattr(os, "geteuid", lambda: (tmp_path / "arazzo.toml").stat().st_uid + owner)
    config = credential_config({"cred_command": "vault"})
    given = {"keyring": None, "env_file": {}}
    if is_run:
        assert credential_stores(given, config).others
        return
    with pytest.raises(click.UsageError) as caught:
        credential_stores(given, config)
    assert "its commands are not run" in caught.value.message
    assert credential_stores(given, credential_config({A: "KEY"})).aliases == {A: "KEY"}
