"""What is wrong with a value, and how much more of it there is."""

import json

import pytest

from arazzo_runner.openapi.description import read_description
from arazzo_runner.openapi.model import Schema
from arazzo_runner.openapi.schema.errors import schema_errors
from arazzo_runner.text.source import Place, SourceFile

ITEMS = {"type": "array", "items": {"type": "string"}}
API = {"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": {}, "x": ITEMS}


def messages(value: object) -> list[str]:
    source = SourceFile("api.json", json.dumps(API), "file:///api.json")
    schema = Schema(ITEMS, Place(source, ("x",)))
    found = schema_errors(value, schema, read_description(source, API), "response")
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
