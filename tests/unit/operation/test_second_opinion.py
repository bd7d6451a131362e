"""Every request that the matrix builds is accepted by openapi-core, an independent reader."""

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from arazzo_runner.operation.body import choose_media_type, encode_body
from arazzo_runner.operation.request import build_request

HOST = "https://api.example.com"
TEXT = {"type": "string"}
NUMBERS = {"type": "array", "items": {"type": "integer"}}
OBJECT = {
    "type": "object",
    "properties": {"R": {"type": "integer"}, "G": {"type": "integer"}},
    "additionalProperties": False,
}


class Received:
    """A built request as a server would see it, in the protocol of openapi-core."""

    def __init__(self, request):
        parts = urlsplit(request.url)
        cookies = dict(request.headers).get("Cookie", "")
        self.host_url = f"{parts.scheme}://{parts.netloc}"
        self.path = unquote(parts.path)
        self.method = request.method.lower()
        self.content_type = dict(request.headers).get("Content-Type", "")
        self.body = request.body or None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(parts.query, keep_blank_values=True)),
            header=Headers(list(request.headers)),
            cookie=ImmutableMultiDict(one.split("=", 1) for one in cookies.split("; ") if one),
        )


def judged(operation, request):
    """What openapi-core reads of a request; its validation raises when it is at odds."""
    openapi = OpenAPI.from_dict(operation.description.raw)
    return openapi.unmarshal_request(Received(request))


@pytest.fixture
def described(operation):
    def build(members, path="/pets", method="get", version="3.1.0"):
        members = {**members, "responses": {"200": {"description": "fine"}}}
        return operation(members, path, method, version, servers=[{"url": HOST}])

    return build


# Left out: `matrix` and `label`, which openapi-core looks for under names like `;color`, and
# `spaceDelimited`, which it splits before it has decoded the spaces.
STYLES = [
    ("path", "simple", False, TEXT, "a b+ü"),
    ("path", "simple", False, {"type": "integer"}, 5),
    ("path", "simple", False, NUMBERS, [3, 4]),
    ("path", "simple", True, NUMBERS, [3, 4]),
    ("path", "simple", False, OBJECT, {"R": 100, "G": 200}),
    ("path", "simple", True, OBJECT, {"R": 100, "G": 200}),
    ("query", "form", True, TEXT, "a&b=c +ü"),
    ("query", "form", True, {"type": "boolean"}, True),
    ("query", "form", True, {"type": "number"}, 1.5),
    ("query", "form", True, NUMBERS, [3, 4]),
    ("query", "form", False, NUMBERS, [3, 4]),
    ("query", "form", False, OBJECT, {"R": 100, "G": 200}),
    ("query", "pipeDelimited", False, NUMBERS, [3, 4]),
    ("query", "deepObject", True, OBJECT, {"R": 100, "G": 200}),
    ("header", "simple", False, TEXT, "a b"),
    ("header", "simple", False, NUMBERS, [3, 4]),
    ("header", "simple", False, OBJECT, {"R": 100, "G": 200}),
    ("header", "simple", True, OBJECT, {"R": 100, "G": 200}),
    ("cookie", "form", True, TEXT, "abc"),
    ("cookie", "form", True, {"type": "integer"}, 5),
]


@pytest.mark.parametrize(("location", "style", "explode", "schema", "value"), STYLES)
def test_parameters(described, location, style, explode, schema, value):
    node = {
        "name": "color",
        "in": location,
        "required": True,
        "style": style,
        "explode": explode,
        "schema": schema,
    }
    path = "/pets/{color}" if location == "path" else "/pets"
    one = described({"parameters": [node]}, path)
    request = build_request(one, HOST, [(one.parameters[0], value)], None, None)
    result = judged(one, request)
    assert result.errors == []
    assert getattr(result.parameters, location) == {"color": value}


def test_parameters_with_content(described):
    node = {
        "name": "filter",
        "in": "query",
        "required": True,
        "content": {"application/json": {"schema": OBJECT}},
    }
    one = described({"parameters": [node]})
    request = build_request(one, HOST, [(one.parameters[0], {"R": 1})], None, None)
    assert judged(one, request).parameters.query == {"filter": {"R": 1}}


BODIES = [
    ("application/json", {"name": "ü", "tags": ["a"], "age": 3}),
    ("application/x-www-form-urlencoded", {"name": "a&b", "tags": ["x", "y z"], "age": 3}),
    ("application/x-www-form-urlencoded", {"name": "only"}),
    ("multipart/form-data", {"name": "a b&c", "tags": ["x", "y"]}),
]


@pytest.mark.parametrize(("media_type", "payload"), BODIES)
def test_bodies(described, media_type, payload):
    schema = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": TEXT,
            "tags": {"type": "array", "items": TEXT},
            "age": {"type": "integer"},
        },
        "additionalProperties": False,
    }
    body = {"required": True, "content": {media_type: {"schema": schema}}}
    one = described({"requestBody": body}, method="post")
    content_type, media = choose_media_type(one, None, payload)
    written = encode_body(content_type, payload, media)
    request = build_request(one, HOST, [], (content_type, written), None)
    result = judged(one, request)
    assert result.errors == []
    assert result.body == payload
