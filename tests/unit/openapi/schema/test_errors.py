"""What is wrong with a value, and how much more of it there is."""

import json

import pytest

from arazzo_runner.expression.query.limits import QueryError, with_checkpoint
from arazzo_runner.openapi.description import read_description
from arazzo_runner.openapi.model import ApiDescription, Schema
from arazzo_runner.openapi.schema.errors import may_take_long, schema_errors
from arazzo_runner.text.source import Place, SourceFile

ITEMS = {"type": "array", "items": {"type": "string"}}
API = {"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": {}, "x": ITEMS}


def read(stated: object = ITEMS) -> tuple[Schema, ApiDescription]:
    api = {**API, "x": stated}
    source = SourceFile("api.json", json.dumps(api), "file:///api.json")
    return Schema(stated, Place(source, ("x",))), read_description(source, api)


def messages(value: object, stated: object = ITEMS) -> list[str]:
    schema, description = read(stated)
    found = schema_errors(value, schema, description, "response")
    return [one.message for one in found]


WRONG = "integer 1 is not of type string"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (["a"], []),
        ([1], [WRONG]),
        ([1] * 10, [WRONG] * 10),
        ([1] * 11, [*[WRONG] * 9, f"{WRONG} (1 more)"]),
        ([1] * 999, [*[WRONG] * 9, f"{WRONG} (989 more)"]),
        ([1] * 2_000, [*[WRONG] * 9, f"{WRONG} (at least 990 more)"]),
        ([1] * 200_000, [f"{WRONG} (the first error found: a large value may have more)"]),
        (["a"] * 200_000, []),
    ],
    ids=lambda one: str(len(one)),
)
def test_how_many_more_there_are(value: object, told: list[str]) -> None:
    assert messages(value) == told


AHEAD = {"pattern": "^a(?!b)"}
TEXT = {"type": "string", **AHEAD}
ENDLESS = {"pattern": r"^(?=(a+)+)(a|aa|a)+\1b$"}


@pytest.mark.parametrize(
    ("value", "stated", "told"),
    [
        ("ab", AHEAD, ['string "ab" does not match `^a(?!b)`']),
        ("ab", {"pattern": "^b"}, ['string "ab" does not match `^b`']),
        ({"ab": 1}, {"propertyNames": AHEAD}, ['"ab" does not match "^a(?!b)"']),
        ("ab", {"oneOf": [TEXT, {"type": "array"}]}, ['string "ab" does not match `^a(?!b)`']),
        ("a" * 40, ENDLESS, ["Error executing regex: Max limit for backtracking count exceeded"]),
    ],
)
def test_patterns(value: object, stated: object, told: list[str]) -> None:
    assert messages(value, stated) == told


@pytest.mark.parametrize(
    ("stated", "is_slow"),
    [
        ({"pattern": "^(a+)+$"}, False),
        ({"items": AHEAD}, True),
        ({"patternProperties": {"^a(?!b)": {}}}, True),
        ({"pattern": "("}, False),
        ({"$ref": "#/nowhere"}, False),
    ],
)
def test_what_may_take_long(stated: object, is_slow: bool) -> None:
    assert may_take_long(*read(stated), "response") is is_slow


def test_what_is_broken_off() -> None:
    def is_over() -> float:
        raise QueryError("the run took longer than 2 s")

    found = with_checkpoint(is_over, lambda: messages("ab", AHEAD))
    assert found == ["the value cannot be checked: the run took longer than 2 s"]
