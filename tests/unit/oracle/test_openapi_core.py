"""What openapi-core says of requests and responses, and where it does not judge."""

import json

import pytest
import yaml

from arazzo_runner.errors import DocumentError
from arazzo_runner.openapi.description import read_description
from arazzo_runner.openapi.lookup import find_by_id
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.oracle import openapi_core
from arazzo_runner.oracle.openapi_core import openapi_core_opinions
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.source import SourceFile

JSON = (("content-type", "application/json"),)
THING = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "integer"}, "code": {"type": "string", "pattern": "^[a-z]+$"}},
}
EVIL = "^(a+)+$"
LONG = "a" * 40 + "!"


def described(schema=THING, version="3.1.0", load=None, **root):
    text = yaml.safe_dump(
        {
            "openapi": version,
            "info": {"title": "Shop", "version": "1"},
            "servers": [{"url": "https://elsewhere.example/v9"}],
            "security": [{"key": []}],
            "paths": {
                "/things/{id}/{part}.json": {
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
                        {"name": "part", "in": "path", "required": True, "schema": {"type": "string"}},
                        {"name": "kind", "in": "cookie", "schema": {"enum": ["a", "b"]}},
                        {"name": "X-Old", "in": "header", "deprecated": True, "schema": {"type": "integer"}},
                    ],
                    "put": {
                        "operationId": "put",
                        "requestBody": {"required": True, "content": {"application/json": {"schema": THING}}},
                        "responses": {
                            "200": {
                                "description": "it",
                                "headers": {"X-Count": {"schema": {"type": "integer"}}},
                                "content": {"application/json": {"schema": schema}},
                            }
                        },
                    },
                    "head": {"operationId": "head", "responses": {"200": {"$ref": "#/components/responses/it"}}},
                }
            },
            "components": {
                "responses": {"it": {"description": "it", "content": {"application/json": {"schema": THING}}}},
                "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
            },
            **root,
        }
    )  # fmt: skip
    return read_description(
        SourceFile("api.yml", text, "file:///api.yml"), yaml.safe_load(text), load
    )


def sentences(
    description, body=None, *, status=200, sent=None, headers=JSON, url="/base/things/7/x%20y.json",
    more=(), method="put",
):  # fmt: skip
    request = HttpRequest(
        method.upper(),
        f"http://127.0.0.1:9{url}",
        (*JSON, *more),
        json.dumps({"id": 1} if sent is None else sent).encode() if sent != "" else b"",
    )
    text = b"" if body is None else json.dumps(body).encode()
    operation = find_by_id(description, method)
    found = openapi_core_opinions(operation, request, HttpResponse(status, headers, text))
    return [one.message if one.is_judged else f"not judged: {one.message}" for one in found]


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"body": {"id": 1}}, []),
        ({"body": {"id": "x"}}, ["the response: the body at `/id`: 'x' is not of type 'integer'"]),
        (
            {"body": {"id": 1, "code": "A"}},
            ["the response: the body at `/code`: 'A' does not match '^[a-z]+$'"],
        ),
        ({"body": {}}, ["the response: the body: 'id' is a required property"]),
        (
            {"body": {"id": 1}, "headers": (*JSON, ("x-count", "many"))},
            ["the response: the header `X-Count`: Failed to cast value to integer type: many"],
        ),
        (
            {"body": {"id": 1}, "sent": {"id": "x"}},
            ["the request: the body at `/id`: 'x' is not of type 'integer'"],
        ),
        (
            {"body": {"id": 1}, "more": [("Cookie", "kind=c; theme")]},
            ["the request: the cookie parameter `kind`: 'c' is not one of ['a', 'b']"],
        ),
        ({"body": {"id": 1}, "more": [("X-Old", "3")]}, []),
        ({"body": {"id": 1}, "status": 500}, ["the response: Unknown response http status: 500"]),
        ({"method": "head"}, []),
        (
            {"body": {"id": 1}, "url": "/base/things/x"},
            ["not judged: the request was sent to `/base/things/x`, not to `/things/{id}/{part}.json`"],
        ),
    ],
)  # fmt: skip
def test_what_it_says(version, given, wanted) -> None:
    assert sentences(described(version=version), **given) == wanted


def test_path_parameters_are_those_of_the_url() -> None:
    (said,) = sentences(described(), {"id": 1}, url="/things/seven/x.json")
    assert said.startswith("the request: the path parameter `id`: Failed to cast")


@pytest.mark.parametrize(
    ("schema", "body", "wanted"),
    [
        ({"type": "string", "pattern": EVIL}, LONG, "does not match"),
        (
            {"patternProperties": {EVIL: {}}, "additionalProperties": False},
            {LONG: 1},
            "Additional properties",
        ),
        (
            {"patternProperties": {EVIL: {}}, "unevaluatedProperties": False},
            {LONG: 1},
            "Unevaluated properties",
        ),
        (
            {"$schema": "http://json-schema.org/draft-07/schema#", "pattern": EVIL},
            LONG,
            "not judged: a schema has a dialect of its own, by `$schema`",
        ),
        ({"$ref": "http://127.0.0.1:9/x.json"}, 1, "not judged: Unresolvable"),
        ({"$ref": "ftp://127.0.0.1:9/x.json"}, 1, "not judged: Unresolvable"),
        ({"$ref": "#/components/schemas/nowhere"}, 1, "not judged: "),
        (
            {"type": "array"},
            ["x" * 1000] * 1100,
            "not judged: a body is larger than 1,048,576 bytes",
        ),
    ],
)
def test_what_would_take_forever_or_go_elsewhere(schema, body, wanted) -> None:
    (said,) = sentences(described(schema), body)
    assert wanted in said


def test_what_is_nested_too_deeply() -> None:
    body = {}
    for _ in range(300):
        body = {"next": body}
    node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/node"}}}
    root = {"components": {"schemas": {"node": node}}}
    (said,) = sentences(described({"$ref": "#/components/schemas/node"}, **root), body)
    assert said.startswith("not judged: RecursionError")


def test_references_are_read_by_the_reader_of_the_description() -> None:
    asked = []

    def load(uri, by):
        asked.append((uri, by))
        if uri.endswith("gone.json"):
            raise DocumentError(error("AZ201", "no"))
        return SourceFile("other.json", "", uri), {"thing": {"type": "integer"}}

    schema = {"$ref": "other.json#/thing"}
    assert sentences(described(schema, load=load), "x") == [
        "the response: the body: 'x' is not of type 'integer'"
    ]
    assert set(asked) == {("file:///other.json", "file:///api.yml")}
    (said,) = sentences(described({"$ref": "gone.json"}, load=load), "x")
    assert said.startswith("not judged: ")


def test_a_version_that_it_does_not_read() -> None:
    text = yaml.safe_dump(
        {
            "swagger": "2.0",
            "info": {"title": "Shop", "version": "1"},
            "paths": {
                "/": {"put": {"operationId": "put", "responses": {"200": {"description": ""}}}}
            },
        }
    )
    source = SourceFile("api.yml", text, "file:///api.yml")
    description = read_description(source, yaml.safe_load(text))
    assert sentences(description, {}, url="/") == ["not judged: it does not read OpenAPI 2.0"]


def test_whatever_it_raises_is_an_opinion(monkeypatch) -> None:
    def broken(_description):
        raise AttributeError("gone")

    monkeypatch.setattr(openapi_core, "_validators", broken)
    assert sentences(described(), {}) == ["not judged: AttributeError: gone"]
