"""Schemas of inputs without those that a caller must not see."""

from arazzo_runner.catalog.hidden_inputs import without_inputs

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}, "key": {"format": "password"}},
    "required": ["a", "key"],
    "allOf": [{"$ref": "#/$defs/more"}],
    "anyOf": [{"required": ["key"]}, True],
    "$defs": {
        "more": {"properties": {"key": {"minLength": 3}, "b": True}, "required": ["key", "b"]}
    },
}


def test_what_is_hidden_is_neither_stated_nor_required() -> None:
    assert without_inputs(SCHEMA, {"key", "other"}) == {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "required": ["a"],
        "allOf": [{"$ref": "#/$defs/more"}],
        "anyOf": [{"required": []}, True],
        "$defs": {"more": {"properties": {"b": True}, "required": ["b"]}},
    }
    assert "key" in str(SCHEMA), "the schema itself is as it was"


def test_nothing_hidden_is_the_schema_itself() -> None:
    assert without_inputs(SCHEMA, ()) is SCHEMA
