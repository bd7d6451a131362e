"""Every request that the matrix builds is accepted by openapi-core, an independent reader."""

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from arazzo_runner.openapi.request.body import choose_media_type, encode_body
from arazzo_runner.openapi.request.build import build_request
from unit.openapi.style_matrix import ARRAY, EMPTY, OBJECT, STRING, STYLES

HOST = "https://api.example.com"
TEXT = {"type": "string"}


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


SCHEMAS = {
    "empty": TEXT,
    "string": TEXT,
    "array": {"type": "array", "items": TEXT},
    "object": {
        "type": "object",
        "properties": {name: {"type": "integer"} for name in OBJECT},
        "additionalProperties": False,
    },
}
VALUES = {"empty": EMPTY, "string": STRING, "array": ARRAY, "object": OBJECT}

# What openapi-core does not know, or reads wrong: style, explode (None: both), kind (None: all).
MISREAD = {
    ("path", "matrix", None, None): "it looks for the value under the name `;color`",
    ("path", "label", None, None): "it looks for the value under the name `.color`",
    ("path", "pipeDelimited", None, None): "2.0 alone has it there",
    ("header", "pipeDelimited", None, None): "2.0 alone has it there",
    ("header", "spaceDelimited", None, None): "2.0 alone has it there",
    ("query", "tabDelimited", None, None): "2.0 alone has it",
    ("cookie", "cookie", None, None): "it is of 3.2, which openapi-core does not read",
    ("query", "spaceDelimited", None, None): "it splits before it has decoded the spaces",
    ("query", "form", None, "empty"): "it takes an empty value for none, without allowEmptyValue",
    ("query", "pipeDelimited", None, "empty"): "the style is for arrays and objects alone there",
    ("query", "pipeDelimited", None, "string"): "the style is for arrays and objects alone there",
    ("query", "deepObject", None, "empty"): "the style is for objects alone there",
    ("query", "deepObject", None, "string"): "the style is for objects alone there",
    ("query", "deepObject", None, "array"): "the style is for objects alone there",
    ("query", "form", True, "object"): "it looks for `color`, which no exploded object has",
    ("cookie", "form", True, "object"): "it looks for `color`, which no exploded object has",
}
ROWS = [
    (location, style, explode, kind)
    for location, style, explode, expected in STYLES
    for kind, text in zip(VALUES, expected, strict=True)
    if text is not None  # refused: test_serialize.py
]


def misreading(location, style, explode, kind):
    """Why openapi-core is no judge of a row, None where it is one."""
    keys = [(location, style, one, other) for one in (explode, None) for other in (kind, None)]
    return next((MISREAD[key] for key in keys if key in MISREAD), None)


def is_read_back(described, version, location, style, explode, kind):
    schema = SCHEMAS[kind]
    node = {"name": "color", "in": location, "required": True}
    node |= {"style": style, "explode": explode, "schema": schema}
    path = "/pets/{color}" if location == "path" else "/pets"
    one = described({"parameters": [node]}, path, version=version)
    request = build_request(one, HOST, [(one.parameters[0], VALUES[kind])], None, None)
    try:
        result = judged(one, request)
    except (OpenAPIError, OpenAPIValidationError):
        return False
    return result.errors == [] and getattr(result.parameters, location) == {"color": VALUES[kind]}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize(("location", "style", "explode", "kind"), ROWS)
def test_every_row_of_the_matrix_is_judged(described, version, location, style, explode, kind):
    excuse = misreading(location, style, explode, kind)
    is_right = is_read_back(described, version, location, style, explode, kind)
    # An excuse that is none any more has to go.
    assert is_right is (excuse is None), excuse


def test_no_excuse_is_of_a_row_that_there_is_not():
    used = {
        key
        for location, style, explode, kind in ROWS
        for key in MISREAD
        if key[:2] == (location, style) and key[2] in (explode, None) and key[3] in (kind, None)
    }
    assert used == set(MISREAD)


HARD_VALUES = [
    ("path", {"type": "integer"}, 5),
    ("path", TEXT, "a b+ü"),
    ("query", TEXT, "a&b=c +ü"),
    ("query", {"type": "boolean"}, True),
    ("query", {"type": "number"}, 1.5),
    ("query", {"type": "array", "items": {"type": "integer"}}, [3, 4]),
    ("header", TEXT, "a b"),
    ("cookie", {"type": "integer"}, 5),
    ("cookie", TEXT, "abc"),
]


@pytest.mark.parametrize(("location", "schema", "value"), HARD_VALUES)
def test_hard_values(described, location, schema, value):
    node = {"name": "color", "in": location, "required": True, "schema": schema}
    one = described({"parameters": [node]}, "/pets/{color}" if location == "path" else "/pets")
    request = build_request(one, HOST, [(one.parameters[0], value)], None, None)
    result = judged(one, request)
    assert result.errors == []
    assert getattr(result.parameters, location) == {"color": value}


def test_reserved_characters_stand_in_the_query(described):
    value = "a/b?c:d@e,f;g"
    node = {"name": "color", "in": "query", "allowReserved": True, "schema": TEXT}
    one = described({"parameters": [node]})
    request = build_request(one, HOST, [(one.parameters[0], value)], None, None)
    assert judged(one, request).parameters.query == {"color": value}


def test_parameters_with_content(described):
    node = {
        "name": "filter",
        "in": "query",
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
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


def test_whole_bodies(described):
    """What is not taken apart arrives as it is."""
    for media_type, payload in [
        ("text/plain", "grün & so"),
        ("application/octet-stream", b"\x00\xff"),
    ]:
        body = {"required": True, "content": {media_type: {}}}
        one = described({"requestBody": body}, method="post")
        written = encode_body(media_type, payload, one.request_body.content[0])
        request = build_request(one, HOST, [], (media_type, written), None)
        result = judged(one, request)
        assert result.errors == []
        assert result.body == payload


# The content type, the encoding of an array, and what openapi-core gets wrong there.
ENCODED = [
    ("application/x-www-form-urlencoded", {"style": "form", "explode": True}, None),
    ("application/x-www-form-urlencoded", {"style": "form", "explode": False}, None),
    ("application/x-www-form-urlencoded", {"style": "pipeDelimited", "explode": False}, None),
    (
        "application/x-www-form-urlencoded",
        {"contentType": "text/plain"},
        "of several values with a content type it takes the first",
    ),
    ("multipart/form-data", {"contentType": "text/plain"}, None),
    ("multipart/form-data", {"contentType": "application/json"}, None),
    ("multipart/form-data", {"style": "form", "explode": True}, "it reads no styles of parts"),
]


@pytest.mark.parametrize(("media_type", "encoding", "excuse"), ENCODED)
def test_encoding_objects(described, media_type, encoding, excuse):
    items = {"type": "array", "items": TEXT}
    schema = {"type": "object", "properties": {"tags": items}, "additionalProperties": False}
    content = {media_type: {"schema": schema, "encoding": {"tags": encoding}}}
    one = described({"requestBody": {"content": content}}, method="post")
    payload = {"tags": ["a", "b"]}
    written = encode_body(media_type, payload, one.request_body.content[0])
    request = build_request(one, HOST, [], (media_type, written), None)
    result = judged(one, request)
    is_right = result.errors == [] and result.body == payload
    assert is_right is (excuse is None), excuse
