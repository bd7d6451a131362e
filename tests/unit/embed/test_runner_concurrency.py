"""Fifty runs at once over one runner: nothing of one is in another."""

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import arazzo_runner as arazzo

RUNS = 50
API = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "servers": [{"url": "http://127.0.0.1"}],
    "components": {"securitySchemes": {"client": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {}}}}}},
    "paths": {
        "/login": {"post": {"operationId": "login", "security": [], "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}, "responses": {"200": {"description": "ok"}}}},
        "/mine": {"get": {"operationId": "mine", "security": [], "parameters": [{"name": "X-Auth-Token", "in": "header", "schema": {"type": "string"}}], "responses": {"200": {"description": "ok"}}}},
        "/client": {"get": {"operationId": "client", "security": [{"client": []}], "responses": {"200": {"description": "ok"}}}},
    },
}  # fmt: skip
FINE = [{"condition": "$statusCode == 200"}]
DOCUMENT = {
    "arazzo": "1.0.1",
    "info": {"title": "Shop", "version": "1"},
    "sourceDescriptions": [{"name": "shop", "url": "shop.openapi.json", "type": "openapi"}],
    "workflows": [{
        "workflowId": "visit",
        "inputs": {"type": "object", "properties": {"name": {"type": "string"}, "password": {"type": "string", "format": "password"}}},
        "steps": [
            {"stepId": "login", "operationId": "login", "successCriteria": FINE,
             "requestBody": {"contentType": "application/json", "payload": {"name": "$inputs.name", "password": "$inputs.password"}},
             "outputs": {"session": "$response.body#/session"}},
            {"stepId": "mine", "operationId": "mine", "successCriteria": FINE,
             "parameters": [{"name": "X-Auth-Token", "in": "header", "value": "$steps.login.outputs.session"}],
             "outputs": {"session": "$response.body#/session", "cookie": "$response.body#/cookie"}},
            {"stepId": "client", "operationId": "client", "successCriteria": FINE,
             "outputs": {"cookie": "$response.body#/cookie", "token": "$response.body#/token"}},
        ],
        "outputs": {"name": "$inputs.name", "session": "$steps.mine.outputs.session", "cookie": "$steps.mine.outputs.cookie",
                    "later": "$steps.client.outputs.cookie", "token": "$steps.client.outputs.token"},
    }],
}  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    """Holds the first responses back until all runs have sent their first request."""

    protocol_version = "HTTP/1.1"
    barrier: threading.Barrier
    tokens: Iterator[int]

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/login":
            login = json.loads(body)
            self.barrier.wait(60)
            self.send(
                {"session": f"session-of-{login['password']}"}, f"sid=cookie-of-{login['name']}"
            )
        elif self.path == "/token":
            self.send({"access_token": f"token-{next(self.tokens):04}-xyz", "token_type": "Bearer"})
        else:
            self.send({name: self.headers[header] for name, header in
                       {"session": "x-auth-token", "cookie": "cookie", "token": "authorization"}.items()})  # fmt: skip

    do_GET = do_POST = answer  # noqa: N815

    def send(self, content: object, cookie: str = "") -> None:
        data = json.dumps(content).encode()
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 2 * RUNS


@pytest.fixture
def server() -> Iterator[str]:
    values = {"barrier": threading.Barrier(RUNS), "tokens": iter(range(10_000))}
    with _Server(("127.0.0.1", 0), type("Handler", (_Handler,), values)) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()
        thread.join()


@pytest.fixture
def document(tmp_path: Path) -> Path:
    (tmp_path / "shop.openapi.json").write_text(json.dumps(API))
    path = tmp_path / "shop.arazzo.json"
    path.write_text(json.dumps(DOCUMENT))
    return path


def options(server: str) -> dict:
    client = {"client_id": "me", "client_secret": "s3cret-of-the-client"}
    return {
        "server": server,
        "credentials": {"shop": {"client": client}},
        "http": arazzo.HttpSettings(cookies=True),
    }


def inputs(number: int) -> dict[str, str]:
    return {"name": f"name-{number:04}", "password": f"passw0rd-{number:04}-abc"}


def texts(number: int) -> tuple[str, ...]:
    return f"name-{number:04}", f"cookie-of-name-{number:04}", f"passw0rd-{number:04}-abc"


def check(results: list[arazzo.Result], events: list[list[arazzo.Event]]) -> None:
    """Each has its own values, and none of any other."""
    for number, (result, seen) in enumerate(zip(results, events, strict=True)):
        assert result.passed, str(result)
        session = f"session-of-passw0rd-{number:04}-abc"
        outputs = dict(result.outputs)
        token = outputs.pop("token")
        cookie = f"sid=cookie-of-name-{number:04}"
        assert outputs == {
            "name": f"name-{number:04}",
            "session": session,
            "cookie": cookie,
            "later": cookie,
        }
        report = result.to_json()
        assert session not in report
        assert token.removeprefix("Bearer ") not in report
        requests = [one for one in seen if isinstance(one, arazzo.RequestSent)]
        assert [one.key.partition("#")[0] for one in requests] == [
            "visit/login",
            "visit/mine",
            "visit/client",
        ]
        sent = repr([(one.request.headers, one.request.body) for one in requests])
        assert f"name-{number:04}" in sent
        for other in range(RUNS):
            if other != number:
                assert not [text for text in texts(other) if text in report or text in sent]
    assert len({result.outputs["token"] for result in results}) == RUNS


def test_threads(server: str, document: Path) -> None:
    events: list[list[arazzo.Event]] = [[] for _ in range(RUNS)]
    with arazzo.Runner(**options(server)) as runner, ThreadPoolExecutor(RUNS) as pool:
        jobs = [
            pool.submit(runner.run, document, inputs=inputs(one), on_event=events[one].append)
            for one in range(RUNS)
        ]
        check([job.result(120) for job in jobs], events)


def test_tasks(server: str, document: Path) -> None:
    events: list[list[arazzo.Event]] = [[] for _ in range(RUNS)]

    async def all_at_once() -> list[arazzo.Result]:
        async with arazzo.Runner(**options(server)) as runner:
            runs = [
                runner.arun(document, inputs=inputs(one), on_event=events[one].append)
                for one in range(RUNS)
            ]
            return list(await asyncio.gather(*runs))

    check(asyncio.run(all_at_once()), events)
