"""The places that variables are read from, in their order."""

import pytest

from arazzo_runner.auth.sources import CredentialStore, CredentialStores, cached_lookup


def source(origin, *names):
    return CredentialStore(
        origin, {name: f"{origin}-{name}" for name in names}.get, names.__contains__
    )


FULL = CredentialStores(
    environment={"A": "env-A", "EMPTY": "", "OTHER": "env-other"},
    file={"A": "file-A", "B": "file-B", "EMPTY": "file-empty", "FILED": "file-filed"},
    aliases={"A": "OTHER", "C": "OTHER", "D": "FILED", "E": "NOBODY"},
    others=(source("command", "E", "F"), source("keyring", "F", "G")),
)


@pytest.mark.parametrize(
    ("name", "origin", "more"),
    [
        ("A", "environment", None),
        ("B", "env-file", None),
        ("EMPTY", "env-file", None),
        ("C", "alias", None),
        ("D", "alias", None),
        ("E", None, "command-E"),
        ("F", None, "command-F"),
        ("G", None, "keyring-G"),
        ("H", None, None),
    ],
)
def test_where_a_variable_is_set(name, origin, more):
    assert FULL.origin(name) == origin
    assert FULL.more(name) == more


def test_the_environment_wins_over_the_file():
    assert FULL.variables["A"] == "env-A"
    assert FULL.variables["EMPTY"] == "file-empty"


def test_each_name_is_asked_for_once():
    asked = []
    look = cached_lookup(asked.append)
    assert [look("A"), look("A"), look("B")] == [None, None, None]
    assert asked == ["A", "B"]
