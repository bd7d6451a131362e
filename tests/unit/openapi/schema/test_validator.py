"""Numbers that keep their spelling, held against schemas: as exact as they are, within bounds."""

import pytest

from arazzo_runner.openapi.schema.compile import schema_validator
from arazzo_runner.openapi.schema.cost import has_few_errors
from arazzo_runner.text.number import JsonNumber

NUMBERS = [
    ({"type": "number"}, "19.90", True),
    ({"type": "string"}, "19.90", False),
    ({"not": {"type": "number"}}, "19.90", False),
    ({"oneOf": [{"type": "number"}, {"type": "object"}]}, "19.90", True),
    ({"type": "integer"}, "1e2", True),
    ({"type": "integer"}, "19.90", False),
    ({"const": 19.9}, "19.90", True),
    ({"enum": [JsonNumber("0.50")]}, "0.500", True),
    ({"minimum": JsonNumber("0.50")}, "0.50", True),
    ({"exclusiveMinimum": JsonNumber("0.50")}, "0.50", False),
    ({"multipleOf": JsonNumber("0.10")}, "0.30", True),
    ({"maximum": 5}, "1E400", False),
    ({"minimum": 5}, "1E400", True),
    ({"minimum": -5}, "-1E400", False),
    # What would take long to write out counts as the nearest number that does not.
    ({"maximum": 5}, "1E40000000", False),
    ({"minimum": 5}, "-1E9999999999999999999", False),
    ({"maximum": 5}, "1E-9999999999999999999", True),
    ({"maximum": 5}, "4." + "9" * 2_000, True),
    ({"multipleOf": 7}, "1E999999999", False),
]


@pytest.mark.parametrize(("schema", "text", "fits"), NUMBERS)
def test_numbers(schema, text, fits):
    judge = schema_validator(schema)
    number = JsonNumber(text)
    assert judge.is_valid(number) is fits
    assert (next(judge.iter_errors(number), None) is None) is fits
    deep = schema_validator({"items": {"properties": {"a": schema}}})
    assert deep.is_valid([{"a": number}]) is fits


@pytest.mark.parametrize(
    ("count", "wrong", "errors"), [(10, 1, 10), (200_000, 1, 1), (200_000, "fine", 0)]
)
def test_of_a_large_value_the_first_error_is_enough(count, wrong, errors):
    judge = schema_validator({"items": {"type": "string"}})
    found = list(judge.iter_errors([wrong] * count))
    assert len(found) == errors
    assert [list(one.instance_path) for one in found[:1]] == [[0]][:errors]


MANY = [{"required": [f"k{index}"]} for index in range(2_000)]
LOOP = {
    "$defs": {"a": {"$ref": "#/$defs/a"}},
    "properties": {"b": {"$ref": "#/$defs/a"}},
    "type": "array",
}
NAMES = [f"k{index}" for index in range(2_000)]
TREE = {"$defs": {"t": {"type": "string", "items": {"$ref": "#/$defs/t"}}}, "$ref": "#/$defs/t"}
FIELDS = {name: {"type": "string", "maxLength": 9} for name in NAMES}


def nested(depth, value):
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("schema", "value", "errors"),
    [
        ({"allOf": MANY}, {"a": [1] * 100}, 2_000),
        ({"allOf": MANY}, {"a": [1] * 40_000}, 1),
        ({"required": NAMES}, {"a": [1] * 100}, 2_000),
        ({"required": NAMES}, {"a": [1] * 40_000}, 1),
        ({"dependentRequired": {"a": NAMES}}, {"a": [1] * 40_000}, 1),
        ({"dependentRequired": {"a": "no"}, "type": "array"}, {"a": 1}, None),
        ({"items": {"enum": list(range(9_000))}}, ["a"] * 10, 10),
        ({"items": {"enum": list(range(9_000))}}, ["a"] * 9_000, 1),
        (TREE, nested(100, 1), 101),
        (TREE, nested(400, [1] * 40_000), 1),
        (LOOP, {"c": 1}, 1),
        ({"items": {"properties": FIELDS}}, [dict.fromkeys(NAMES, 1)] * 5, 10_000),
        ({"additionalProperties": {"type": "string"}}, {"a": 1, "b": 2}, 2),
        ({"items": True, "type": "object"}, [1, 2], 1),
    ],
)  # fmt: skip
def test_errors_are_made_where_their_copies_are_bounded(schema, value, errors):
    try:
        judge = schema_validator(schema)
    except ValueError:
        assert errors is None
        return
    assert len(list(judge.iter_errors(value))) == errors


def test_a_circle_of_references_has_no_bound():
    assert has_few_errors({"c": 1}, LOOP)
    assert not has_few_errors({"b": 1}, LOOP)
