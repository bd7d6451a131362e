"""Validators of jsonschema that say the same as its own, and end in time."""

import pytest
from jsonschema import Draft202012Validator

from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.openapi.schema.keywords import bounded_validator

Bounded = bounded_validator(Draft202012Validator, lambda: False)

SCHEMAS = [
    ({"pattern": "^a"}, ["a", "b", 1]),
    ({"patternProperties": {"^a": {"type": "integer"}}}, [{"a": 1}, {"a": "x"}, {"b": "x"}, []]),
    (
        {
            "properties": {"b": {}},
            "patternProperties": {"^a": {}},
            "additionalProperties": {"type": "integer"},
        },
        [{"a": "x"}, {"b": "x"}, {"c": "x"}, {"c": 1}, []],
    ),
    ({"additionalProperties": False}, [{}, {"a": 1}, []]),
    ({"properties": {"a": {}}, "unevaluatedProperties": False}, [{"a": 1}, {"b": 1}, []]),
]
ROWS = [(schema, value) for schema, values in SCHEMAS for value in values]


@pytest.mark.parametrize(("schema", "value"), ROWS)
def test_it_says_what_jsonschema_says(schema, value) -> None:
    own = [(list(one.path), one.validator) for one in Bounded(schema).iter_errors(value)]
    theirs = Draft202012Validator(schema).iter_errors(value)
    assert own == [(list(one.path), one.validator) for one in theirs]


def test_a_pattern_that_takes_too_long(monkeypatch) -> None:
    monkeypatch.setattr("arazzo_runner.openapi.schema.keywords._SECONDS", 0.0)
    hard = {"pattern": "(?:a|a)*b(?<=a)"}
    with pytest.raises(QueryError, match="takes longer"):
        list(Bounded(hard).iter_errors("a" * 30_000))


def test_unevaluated_properties_beside_patterns() -> None:
    careful = bounded_validator(Draft202012Validator, lambda: True)
    with pytest.raises(ValueError, match="go together"):
        list(careful({"unevaluatedProperties": False}).iter_errors({"a": 1}))
