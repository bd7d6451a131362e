"""Numbers that keep their spelling, held against schemas: as exact as they are, within bounds."""

import pytest

from arazzo_runner.openapi.schema.compile import schema_validator
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
