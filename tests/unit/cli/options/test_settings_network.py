"""Flags about the network count for all that a command reads, and for tokens; a row is one way.

Each test fails where its flag is ignored: what is asked for cannot be had without it, or is had in
another way.
"""

import json
import os
import ssl
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import pytest
import trustme
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived

from arazzo_runner.cli import main as command_line
from arazzo_runner.http.network import BlockingNetwork
from unit.http.conftest import hold, serve  # a fixture

__all__ = ["serve"]

API = """openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: "%(plain)s"}]
security: [{login: []}]
components:
  securitySchemes:
    login:
      type: oauth2
      flows: {clientCredentials: {tokenUrl: "%(token)s/token", scopes: {}}}
paths: {/orders: {get: {operationId: listOrders, responses: {"200": {description: OK}}}}}
"""
DOCUMENT = """arazzo: 1.0.1
info: {title: Orders, version: "1"}
sourceDescriptions: [{name: shop, url: "%s", type: openapi}]
workflows: [{workflowId: look, steps: [{stepId: list, operationId: listOrders}]}]
"""
LARGE = 4_000
TOKEN = json.dumps({"access_token": "t0ken", "token_type": "Bearer", "expires_in": 60})
CREDENTIALS = {"ARAZZO_AUTH_SHOP_LOGIN_CLIENT_ID": "me", "ARAZZO_AUTH_SHOP_LOGIN_CLIENT_SECRET": "x"}  # fmt: skip


class Way(NamedTuple):
    """Words of a command, and the path that it asks for; ``{}`` is the URL of the server."""

    words: tuple[str, ...]
    path: str


DOCUMENTS = {
    "run, the document": Way(("run", "{}/w.yaml", "--mock"), "/w.yaml"),
    "run, a description": Way(("run", "w.yaml", "--mock"), "/api.yaml"),
    "validate, the document": Way(("validate", "{}/w.yaml"), "/w.yaml"),
    "validate, a description": Way(("validate", "w.yaml"), "/api.yaml"),
    "list": Way(("list", "w.yaml"), "/api.yaml"),
    "schema": Way(("schema", "inputs", "w.yaml"), "/api.yaml"),
    "auth": Way(("auth", "w.yaml"), "/api.yaml"),
    "replay": Way(("replay", "recording.json", "{}/w.yaml"), "/w.yaml"),
    "mock": Way(("mock", "{}/w.yaml", "--port", "0"), "/w.yaml"),
    "new": Way(("new", "{}/api.yaml", "-o", "-"), "/api.yaml"),
}
TOKENS = {
    "run, a token": Way(("run", "local.yaml"), "/token"),
    "auth --test, a token": Way(("auth", "local.yaml", "--test"), "/token"),
}
WAYS = {**DOCUMENTS, **TOKENS}


class Asked(NamedTuple):
    """A request as the server has seen it."""

    protocol: str
    head: str


@dataclass
class Shop:
    """A server with documents, tokens and orders; ``answer`` says what a path has."""

    texts: dict[str, str]
    asked: dict[str, list[Asked]]
    answer: Callable[[str, str], int | None]
    server: Any = None

    def play(self, connection) -> None:
        request = self.server.requests[-1]
        if request.startswith(b"PRI "):
            self._play_h2(connection, request)
            return
        head = request.decode("latin-1")
        path = "/" + head.split(" ")[1].rpartition("/")[2]
        status, text = self._respond(path, Asked("HTTP/1.1", head))
        if status is None:
            hold(connection)
            return
        lines = f"HTTP/1.1 {status} X\r\n{self._type(path)}Content-Length: {len(text)}\r\n\r\n"
        connection.sendall((lines + text).encode())

    def _play_h2(self, connection, data: bytes) -> None:
        wire = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        wire.initiate_connection()
        while data:
            for event in wire.receive_data(data):
                if isinstance(event, RequestReceived):
                    path = str(dict(cast("Any", event.headers))[":path"])
                    status, text = self._respond(path, Asked("HTTP/2", str(event.headers)))
                    fields = [(":status", str(status)), ("content-type", "application/json")]
                    wire.send_headers(event.stream_id, fields)
                    wire.send_data(event.stream_id, text.encode(), end_stream=True)
            connection.sendall(wire.data_to_send())
            data = connection.recv(65536)

    def _respond(self, path: str, asked: Asked) -> tuple[int | None, str]:
        self.asked[path].append(asked)
        status = self.answer(path, asked.head)
        return status, self.texts.get(path, "{}") if status == 200 else ""

    def _type(self, path: str) -> str:
        return "" if path.endswith(".yaml") else "Content-Type: application/json\r\n"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, authority):
    """Where commands run; nothing of the environment is about the network but this test's."""
    for name in [one for one in os.environ if one.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    own = authority.issue_cert("client.example")
    own.cert_chain_pems[0].write_to_path(tmp_path / "client.pem")
    own.private_key_pem.write_to_path(tmp_path / "client.key")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shop(serve, folder, authority):
    """``shop(way)``: the server that the way asks, and the call of its words with more of them."""

    def start(way: Way, answer=lambda _path, _head: 200, *, tls: str = "", at: str = ""):
        asked: dict[str, list[Asked]] = defaultdict(list)
        texts = {"/w.yaml": DOCUMENT % "api.yaml", "/token": TOKEN}
        made = Shop(texts, asked, answer)
        made.server = serve([made.play], tls=_context(authority, tls) if tls else None)
        plain = Shop({}, defaultdict(list), lambda _path, _head: 200)
        plain.server = serve([plain.play])
        url = at or made.server.url
        texts["/api.yaml"] = API % {"plain": plain.server.url, "token": url}
        (folder / "api.yaml").write_text(texts["/api.yaml"])
        (folder / "local.yaml").write_text(DOCUMENT % "api.yaml")
        (folder / "w.yaml").write_text(DOCUMENT % f"{url}/api.yaml")
        if way.words[0] == "replay":
            assert command_line.main(["run", "local.yaml", "--mock", "--record", "recording.json"]) == 0  # fmt: skip

        def call(*more: str) -> int:
            return command_line.main([one.format(url) for one in way.words] + list(more))

        return made, plain, call

    return start


@pytest.fixture(autouse=True)
def _no_mock_server(monkeypatch):
    """What `arazzo mock` serves is not asked for here, only what it reads."""

    def end(_app, sockets, *_others) -> int:
        for one in sockets:
            one.close()
        return 0

    monkeypatch.setattr("arazzo_runner.mock_server.serve.run_server", end)


def _context(authority: trustme.CA, kind: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    context.set_alpn_protocols(["h2"] if kind == "h2" else ["http/1.1"])
    if kind == "client":
        context.verify_mode = ssl.CERT_REQUIRED
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # it is refused in the handshake
        authority.configure_trust(context)
    return context


def ways(table: dict[str, Way]):
    return pytest.mark.parametrize("way", table.values(), ids=table.keys())


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return "".join(capsys.readouterr())


@ways(WAYS)
def test_timeout(way, shop, capsys) -> None:
    _, _, call = shop(way, lambda path, _head: None if path == way.path else 200)
    assert call("--timeout", "250ms") != 0
    assert "within 0.25 s" in said(capsys)


@ways(WAYS)
@pytest.mark.parametrize("flag", [("--cacert", "ca.pem"), ("--insecure",)])
def test_authorities(way, flag, shop, capsys) -> None:
    made, _, call = shop(way, tls="http/1.1")
    assert call() != 0
    assert "certificate" in said(capsys)
    assert not made.asked
    assert call(*flag) == 0, said(capsys)
    assert made.asked[way.path]


@ways(WAYS)
def test_client_certificate(way, shop, capsys) -> None:
    made, _, call = shop(way, tls="client")
    trusted = ("--cacert", "ca.pem")
    assert call(*trusted) != 0
    assert "TLS" in said(capsys)
    assert not made.asked
    assert call(*trusted, "--cert", "client.pem", "--key", "client.key") == 0, said(capsys)
    assert made.asked[way.path]


@ways(WAYS)
def test_proxy(way, shop, capsys) -> None:
    made, _, call = shop(way, at="http://127.0.0.1:1")
    assert call() != 0
    assert "127.0.0.1:1`" in said(capsys)
    assert call("--proxy", made.server.url) == 0, said(capsys)
    assert made.asked[way.path][0].head.split(" ")[1] == f"http://127.0.0.1:1{way.path}"


@ways(WAYS)
@pytest.mark.parametrize(("flag", "protocol"), [((), "HTTP/1.1"), (("--http2",), "HTTP/2")])
def test_http2(way, flag, protocol, shop, capsys) -> None:
    made, _, call = shop(way, tls="h2")
    assert call("--cacert", "ca.pem", *flag) == 0, said(capsys)
    assert {one.protocol for one in made.asked[way.path]} == {protocol}


@ways(WAYS)
def test_retried_connections(way, shop, capsys, monkeypatch) -> None:
    made, _, call = shop(way)
    connect = BlockingNetwork.connect
    refusals = [1, 1, 1]

    async def refuse_first(network, address, seconds):
        if address[-1][1] == made.server.port and refusals:
            refusals.pop()
            raise ConnectionRefusedError
        return await connect(network, address, seconds)

    async def no_pause(_network, _seconds) -> None:
        return

    monkeypatch.setattr(BlockingNetwork, "connect", refuse_first)
    monkeypatch.setattr(BlockingNetwork, "sleep", no_pause)
    assert call() != 0
    assert len(refusals) == 2
    assert "refused" in said(capsys)
    assert call("--retry-connect", "2") == 0, said(capsys)
    assert not refusals


@ways(DOCUMENTS)
def test_document_size(way, shop, capsys) -> None:
    made, _, call = shop(way)
    made.texts[way.path] += "#" * LARGE
    size = len(made.texts[way.path])
    assert call("--max-document-size", str(size)) == 0, said(capsys)
    assert call("--max-document-size", str(size - 1)) != 0
    assert "`--max-document-size`" in said(capsys)


@ways(DOCUMENTS)
def test_headers_of_documents(way, shop, capsys) -> None:
    def answer(path: str, head: str) -> int:
        return 401 if path == way.path and "X-Key: 1\r\n" not in head else 200

    _, _, call = shop(way, answer)
    assert call() != 0
    assert "returns status 401" in said(capsys)
    assert call("-H", "X-Key=1") == 0, said(capsys)


@ways(TOKENS)
def test_headers_are_not_for_tokens(way, shop, capsys) -> None:
    made, plain, call = shop(way)
    assert call("-H", "X-Key=1") == 0, said(capsys)
    assert ["X-Key" in one.head for one in made.asked["/token"]] == [False]
    assert ["X-Key: 1" in one.head for one in plain.asked["/orders"]] == [True] * (
        way.words[0] == "run"
    )
