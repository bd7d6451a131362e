"""Runs of Python programs whose credentials need a token first."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import anyio
import httpx
import pytest

import arazzo_runner as arazzo

ORDERS = Path(__file__).parents[2] / "cases" / "credentials" / "orders.arazzo.yaml"
CREDENTIALS = {"shop": {"client": {"client_id": "me", "client_secret": "s3cret"}}}
TOKEN, ORDER = {"access_token": "t0ken-1", "token_type": "Bearer"}, {"echo": "t0ken-1"}
SENT = ["POST /oauth/token", "GET /client", "GET /client"]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.seen.append(f"{self.command} {self.path}")
        body = json.dumps(TOKEN if self.command == "POST" else ORDER).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def shop():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def url(shop):
    return f"http://127.0.0.1:{shop.server_port}"


def judged(result, shop):
    assert result.passed, str(result)
    assert shop.seen == SENT
    shown = json.dumps(result.steps["list"].attempts[0].response.headers) + str(result)
    assert "t0ken" not in shown


def test_over_the_network(shop):
    judged(arazzo.run(ORDERS, "client", server=url(shop), credentials=CREDENTIALS), shop)


def test_within_an_event_loop(shop):
    async def main():
        return await arazzo.arun(ORDERS, "client", server=url(shop), credentials=CREDENTIALS)

    judged(anyio.run(main), shop)


def test_through_a_client_that_was_handed_in(shop):
    with httpx.Client(base_url=url(shop)) as client:
        judged(arazzo.run(ORDERS, "client", client=client, credentials=CREDENTIALS), shop)


def test_the_mock_needs_no_token():
    assert arazzo.run(ORDERS, "client", mock=True, credentials=CREDENTIALS).passed


def test_nobody_can_be_asked_to_log_in(shop):
    credentials = {"shop": {"person": {"client_id": "me"}}}
    result = arazzo.run(ORDERS, "person", server=url(shop), credentials=credentials)
    assert result.exit_code == 2
    assert "needs an interactive login in a terminal" in str(
        result.steps["list"].attempts[0].error.message
    )
    assert shop.seen == []
