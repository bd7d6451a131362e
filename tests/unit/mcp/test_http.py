"""The server over HTTP: sessions of older clients, bodies, and what ends it."""

import asyncio
import os
import signal
import socket
import sys
import threading
from urllib.parse import urlsplit

import httpx2
import pytest
from mcp.client.client import Client

from arazzo_runner.mcp import http
from arazzo_runner.mcp.address import ListeningAddress
from arazzo_runner.mcp.runs import Runs

FIRST = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
HEADERS = {"accept": "application/json, text/event-stream"}


def serve(server, ask):
    """Serve in this thread while another one asks, and then ends it by a signal."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
    found: list[object] = []

    def begin() -> None:
        threading.Thread(target=run).start()

    def run() -> None:
        try:
            found.append(ask(url))
        except BaseException as reason:  # noqa: BLE001 - it is raised in the test
            found.append(reason)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    runs = Runs(server.bugs.append)
    new = server.new(runs)
    address = ListeningAddress([listening], url, None, is_local=True)
    ended_by = http.serve_http(new, runs, address, begin)
    if isinstance(found[0], BaseException):
        raise found[0]
    return ended_by, found[0]


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")


def post(url: str, body: object, **headers: str) -> httpx2.Response:
    return httpx2.post(url, json=body, headers={**HEADERS, **headers}, timeout=30)


def test_sessions(server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MOST_SESSIONS", 2)
    ended_by, statuses = serve(server, lambda url: [post(url, FIRST).status_code for _ in range(3)])
    assert statuses == [200, 200, 503]
    assert ended_by == signal.SIGTERM


def test_a_body_that_is_too_large(server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST_LINE", 500)
    at = {**FIRST, "params": {**FIRST["params"], "_meta": {"a": "x" * 500}}}
    _, statuses = serve(server, lambda url: [post(url, one).status_code for one in (FIRST, at)])
    assert statuses == [200, 413]


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
def test_a_client(server, mode: str) -> None:
    async def talk(url: str):
        async with Client(url, mode=mode) as client:
            return await client.call_tool("find_items", {})

    _, result = serve(server, lambda url: asyncio.run(talk(url)))
    assert result.structured_content == {"outputs": {"id": 7, "note": "red"}}


def test_pages_of_other_sites_are_refused(server) -> None:
    def ask(url: str):
        other = urlsplit(url)._replace(path="/other").geturl()
        return [
            post(url, FIRST, origin="http://evil.test").status_code,
            post(url, FIRST, host="evil.test").status_code,
            post(other, FIRST).status_code,
        ]

    assert serve(server, ask)[1] == [403, 421, 404]
