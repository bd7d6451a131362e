"""Schemas as a model reads them."""

import json
from typing import Any

import pytest

from arazzo_runner.openapi.description import read_description
from arazzo_runner.openapi.model import ApiDescription, Schema
from arazzo_runner.portal.schema_outline import outline_schema
from arazzo_runner.text.json_write import write_json
from arazzo_runner.text.source import Place, SourceFile


def outline(
    schema: Any, schemas: dict[str, Any] | None = None, most: int = 4_000, version: str = "3.1.0"
) -> Any:
    value = {
        "openapi": version,
        "info": {"title": "T", "version": "1"},
        "paths": {},
        "components": {"schemas": {**(schemas or {}), "It": schema}},
    }
    source = SourceFile("api.json", json.dumps(value), "file:///api.json")
    description: ApiDescription = read_description(source, value)
    place = Place(source, ("components", "schemas", "It"))
    return outline_schema(Schema(schema, place), description, most)


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


PET = {"type": "object", "properties": {"mother": ref("Pet"), "name": {"type": "string"}}}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (True, True),
        ({"type": "string", "maxLength": 3}, {"type": "string", "maxLength": 3}),
        ({"x-internal": 1, "example": 2, "xml": {}, "enum": ["a"]}, {"enum": ["a"]}),
        ({"description": "a\n  b"}, {"description": "a b"}),
        ({"description": "a" * 200}, {"description": "a" * 119 + "…"}),
        ({"items": ref("Text")}, {"items": {"type": "string"}}),
        ({"items": [ref("Text")]}, {"items": [{"type": "string"}]}),
        ({"properties": 1}, {"properties": 1}),
        ({"not": ref("No")}, {"not": {"$comment": "`#/components/schemas/No` cannot be resolved"}}),
        ({**ref("Text"), "maxLength": 3}, {"type": "string", "maxLength": 3}),
        ({**ref("Any"), "maxLength": 3}, True),
        (
            ref("Pet"),
            {
                "type": "object",
                "properties": {
                    "mother": {"$comment": "recursive: `Pet`, as above"},
                    "name": {"type": "string"},
                },
            },
        ),
        (
            {"enum": list(range(30))},
            {"enum": [*range(20), "… 10 more values of `enum`"]},
        ),
    ],
)
def test_outlines(schema: Any, expected: Any) -> None:
    assert outline(schema, {"Text": {"type": "string"}, "Pet": PET, "Any": True}) == expected


def test_what_stands_beside_a_reference_is_ignored_before_3_1() -> None:
    text = {"Text": {"type": "string"}}
    assert outline({**ref("Text"), "maxLength": 3}, text, version="3.0.3") == {"type": "string"}


def test_many_members_and_choices_are_cut() -> None:
    members = {f"m{at}": {} for at in range(70)}
    assert outline({"properties": members})["$comment"] == "10 more in `properties`"
    assert outline({"oneOf": [{}] * 25})["$comment"] == "5 more in `oneOf`"


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"in": schema}}
    return schema


@pytest.mark.parametrize(("levels", "is_cut"), [(7, False), (8, False), (9, True), (50, True)])
def test_what_is_nested_deeply_is_cut(levels: int, is_cut: bool) -> None:
    assert ("omitted: what is inside" in write_json(outline(nested(levels)))) == is_cut


def test_a_leaf_at_the_last_level_says_its_type() -> None:
    text = write_json(outline(nested(8)))
    assert '{"in": {"type": "string"}}' in text


def test_a_chain_of_references_is_cut() -> None:
    chain = {f"C{at}": ref(f"C{at + 1}") for at in range(2_000)}
    assert outline(ref("C0"), chain) == {"$comment": "omitted: too many references"}
    short = {**{f"C{at}": ref(f"C{at + 1}") for at in range(20)}, "C20": {"type": "null"}}
    assert outline(ref("C0"), short) == {"type": "null"}


def test_a_large_schema_is_shown_less_deeply() -> None:
    wide = {"type": "object", "properties": {f"m{at}": nested(3) for at in range(40)}}
    found = outline(wide, most=3_000)
    assert len(write_json(found)) <= 3_000
    assert found["properties"]["m0"] == {"type": "object", "$comment": "omitted: what is inside"}


def test_a_schema_that_is_too_large_at_any_depth() -> None:
    wide = {"type": "object", "properties": {f"member{at}" * 20: {} for at in range(50)}}
    assert outline(wide, most=1_000) == {"$comment": "omitted: it is too large", "type": "object"}
    assert outline({"enum": ["x" * 2_000]}, most=100) == {"$comment": "omitted: it is too large"}
