"""Outputs as a client that checks the schema takes them."""

import json

import jsonschema
import pytest

from arazzo_runner.mcp.outputs import LONGEST, result_schema, structured_outputs

ID = {"type": ["integer", "null"]}
ITEMS = {"type": ["array", "null"], "items": {"$ref": "#/$defs/Item"}}
SCHEMA = {
    "type": "object",
    "properties": {"id": ID, "items": ITEMS},
    "required": ["id", "items"],
    "$defs": {"Item": {"type": "string"}},
}


@pytest.mark.parametrize(
    ("outputs", "shown", "told"),
    [
        ({"id": 1, "items": ["a"]}, {"id": 1, "items": ["a"]}, []),
        ({"id": "***", "items": None}, {"id": None, "items": None}, ["id"]),
        ({"id": 1, "items": [1]}, {"id": 1, "items": None}, ["items"]),
        ({"id": 1}, {"id": 1, "items": None}, []),
        ({"id": 1, "items": ["x" * LONGEST]}, {"id": 1, "items": None}, ["items"]),
        (
            {"id": 2.0, "more": b"\xff"},
            {"id": 2.0, "items": None, "more": {"encoding": "base64", "data": "/w=="}},
            [],
        ),
    ],
)
def test_what_does_not_fit_is_null_and_said(outputs, shown, told) -> None:
    found = structured_outputs(outputs, SCHEMA)
    assert found.outputs == shown
    assert [one.split("`")[1] for one in found.notes] == told
    jsonschema.validate({"outputs": found.outputs}, result_schema(SCHEMA))


def test_the_text_has_what_does_not_fit_but_not_what_is_too_long() -> None:
    found = structured_outputs({"id": "seven", "items": ["x" * LONGEST]}, SCHEMA)
    assert json.loads(found.text) == {"outputs": {"id": "seven", "items": None}}


def test_a_schema_that_cannot_be_used_lets_nothing_through() -> None:
    found = structured_outputs({"id": 1}, {"properties": {"id": {"type": "lost"}}})
    assert found.outputs == {"id": None}
