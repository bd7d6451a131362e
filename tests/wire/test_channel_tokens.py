"""The token of a server of channels, on the command line: runs of each kind, and what is listed."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from arazzo_runner.cli.main import main
from arazzo_runner.messaging.connection import Receiver
from arazzo_runner.messaging.memory import MemoryBroker, MemoryConnection
from arazzo_runner.messaging.model import Endpoint
from arazzo_runner.messaging.protocols.registry import with_protocol

EVENTS = """
asyncapi: 3.0.0
info: {title: Events, version: 1.0.0}
servers: {main: {host: 'broker.test:1883', protocol: mqtt, security: [{$ref: '#/components/securitySchemes/login'}]}}
channels: {orders: {address: orders, messages: {order: {}}}}
components: {securitySchemes: {login: {type: oauth2, scopes: [send], flows: {clientCredentials: {tokenUrl: URL, availableScopes: {send: x}}}}}}
"""
DOCUMENT = """
arazzo: 1.1.0
info: {title: T, version: "1"}
sourceDescriptions: [{name: events, url: events.yaml, type: asyncapi}]
workflows:
  - workflowId: w
    inputs: {type: object, properties: {n: {type: integer, default: 1}}}
    steps:
      - {stepId: send, channelPath: '{$sourceDescriptions.events.url}#/channels/orders', action: send, requestBody: {payload: $inputs.n}}
"""
PREFIX = "ARAZZO_AUTH_EVENTS_LOGIN_"
TOKEN, SECRET = "t0ken-of-the-server", "cl1ent-s3cret"


class Authority(BaseHTTPRequestHandler):
    """Gives tokens; ``asked`` are the bodies of requests."""

    asked: list[bytes]

    def do_POST(self) -> None:
        self.asked.append(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"access_token": TOKEN, "token_type": "Bearer"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """What is asked for tokens; the documents are in the folder."""
    found: list[bytes] = []
    handler = type("Handler", (Authority,), {"asked": found})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        url = f"http://127.0.0.1:{server.server_port}/token"
        (tmp_path / "events.yaml").write_text(EVENTS.replace("URL", url))
        for name in ("one", "two"):
            (tmp_path / f"{name}.arazzo.yaml").write_text(DOCUMENT)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv(f"{PREFIX}CLIENT_ID", "me")
        monkeypatch.setenv(f"{PREFIX}CLIENT_SECRET", SECRET)
        yield found
        server.shutdown()


@pytest.fixture
def tokens() -> Iterator[list[str]]:
    """Those that the broker was shown."""
    broker, found = MemoryBroker(), list[str]()

    async def connect(endpoint: Endpoint, receiver: Receiver) -> MemoryConnection:
        found.append(endpoint.credentials.token)
        return await broker.connect(endpoint, receiver)

    with with_protocol("mqtt", connect):
        yield found


@pytest.mark.parametrize(
    "words",
    [
        ["run", "one.arazzo.yaml", "-vv"],
        ["--debug", "run", "one.arazzo.yaml", "--record", "out.json", "--report", "json=report.json"],
        ["run", "one.arazzo.yaml", "two.arazzo.yaml"],
        ["run", "one.arazzo.yaml", "--cases", "rows.csv"],
    ],
)  # fmt: skip
def test_runs(
    words: list[str],
    asked: list[bytes],
    tokens: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "rows.csv").write_text("n\n1\n2\n")
    code = main(words)
    shown = "".join(capsys.readouterr())
    assert code == 0, shown
    assert set(asked) == {b"grant_type=client_credentials&scope=send"}
    assert set(tokens) == {TOKEN}
    written = shown + "".join(one.read_text() for one in tmp_path.glob("*.json"))
    assert TOKEN not in written
    assert SECRET not in written


def test_a_replay_needs_none(asked: list[bytes], tokens: list[str], capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    assert main(["run", "one.arazzo.yaml", "--record", "out.json"]) == 0
    asked.clear()
    tokens.clear()
    assert main(["replay", "out.json"]) == 0, "".join(capsys.readouterr())
    assert (asked, tokens) == ([], [])


def test_a_dry_run_says_it(asked: list[bytes], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "one.arazzo.yaml", "--dry-run"]) == 0
    text = (
        "with a token for `login` of `events`, which a run fetches by the flow `clientCredentials`"
    )
    assert text in capsys.readouterr().out
    assert asked == []


def test_credentials_are_tried(asked: list[bytes], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["auth", "one.arazzo.yaml", "--test"]) == 0
    out = capsys.readouterr().out
    assert "a token was fetched by `clientCredentials` for send" in out
    assert asked == [b"grant_type=client_credentials&scope=send"]
    assert TOKEN not in out
