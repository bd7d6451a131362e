"""No credential is in a journal, whatever way it came in: not in the file, and not in the one beside it."""

import pytest

from canaries.secrets import WAYS, leaks
from canaries.server import Behaviour, echoing_server
from canaries.test_canaries import OTHER_WAYS, command, folder, run, run_other_way

__all__ = ["folder"]

OF_SERVER = {"session-token", "named-output", "set-cookie", "auth-token"}
"""What an API's own responses hold: later steps need it, and only encryption hides it."""
KEY = ("--journal-key", "env:PROFILE_KEY")
OUTCOMES = {"passes": (Behaviour, 0), "fails": (lambda **more: Behaviour(verdict="bad", **more), 1),
            "error": (lambda **more: Behaviour(status=500, **more), 1)}  # fmt: skip


def kept(place) -> str:
    """All that stands in the journal, while it is written and when it is closed."""
    return "".join(one.read_bytes().decode("latin-1") for one in place.glob("run.journal*"))


def journaled(place, address: str, *more: str) -> tuple[int, str]:
    (place / "out").mkdir()
    words = [one for one in command(f"http://{address}", "quiet", place) if one != "--cookies"]
    words = [one for one in words if one != "--otel"]
    code, streams = run([*words, "--journal", "run.journal", *more])
    return code, streams["stderr"]


@pytest.fixture
def uncleaned(monkeypatch):
    """SQLite removes the file beside the journal when it is closed; so that it can be read, it stays."""
    from arazzo_runner.journal import sqlite

    seen: list[str] = []
    close = sqlite.SqliteStore.close

    def look(store):
        seen.append(_beside(store))
        close(store)

    monkeypatch.setattr(sqlite.SqliteStore, "close", look)
    return seen


def _beside(store) -> str:
    from pathlib import Path

    return Path(f"{store._path}-wal").read_bytes().decode("latin-1")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_no_credential_is_in_a_journal(folder, uncleaned, outcome):
    make, exit_code = OUTCOMES[outcome]
    with echoing_server(make(echoes=False)) as address:
        code, stderr = journaled(folder, address)
    assert code == exit_code, stderr
    (beside,) = uncleaned
    assert "verdict" in beside
    assert leaks(kept(folder) + beside).keys() <= OF_SERVER


def test_nothing_is_in_an_encrypted_journal(folder, uncleaned):
    """Also what a server sends back of a request."""
    with echoing_server(Behaviour()) as address:
        code, stderr = journaled(folder, address, *KEY)
    assert code == 0, stderr
    (beside,) = uncleaned
    assert "verdict" not in beside
    assert leaks(kept(folder) + beside) == {}


def test_what_a_server_sends_back_would_be_seen(folder, uncleaned):
    with echoing_server(Behaviour()) as address:
        assert journaled(folder, address)[0] == 0
    shown = leaks(kept(folder) + uncleaned[0])
    fetched = {
        "fetched-token",
        "fetched-refresh",
        "refreshed-token",
        "client-secret",
        "given-refresh",
    }
    # Sent back are the header fields, URLs and bodies of the API's own requests.
    assert set(WAYS) - set(shown) - set(OTHER_WAYS) <= {"digest", *fetched}


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_other_ways_in(folder, monkeypatch, uncleaned, way):
    words = ("--journal", "run.journal")
    run_other_way(folder, monkeypatch, way, Behaviour(echoes=False), *words)
    assert leaks(kept(folder) + "".join(uncleaned)).keys() <= OF_SERVER
