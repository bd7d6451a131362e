"""What schemas prove of the values at pointers."""

import pytest

from arazzo_runner.openapi.model import Schema
from arazzo_runner.openapi.references import MAX_HOPS
from arazzo_runner.openapi.schema.descend import (
    DescentFailure,
    any_shape,
    descend,
    member_hint,
    shape_of,
    standalone_shape,
    type_words,
    types_of_shape,
)
from arazzo_runner.openapi.schema.shape import schemas_of
from arazzo_runner.text.source import Place

CLOSED = {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "string"}}}
OPEN = {"type": "object", "properties": {"a": {"type": "string"}}}


def look(api, schema, *tokens, components=None, version="3.1.0"):
    description = api(version, components={"schemas": components or {}})
    place = Place(description.source, ("x",))
    return descend(shape_of(schemas_of(description), Schema(schema, place)), tokens)


def verdict(found):
    """``proven`` or ``undocumented`` where nothing can be, else the kinds, or ``anything``."""
    if isinstance(found, DescentFailure):
        return "proven" if found.absent.proven else "undocumented"
    return "anything" if found.kinds is None else type_words(found.kinds)


@pytest.mark.parametrize(
    ("schema", "tokens", "expected"),
    [
        (CLOSED, ("a",), "a string"),
        (CLOSED, ("b",), "proven"),
        (CLOSED, (0,), "proven"),
        (CLOSED, (None,), "a string"),
        (OPEN, ("b",), "undocumented"),
        (OPEN, (None,), "anything"),
        ({"type": "object"}, ("b",), "anything"),
        ({"type": "object", "additionalProperties": False}, (None,), "proven"),
        ({**OPEN, "additionalProperties": {"type": "integer"}}, ("b",), "an integer"),
        ({**OPEN, "additionalProperties": True}, ("b",), "anything"),
        ({**OPEN, "unevaluatedProperties": False}, ("b",), "proven"),
        ({**CLOSED, "patternProperties": {"^x": {}}}, ("b",), "anything"),
        ({**CLOSED, "patternProperties": {"^x": {}}}, (None,), "anything"),
        ({**CLOSED, "discriminator": {"propertyName": "a"}}, ("b",), "anything"),
        ({**OPEN, "if": {}, "then": {}}, ("b",), "anything"),
        ({"properties": {"a": {}}}, ("b",), "undocumented"),
        ({"properties": {"a": {}}}, ("a",), "anything"),
        ({"type": "string"}, ("b",), "proven"),
        ({"type": "string"}, (None,), "proven"),
        ({"type": "nonsense"}, ("b",), "anything"),
        ({"type": ["string", "object"], "properties": {"a": {}}}, ("b",), "undocumented"),
        ({"enum": ["x", "y"]}, ("b",), "proven"),
        ({"const": {"a": 1}}, ("b",), "anything"),
        (True, ("b",), "anything"),
        (False, ("b",), "undocumented"),
        ({}, ("a", "b"), "anything"),
    ],
)
def test_members(api, schema, tokens, expected):
    assert verdict(look(api, schema, *tokens)) == expected


@pytest.mark.parametrize(
    ("schema", "tokens", "expected"),
    [
        ({"type": "array", "items": OPEN}, ("0", "a"), "a string"),
        ({"type": "array", "items": OPEN}, (3, "a"), "a string"),
        ({"type": "array", "items": OPEN}, (None, "a"), "a string"),
        ({"type": "array", "items": OPEN}, ("0", "b"), "undocumented"),
        ({"type": "array", "items": OPEN}, ("a",), "proven"),
        ({"type": "array", "items": OPEN}, ("01",), "proven"),
        ({"type": "array"}, ("0",), "anything"),
        ({"type": "array", "items": {"type": "string"}}, ("0", "b"), "proven"),
        ({"type": "array", "prefixItems": [{"type": "integer"}], "items": {"type": "string"}}, (0,), "an integer"),
        ({"type": "array", "prefixItems": [{"type": "integer"}], "items": {"type": "string"}}, (1,), "a string"),
        ({"items": {"type": "string"}}, ("a",), "undocumented"),
        ({"items": {"type": "string"}}, ("0",), "a string"),
        ({"type": ["object", "array"], "items": {"type": "integer"}, "properties": {"a": {"type": "string"}}}, ("a",), "a string"),
    ],
)  # fmt: skip
def test_items(api, schema, tokens, expected):
    assert verdict(look(api, schema, *tokens)) == expected


@pytest.mark.parametrize(
    ("schema", "token", "expected"),
    [
        ({"allOf": [OPEN, {"type": "object", "properties": {"b": {"type": "integer"}}}]}, "b", "an integer"),
        ({"allOf": [CLOSED, {"type": "object", "properties": {"b": {"type": "integer"}}}]}, "b", "an integer"),
        ({"allOf": [CLOSED, {"properties": {"b": {}}}]}, "c", "proven"),
        ({"allOf": [OPEN, {"properties": {"a": {"type": "integer"}}}]}, "a", "anything"),
        ({"oneOf": [CLOSED, {"type": "string"}]}, "a", "a string"),
        ({"oneOf": [CLOSED, {"type": "string"}]}, "b", "proven"),
        ({"oneOf": [CLOSED, OPEN]}, "b", "undocumented"),
        ({"anyOf": [CLOSED, {}]}, "b", "anything"),
        ({"oneOf": [CLOSED, {"$ref": "#/components/schemas/Gone"}]}, "b", "anything"),
        ({**OPEN, "oneOf": [{"properties": {"b": {"type": "boolean"}}}, {"properties": {"c": {}}}]}, "b", "a boolean"),
        ({"oneOf": [CLOSED, {"type": "null"}]}, "b", "proven"),
        ({"$ref": "#/components/schemas/Closed"}, "b", "proven"),
        ({"$ref": "#/components/schemas/Closed", "properties": {"b": {"type": "integer"}}}, "b", "an integer"),
        ({"$ref": "#/components/schemas/Self"}, "b", "anything"),
        ({"allOf": [{"$ref": "#/components/schemas/Loop"}]}, "b", "anything"),
        ({"allOf": "nothing", "oneOf": "nothing"}, "b", "anything"),
        ({"allOf": [False, OPEN]}, "b", "undocumented"),
        ({"allOf": [{"type": "string"}, {"type": "object"}]}, "b", "anything"),
        ({"allOf": [{"oneOf": [CLOSED] * 9}, {"oneOf": [CLOSED] * 9}]}, "b", "anything"),
        ({"oneOf": [CLOSED] * 65}, "b", "anything"),
        ({"discriminator": {"propertyName": "a"}, "oneOf": [CLOSED]}, "b", "proven"),
    ],
)  # fmt: skip
def test_combined(api, schema, token, expected):
    components = {
        "Closed": CLOSED,
        "Self": {"$ref": "#/components/schemas/Self"},
        "Loop": {"allOf": [{"$ref": "#/components/schemas/Loop"}]},
    }
    assert verdict(look(api, schema, token, components=components)) == expected


@pytest.mark.parametrize(
    ("schema", "tokens", "expected"),
    [
        ({"$ref": "#/components/schemas/Closed", "properties": {"b": {}}}, ("b",), "proven"),
        ({**OPEN, "nullable": True}, (), "an object or null"),
        (
            {"nullable": True, "allOf": [{"$ref": "#/components/schemas/Closed"}]},
            (),
            "an object or null",
        ),
        ({"nullable": True, "allOf": [{"$ref": "#/components/schemas/Closed"}]}, ("b",), "proven"),
        ({"type": "number", "nullable": True}, (), "a number or null"),
        ({"type": "integer"}, (), "an integer"),
        ({"enum": [1, 2.5]}, (), "a number"),
    ],
)
def test_of_3_0(api, schema, tokens, expected):
    found = look(api, schema, *tokens, components={"Closed": CLOSED}, version="3.0.3")
    assert verdict(found) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"enum": ["a", "b"]}, ["a", "b"]),
        ({"const": 1}, [1]),
        ({"type": "string"}, None),
        ({"type": "string", "enum": ["a"], "nullable": True}, ["a", None]),
        ({"oneOf": [{"enum": ["a"]}, {"const": "b"}]}, ["a", "b"]),
        ({"oneOf": [{"enum": ["a"]}, {"type": "null"}]}, ["a", None]),
        ({"oneOf": [{"enum": ["a"]}, {"type": "string"}]}, None),
        ({"enum": []}, None),
    ],
)
def test_values(api, schema, expected):
    assert look(api, schema).values == expected


@pytest.mark.parametrize(("hops", "expected"), [(MAX_HOPS, "proven"), (MAX_HOPS + 1, "anything")])
def test_references_on_the_way_to_a_shape(api, hops, expected):
    chain = {
        f"C{at}": {"allOf": [{"$ref": f"#/components/schemas/C{at + 1}"}]} for at in range(1, hops)
    }
    start = {"$ref": "#/components/schemas/C1"}
    found = look(api, start, "b", components={**chain, f"C{hops}": CLOSED})
    assert verdict(found) == expected


def test_says_where_it_ended_and_what_there_is(api):
    schema = {"type": "array", "items": CLOSED}
    failure = look(api, schema, "0", "aa", "c")
    assert failure.tokens == ("0", "aa")
    assert failure.absent.known == ("a",)
    assert member_hint("aa", failure.absent) == "did you mean `a`?"
    assert member_hint("zzz", failure.absent) == "it has `a`"


def test_names_at_most_twelve(api):
    many = {"type": "object", "properties": {f"p{at}": {} for at in range(14)}}
    found = look(api, many, "zzz").absent
    assert member_hint("zzz", found).endswith("`p11` and 2 more")
    assert member_hint("zzz", look(api, {"type": "string"}, "zzz").absent) is None


def test_one_of_several_shapes(api):
    one, other = (
        look(api, CLOSED),
        look(api, {"type": "object", "properties": {"b": {"type": "integer"}}}),
    )
    both = any_shape([one, other])
    assert verdict(descend(both, ("b",))) == "an integer"
    assert verdict(descend(both, ("c",))) == "undocumented"
    assert verdict(any_shape([one, look(api, {}, "x")])) == "anything"


@pytest.mark.parametrize(
    ("schema", "types"),
    [
        ({"type": ["null", "array"]}, ["null", "array"]),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, ["integer", "null"]),
        ({"type": ["integer", "number"]}, ["number"]),
        ({"enum": [True, "a"]}, ["boolean", "string"]),
        ({"allOf": [{"type": ["string", "null"]}, {"type": "string"}]}, ["string"]),
        ({"anyOf": [{"type": "integer"}, {}]}, []),
        (True, []),
    ],
)
def test_types_in_the_order_that_is_stated(schema, types):
    assert types_of_shape(standalone_shape(schema, schema)) == types
