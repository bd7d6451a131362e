"""Messages: payloads in several formats, headers, traits, correlation."""

import pytest

from arazzo_runner.asyncapi.messages import read_message
from arazzo_runner.errors import DocumentError
from arazzo_runner.openapi.schema.compile import schema_validator, standalone_schema
from arazzo_runner.openapi.schema.descend import shape_of
from arazzo_runner.openapi.schema.shape import schemas_of
from arazzo_runner.openapi.schema.walk import all_of_parts
from arazzo_runner.text.source import Place
from unit.asyncapi.conftest import said

ORDER = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}


def message_of(description, node, name="order"):
    return read_message(description, name, node, Place(description.source).at("m"))


def schema_of(read):
    return standalone_schema(read.schema, read.description, "response")


def test_a_message_with_all_it_may_have(events):
    components = {
        "schemas": {"order": ORDER},
        "correlationIds": {"id": {"location": "$message.header#/requestId"}},
    }
    description = events(components=components, defaultContentType="application/json")
    message = message_of(
        description,
        {
            "payload": {"$ref": "#/components/schemas/order"},
            "headers": {"type": "object", "properties": {"requestId": {"type": "string"}}},
            "correlationId": {"$ref": "#/components/correlationIds/id"},
            "bindings": {"mqtt": {"contentType": "x"}},
            "examples": [{"payload": {"id": "1"}}, {"headers": {"requestId": "7"}}, "odd"],
        },
    )
    assert (message.name, message.content_type) == ("order", "application/json")
    assert schema_validator(schema_of(message.payload)).is_valid({"id": "1"})
    assert not schema_validator(schema_of(message.payload)).is_valid({})
    assert [schema_of(one)["type"] for one in message.headers] == ["object"]
    assert message.correlation_id.location.tokens == ("requestId",)
    assert message.correlation_id.place.pointer == ("components", "correlationIds", "id")
    assert message.bindings == {"mqtt": {"contentType": "x"}}
    assert message.examples == ((None, {"id": "1"}), ({"requestId": "7"}, None))


def test_a_message_with_nothing(events):
    message = message_of(events(), {})
    assert (message.payload, message.headers, message.correlation_id) == (None, (), None)
    assert (message.content_type, message.bindings, message.examples) == (None, {}, ())


def test_a_message_is_read_once(events):
    description = events(m={"payload": ORDER})
    node = description.raw["m"]
    assert message_of(description, node) is message_of(description, node)
    assert message_of(description, node) is not message_of(description, node, "other")


@pytest.mark.parametrize(
    ("version", "content_type", "location", "headers"),
    [
        ("3.0.0", "text/own", "$message.header#/own", ["own", "second", "first"]),
        ("2.6.0", "text/second", "$message.header#/first", ["second", "first", "own"]),
    ],
)
def test_traits(events, version, content_type, location, headers):
    description = events(version)
    node = {
        "contentType": "text/own",
        "correlationId": {"location": "$message.header#/own"},
        "headers": {"title": "own"},
        "traits": [
            {"headers": {"title": "first"}, "correlationId": {"location": "$message.header#/first"}},
            {"headers": {"title": "second"}, "contentType": "text/second"},
        ],
    }  # fmt: skip
    message = message_of(description, node)
    assert message.content_type == content_type
    assert message.correlation_id.location.text == location
    assert [one.schema.value["title"] for one in message.headers] == headers


@pytest.mark.parametrize(
    ("form", "language", "version"),
    [
        (None, "JSON Schema", (3, 1)),
        ("application/vnd.aai.asyncapi;version=3.0.0", "JSON Schema", (3, 1)),
        ("application/vnd.aai.asyncapi+yaml;version=3.0.0", "JSON Schema", (3, 1)),
        ("application/schema+json;version=draft-07", "JSON Schema", (3, 1)),
        ("application/vnd.oai.openapi;version=3.0.0", "JSON Schema", (3, 0)),
        ("application/vnd.oai.openapi+json;version=3.1.0", "JSON Schema", (3, 1)),
        ("application/vnd.oai.openapi;version=3.2.0", "JSON Schema", (3, 1)),
        ("application/vnd.oai.openapi", "JSON Schema", (3, 0)),
        ("application/vnd.apache.avro;version=1.9.0", "Avro", None),
        ("application/vnd.apache.avro+json;version=1.9.0", "Avro", None),
        ("application/vnd.google.protobuf;version=3", "Protobuf", None),
        ("application/raml+yaml;version=1.0", "RAML", None),
        ("application/cddl", "application/cddl", None),
    ],
)
@pytest.mark.parametrize("asyncapi", ["2.6.0", "3.0.0"])
def test_formats_of_payloads(events, asyncapi, form, language, version):
    node = {"payload": {"type": "string", "nullable": True}}
    if asyncapi == "2.6.0" and form:
        node["schemaFormat"] = form
    elif form:
        node["payload"] = {"schemaFormat": form, "schema": node["payload"]}
    read = message_of(events(asyncapi), node).payload
    assert read.language == language
    assert (read.schema is None) == (version is None)
    if version is not None:
        assert read.description.version == version
        is_nullable = version < (3, 1)
        assert schema_validator(schema_of(read)).is_valid(None) == is_nullable


@pytest.mark.parametrize(
    ("form", "is_ignored"),
    [
        (None, True),
        ("application/vnd.aai.asyncapi;version=3.0.0", True),
        ("application/schema+json;version=draft-07", True),
        ("application/schema+json", True),
        ("application/schema+json;version=draft-2019-09", False),
        ("application/schema+json;version=2020-12", False),
        ('application/schema+yaml; version="draft/2020-12"', False),
        ("application/vnd.oai.openapi;version=3.0.0", True),
        ("application/vnd.oai.openapi;version=3.1.0", False),
    ],
)
def test_what_stands_beside_a_reference(events, form, is_ignored):
    """Draft-07 and what is made of it ignore that, newer drafts do not."""
    schema = {"$ref": "#/components/schemas/Order", "required": ["id"], "type": "null"}
    payload = schema if form is None else {"schemaFormat": form, "schema": schema}
    description = events(components={"schemas": {"Order": {"type": "object"}}})
    read = message_of(description, {"payload": payload}).payload
    assert schema_validator(schema_of(read)).is_valid({}) == is_ignored
    kinds = shape_of(schemas_of(read.description), read.schema).kinds
    assert (kinds == {"object"}) == is_ignored
    parts = all_of_parts(read.description, read.schema.value, read.schema.place)
    assert (len(parts) == 1) == is_ignored


@pytest.mark.parametrize(
    ("value", "is_valid"), [({"a": 1}, False), ({"a": 1, "b": "x"}, True), ({}, True), ({"c": 1}, False)]
)  # fmt: skip
def test_dependencies_of_draft_07(events, value, is_valid):
    needs = {"required": ["b"], "properties": {"b": {"type": "string"}}}
    payload = {"dependencies": {"a": {"$ref": "#/components/schemas/Needs"}, "c": ["d"]}}
    description = events(components={"schemas": {"Needs": needs}})
    read = message_of(description, {"payload": payload}).payload
    assert schema_validator(schema_of(read)).is_valid(value) == is_valid


def test_a_format_behind_a_reference(events):
    avro = {"schemaFormat": "application/vnd.apache.avro;version=1.9.0", "schema": {}}
    plain = {"schemaFormat": "application/schema+json;version=draft-07", "schema": ORDER}
    description = events(components={"schemas": {"avro": avro, "plain": plain, "any": True}})
    named = {
        name: {"payload": {"$ref": f"#/components/schemas/{name}"}} for name in ("avro", "plain")
    }
    assert message_of(description, named["avro"], "avro").payload.language == "Avro"
    read = message_of(description, named["plain"], "plain").payload
    assert read.schema.place.pointer == ("components", "schemas", "plain", "schema")
    assert message_of(description, {"payload": True}, "any").payload.schema.value is True


def test_a_schema_that_is_not_there_is_no_matter_of_the_message(events):
    read = message_of(events(), {"payload": {"$ref": "#/components/schemas/nowhere"}}).payload
    assert read.schema.value == {"$ref": "#/components/schemas/nowhere"}


@pytest.mark.parametrize(
    ("node", "place", "message"),
    [
        ([], "/m", "the message `order` has to be an object, not array []"),
        ({"correlationId": {}}, "/m/correlationId", "a correlation id needs `location`, a string"),
        (
            {"correlationId": {"location": "id"}},
            "/m/correlationId/location",
            "the location `id` is not like `$message.header#/id`",
        ),
        ({"traits": {}}, "/m/traits", "`traits` has to be an array, not object {}"),
        ({"examples": {}}, "/m/examples", "`examples` has to be an array, not object {}"),
        (
            {"payload": {"schemaFormat": 7}},
            "/m/payload",
            "a schema with a format needs `schemaFormat`, a string",
        ),
    ],
)
def test_broken_messages(events, node, place, message):
    with pytest.raises(DocumentError) as caught:
        message_of(events(), node)
    assert said(caught.value) == ("AZ217", place, message)
