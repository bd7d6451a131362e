"""Channels that are opened by their whole address, which is known while the run goes on."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import arazzo_runner as arazzo
from arazzo_runner.messaging.hub import HUB

API = """
openapi: 3.1.0
info: {title: Orders, version: "1"}
servers: [{url: 'http://127.0.0.1:PORT'}]
paths:
  /orders:
    post:
      operationId: order
      responses:
        "201": {description: made, content: {application/json: {schema: {type: object}}}}
"""
EVENTS = """
asyncapi: 3.0.0
info: {title: Events, version: "1"}
servers: {main: {host: '127.0.0.1:PORT', protocol: http}}
defaultContentType: application/json
channels:
  news: {address: /news, bindings: {sse: {}}, messages: {news: {}}}
  events:
    address: '/orders/{id}/events'
    parameters: {id: {}}
    bindings: {sse: {}}
    messages: {event: {}}
"""
DOCUMENT = """
arazzo: 1.1.0
info: {title: T, version: "1"}
sourceDescriptions:
  - {name: api, url: api.yaml, type: openapi}
  - {name: events, url: events.yaml, type: asyncapi}
workflows:
  - workflowId: w
    steps:
      - stepId: order
        operationId: $sourceDescriptions.api.order
        outputs: {id: $response.body#/id}
      - stepId: wait
        channelPath: '{$sourceDescriptions.events.url}#/channels/events'
        action: receive
        timeout: 30000
        parameters: [{name: id, in: path, value: $steps.order.outputs.id}]
        successCriteria: [{condition: $message.payload#/state == 'done'}]
        onFailure: [{name: again, type: retry, retryLimit: 5, retryAfter: 0}]
        outputs: {of: $message.payload#/of}
    outputs: {of: $steps.wait.outputs.of}
"""


class Shop(BaseHTTPRequestHandler):
    """Makes orders with the numbers 1, 2, …; the events of each are a stream that then ends."""

    paths: list[str]
    bodies: dict[str, str]
    hold: threading.Event

    def do_POST(self) -> None:
        self.paths.append(self.path)
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b'{"id": %d}' % sum(one == "/orders" for one in self.paths)
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.paths.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(self.bodies.get(self.path, "").encode())
        self.wfile.flush()
        if self.path not in self.bodies:
            self.hold.wait(30)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def shop(tmp_path) -> Iterator[type[Shop]]:
    handler = type("OwnShop", (Shop,), {"paths": [], "bodies": {}, "hold": threading.Event()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = str(server.server_address[1])
        for name, text in {
            "api.yaml": API,
            "events.yaml": EVENTS,
            "w.arazzo.yaml": DOCUMENT,
        }.items():
            (tmp_path / name).write_text(text.replace("PORT", port))
        yield handler
        handler.hold.set()
        server.shutdown()
    assert HUB.users == 0


def event(order: int, state: str) -> str:
    return f'data: {{"of": {order}, "state": "{state}"}}\n\n'


def test_address_that_a_response_has(shop, tmp_path) -> None:
    shop.bodies["/orders/1/events"] = event(1, "paid") + event(1, "done")
    result = arazzo.run(tmp_path / "w.arazzo.yaml")
    assert result.outputs == {"of": 1}
    assert len(result.workflows[0].steps[1].attempts) == 2
    assert shop.paths == ["/orders", "/orders/1/events"]


def test_end_of_the_stream_ends_the_wait(shop, tmp_path) -> None:
    shop.bodies["/orders/1/events"] = event(1, "paid")
    step = arazzo.run(tmp_path / "w.arazzo.yaml").workflows[0].steps[1]
    error = step.attempts[-1].error
    assert error is not None
    assert (error.code, error.message.endswith("was lost: the event stream has ended")) == (
        "connect",
        True,
    )
    assert shop.paths == ["/orders", "/orders/1/events"]


def test_another_address_after_the_end_of_one(shop, tmp_path) -> None:
    """And another channel of the server, from which nothing is sent: it stays."""
    path = tmp_path / "w.arazzo.yaml"
    text = path.read_text()
    steps = text[text.index("      - stepId: order") : text.index("    outputs: {of: $steps")]
    again = steps.replace("stepId: order", "stepId: more").replace("stepId: wait", "stepId: last")
    again = again.replace("$steps.order", "$steps.more")
    news = (
        "      - stepId: news\n"
        "        channelPath: '{$sourceDescriptions.events.url}#/channels/news'\n"
        "        action: receive\n"
        "        timeout: 50\n"
    )
    text = text.replace(steps, steps + again + news)
    path.write_text(text.replace("$steps.wait.outputs.of", "$steps.last.outputs.of"))
    shop.bodies["/orders/1/events"] = event(1, "done")
    shop.bodies["/orders/2/events"] = event(2, "done")
    steps_of = arazzo.run(path).workflows[0].steps
    assert [one.passed for one in steps_of] == [True, True, True, True, False]
    error = steps_of[-1].attempts[-1].error
    assert error is not None
    assert (error.code, error.message) == (
        "timeout",
        "no message was received from `news` within 0.05 s: no other was received",
    )
    assert shop.paths == ["/news", "/orders", "/orders/1/events", "/orders", "/orders/2/events"]


def test_address_that_nobody_says(shop, tmp_path) -> None:
    path = tmp_path / "w.arazzo.yaml"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(one for one in lines if "in: path" not in one))
    error = arazzo.run(path).workflows[0].steps[1].attempts[-1].error
    assert error is not None
    assert error.message == (
        "the channel `events` of `events` cannot be opened: "
        "the address `/orders/{id}/events` is not known"
    )
    assert shop.paths == ["/orders"]


def test_server_that_does_not_open_the_stream(shop, tmp_path) -> None:
    path = tmp_path / "w.arazzo.yaml"
    path.write_text(path.read_text().replace("timeout: 30000", "timeout: 100"))
    shop.do_GET = lambda self: self.hold.wait(30)
    error = arazzo.run(path).workflows[0].steps[1].attempts[-1].error
    assert error is not None
    assert error.code == "timeout"
    assert "no message was received from `events` within 0.1 s" in error.message
