"""Where `arazzo mcp --http` listens, and the token that it demands."""

from pathlib import Path

import pytest

from arazzo_runner.cli.mcp.address import TOKEN_VARIABLE, listening_address
from arazzo_runner.errors import UsageError

TOKEN = "token-of-sixteen-and-more"


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)


def listening(http: str | None, token_file: Path | None = None, **variables: str):
    file = None if token_file is None else str(token_file)
    found = listening_address({"http": http, "token_file": file, "env_file": variables})
    for one in found.sockets if found else ():
        one.close()
    return found


@pytest.mark.parametrize(
    ("http", "host"),
    [("127.0.0.1:0", "127.0.0.1"), ("localhost:0", "localhost"), (":0", "127.0.0.1")],
)
def test_this_machine_needs_no_token(http: str, host: str) -> None:
    found = listening(http)
    assert found.url.startswith(f"http://{host}:")
    assert (found.is_local, found.token) == (True, None)
    assert repr(found) == f"ListeningAddress({found.url})"


def test_standard_streams_have_no_address() -> None:
    assert listening(None) is None


def test_the_token_of_the_file_wins_over_that_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}-of-file\n", "utf-8")
    assert (
        listening("0.0.0.0:0", **{TOKEN_VARIABLE: f"{TOKEN}-of-env-file"}).token
        == f"{TOKEN}-of-env-file"
    )
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    found = listening("0.0.0.0:0", **{TOKEN_VARIABLE: f"{TOKEN}-of-env-file"})
    assert (found.is_local, found.token) == (False, TOKEN)
    assert listening("127.0.0.1:0", file).token == f"{TOKEN}-of-file"


@pytest.mark.parametrize(
    ("http", "text"),
    [
        ("0.0.0.0:0", "other machines can reach this, and no token is set"),
        ("127.0.0.1", "is not HOST:PORT"),
        ("127.0.0.1:x", "is not HOST:PORT"),
        ("127.0.0.1:65536", "is not HOST:PORT"),
        ("127.0.0.1:²", "is not HOST:PORT"),
        ("::1:8000", "is not HOST:PORT"),
        ("999.1.1.1:0", "no token is set"),
    ],
)
def test_what_is_no_address(http: str, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        listening(http)


@pytest.mark.parametrize(
    "token",
    ["", "brief", "with space of sixteen", "ümlaut-of-sixteen-and-more"],
    ids=["none", "few", "space", "letter"],
)
def test_what_is_no_token(tmp_path: Path, token: str) -> None:
    file = tmp_path / "token"
    file.write_text(token, "utf-8")
    with pytest.raises(UsageError, match="is no bearer token") as caught:
        listening("127.0.0.1:0", file)
    assert not token or token not in str(caught.value)


def test_a_file_without_an_address_or_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`--token-file` is for `--http`"):
        listening(None, tmp_path / "token")
    with pytest.raises(UsageError, match="cannot be read"):
        listening("127.0.0.1:0", tmp_path / "token")
