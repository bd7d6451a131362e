import json

import pytest
from jsonschema_specifications import REGISTRY

from arazzo_runner.openapi.schema.walk import (
    APPLICATORS,
    IN_PLACE,
    Relation,
    is_closed,
    item_schemas,
    keyword_schemas,
    keywords,
    listed_items,
    member_schemas,
    subschemas,
)

DRAFT_2020 = "https://json-schema.org/draft/2020-12/meta/"


def is_about_schemas(rule: object) -> bool:
    text = json.dumps(rule)
    return "#meta" in text or "schemaArray" in text


def test_the_table_has_the_keywords_of_the_meta_schemas():
    # Also `properties` of the meta-schemas themselves, which are schemas: only what they say of
    # keywords counts.
    found = {
        name
        for part in ("applicator", "unevaluated", "content", "core")
        for name, rule in REGISTRY.contents(DRAFT_2020 + part)["properties"].items()
        if is_about_schemas(rule)
    }
    assert found | {"additionalItems", "definitions"} == APPLICATORS.keys()


def test_every_relation_has_a_keyword():
    assert {one.relation for one in APPLICATORS.values()} == set(Relation)


SCHEMA = {
    "allOf": [1, 2],
    "anyOf": [3],
    "oneOf": [4],
    "if": 5,
    "then": 6,
    "else": 7,
    "dependentSchemas": {"a": 8},
    "not": 9,
    "properties": {"a": 10},
    "items": 11,
    "const": {"allOf": [12]},
}


def test_schemas_about_the_same_value_with_their_paths():
    assert [(tuple(path), schema) for schema, path in subschemas(SCHEMA, *IN_PLACE)] == [
        (("allOf", 0), 1),
        (("allOf", 1), 2),
        (("oneOf", 0), 4),
        (("anyOf", 0), 3),
        (("if",), 5),
        (("then",), 6),
        (("else",), 7),
        (("dependentSchemas", "a"), 8),
        (("not",), 9),
    ]


@pytest.mark.parametrize(
    ("keyword", "held", "paths"),
    [
        ("allOf", {"a": {}}, []),
        ("allOf", True, []),
        ("properties", [{}], []),
        ("properties", None, []),
        ("not", [{}], []),
        ("not", None, [("not",)]),
        ("items", [{}, {}], [("items", 0), ("items", 1)]),
        ("items", False, [("items",)]),
    ],
)
def test_malformed_keywords_hold_none(keyword, held, paths):
    assert [path for _, path in keyword_schemas({keyword: held}, keyword)] == paths
    assert list(keyword_schemas({}, keyword)) == []


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("a", [("properties", "a"), ("patternProperties", "^a")]),
        ("ab", [("patternProperties", "^a")]),
        ("b", [("additionalProperties",), ("unevaluatedProperties",)]),
    ],
)
def test_schemas_of_a_member(name, paths):
    schema = {
        "properties": {"a": {}},
        "patternProperties": {"^a": {}, "^x": {}},
        "additionalProperties": {},
        "unevaluatedProperties": False,
        "propertyNames": {},
    }

    def is_match(pattern, name):
        return name.startswith(pattern[1:])

    assert [path for _, path in member_schemas(schema, name, is_match)] == paths


@pytest.mark.parametrize(
    ("schema", "index", "schemas"),
    [
        ({"items": 1}, 0, [1]),
        ({"items": 1}, 7, [1]),
        ({"prefixItems": [1, 2], "items": 3}, 1, [2]),
        ({"prefixItems": [1, 2], "items": 3}, 2, [3]),
        ({"prefixItems": [1, 2]}, 2, []),
        ({"items": [1, 2]}, 1, [2]),
        ({"items": [1, 2], "additionalItems": 3}, 2, [3]),
        ({"items": 1, "additionalItems": 3}, 2, [1]),
        ({"additionalItems": 3, "contains": 4}, 0, []),
        ({}, 0, []),
    ],
)
def test_schemas_of_an_item(schema, index, schemas):
    assert [one.schema for one in item_schemas(schema, index)] == schemas


def test_listed_items():
    assert [one.path for one in listed_items({"prefixItems": [1], "items": 2})] == [
        ("prefixItems", 0)
    ]


@pytest.mark.parametrize("keyword", keywords(Relation.REST, Relation.UNEVALUATED))
def test_closed_schemas(keyword):
    assert is_closed({keyword: False})
    assert not is_closed({keyword: {}})
