"""Which values of the inputs are secret by their schema."""

import pytest

from arazzo_runner.executor.secret_inputs import has_secrets, scalars, secret_inputs, secret_values
from unit.executor.inputs_of import inputs_of

PASSWORD = {"type": "string", "format": "password"}
S = "hunter22"


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (PASSWORD, S),
        ({"writeOnly": True}, S),
        ({"$ref": "#/$defs/p"}, S),
        ({"$ref": "#named"}, S),
        ({"allOf": [{"type": "string"}, PASSWORD]}, S),
        ({"anyOf": [{"type": "integer"}, {"oneOf": [PASSWORD, {}]}]}, S),
        ({"if": {"minLength": 2}, "then": PASSWORD, "else": {}}, S),
        ({"properties": {"a": PASSWORD, "b": {}}}, {"a": S, "b": "open"}),
        ({"additionalProperties": PASSWORD, "properties": {"b": {}}}, {"a": S, "b": "open"}),
        ({"unevaluatedProperties": PASSWORD, "properties": {"b": {}}}, {"a": S, "b": "open"}),
        ({"patternProperties": {"^a": PASSWORD}}, {"ab": S, "ba": "open"}),
        ({"dependentSchemas": {"b": {"properties": {"a": PASSWORD}}}}, {"a": S, "b": "open"}),
        ({"items": PASSWORD}, [S, S]),
        ({"prefixItems": [PASSWORD, {}]}, [S, "open"]),
        ({"items": [{}, PASSWORD]}, ["open", S]),
        ({"contains": PASSWORD}, [S]),
        ({"writeOnly": True, "type": "object"}, {"a": [S, 1, True, None, "abc"]}),
        ({"properties": {"a": {"$ref": "#/$defs/tree"}}}, {"a": {"left": {"key": S}}}),
    ],
)
def test_secret_wherever_the_schema_says_so(schema, value):
    tree = {"properties": {"left": {"$ref": "#/$defs/tree"}, "key": PASSWORD}}
    named = {"$anchor": "named", **PASSWORD}
    whole = {
        "properties": {"x": schema, "y": {}},
        "$defs": {"p": PASSWORD, "tree": tree, "n": named},
    }
    found = list(secret_inputs(inputs_of(whole), {"x": value, "y": "open"}))
    assert set(found) == {S}


@pytest.mark.parametrize(
    "circle",
    [{"not": {"$ref": "#"}}, {"not": {"anyOf": [{"not": {"$ref": "#"}}]}}],
)
def test_what_is_negated_in_a_circle(circle):
    root = {**circle, "properties": {"a": {"format": "password"}}}
    assert list(secret_values(root, {"a": "s3cret", "b": "open"})) == ["s3cret"]


@pytest.mark.parametrize(
    "schema",
    [
        None,
        True,
        {},
        {"format": "email"},
        {"writeOnly": False},
        {"readOnly": True},
        {"properties": []},
        {"patternProperties": {"(": PASSWORD}},
        {"patternProperties": {"^b": PASSWORD}},
        {"dependentSchemas": []},
        {"allOf": {}},
        {"$ref": 1},
        {"$ref": "#/nowhere"},
        {"anyOf": [{"$ref": "#"}]},
        {"prefixItems": [{}]},
    ],
)
def test_nothing_is_secret_that_no_schema_says(schema):
    assert list(secret_inputs(inputs_of(schema), {"a": S, "list": [S, [S]]})) == []


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("a", ["a"]),
        (7, ["7"]),
        (1.5, ["1.5"]),
        (True, []),
        (None, []),
        pytest.param(10**5000, [], id="huge"),
        (["abc", "abcd", 1234, {"x": ["deep", "no"]}], ["abcd", "1234", "deep"]),
        (b"bytes", []),
    ],
)
def test_the_scalars_of_a_secret(value, texts):
    assert list(scalars(value)) == texts


@pytest.mark.parametrize(
    ("schema", "secret"),
    [
        (PASSWORD, True),
        ({"type": "object", "properties": {"a": {"oneOf": [{}, {"writeOnly": True}]}}}, True),
        ({"$ref": "#/$defs/p"}, True),
        ({"$ref": "#/$defs/loop"}, False),
        ({"$ref": 1, "format": "email"}, False),
        (None, False),
    ],
)
def test_what_may_hold_a_secret(schema, secret):
    loop = {"items": {"$ref": "#/$defs/loop"}}
    whole = inputs_of({"properties": {"a": schema}, "$defs": {"p": PASSWORD, "loop": loop}}).whole
    assert has_secrets(whole.member("a")) is secret
    assert has_secrets(whole) is secret
