"""A server that makes things, and a workflow that looks, makes one, waits, and looks again."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

API = """
openapi: 3.1.0
info: {title: Things, version: '1'}
servers: [{url: '%s'}]
paths:
  /things:
    post:
      operationId: makeThing
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'201': {description: made}}
  /orders:
    post:
      operationId: order
      parameters: [{name: Idempotency-Key, in: header, schema: {type: string}}]
      responses: {'201': {description: made}}
  /things/{id}:
    get:
      operationId: getThing
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: ok}}
    delete:
      operationId: deleteThing
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: gone}}
"""

WORKFLOW = """
arazzo: 1.0.1
info: {title: Things, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
  - workflowId: make
    inputs:
      type: object
      properties: {name: {type: string}, pin: {type: string, format: password}}
    steps:
      - stepId: look
        operationId: getThing
        parameters: [{name: id, in: path, value: $inputs.name}]
        successCriteria: [{condition: $statusCode == 200}]
      - stepId: make
        operationId: makeThing
        requestBody: {contentType: application/json, payload: {name: $inputs.name, pin: $inputs.pin}}
        successCriteria: [{condition: $statusCode == 201}]
        outputs: {id: $response.body#/id}
      - stepId: fetch
        operationId: getThing
        parameters: [{name: id, in: path, value: $steps.make.outputs.id}]
        successCriteria: [{condition: $statusCode == 200}]
    outputs: {id: $steps.make.outputs.id}
"""


class Things:
    """The server: ``seen`` are the requests; one whose line holds ``held`` gets no response."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen: list[tuple[str, str]] = []
        self.keys: list[str | None] = []
        self.held: str | None = None
        self.entered = threading.Event()
        self.release = threading.Event()

    def count(self, method: str) -> int:
        return sum(one == method for one, _ in self.seen)


@contextmanager
def serve() -> Iterator[Things]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            things.seen.append((self.command, f"{self.path} {body}".strip()))
            things.keys.append(self.headers.get("Idempotency-Key"))
            if things.held is not None and things.held in f"{self.command} {self.path} {body}":
                things.entered.set()
                things.release.wait(30)
            content = json.dumps({"id": f"t{len(things.seen)}"}).encode()
            self.send_response(201 if self.command == "POST" else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = respond  # noqa: N815 - as http.server asks

        def log_message(self, *_: object) -> None: ...

        def handle(self) -> None:
            with suppress(ConnectionError):
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    things = Things(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield things
    finally:
        things.release.set()
        server.shutdown()
        thread.join()
        server.server_close()


def write_documents(folder: Path, url: str, workflow: str = WORKFLOW) -> None:
    (folder / "api.yaml").write_text(API % url)
    (folder / "w.yaml").write_text(workflow)
