"""Operations of OpenAPI 3.x in the one shape."""

import pytest

from arazzo_runner.openapi.model import Encoding, Server, ServerVariable

NUMBER = {"type": "integer"}
LOCATIONS = "`path`, `query`, `querystring`, `header`, `cookie`"


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"in": "path"}, ("path", True, "simple", False)),
        ({"in": "query"}, ("query", False, "form", True)),
        ({"in": "query", "required": True}, ("query", True, "form", True)),
        ({"in": "query", "explode": False}, ("query", False, "form", False)),
        ({"in": "query", "style": "pipeDelimited"}, ("query", False, "pipeDelimited", False)),
        ({"in": "query", "style": "deepObject"}, ("query", False, "deepObject", False)),
        ({"in": "header"}, ("header", False, "simple", False)),
        ({"in": "cookie"}, ("cookie", False, "form", True)),
        ({"in": "cookie", "style": "cookie"}, ("cookie", False, "cookie", True)),
        ({"in": "querystring"}, ("querystring", False, "form", True)),
    ],
)
def test_parameter_defaults(operation, node, expected):
    (one,) = operation({"parameters": [{"name": "x", "schema": NUMBER, **node}]}).parameters
    assert (one.location, one.required, one.style, one.explode) == expected
    assert (one.schema.value, one.schema.place.pointer[-1]) == (NUMBER, "schema")


@pytest.mark.parametrize("name", ["Accept", "content-type", "Authorization"])
def test_headers_that_the_client_sets_are_not_required(operation, name):
    (one,) = operation(
        {"parameters": [{"name": name, "in": "header", "required": True}]}
    ).parameters
    assert not one.required


def test_parameter_flags(operation):
    flags = {"allowReserved": True, "allowEmptyValue": True, "deprecated": True}
    (one,) = operation({"parameters": [{"name": "x", "in": "query", **flags}]}).parameters
    assert (one.allow_reserved, one.allow_empty_value, one.deprecated) == (True, True, True)
    assert one.schema is None


def test_parameters_with_content(operation):
    node = {"name": "x", "in": "query", "content": {"application/json": {"schema": NUMBER}}}
    (one,) = operation({"parameters": [node]}).parameters
    assert (one.media_type, one.schema.value) == ("application/json", NUMBER)
    assert one.media.name == one.media_type


def test_parameters_of_the_operation_override_the_path_items(api, only_operation):
    item = [
        {"name": "a", "in": "query"},
        {"$ref": "#/components/parameters/b"},
        {"name": "X-C", "in": "header"},
        {"name": "a", "in": "cookie"},
    ]
    own = [
        {"name": "b", "in": "query", "required": True},
        {"name": "x-c", "in": "header", "required": True},
    ]
    description = api(
        paths={"/": {"parameters": item, "get": {"parameters": own}}},
        components={"parameters": {"b": {"name": "b", "in": "query"}}},
    )
    found = only_operation(description).parameters
    assert [(one.name, one.location, one.required) for one in found] == [
        ("a", "query", False),
        ("b", "query", True),
        ("x-c", "header", True),
        ("a", "cookie", False),
    ]


@pytest.mark.parametrize(
    ("node", "message", "pointer"),
    [
        (1, "a parameter has to be an object, not integer 1", ""),
        ({"in": "query"}, "a parameter needs `name`, a string", ""),
        ({"name": "x"}, "a parameter needs `in`, a string", ""),
        (
            {"name": "x", "in": "body"},
            "a parameter is in `body`; known are " + LOCATIONS,
            "/in",
        ),
        (
            {"name": "x", "in": "query", "style": "fancy"},
            "the style `fancy` is not known",
            "/style",
        ),
    ],
)
def test_malformed_parameters(operation, failure, node, message, pointer):
    place = "/paths/~1pets/get/parameters/0" + pointer
    assert failure(operation, {"parameters": [node]}) == ("AZ217", message, None, place)


def test_request_body(api, only_operation):
    encoding = {
        "file": {
            "contentType": "image/png, image/jpeg",
            "headers": {
                "X-A": {"schema": {"const": 1}},
                "X-B": {"$ref": "#/components/headers/b"},
                "X-C": {"schema": {"enum": ["only"]}},
                "X-D": {"schema": {"type": "string"}},
                "X-E": {},
            },
        },
        "tags": {"style": "spaceDelimited", "explode": False, "allowReserved": True},
        "odd": {"style": "fancy"},
    }
    body = {
        "required": True,
        "content": {
            "application/json": {"schema": NUMBER, "example": 5},
            "multipart/form-data": {"encoding": encoding},
            "x-note": 1,
        },
    }
    description = api(
        paths={"/": {"post": {"requestBody": {"$ref": "#/components/requestBodies/b"}}}},
        components={
            "requestBodies": {"b": body},
            "headers": {"b": {"schema": {"default": "d", "enum": ["d", "e"]}}},
        },
    )
    found = only_operation(description).request_body
    assert found.required
    json, form = found.content
    assert (json.name, json.schema.value, json.examples) == ("application/json", NUMBER, (5,))
    headers = (("X-A", 1), ("X-B", "d"), ("X-C", "only"))
    assert form.encoding == {
        "file": Encoding(
            "image/png, image/jpeg", None, None, allow_reserved=False, headers=headers
        ),
        "tags": Encoding(None, "spaceDelimited", explode=False, allow_reserved=True),
        "odd": Encoding(None, None, None),
    }
    assert form.description is description


def test_encodings_by_position(operation):
    first = {"contentType": "application/json"}
    media = {"prefixEncoding": [first], "itemEncoding": {"contentType": "image/*"}}
    body = {"content": {"multipart/mixed": media}}
    (content,) = operation({"requestBody": body}, version="3.2.0").request_body.content
    assert content.prefix_encoding == (Encoding("application/json", None, None),)
    assert content.item_encoding == Encoding("image/*", None, None)


def test_responses(api, only_operation):
    media = {
        "examples": {
            "a": {"value": 1},
            "b": {"$ref": "#/components/examples/b"},
            "c": {"externalValue": "https://x"},
            "d": "malformed",
        },
        "itemSchema": NUMBER,
    }
    responses = {
        "200": {
            "description": "fine",
            "headers": {"X-Rate": {"required": True, "schema": NUMBER}, "x-note": 1},
            "content": {"application/jsonl": media},
        },
        "4xx": {"$ref": "#/components/responses/bad"},
        "default": {},
        "x-note": {},
    }
    description = api(
        paths={"/": {"get": {"responses": responses}}},
        components={
            "responses": {"bad": {"description": "bad"}},
            "examples": {"b": {"dataValue": 2, "value": 3}},
        },
    )
    fine, bad, rest = only_operation(description).responses
    assert (fine.status, bad.status, rest.status) == ("200", "4XX", "default")
    assert (fine.description, bad.description, rest.description) == ("fine", "bad", "")
    (header,) = fine.headers
    assert (header.name, header.required, header.schema.value) == ("X-Rate", True, NUMBER)
    (content,) = fine.content
    assert (content.examples, content.schema) == ((1, 2), None)
    assert content.item_schema.value == NUMBER
    assert bad.place.pointer == ("components", "responses", "bad")


@pytest.mark.parametrize(
    ("own", "root", "expected"),
    [
        ({}, {}, None),
        ({}, {"security": [{"a": []}]}, (("a", ()),)),
        ({"security": [{"b": ["read"], "c": []}]}, {"security": []}, (("b", ("read",)), ("c", ()))),
        ({"security": [{"b": None}]}, {}, (("b", ()),)),
    ],
)
def test_security(operation, own, root, expected):
    found = operation(own, **root).security
    schemes = None if found is None else tuple(one.schemes for one in found)
    assert schemes == (None if expected is None else (expected,))


def test_security_can_be_taken_away(operation):
    assert operation({"security": []}, security=[{"a": []}]).security == ()
    assert operation({"security": [{}]}).security[0].schemes == ()


@pytest.mark.parametrize(
    ("own", "item", "root", "url"),
    [
        ({}, {}, {}, "/"),
        ({}, {}, {"servers": []}, "/"),
        ({}, {}, {"servers": [{"url": "root"}]}, "root"),
        ({}, {"servers": [{"url": "item"}]}, {"servers": [{"url": "root"}]}, "item"),
        ({"servers": [{"url": "own"}]}, {"servers": [{"url": "item"}]}, {}, "own"),
    ],
)
def test_servers(api, only_operation, own, item, root, url):
    description = api(paths={"/": {"get": own, **item}}, **root)
    assert only_operation(description).servers == (Server(url),)


def test_server_variables(operation):
    variables = {"region": {"default": "eu", "enum": ["eu", "us"]}, "port": {"default": 8443}}
    (server,) = operation(servers=[{"url": "https://{region}", "variables": variables}]).servers
    assert server.variables == {
        "region": ServerVariable("eu", ("eu", "us")),
        "port": ServerVariable("8443", ()),
    }
