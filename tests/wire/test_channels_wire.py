"""Workflows over real Redis, Kafka (the mock cluster), WebSocket and event streams."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.server import ServerConnection, serve

import arazzo_runner as arazzo
from brokers.kafka import kafka_cluster
from brokers.programs import shared_broker

PAYLOAD = {"type": "object", "properties": {"id": {"type": "string"}}}


def description(protocol: str, host: str, bindings: dict[str, Any]) -> dict[str, Any]:
    message = {
        "contentType": "application/json",
        "correlationId": {"location": "$message.payload#/id"},
        "payload": PAYLOAD,
    }
    reference = {"$ref": "#/channels/orders"}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Orders", "version": "1"},
        "servers": {"main": {"host": host, "protocol": protocol}},
        "channels": {
            "orders": {"address": "orders", "bindings": bindings, "messages": {"order": message}}
        },
        "operations": {
            "placeOrder": {"action": "receive", "channel": reference},
            "orderPlaced": {"action": "send", "channel": reference},
        },
    }


RECEIVE = {
    "stepId": "receive",
    "operationId": "$sourceDescriptions.events.orderPlaced",
    "action": "receive",
    "correlationId": "$inputs.id",
    "timeout": 20000,
    "successCriteria": [{"condition": "$message.payload#/state == 'placed'"}],
    "outputs": {"state": "$message.payload#/state"},
}
SEND = {
    "stepId": "send",
    "operationId": "$sourceDescriptions.events.placeOrder",
    "action": "send",
    "requestBody": {"payload": {"id": "$inputs.id", "state": "placed"}},
}


def run(folder: Path, described: dict[str, Any], *steps: dict[str, Any]) -> Any:
    path = write_order(folder, described, *steps)
    return arazzo.run(path, inputs={"id": "A-1"}, checks="error")


def write_order(folder: Path, described: dict[str, Any], *steps: dict[str, Any]) -> Path:
    """A workflow of these steps, with its description."""
    (folder / "events.json").write_text(json.dumps(described), encoding="utf-8")
    document = {
        "arazzo": "1.1.0",
        "info": {"title": "Order", "version": "1"},
        "sourceDescriptions": [{"name": "events", "url": "events.json", "type": "asyncapi"}],
        "workflows": [
            {
                "workflowId": "order",
                "inputs": {"type": "object", "properties": {"id": {"type": "string"}}},
                "steps": list(steps),
                "outputs": {"state": "$steps.receive.outputs.state"},
            }
        ],
    }
    path = folder / "order.arazzo.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@contextmanager
def redis() -> Iterator[str]:
    yield shared_broker("redis").address


@contextmanager
def kafka() -> Iterator[str]:
    with kafka_cluster() as cluster:
        cluster.make_topic("orders")
        yield f"{cluster.host}:{cluster.port}"


def echo(socket: ServerConnection, reply: str | None = None) -> None:
    """Echoes messages, one of another order before each, or has the same reply to all."""
    for message in socket:
        if reply is None:
            socket.send(json.dumps({"id": "other", "state": "open"}))
        socket.send(reply or message)


@contextmanager
def websocket(reply: str | None = None) -> Iterator[str]:
    with serve(partial(echo, reply=reply), "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()


class Events(BaseHTTPRequestHandler):
    """An event stream of two orders, which then stays open until the client goes."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for name in ("other", "A-1"):
            order = json.dumps({"id": name, "state": "placed"})
            self.wfile.write(f"event: order\nid: {name}\ndata: {order}\n\n".encode())
        self.wfile.flush()
        self.rfile.read(1)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def events() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Events) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


STREAM = {"redis": {"x-redis-stream": True}}
GET = {"sse": {"method": "GET"}}


@pytest.mark.parametrize(
    ("protocol", "server", "bindings", "steps"),
    [
        ("redis", redis, {}, [SEND, RECEIVE]),
        ("redis", redis, STREAM, [SEND, RECEIVE]),
        ("kafka", kafka, {}, [SEND, RECEIVE]),
        ("ws", websocket, {}, [SEND, RECEIVE]),
        ("http", events, GET, [RECEIVE]),
    ],
    ids=["pub/sub", "stream", "kafka", "websocket", "sse"],
)
def test_order(
    protocol: str,
    server: Callable[[], Any],
    bindings: dict[str, Any],
    steps: list[dict[str, Any]],
    tmp_path: Path,
) -> None:
    with server() as host:
        result = run(tmp_path, description(protocol, host, bindings), *steps)
    assert result.passed, result
    assert result.outputs == {"state": "placed"}


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("no JSON", "the payload is `application/json` but not JSON"),
        ('{"id": 5, "state": "placed"}', "integer 5 is not of type string"),
        ('{"id": "A-1", "state": "open"}', "$message.payload#/state == 'placed'"),
    ],
)
def test_reply_that_is_wrong(reply: str, words: str, tmp_path: Path) -> None:
    receive = {key: value for key, value in RECEIVE.items() if key != "correlationId"}
    with websocket(reply) as host:
        result = run(tmp_path, description("ws", host, {}), SEND, receive)
    assert not result.passed
    assert words in json.dumps(result.report()["workflows"][0]["steps"][1])


def test_server_that_is_down(tmp_path: Path) -> None:
    with websocket() as host:
        pass
    result = run(tmp_path, description("ws", host, {}), SEND, RECEIVE)
    assert "no broker is listening at `ws://127.0.0.1:" in str(result)


def test_stream_that_an_earlier_step_names(tmp_path: Path) -> None:
    """What came there before its name was known counts."""
    send = SEND | {"outputs": {"id": "$message.payload#/id"}}
    parameters = [{"name": "id", "in": "path", "value": "$steps.send.outputs.id"}]
    with redis() as host:
        described = description("redis", host, STREAM)
        placed = described["channels"]["orders"]
        placed["address"] = "shop.A-1"
        described["channels"]["placed"] = placed | {
            "address": "shop.{id}",
            "parameters": {"id": {}},
        }
        described["operations"]["orderPlaced"]["channel"] = {"$ref": "#/channels/placed"}
        result = run(tmp_path, described, send, RECEIVE | {"parameters": parameters})
    assert result.passed, result
    assert result.outputs == {"state": "placed"}
