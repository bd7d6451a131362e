import pytest

from arazzo_runner.document.inputs_schema import DeclaredInputs, declared_inputs, resolve_schema

ROOT = {
    "components": {
        "inputs": {
            "page": {"properties": {"page": {}}},
            "named": {"$anchor": "here", "properties": {"named": {}}},
            "a/b": {"properties": {"slash": {}}},
            "loop": {"$ref": "#/components/inputs/loop", "properties": {"looped": {}}},
        }
    },
    "list": [{"properties": {"listed": {}}}],
}


@pytest.mark.parametrize(
    ("schema", "names", "closed"),
    [
        (None, (), False),
        ({"properties": {"a": {}, "b": {}}}, ("a", "b"), False),
        ({"properties": {"a": {}}, "additionalProperties": False}, ("a",), True),
        ({"properties": {"a": {}}, "unevaluatedProperties": False}, ("a",), True),
        ({"$ref": "#/components/inputs/page"}, ("page",), False),
        ({"$ref": "#/components/inputs/a~1b"}, ("slash",), False),
        ({"$ref": "#here"}, ("named",), False),
        ({"$ref": "#/list/0"}, ("listed",), False),
        ({"$ref": "#/components/inputs/loop"}, ("looped",), False),
        ({"$ref": "#/nowhere", "properties": {"a": {}}}, ("a",), False),
        ({"$ref": "#/list/7", "properties": {"a": {}}}, ("a",), False),
        ({"$ref": "#nowhere", "properties": {"a": {}}}, ("a",), False),
        ({"properties": {"a": {}}, "allOf": [{"$ref": "#here"}, {"properties": {"b": {}}}]}, ("a", "b", "named"), False),
        ({"anyOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]}, ("a", "b"), False),
        ({"oneOf": [{"properties": {"a": {}}}], "if": {"properties": {"b": {}}}, "then": {"properties": {"c": {}}}, "else": True}, ("a", "b", "c"), False),
        ({"properties": {"a": {}}, "allOf": "not a list", "$ref": 3}, ("a",), False),
    ],
)  # fmt: skip
def test_what_is_declared(schema, names, closed):
    assert declared_inputs(schema, ROOT) == DeclaredInputs(names, closed)


@pytest.mark.parametrize(
    "schema",
    [
        {},
        True,
        {"properties": []},
        {"required": ["a"]},
        {"properties": {"a": {}}, "additionalProperties": {"type": "string"}},
        {"properties": {"a": {}}, "unevaluatedProperties": True},
        {"properties": {"a": {}}, "patternProperties": {"^x": {}}},
        {"properties": {"a": {}}, "$ref": "https://example.com/schema"},
        {"properties": {"a": {}}, "$dynamicRef": "#x"},
    ],
)
def test_where_any_name_may_be_welcome(schema):
    assert declared_inputs(schema, ROOT) is None


def test_the_empty_fragment_is_the_document():
    assert resolve_schema("#", ROOT) is ROOT
