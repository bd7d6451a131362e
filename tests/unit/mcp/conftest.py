"""A server of the workflows of a shop, whose responses are scripted, and clients of it in process."""

import asyncio
import json
from pathlib import Path

import mcp_types as types
import pytest
from mcp.client.client import Client

import arazzo_runner as arazzo
from arazzo_runner.expression.value import MISSING
from arazzo_runner.mcp.document import OfferedDocument
from arazzo_runner.mcp.offer import OWN_NAMES, Offer
from arazzo_runner.mcp.run_tools import RunTools
from arazzo_runner.mcp.runs import Runs
from arazzo_runner.mcp.server import new_server
from arazzo_runner.mcp.workflow_tool import workflow_tools
from arazzo_runner.openapi.message import HttpResponse

ITEM = {"type": "object", "properties": {"id": {"type": "integer"}, "note": {"type": "string"}}}


def _operation(name: str, schema: object = ITEM) -> dict:
    content = {"application/json": {"schema": schema}}
    return {
        "operationId": name,
        "responses": {"200": {"description": "", "content": content}},
    }


API = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "servers": [{"url": "https://shop.test"}],
    "paths": {
        "/items": {
            "get": _operation("find"),
            "post": {
                **_operation("make"),
                "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
            },
            "delete": _operation("clear"),
        }
    },
}
DOCUMENT = """
arazzo: 1.0.1
info: {title: Shop, version: 1.0.0}
sourceDescriptions: [{name: shop, url: shop.json, type: openapi}]
workflows:
- workflowId: find items
  summary: Find items.
  description: All of them.
  steps:
    - {stepId: find, operationId: find, outputs: {id: $response.body#/id, note: $response.body#/note}}
    - {stepId: again, operationId: find}
  outputs: {id: $steps.find.outputs.id, note: $steps.find.outputs.note}
- workflowId: make
  inputs:
    type: object
    required: [word, name]
    properties: {word: {type: string, format: password}, name: {type: string}, count: {type: integer}}
  steps:
    - stepId: make
      operationId: make
      requestBody: {contentType: application/json, payload: {word: $inputs.word, name: $inputs.name}}
      successCriteria: [{condition: $statusCode == 200}]
      outputs: {note: $response.body#/note}
  outputs: {note: $steps.make.outputs.note}
- workflowId: clear
  inputs: {type: object, properties: {confirm: {type: string}}}
  steps:
    - {stepId: clear, operationId: clear}
- workflowId: tidy
  x-finally: {workflowId: after}
  steps:
    - {stepId: one, operationId: find}
    - {stepId: two, operationId: find}
- workflowId: after
  steps:
    - {stepId: last, operationId: make, requestBody: {contentType: application/json, payload: {}}}
"""
WORD = "top-secret-word"


class Shop:
    """The world: what it was sent, what it responds with; it waits where ``gate`` is not set."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.body: object = {"id": 7, "note": "red"}
        self.status = 200
        self.gate: asyncio.Event | None = None
        self.arrived = 0

    async def send(self, call):
        request = call.request
        self.sent.append((request.method, request.body.decode() if request.body else ""))
        self.arrived += 1
        if self.gate is not None and request.method != "POST":
            await self.gate.wait()
        body = json.dumps(self.body).encode()
        return HttpResponse(self.status, (("content-type", "application/json"),), body)

    async def sleep(self, key: str, seconds: float) -> None:
        await asyncio.sleep(0)


class Server:
    """A server with its shop; ``options`` are those of its offer."""

    def __init__(self, folder: Path) -> None:
        (folder / "shop.json").write_text(json.dumps(API), "utf-8")
        path = folder / "shop.arazzo.yaml"
        path.write_text(DOCUMENT, "utf-8")
        self.shop = Shop()
        self.bugs: list[Exception] = []
        self.secrets = {"word": WORD}
        self.inputs: dict[str, dict] = {}
        self.patience = 20.0
        self.description = arazzo.load(path)

    def document(self, **more) -> OfferedDocument:
        return OfferedDocument(
            stem="shop",
            description=self.description,
            runner=arazzo.Runner(world=self.shop),
            inputs=self.inputs,
            look_up=lambda _workflow, name: self.secrets.get(name, MISSING),
            variable=lambda workflow, name: f"ARAZZO_INPUT_{workflow}_{name}".upper(),
            **more,
        )

    def new(self, runs: Runs | None = None):
        """The server itself."""
        runs = runs or Runs(self.bugs.append)
        workflows = list(self.description.workflows.values())
        self.tools = workflow_tools([(self.document(), workflows)], OWN_NAMES)
        self.offer = Offer(self.tools, RunTools(runs, patience=self.patience), "Shop")
        return new_server(self.offer, runs)

    def talk(self, conversation, **options):
        """Let a client have a conversation with a new server."""

        async def run():
            async with Client(self.new(), **options) as client:
                return await conversation(client)

        return asyncio.run(run())

    def call(self, name: str, arguments: dict | None = None, **options) -> types.CallToolResult:
        """One call."""
        return self.talk(lambda client: client.call_tool(name, arguments or {}), **options)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)
