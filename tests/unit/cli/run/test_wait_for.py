"""`--wait-for`: a server that starts late, and one that says something that cannot be read."""

import socket
import threading
from contextlib import suppress

import pytest

from arazzo_runner.cli.main import main
from arazzo_runner.cli.run import wait_for

HEADS = [
    b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx",
]

DOCUMENT = """
arazzo: 1.0.1
info: {title: W, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows: [{workflowId: w, steps: [{stepId: s, operationId: get}]}]
"""
API = """
openapi: 3.1.0
info: {title: A, version: '1'}
paths: {/a: {get: {operationId: get, responses: {'200': {description: ok}}}}}
"""


@pytest.fixture
def late_server():
    """A port where nothing listens until ``start`` is called; each connection gets ``head``."""
    sockets = [socket.socket()]
    sockets[0].bind(("127.0.0.1", 0))
    threads = []

    def serve(head):
        with suppress(OSError):
            while True:
                connection, _ = sockets[0].accept()
                sockets.append(connection)
                connection.recv(65536)
                connection.sendall(head)
                connection.close()

    def start(head):
        sockets[0].listen()
        threads.append(threading.Thread(target=serve, args=(head,)))
        threads[-1].start()

    yield sockets[0].getsockname()[1], start
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("quiet", [[], ["-q"]])
def test_a_server_that_starts_late(tmp_path, monkeypatch, capsys, late_server, head, quiet) -> None:
    port, start = late_server
    (tmp_path / "w.yaml").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "api.yaml").write_text(API, encoding="utf-8")
    usual = wait_for._print_progress

    def print_progress(line, given):
        if line.startswith("waiting"):
            start(head)
        usual(line, given)

    monkeypatch.setattr(wait_for, "_print_progress", print_progress)
    url = f"http://127.0.0.1:{port}"
    arguments = ["run", str(tmp_path / "w.yaml"), "--wait-for", "api", "--server", url, *quiet]
    assert main(arguments) == (1 if head is HEADS[0] else 4)
    told = [line for line in capsys.readouterr().err.splitlines() if url in line][:2]
    if quiet:
        assert told == []
    else:
        assert told[0].startswith(f"waiting for `{url}`, up to 30 s: no server is listening")
        assert told[1].startswith(f"`{url}` responded after ")
