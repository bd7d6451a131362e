"""Encrypted WebSockets and event streams, whose certificates `--cacert` trusts and nothing else."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
from websockets.sync.server import serve

from arazzo_runner.cli.main import main
from wire.test_channels_wire import GET, RECEIVE, SEND, Events, description, echo, write_order


class Authority:
    """Issues the certificate of a server; ``path`` is what trusts it."""

    def __init__(self, folder: Path) -> None:
        issuer = trustme.CA()
        self.path = folder / "ca.pem"
        issuer.cert_pem.write_to_path(self.path)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issuer.issue_cert("127.0.0.1").configure_cert(self.context)


class QuietServer(ThreadingHTTPServer):
    """Says nothing of handshakes that fail; each is made in a thread of its own."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), Events)
        self._context = context

    def finish_request(self, request: Any, client_address: Any) -> None:
        with self._context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing is printed."""


@contextmanager
def events(context: ssl.SSLContext) -> Iterator[str]:
    with QuietServer(context) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@contextmanager
def websocket(context: ssl.SSLContext) -> Iterator[str]:
    with serve(echo, "127.0.0.1", 0, ssl=context) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()


each = pytest.mark.parametrize(
    ("protocol", "server", "bindings", "steps"),
    [("wss", websocket, {}, [SEND, RECEIVE]), ("https", events, GET, [RECEIVE])],
    ids=["websocket", "sse"],
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@each
def test_certificates(
    protocol: str,
    server: Callable[[ssl.SSLContext], Any],
    bindings: dict[str, Any],
    steps: list[dict[str, Any]],
    authority: Authority,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with server(authority.context) as host:
        path = write_order(tmp_path, description(protocol, host, bindings), *steps)
        command = ["run", str(path), "-i", "id=A-1", "--report", f"json={tmp_path}/report.json"]
        codes = [main([*command, *more]) for more in ([], ["--cacert", str(authority.path)])]
        report = json.loads((tmp_path / "report.json").read_text())
        codes += [main([*command, "--insecure"])]
    out = "".join(capsys.readouterr())
    assert codes == [4, 0, 0], out
    assert report["workflows"][0]["outputs"] == {"state": "placed"}
    assert "`--cacert`" in out
