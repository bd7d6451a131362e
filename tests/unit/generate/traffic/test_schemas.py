"""Schemas inferred from values."""

from __future__ import annotations

import pytest

from arazzo_runner.expression.value import Value
from arazzo_runner.generate.traffic.schemas import infer_schema, text_schema


@pytest.mark.parametrize(
    ("values", "schema"),
    [
        ([], {}),
        ([None], {}),
        ([1, None], {"type": ["integer", "null"]}),
        ([1, 1.5], {"type": "number"}),
        ([True], {"type": "boolean"}),
        (["a", 1], {"type": ["string", "integer"]}),
        (["2026-01-02T03:04:05Z"], {"type": "string", "format": "date-time"}),
        (["2026-01-02", "x"], {"type": "string"}),
        (["2026-13-02"], {"type": "string"}),
        ([[]], {"type": "array", "items": {}}),
        ([[1], ["a"]], {"type": "array", "items": {"type": ["integer", "string"]}}),
        ([{"a": 1}, {"a": 2, "b": "x"}],
         {"type": "object", "required": ["a"],
          "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}}),
        ([{}], {"type": "object"}),
    ],
)  # fmt: skip
def test_a_schema_fits_what_was_seen(values: list[Value], schema: Value) -> None:
    assert infer_schema(values) == schema


def test_states_are_an_enum() -> None:
    value: Value = {"jobs": [{"state": "queued"}, {"state": "done"}]}
    schema = infer_schema([value], {("jobs", 1, "state"): ("queued", "done")})
    item = {"type": "object", "required": ["state"],
            "properties": {"state": {"type": "string", "enum": ["queued", "done"]}}}  # fmt: skip
    assert schema["properties"] == {"jobs": {"type": "array", "items": item}}


def test_an_object_of_very_many_members_is_a_map() -> None:
    schema = infer_schema([{f"key-{number}": number for number in range(1_000)}])
    assert schema == {"type": "object", "additionalProperties": {"type": "integer"}}


@pytest.mark.parametrize(
    ("texts", "schema"),
    [
        (["20"], {"type": "integer"}),
        (["020"], {"type": "string"}),
        (["true", "false"], {"type": "boolean"}),
        (["20", "all"], {"type": "string"}),
        (["12345678901234567890"], {"type": "string"}),
    ],
)
def test_texts_of_parameters(texts: list[str], schema: Value) -> None:
    assert text_schema(texts) == schema
