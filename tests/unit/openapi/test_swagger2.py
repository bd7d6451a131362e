"""Operations of OpenAPI 2.0 in the one shape of 3.x."""

import pytest

from arazzo_runner.openapi.model import Encoding, Server

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def swagger(operation):
    def build(members=None, **root):
        return operation(members, version="2.0", **root)

    return build


@pytest.mark.parametrize(
    ("location", "collection", "expected"),
    [
        ("query", None, ("form", False)),
        ("query", "csv", ("form", False)),
        ("query", "multi", ("form", True)),
        ("query", "ssv", ("spaceDelimited", False)),
        ("query", "tsv", ("tabDelimited", False)),
        ("query", "pipes", ("pipeDelimited", False)),
        ("header", None, ("simple", False)),
        ("path", "pipes", ("pipeDelimited", False)),
        ("path", "multi", ("simple", False)),
    ],
)
def test_collection_formats(swagger, location, collection, expected):
    node = {"name": "x", "in": location, "type": "array", "items": {"type": "string"}}
    if collection:
        node["collectionFormat"] = collection
    (one,) = swagger({"parameters": [node]}).parameters
    assert (one.style, one.explode) == expected
    assert one.schema.value == {"type": "array", "items": {"type": "string"}}


def test_unknown_collection_format(swagger, failure):
    node = {"name": "x", "in": "query", "collectionFormat": "odd"}
    code, message, _, pointer = failure(swagger, {"parameters": [node]})
    assert (code, message) == ("AZ217", "the collectionFormat `odd` is not known")
    assert pointer == "/paths/~1pets/get/parameters/0/collectionFormat"


def test_parameters_are_merged(api, only_operation):
    item = {"parameters": [{"name": "a", "in": "query"}, {"$ref": "#/parameters/b"}]}
    own = {"parameters": [{"name": "b", "in": "header", "required": True, "allowEmptyValue": True}]}
    description = api(
        "2.0",
        paths={"/": {**item, "get": own}},
        parameters={"b": {"name": "b", "in": "header"}},
    )
    first, second = only_operation(description).parameters
    assert (first.name, first.required) == ("a", False)
    assert (second.name, second.required, second.allow_empty_value) == ("b", True, True)


def test_body(swagger):
    schema = {"$ref": "#/definitions/Pet"}
    node = {"name": "any", "in": "body", "schema": schema, "required": True}
    body = swagger({"parameters": [node], "consumes": ["application/xml"]}).request_body
    assert (body.required, [one.name for one in body.content]) == (True, ["application/xml"])
    assert body.content[0].schema.value == schema
    assert body.content[0].schema.place.pointer[-1] == "schema"
    body = swagger({"parameters": [{"name": "any", "in": "body"}]}).request_body
    assert [(one.name, one.schema.value) for one in body.content] == [("application/json", {})]


@pytest.mark.parametrize(
    ("kind", "consumes", "names"),
    [
        ("string", None, [FORM]),
        ("string", ["application/json"], [FORM]),
        ("string", ["multipart/form-data", FORM], ["multipart/form-data", FORM]),
        ("file", None, ["multipart/form-data"]),
    ],
)
def test_form(swagger, kind, consumes, names):
    nodes = [
        {"name": "f", "in": "formData", "type": kind, "required": True},
        {
            "name": "tags",
            "in": "formData",
            "type": "array",
            "items": {"type": "string"},
            "collectionFormat": "multi",
        },
    ]
    root = {"consumes": consumes} if consumes else {}
    found = swagger({"parameters": nodes}, **root)
    assert found.parameters == ()
    body = found.request_body
    assert (body.required, [one.name for one in body.content]) == (True, names)
    written = {"type": "string", "format": "binary"} if kind == "file" else {"type": "string"}
    assert body.content[0].schema.value == {
        "type": "object",
        "properties": {
            "f": written,
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["f"],
    }
    assert body.content[0].encoding == {"tags": Encoding(None, "form", explode=True)}


def test_no_body(swagger):
    assert swagger().request_body is None


def test_responses(swagger):
    responses = {
        "200": {
            "description": "fine",
            "schema": {"type": "string"},
            "headers": {"X-Rate": {"type": "integer", "description": "left"}},
            "examples": {"application/json": "a"},
        },
        "404": {"$ref": "#/responses/gone"},
        "default": {"description": "else", "schema": {}},
    }
    root = {"responses": {"gone": {"description": "gone"}}}
    fine, gone, _ = swagger(
        {"responses": responses, "produces": ["application/json", "text/plain"]}, **root
    ).responses
    assert [(one.name, one.examples) for one in fine.content] == [
        ("application/json", ("a",)),
        ("text/plain", ()),
    ]
    assert [(one.name, one.schema.value) for one in fine.headers] == [
        ("X-Rate", {"type": "integer"})
    ]
    assert (gone.status, gone.description, gone.content) == ("404", "gone", ())
    *_, rest = swagger({"responses": responses}, **root).responses
    assert [one.name for one in rest.content] == ["*/*"]


@pytest.mark.parametrize(
    ("root", "own", "urls"),
    [
        ({}, {}, ["/"]),
        ({"basePath": "/v1"}, {}, ["/v1"]),
        ({"host": "h.example"}, {}, ["https://h.example/"]),
        (
            {"host": "h.example", "basePath": "/v1", "schemes": ["http", "https", "ws"]},
            {},
            ["https://h.example/v1", "http://h.example/v1"],
        ),
        (
            {"host": "h.example", "schemes": ["https"]},
            {"schemes": ["http"]},
            ["http://h.example/"],
        ),
        ({"host": "h.example", "schemes": ["ws"]}, {}, ["https://h.example/"]),
        ({"host": "h.example", "schemes": True}, {}, ["https://h.example/"]),
    ],
)
def test_servers(swagger, root, own, urls):
    assert swagger(own, **root).servers == tuple(Server(url) for url in urls)


def test_a_broken_response_is_known_by_its_status_alone(swagger):
    (response,) = swagger({"responses": {"200": {"$ref": "#/responses/nowhere"}}}).responses
    assert (response.status, response.content) == ("200", ())
    assert [one.code for one in response.broken] == ["AZ214"]
