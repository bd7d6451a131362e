import json

import pytest
from jsonschema_specifications import REGISTRY

from arazzo_runner.errors import DocumentError
from arazzo_runner.openapi.schema import walk
from arazzo_runner.openapi.schema.walk import (
    APPLICATORS,
    IN_PLACE,
    Relation,
    all_of_parts,
    condition_of,
    definitions_of,
    flagged_properties,
    has_properties,
    is_closed,
    item_schemas,
    keyword_schemas,
    keywords,
    listed_items,
    member_schemas,
    properties_of,
    schema_of_item,
    schema_of_member,
    subschemas,
    with_definitions,
    with_properties,
    without_definitions,
)
from arazzo_runner.text.source import Place

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


def test_a_schema_for_a_member_and_for_an_item():
    node = {"properties": {"a": 1}, "patternProperties": {"^b": 2}, "prefixItems": [3], "items": 4}
    is_match = str.__contains__
    assert schema_of_member(node, "a", is_match) == 1
    assert schema_of_member({**node, "additionalProperties": False}, "c", is_match) is False
    assert schema_of_member(node, "c", is_match) is True
    assert [schema_of_item(node, index) for index in (0, 1)] == [3, 4]
    assert schema_of_item({}, 0) is True


@pytest.mark.parametrize(
    ("node", "condition"),
    [
        ({"if": 1, "then": 2, "else": 3}, (1, 2, 3)),
        ({"if": 1}, (1, True, True)),
        ({"then": 2, "else": 3}, None),
    ],
)
def test_a_condition(node, condition):
    assert condition_of(node) == condition


@pytest.mark.parametrize(
    ("root", "definitions"),
    [({"$defs": {"a": 1}}, {"a": 1}), ({"$defs": 1}, {}), ({}, {}), (True, {})],
)
def test_definitions(root, definitions):
    assert definitions_of(root) == definitions


@pytest.mark.parametrize(
    ("schema", "definitions", "whole"),
    [
        ({"type": "string"}, {"a": 1}, {"type": "string", "$defs": {"a": 1}}),
        ({"$defs": {"b": 1}}, {"a": 1}, {"$defs": {"a": 1}}),
        ({"type": "string"}, {}, {"type": "string"}),
        (True, {"a": 1}, True),
    ],
)
def test_other_definitions(schema, definitions, whole):
    assert with_definitions(schema, definitions) == whole


def test_no_definitions():
    assert without_definitions({"type": "string", "$defs": {}}) == {"type": "string"}
    assert without_definitions(True) is True


def test_properties_that_are_stated():
    assert properties_of({"properties": {"a": 1}}) == {"a": 1}
    assert properties_of({"properties": 1}) == {}
    assert [has_properties(one) for one in ({"properties": {}}, {"properties": 1}, {})] == [
        True,
        False,
        False,
    ]
    assert with_properties({"type": "object", "properties": {"a": 1}}, {"b": 2}) == {
        "type": "object",
        "properties": {"b": 2},
    }


@pytest.mark.parametrize(("version", "names"), [("3.0.3", []), ("3.1.0", ["beside"])])
def test_what_stands_beside_a_reference_counts_since_3_1(api, version, names):
    schemas = {"A": {"properties": {"a": {}}}}
    description = api(openapi=version, components={"schemas": schemas})
    node = {"$ref": "#/components/schemas/A", "properties": {"beside": {}}}
    parts = all_of_parts(description, node, Place(description.source))
    found = [name for part, _ in parts for name in properties_of(part)]
    assert found == [*names, "a"]


def test_parts_of_what_is_no_schema_and_of_a_circle(api):
    schemas = {"A": {"allOf": [{"$ref": "#/components/schemas/A"}, 7]}}
    description = api(components={"schemas": schemas})
    place = Place(description.source, ("components", "schemas", "A"))
    assert all_of_parts(description, schemas["A"], place)[0] == (schemas["A"], place)
    assert all_of_parts(description, 7, place) == []


def component(name):
    return {"$ref": f"#/components/schemas/{name}"}


HIDDEN = {"readOnly": True}
FLAGGED = {
    "Alone": {"properties": {"a": HIDDEN, "b": {}, "c": True, "d": {"readOnly": "x"}}},
    "Above": {"allOf": [component("Alone"), {"properties": {"e": component("Text")}}, 7]},
    "Text": {"allOf": [{"type": "string"}, component("Hidden")]},
    "Hidden": HIDDEN,
    "Same": {"allOf": [component("Above"), component("Above")]},
    "Beside": {"properties": {"f": HIDDEN}, "allOf": [], **component("Alone")},
    "Left": {"properties": {"l": HIDDEN}, "allOf": [component("Right")]},
    "Right": {"properties": {"r": HIDDEN, "n": component("Left")}, "allOf": [component("Left")]},
    "Plain": {"type": "object"},
}


@pytest.mark.parametrize(
    ("version", "name", "names"),
    [
        ("3.1.0", "Alone", "a"),
        ("3.1.0", "Above", "ae"),
        ("3.1.0", "Same", "ae"),
        ("3.1.0", "Beside", "af"),
        ("3.0.3", "Beside", "a"),
        ("3.1.0", "Left", "lr"),
        ("3.1.0", "Right", "lr"),
        ("3.1.0", "Plain", ""),
    ],
)
def test_properties_with_a_flag(api, version, name, names):
    description = api(version, components={"schemas": FLAGGED})
    place = Place(description.source, ("components", "schemas", name))
    for _ in range(2):
        found = flagged_properties(description, FLAGGED[name], place, "readOnly")
        assert found == {*names}
    assert flagged_properties(description, FLAGGED[name], place, "writeOnly") == set()


def schemas_in_a_row(count, **stated):
    row = {
        f"S{at}": {**stated, "properties": {f"p{at}": HIDDEN}, "allOf": [component(f"S{at + 1}")]}
        for at in range(count)
    }
    return {**row, f"S{count}": {"type": "object"}}


def test_a_chain_of_schemas_is_gone_once(api, monkeypatch):
    schemas = schemas_in_a_row(500)
    description = api(components={"schemas": schemas})
    asked = []
    target = walk.reference_target
    monkeypatch.setattr(
        walk, "reference_target", lambda *args: asked.append(args[1]) or target(*args)
    )
    for name, one in schemas.items():
        place = Place(description.source, ("components", "schemas", name))
        found = flagged_properties(description, one, place, "readOnly")
        assert len(found) == 500 - int(name[1:])
    assert len(asked) == len(set(asked)) == 500


def test_what_is_remembered_of_a_chain_is_bounded(api, monkeypatch):
    schemas = schemas_in_a_row(10)
    description = api(components={"schemas": schemas})
    place = Place(description.source, ("components", "schemas", "S0"))
    monkeypatch.setattr(walk, "MAX_NAMES", 10 * 11 // 2 + 10)
    assert len(flagged_properties(description, schemas["S0"], place, "readOnly")) == 10
    description.memo.clear()
    monkeypatch.setattr(walk, "MAX_NAMES", 10 * 11 // 2 + 9)
    with pytest.raises(DocumentError, match="by way of `allOf`") as caught:
        flagged_properties(description, schemas["S0"], place, "readOnly")
    assert [one.code for one in caught.value.diagnostics] == ["AZ109"]
