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


def test_no_value_of_what_is_hidden_stays() -> None:
    """Defaults and examples of secret inputs may be secrets; so may their definitions have."""
    schema = {
        "properties": {"key": {"$ref": "#/$defs/Key"}, "a": {"$ref": "#/$defs/A"}},
        "default": {"key": "s3cret", "a": 1},
        "examples": [{"key": "s3cret"}, "text"],
        "enum": [{"key": "s3cret", "a": 2}],
        "const": {"key": "s3cret"},
        "dependentRequired": {"key": ["a"], "a": ["key", "b"], "b": 7},
        "dependentSchemas": {"key": {"required": ["a"]}, "a": {"required": ["key"]}},
        "$defs": {
            "Key": {"format": "password", "default": "s3cret", "anyOf": [{"$ref": "#/$defs/Deep"}]},
            "Deep": {"examples": ["s3cret"]},
            "A": {"items": {"$ref": "#/$defs/A"}, "anyOf": [{"$ref": "#/$defs/B"}, {"$ref": "#"}]},
            "B": True,
        },
    }
    shown = without_inputs(schema, {"key"})
    assert shown == {
        "properties": {"a": {"$ref": "#/$defs/A"}},
        "default": {"a": 1},
        "examples": [{}, "text"],
        "enum": [{"a": 2}],
        "const": {},
        "dependentRequired": {"a": ["b"], "b": 7},
        "dependentSchemas": {"a": {"required": []}},
        "$defs": {
            "A": {"items": {"$ref": "#/$defs/A"}, "anyOf": [{"$ref": "#/$defs/B"}, {"$ref": "#"}]},
            "B": True,
        },
    }


def test_nothing_hidden_is_the_schema_itself() -> None:
    assert without_inputs(SCHEMA, ()) is SCHEMA
