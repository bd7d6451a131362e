"""Validators of jsonschema that say the same as its own, and end in time."""

import pytest
from jsonschema import Draft4Validator, Draft202012Validator

from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.openapi.schema.keywords import bounded_validator

Bounded = bounded_validator(Draft202012Validator)

A, B, C = ({"properties": {name: {}}} for name in "abc")
CLOSED = {"unevaluatedProperties": False}
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
    ({**A, "unevaluatedProperties": {"type": "integer"}}, [{"a": "x"}, {"b": 1}, {"b": "x"}]),
    ({"patternProperties": {"^a": {}}, **CLOSED}, [{"ab": 1}, {"ba": 1}]),
    ({"additionalProperties": {"type": "integer"}, **CLOSED}, [{"b": 1}]),
    ({"$defs": {"a": A}, "$ref": "#/$defs/a", **CLOSED}, [{"a": 1}, {"b": 1}]),
    ({"$defs": {"a": {"$dynamicAnchor": "n", **A}}, "$dynamicRef": "#n", **CLOSED},
     [{"a": 1}, {"b": 1}]),
    ({"allOf": [A, True], **CLOSED}, [{"a": 1}, {"b": 1}]),
    ({"anyOf": [{**A, "required": ["c"]}, B], **CLOSED}, [{"a": 1}, {"b": 1}]),
    ({"anyOf": [A, B], **CLOSED}, [{"a": 1, "b": 1}]),
    ({"not": {"not": A}, **CLOSED}, [{"a": 1}]),
    ({"dependentSchemas": {"b": {"properties": {"b": {}, "a": {}}}}, **CLOSED},
     [{"a": 1}, {"a": 1, "b": 1}]),
    ({"if": {**A, "required": ["a"]}, "then": B, "else": C, **CLOSED},
     [{"a": 1, "b": 1}, {"a": 1, "c": 1}, {"c": 1}, {"b": 1}]),
    ({"if": A, **CLOSED}, [{"a": 1}, {"b": 1}]),
    ({"allOf": [{**A, **CLOSED}], **CLOSED}, [{"a": 1}, {"b": 1}]),
]  # fmt: skip
ROWS = [(schema, value) for schema, values in SCHEMAS for value in values]


@pytest.mark.parametrize(("schema", "value"), ROWS)
def test_it_says_what_jsonschema_says(schema, value) -> None:
    own = [(list(one.path), one.validator) for one in Bounded(schema).iter_errors(value)]
    theirs = Draft202012Validator(schema).iter_errors(value)
    assert own == [(list(one.path), one.validator) for one in theirs]


HARD = "(?:a|a)*b(?<=a)"
LONG = "a" * 30_000


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"pattern": HARD}, LONG),
        ({"patternProperties": {HARD: {}}}, {LONG: 1}),
        ({"patternProperties": {HARD: {}}, "additionalProperties": False}, {LONG: 1}),
        ({"unevaluatedProperties": False, "patternProperties": {HARD: {}}}, {LONG: 1}),
    ],
)
def test_a_pattern_that_takes_too_long(monkeypatch, schema, value) -> None:
    monkeypatch.setattr("arazzo_runner.openapi.schema.keywords.seconds_for_match", lambda: 0.0)
    with pytest.raises(QueryError, match="takes longer"):
        list(Bounded(schema).iter_errors(value))


def test_old_dialects_get_no_new_keywords() -> None:
    assert not list(bounded_validator(Draft4Validator)(CLOSED).iter_errors({"a": 1}))
