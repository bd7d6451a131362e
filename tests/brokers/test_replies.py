"""Replies at an address that the run says in its request, over real brokers."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest

import arazzo_runner as arazzo
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.messaging.connection import Connection
from arazzo_runner.messaging.model import OutgoingMessage
from brokers.programs import shared_broker
from brokers.test_runs import Case, Desk

EVENTS = """
asyncapi: 3.0.0
info: {{title: Desk, version: 1.0.0}}
defaultContentType: application/json
servers: {{main: {{host: '{address}', protocol: {protocol}}}}}
channels:
  orders: {{address: '{root}{separator}orders', messages: {{order: {{payload: {{type: object}}}}}}}}
  replies: {{address: null, messages: {{done: {{payload: {{type: object}}, correlationId: {{location: $message.payload#/id}}}}}}}}
operations:
  order:
    action: receive
    channel: {{$ref: '#/channels/orders'}}
    reply: {{address: {{location: $message.header#/replyTo}}, channel: {{$ref: '#/channels/replies'}}}}
"""
DOCUMENT = """
arazzo: 1.1.0
info: {title: Desk, version: "1"}
sourceDescriptions: [{name: events, url: events.yaml, type: asyncapi}]
workflows:
  - workflowId: order
    steps:
      - {stepId: place, operationId: order, action: send, requestBody: {payload: {requestId: r-1}}}
      - stepId: confirm
        operationId: order
        action: receive
        correlationId: r-1
        timeout: 20000
        outputs: {at: $message.payload#/at}
    outputs: {at: $steps.confirm.outputs.at}
"""
CASES = {
    "mqtt-5": (Case("mosquitto", "mqtt", "/"), "arazzo/replies/"),
    "nats": (Case("nats", "nats", "."), "_INBOX.arazzo."),
    "amqp": (Case("rabbitmq", "amqp", "."), "arazzo.replies."),
}


class Clerk(Desk):
    """Responds where each order says, first to another one."""

    async def _respond(self, connection: Connection) -> None:
        while True:
            order = await self._orders.get()
            where = header_value(order.headers, "replyTo")
            assert where is not None
            for name in ("another", json.loads(order.payload)["requestId"]):
                payload = json.dumps({"id": name, "at": where}).encode()
                await connection.publish(OutgoingMessage(where, payload))


@pytest.mark.parametrize(("case", "prefix"), CASES.values(), ids=CASES.keys())
def test_reply_at_an_address_of_the_run(case: Case, prefix: str, tmp_path: Path) -> None:
    broker, root = shared_broker(case.broker), f"t{uuid4().hex}"
    described = EVENTS.format(
        address=broker.address, protocol=case.protocol, root=root, separator=case.separator
    )
    (tmp_path / "events.yaml").write_text(described)
    (tmp_path / "order.arazzo.yaml").write_text(DOCUMENT)
    with Clerk(case, broker, root).open():
        result = arazzo.run(tmp_path / "order.arazzo.yaml")
    assert result.passed, result.workflows[0]
    assert str(result.outputs["at"]).startswith(prefix)
