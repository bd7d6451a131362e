"""A mock server in process that sends to receivers of webhooks on this machine."""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import yaml

from arazzo_runner.asyncapi.description import read_async_description
from arazzo_runner.mock_server.app import MockApp
from arazzo_runner.mock_server.runtime import ServerRuntime
from arazzo_runner.mock_server.service import MockService
from arazzo_runner.openapi.description import read_description
from arazzo_runner.text.source import SourceFile

SHOP = """
openapi: 3.1.0
info: {title: Shop, version: "1"}
webhooks:
  newPet:
    post:
      operationId: onNewPet
      parameters: [{name: X-Event, in: header, required: true, schema: {type: string, enum: [newPet]}}, {name: X-No, in: header, schema: {type: string}}]
      requestBody:
        content:
          application/x-www-form-urlencoded: {schema: {$ref: "#/components/schemas/Pet"}}
          application/json: {schema: {$ref: "#/components/schemas/Pet"}}
      responses: {"204": {description: taken}}
  signed:
    post:
      x-webhook-signature: standard-webhooks
      requestBody: {content: {application/json: {schema: {const: {n: 1}}}}}
      responses: {"204": {description: taken}}
  shown:
    post:
      security: [{key: []}]
      responses: {"204": {description: taken}}
  ping:
    get: {responses: {"204": {description: taken}}}
    delete: {responses: {"204": {description: taken}}}
  impossible:
    post:
      requestBody: {content: {application/json: {schema: {type: string, pattern: "(?=a)b"}}}}
      responses: {"204": {description: taken}}
paths:
  /shops/{shop}/orders:
    post:
      operationId: order
      parameters: [{name: shop, in: path, required: true, schema: {type: string}}]
      requestBody:
        content:
          application/json: {schema: {type: object, properties: {url: {type: string}, article: {type: string}}}}
          application/x-www-form-urlencoded: {schema: {type: object, properties: {url: {type: string}}}}
      responses:
        "201": {description: made, content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: string}}}}}}
      callbacks:
        paid:
          '{$request.body#/url}/{$response.body#/id}?shop={$request.path.shop}':
            post:
              operationId: onPaid
              requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
              responses: {"204": {description: taken}}
        asked:
          $request.query.to:
            post: {responses: {"204": {description: taken}}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    Pet: {type: object, required: [id, name], properties: {id: {type: integer}, name: {type: string, example: Tom}}}
    Order: {type: object, required: [id, article, shop], properties: {id: {type: string}, article: {type: string}, shop: {type: string}}}
"""
EVENTS = """
asyncapi: 3.0.0
info: {title: Events, version: "1"}
servers: {hooks: {host: h.example.com, protocol: https}, broker: {host: b.example.com, protocol: mqtt}}
channels:
  orders:
    address: /orders/{id}
    servers: [{$ref: '#/servers/hooks'}]
    messages:
      paid:
        contentType: application/cloudevents+json
        correlationId: {location: $message.payload#/data/order}
        payload:
          type: object
          required: [specversion, id, source, type, data]
          properties:
            specversion: {const: '1.0'}
            id: {type: string, example: e}
            source: {const: /shop}
            type: {const: order.paid}
            data: {type: object, required: [order], properties: {order: {type: string}}}
      note:
        contentType: text/plain
        headers: {type: object, required: [X-Kind], properties: {X-Kind: {const: note}}}
        payload: {type: string, const: hello}
      gone: {contentType: text/plain, payload: {const: gone}}
      avro: {payload: {schemaFormat: 'application/vnd.apache.avro;version=1.9.0', schema: {}}}
  stream: {address: /stream, servers: [{$ref: '#/servers/hooks'}], bindings: {sse: {}}, messages: {m: {}}}
  queue: {address: q, servers: [{$ref: '#/servers/broker'}], messages: {m: {}}}
  alone: {address: /alone, servers: [{$ref: '#/servers/hooks'}], messages: {m: {payload: {const: [1]}}}}
operations:
  orderPaid: {action: send, channel: {$ref: '#/channels/orders'}, messages: [{$ref: '#/channels/orders/messages/paid'}, {$ref: '#/channels/orders/messages/note'}]}
  orderGone: {action: send, channel: {$ref: '#/channels/orders'}, messages: [{$ref: '#/channels/orders/messages/gone'}]}
  placed: {action: receive, channel: {$ref: '#/channels/orders'}}
"""


class Sink(ThreadingHTTPServer):
    """A receiver of webhooks: ``requests`` are (method, target, headers, body)."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Receiver)
        self.requests = []
        self.status, self.fields, self.body = 204, [], b""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def payloads(self):
        return [json.loads(body) for _, _, _, body in self.requests]


class Receiver(BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.command, self.path, headers, body))
        self.send_response(self.server.status)
        for name, value in self.server.fields:
            self.send_header(name, value)
        if self.server.status != 204:
            self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    do_POST = do_GET = do_DELETE = answer  # noqa: N815 - names of the base class

    def log_message(self, *args):
        pass


@pytest.fixture
def sink():
    with Sink() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class EmittingServer:
    """A server in process; what is asked of it comes from ``client``."""

    def __init__(self, environment):
        api = read_description(SourceFile("shop.yaml", SHOP, "file:///shop.yaml"), yaml.safe_load(SHOP))  # fmt: skip
        source = SourceFile("events.yaml", EVENTS, "file:///events.yaml")
        events = read_async_description(source, yaml.safe_load(EVENTS))
        service = MockService({"shop": api}, 0, None, {"events": events})
        self.runtime = ServerRuntime(service, 0, environment=environment)
        self.lines = []
        self.runtime.emitter.log = self.lines.append
        self.app = MockApp(self.runtime)

    def __call__(self, method, url, client="127.0.0.1", **given):
        async def send():
            transport = httpx.ASGITransport(self.app, client=(client, 5000))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as one:
                return await one.request(method, url, **given)

        return asyncio.run(send())

    def emit(self, **order):
        return self("POST", "/__arazzo/emit", json=order)


@pytest.fixture
def server():
    return EmittingServer(
        {
            "ARAZZO_AUTH_SHOP_STANDARD_WEBHOOKS_KEY": "whsec_c2VjcmV0",
            "ARAZZO_AUTH_SHOP_KEY_KEY": "s3cret-key",
        }
    )


@pytest.fixture
def serve():
    return EmittingServer
