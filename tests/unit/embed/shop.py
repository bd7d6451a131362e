"""A shop of things: one workflow that makes a thing and looks at it, over WSGI and ASGI."""

import httpx

DOCUMENT = """
arazzo: 1.0.1
info: {title: Shop, version: 1.0.0}
sourceDescriptions:
  - {name: shop, url: shop.openapi.json, type: openapi}
workflows:
  - workflowId: make
    inputs:
      type: object
      required: [name]
      properties:
        name: {type: string}
        pin: {type: string, format: password}
    steps:
      - stepId: create
        operationId: createThing
        requestBody: {contentType: application/json, payload: {name: $inputs.name, pin: $inputs.pin}}
        successCriteria: [{condition: $statusCode == 201}]
        outputs: {id: $response.body#/id}
      - stepId: look
        operationId: getThing
        parameters: [{name: id, in: path, value: $steps.create.outputs.id}]
        successCriteria: [{condition: $statusCode == 200}]
        outputs: {name: $response.body#/name}
    outputs: {id: $steps.create.outputs.id, name: $steps.look.outputs.name}
"""

THING = {
    "schema": {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
    }
}
SHOP = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "servers": [{"url": "http://shop.test"}],
    "paths": {
        "/things": {
            "post": {
                "operationId": "createThing",
                "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                "responses": {
                    "201": {"description": "made", "content": {"application/json": THING}}
                },
            }
        },
        "/things/{id}": {
            "get": {
                "operationId": "getThing",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
                ],
                "responses": {"200": {"description": "it", "content": {"application/json": THING}}},
            }
        },
    },
}


def answer(method: str, path: str) -> tuple[int, bytes]:
    """What the shop says to a request."""
    if method == "POST":
        return 201, b'{"id": 7, "name": "cup"}'
    return (200, b'{"id": 7, "name": "cup"}') if path == "/things/7" else (404, b"{}")


def wsgi(environ, start_response):
    status, body = answer(environ["REQUEST_METHOD"], environ["PATH_INFO"])
    start_response(f"{status} X", [("Content-Type", "application/json")])
    return [body]


async def asgi(scope, receive, send):
    assert scope["type"] == "http"
    status, body = answer(scope["method"], scope["path"])
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def reply(request: httpx.Request) -> httpx.Response:
    status, body = answer(request.method, request.url.path)
    return httpx.Response(status, content=body, headers={"Content-Type": "application/json"})


WAITING = """
arazzo: 1.0.1
info: {title: Shop, version: 1.0.0}
sourceDescriptions: [{name: shop, url: shop.openapi.json, type: openapi}]
workflows:
  - workflowId: wait
    steps:
      - stepId: look
        operationId: getThing
        parameters: [{name: id, in: path, value: 9}]
        onFailure: [{name: again, type: retry, retryAfter: 30, retryLimit: 2}]
"""
"""A step that waits 30 seconds for a thing that there is not."""
