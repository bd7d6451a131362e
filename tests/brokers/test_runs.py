"""Runs of workflows over real brokers, with a service that responds to their messages."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import arazzo_runner as arazzo
from arazzo_runner.asyncapi.model import Bindings
from arazzo_runner.messaging.connection import Connection
from arazzo_runner.messaging.model import Delivery, OutgoingMessage, Subscription
from arazzo_runner.messaging.protocols.registry import connect_function
from brokers.connections import endpoint
from brokers.kinds import PASSWORD, USER
from brokers.programs import RunningBroker, free_ports, private_broker, shared_broker

LARGE = 1 << 20
"""With what is around it, more than a run accepts."""


@dataclass(frozen=True)
class Case:
    broker: str
    protocol: str
    separator: str
    location: str = "$message.header#/requestId"
    version: str | None = None
    channel: str = "{}"

    def channels(self) -> Bindings:
        return json.loads(self.channel)  # type: ignore[no-any-return]


EXCHANGE = '{"amqp": {"is": "routingKey", "exchange": {"name": "desk", "type": "topic"}}}'
CASES = {
    "mqtt-5": Case("mosquitto", "mqtt", "/"),
    "mqtt-3.1.1": Case("mosquitto", "mqtt", "/", "$message.payload#/requestId", "3.1.1"),
    "nats": Case("nats", "nats", "."),
    "amqp": Case("rabbitmq", "amqp", ".", channel=EXCHANGE),
}
each = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())

EVENTS = """
asyncapi: 3.0.0
info: {{title: Desk, version: 1.0.0}}
defaultContentType: application/json
servers:
  main:
    host: '{address}'
    protocol: {protocol}
    protocolVersion: {version}
    security: {security}
channels:
  orders:
    address: '{root}{separator}orders'
    bindings: {channel}
    messages:
      order: {{payload: {{type: object}}, headers: {{type: object}}, correlationId: {{location: {location}}}}}
  done:
    address: '{root}{separator}done{separator}{{shop}}'
    parameters: {{shop: {{}}}}
    bindings: {channel}
    messages:
      done:
        payload: {{type: object, required: [status], properties: {{status: {{type: string}}, shop: {{type: string}}}}}}
        correlationId: {{location: {location}}}
  settled:
    address: '{root}{separator}settled'
    bindings: {channel}
    messages: {{settled: {{payload: {{type: object}}}}}}
components:
  securitySchemes: {{desk: {{type: userPassword}}}}
"""
DOCUMENT = """
arazzo: 1.1.0
info: {title: Desk, version: "1"}
sourceDescriptions: [{name: events, url: events.yaml, type: asyncapi}]
workflows:
  - workflowId: order
    inputs: {type: object, properties: {id: {type: string, default: r-1}}}
    steps:
      - stepId: place
        channelPath: '{$sourceDescriptions.events.url}#/channels/orders'
        action: send
        HEADER
        requestBody: {payload: {requestId: $inputs.id, article: lamp}}
      - stepId: settle
        channelPath: '{$sourceDescriptions.events.url}#/channels/settled'
        action: receive
        timeout: 20000
      - stepId: confirm
        channelPath: '{$sourceDescriptions.events.url}#/channels/done'
        action: receive
        correlationId: $inputs.id
        timeout: 20000
        successCriteria: [{condition: $message.payload#/status == 'confirmed'}]
        outputs: {shop: $message.payload#/shop}
    outputs: {shop: $steps.confirm.outputs.shop}
"""


class Desk:
    """A service in a thread of its own: it responds to each order, and says then that it did."""

    def __init__(self, case: Case, broker: RunningBroker, root: str) -> None:
        self._case, self._root = case, root
        self._where = endpoint(
            broker, case.protocol, protocol_version=case.version, max_message=2 * LARGE
        )
        self.payload: Callable[[str], bytes] = lambda name: json.dumps(
            {"requestId": name, "status": "confirmed", "shop": "north"}
        ).encode()
        self.recipient: Callable[[str], str] = lambda name: name
        self.after: Callable[[], None] = lambda: None

    @contextmanager
    def open(self) -> Iterator[None]:
        ready, ended = threading.Event(), threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready, ended)))
        thread.start()
        ready.wait()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    async def _serve(self, ready: threading.Event, ended: threading.Event) -> None:
        self._orders: asyncio.Queue[Delivery] = asyncio.Queue()
        connection = await connect_function(self._where.protocol)(self._where, self)
        await connection.subscribe(Subscription(self._address("orders"), self._case.channels()))
        responding = asyncio.create_task(self._respond(connection))
        ready.set()
        await asyncio.to_thread(ended.wait)
        responding.cancel()
        await asyncio.gather(responding, return_exceptions=True)
        await connection.close()

    def _address(self, *parts: str) -> str:
        return self._case.separator.join((self._root, *parts))

    def deliver(self, _: Subscription, delivery: Delivery) -> None:
        self._orders.put_nowait(delivery)

    def lose(self, _: Exception) -> None:
        """As the run, whose matter it is."""

    async def _respond(self, connection: Connection) -> None:
        while True:
            order = await self._orders.get()
            name = json.loads(order.payload)["requestId"]
            for one in ("another", self.recipient(name)):
                await self._send(connection, one, self.payload(one), "done", "north")
            await self._send(connection, name, b"{}", "settled")
            self.after()

    async def _send(self, connection: Connection, name: str, payload: bytes, *address: str) -> None:
        headers = () if self._case.version else (("requestId", name),)
        channel = self._case.channels()
        where = self._address(*address)
        await connection.publish(OutgoingMessage(where, payload, headers, channel=channel))


def write(folder: Path, case: Case, address: str, *, security: str = "[]") -> tuple[Path, str]:
    """The documents, on channels of the test's own: the path of the workflow, and their root."""
    root = f"t{uuid4().hex}"
    events = EVENTS.format(
        address=address,
        root=root,
        protocol=case.protocol,
        version="null" if case.version is None else f"'{case.version}'",
        separator=case.separator,
        location=case.location,
        channel=case.channel,
        security=security,
    )
    (folder / "events.yaml").write_text(events, encoding="utf-8")
    header = (
        "" if case.version else "parameters: [{name: requestId, in: header, value: $inputs.id}]"
    )
    path = folder / "desk.arazzo.yaml"
    path.write_text(DOCUMENT.replace("HEADER", header), encoding="utf-8")
    return path, root


@contextmanager
def desk(folder: Path, case: Case, broker: RunningBroker) -> Iterator[tuple[Path, Desk]]:
    path, root = write(folder, case, broker.address)
    service = Desk(case, broker, root)
    with service.open():
        yield path, service


@each
def test_command(case: Case, tmp_path: Path) -> None:
    """As a user runs it: nothing is printed beside."""
    with desk(tmp_path, case, shared_broker(case.broker)) as (path, _):
        words = ["-W", "error", "-m", "arazzo_runner", "run", str(path)]
        command = [sys.executable, *words, "--report", f"json={tmp_path}/report.json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == 0
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["workflows"][0]["outputs"] == {"shop": "north"}
    message = report["workflows"][0]["steps"][-1]["attempts"][0]["message"]
    assert message["address"].endswith(case.separator.join(("done", "north")))
    assert message["others"] == 1


@pytest.mark.parametrize(
    ("case", "count"),
    list(zip(CASES.values(), (100, 10, 100, 20), strict=True)),
    ids=CASES.keys(),
)
def test_response_that_precedes_its_step(case: Case, count: int, tmp_path: Path) -> None:
    """It was sent before the message that an earlier step waits for: none of them is missed."""
    with desk(tmp_path, case, shared_broker(case.broker)) as (path, _):
        for number in range(count):
            result = arazzo.run(path, inputs={"id": f"r-{number}"})
            assert result.passed, result.workflows[0].steps[-1].attempts
            assert result.outputs == {"shop": "north"}


def last_error(result: Any) -> Any:
    return result.workflows[-1].steps[-1].attempts[-1].error


@each
def test_payload_that_is_no_json(case: Case, tmp_path: Path) -> None:
    located = "payload" in case.location  # no such message has the correlation id
    if located:
        pytest.skip("what is no JSON has no correlation id")
    with desk(tmp_path, case, shared_broker(case.broker)) as (path, service):
        service.payload = lambda name: b'{"status": '
        result = arazzo.run(path)
    assert not result.passed
    assert "JSON" in last_error(result).message


@each
def test_payload_of_another_schema(case: Case, tmp_path: Path) -> None:
    with desk(tmp_path, case, shared_broker(case.broker)) as (path, service):
        service.payload = lambda name: json.dumps({"requestId": name, "state": 1}).encode()
        result = arazzo.run(path)
    checks = result.workflows[0].steps[-1].attempts[-1].checks
    assert [one.kind for one in checks if not one.passed] == ["schema"]
    assert not result.passed


@each
def test_message_above_the_limit(case: Case, tmp_path: Path) -> None:
    with desk(tmp_path, case, shared_broker(case.broker)) as (path, service):
        service.payload = lambda name: json.dumps({"requestId": name, "x": "x" * LARGE}).encode()
        before, _, after = path.read_text().rpartition("timeout: 20000")
        path.write_text(f"{before}timeout: 500{after}")
        result = arazzo.run(path)
    assert result.exit_code == 4
    message = last_error(result).message
    assert message.endswith(
        "no other was received, and 2 were refused (larger than 1,048,576 bytes)"
    )


@each
def test_broker_that_is_down(case: Case, tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_ports(['none'])['none']}"
    path, _ = write(tmp_path, case, address)
    result = arazzo.run(path)
    assert result.exit_code == 4
    assert f"no broker is listening at `{case.protocol}://{address}`" in (
        result.to_json() + str(result)
    )


@each
def test_broker_that_is_lost_while_a_step_waits(case: Case, tmp_path: Path) -> None:
    with private_broker(case.broker) as broker, desk(tmp_path, case, broker) as (path, service):
        service.recipient = lambda name: "nobody"
        service.after = broker.end
        result = arazzo.run(path, inputs={"id": "r-9"})
    assert result.exit_code == 4
    assert "was lost" in last_error(result).message


@each
@pytest.mark.parametrize("password", [PASSWORD, "wrong-3771"])
def test_credentials(
    case: Case, password: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = shared_broker(case.broker)
    reference = "[{$ref: '#/components/securitySchemes/desk'}]"
    path, root = write(tmp_path, case, broker.address, security=reference)
    monkeypatch.setenv("ARAZZO_AUTH_EVENTS_DESK_USERNAME", USER)
    monkeypatch.setenv("ARAZZO_AUTH_EVENTS_DESK_PASSWORD", password)
    with Desk(case, broker, root).open():
        result = arazzo.run(path)
    text = result.to_json() + str(result)
    assert password not in text
    if password == PASSWORD:
        assert result.passed
        return
    assert not result.passed
    assert "does not accept the credentials" in text
