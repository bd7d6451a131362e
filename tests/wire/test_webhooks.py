"""Webhooks and callbacks of an OpenAPI description, from an application that calls them back."""

import asyncio
import http.client
import json
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import arazzo_runner as arazzo
from wire.event_streams import reserved_port

SHOP = """
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: https://shop.example}]
paths:
  /orders:
    post:
      operationId: order
      requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {url: {type: string}, id: {type: string}}}}}}
      responses: {"202": {description: accepted}}
      callbacks:
        done:
          "{$request.body#/url}":
            post: {operationId: orderDone, x-correlation-id: $message.payload#/id, requestBody: {content: {application/json: {schema: {type: object, required: [status], properties: {id: {type: string}, kind: {const: done}, status: {type: string}}}}}}, responses: {"204": {description: taken}}}
  /refunds:
    post:
      operationId: refund
      responses: {"202": {description: accepted}}
      callbacks:
        done:
          "{$request.body#/url}":
            post: {operationId: refundDone, requestBody: {content: {application/json: {schema: {type: object, properties: {kind: {const: refund}}}}}}, responses: {"204": {description: taken}}}
webhooks:
  paid:
    post:
      operationId: orderPaid
      x-webhook-signature: {scheme: token, header: X-Secret, name: shop}
      requestBody: {content: {application/json: {}}}
      responses: {"204": {description: taken}}
"""
DOCUMENT = """
arazzo: 1.1.0
info: {title: Orders, version: "1"}
sourceDescriptions: [{name: shop, url: shop.yaml, type: openapi}]
workflows:
  - workflowId: order
    inputs: {type: object, required: [id], properties: {id: {type: string}, hook: {type: string, x-webhook: done}, paid: {type: string, x-webhook: shop.paid}}}
    steps:
      - stepId: place
        operationId: order
        requestBody: {payload: {url: $inputs.hook, paid: $inputs.paid, id: $inputs.id}}
        successCriteria: [{condition: $statusCode == 202}]
      - stepId: wait
        operationId: orderDone
        action: receive
        correlationId: $inputs.id
        timeout: 15000
        successCriteria: [{condition: $message.payload#/status == 'shipped'}]
        outputs: {status: $message.payload#/status}
      - stepId: paid
        operationPath: "{$sourceDescriptions.shop.url}#/webhooks/paid/post"
        action: receive
        timeout: 15000
        outputs: {type: $message.header.ce-type, amount: $message.payload#/amount}
    outputs: {status: $steps.wait.outputs.status, amount: $steps.paid.outputs.amount, type: $steps.paid.outputs.type, hook: $inputs.hook}
"""
VARIABLES = {"ARAZZO_AUTH_SHOP_SHOP_KEY": "t0p"}
EVENT = {"ce-specversion": "1.0", "ce-type": "paid", "ce-source": "/shop", "ce-id": "1", "X-Secret": "t0p"}  # fmt: skip


def post(url: str, value: Any, headers: dict[str, str]) -> int:
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        connection.request("POST", parts.path, json.dumps(value), {"Content-Type": "application/json", **headers})  # fmt: skip
        return connection.getresponse().status
    finally:
        connection.close()


def shop(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Calls back before it responds: for another order, for a refund of this one at the address of both, then for
    this one; and tells of the payment."""
    order = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    assert post(order["url"], {"id": "another", "status": "lost"}, {}) == 204
    assert (
        post(order["url"], {"id": order["id"], "kind": "refund", "status": "paid back"}, {}) == 204
    )
    assert post(order["url"], {"id": order["id"], "kind": "done", "status": "shipped"}, {}) == 204
    assert post(order["paid"], {"amount": 1}, {**EVENT, "X-Secret": "wrong"}) == 403
    assert post(order["paid"], {"amount": 7}, EVENT) == 204
    assert post(order["paid"], {"amount": 7}, EVENT) == 204
    start_response("202 Accepted", [("Content-Length", "0")])
    return [b""]


@pytest.fixture
def document(tmp_path: Path) -> Path:
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    path = tmp_path / "order.arazzo.yaml"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


OPTIONS: dict[str, Any] = {"app": shop, "listen": "127.0.0.1:0", "environment": VARIABLES}


def test_an_application_calls_back(document: Path) -> None:
    result = arazzo.run(document, inputs={"id": "o-1"}, **OPTIONS)
    assert result.passed, result
    assert result.outputs["status"] == "shipped"
    assert (result.outputs["amount"], result.outputs["type"]) == (7, "paid")
    hook = urlsplit(result.outputs["hook"])
    assert (hook.hostname, hook.path) == ("127.0.0.1", "/done")


def test_runs_at_once_share_the_port(document: Path) -> None:
    """Each takes the message with its own correlation id, and sees all others."""
    runner = arazzo.Runner(**OPTIONS)
    outputs: list[Any] = []

    def run(name: str) -> None:
        outputs.append(runner.run(document, inputs={"id": name}).outputs)

    threads = [threading.Thread(target=run, args=(f"o-{number}",)) for number in range(3)]
    with runner:
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert [one["status"] for one in outputs] == ["shipped"] * 3
    assert len({one["hook"] for one in outputs}) == 1


def test_within_an_event_loop(document: Path) -> None:
    async def main() -> Any:
        return await arazzo.arun(document, inputs={"id": "o-1"}, **OPTIONS)

    result = asyncio.run(main())
    assert result.passed, result


def test_without_an_address(document: Path) -> None:
    result = arazzo.run(document, inputs={"id": "o-1", "hook": "x", "paid": "x"}, app=shop, environment=VARIABLES)  # fmt: skip
    assert not result.passed
    assert "webhooks are received only where `--listen` says" in str(result)
    assert result.steps == {}


def test_the_port_is_given_back(document: Path) -> None:
    with reserved_port() as port:
        options = {**OPTIONS, "listen": f"127.0.0.1:{port}"}
        for _ in range(2):
            assert arazzo.run(document, inputs={"id": "o-1"}, **options).passed
