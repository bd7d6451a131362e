"""Schemas that ask for more checks than any value is worth."""

import pytest

from arazzo_runner.openapi.schema.compile import check_cost, schema_validator

LEAF = {"type": "string"}


def layers(count, combine):
    """Each layer refers to the next one twice."""
    defs = {f"S{n}": combine({"$ref": f"#/$defs/S{n + 1}"}) for n in range(count)}
    return {"$ref": "#/$defs/S0", "$defs": {**defs, f"S{count}": LEAF}}


COMBINATIONS = [
    lambda one: {"allOf": [one, one]},
    lambda one: {"anyOf": [one, one]},
    lambda one: {"oneOf": [one, one]},
    lambda one: {"not": one, "allOf": [one]},
    lambda one: {"if": one, "then": one, "else": one},
    lambda one: {"dependentSchemas": {"a": one, "b": one}},
    lambda one: {**one, "allOf": [one]},
]


@pytest.mark.parametrize("combine", COMBINATIONS)
def test_past_the_limit(combine):
    with pytest.raises(ValueError, match="more than 10,000 checks of one value"):
        schema_validator(layers(40, combine))


@pytest.mark.parametrize("combine", COMBINATIONS)
def test_within_the_limit(combine):
    assert schema_validator(layers(5, combine)) is not None


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
        {"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}, LEAF]}}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"b": {"$ref": "#/$defs/a"}}}}},
        layers(40, lambda one: {"properties": {"a": one, "b": one}}),
        {"allOf": [{"$ref": "#/$defs/a"}] * 4_999, "$defs": {"a": LEAF}},
        {"allOf": 5, "dependentSchemas": 5, "$ref": "#/$defs/gone", "$defs": {"a": {"allOf": [5]}}},
    ],
)  # fmt: skip
def test_circles_members_and_long_lists_are_fine(schema):
    check_cost(schema)


def test_a_list_past_the_limit():
    with pytest.raises(ValueError, match="more than 10,000"):
        check_cost({"allOf": [{"$ref": "#/$defs/a"}] * 5_000, "$defs": {"a": LEAF}})
