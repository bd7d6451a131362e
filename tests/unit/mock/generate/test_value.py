import json

import jsonschema_rs
import pytest

from arazzo_runner.mock.generate.flatten import NoExample, flatten
from arazzo_runner.mock.generate.scalars import FORMATS, number_for
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.value import SchemaMemo, generate_value
from arazzo_runner.text.number import JsonNumber

STRING, INTEGER = {"type": "string"}, {"type": "integer"}
TREE = {
    "$ref": "#/$defs/Tree",
    "$defs": {
        "Tree": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": STRING,
                "parent": {"$ref": "#/$defs/Tree"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
                "other": {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}]},
            },
        }
    },
}
SCHEMAS = [
    {},
    True,
    STRING,
    INTEGER,
    {"type": "number"},
    {"type": "boolean"},
    {"type": "null"},
    {"type": ["null", "string"]},
    {"type": ["string", "null"], "pattern": "^FW[0-9a-f]{32}$", "minLength": 34, "maxLength": 34},
    {"type": "string", "minLength": 40},
    {"type": "string", "maxLength": 2},
    {"type": "string", "maxLength": 0},
    {"type": "string", "format": "date-time", "maxLength": 4},
    {"type": "string", "format": "unheard-of"},
    {"minLength": 3},
    {"minimum": 3},
    {"items": INTEGER},
    {"required": ["a"]},
    {"type": "integer", "minimum": 5, "maximum": 5},
    {"type": "integer", "exclusiveMinimum": 5, "exclusiveMaximum": 7},
    {"type": "integer", "maximum": -5},
    {"type": "integer", "maximum": 9223372036854775807, "minimum": -9223372036854775808},
    {"type": "integer", "multipleOf": 7, "minimum": 1},
    {"type": "integer", "multipleOf": 1.5},
    {"type": "number", "multipleOf": 0.01, "minimum": 0.005, "maximum": 0.02},
    {"type": "number", "exclusiveMinimum": 0.1, "exclusiveMaximum": 0.2},
    {"type": "number", "minimum": 0.3, "maximum": 0.3},
    {"type": "number", "exclusiveMaximum": -0.5},
    {"enum": [None, "a"]},
    {"type": "string", "enum": ["b", "a"]},
    {"type": "string", "enum": [1, "a"]},
    {"const": {"a": 1}},
    {"type": "array", "items": STRING, "minItems": 3, "maxItems": 3},
    {"type": "array", "items": STRING, "minItems": 2.0, "maxItems": 2.0},
    {"type": "object", "minProperties": 2.0, "maxProperties": 3.0},
    {"type": "object", "properties": {"a": STRING, "b": STRING}, "maxProperties": 1.0},
    {"type": "array", "contains": INTEGER, "minContains": 2.0},
    {"type": "number", "minimum": 1e300},
    {"type": "array", "items": STRING, "maxItems": 0},
    {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 3},
    {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True, "minItems": 2},
    {"type": "array", "prefixItems": [STRING, INTEGER], "items": False},
    {"type": "array", "prefixItems": [STRING], "contains": {"const": 4}, "minContains": 2},
    {"type": "array"},
    {"type": "object", "additionalProperties": INTEGER},
    {"type": "object", "minProperties": 3},
    {"type": "object", "properties": {"a": INTEGER}, "additionalProperties": False},
    {"type": "object", "properties": {"a": INTEGER, "b": STRING, "c": STRING},
     "required": ["c"], "maxProperties": 2},
    {"type": "object", "required": ["z"], "additionalProperties": INTEGER},
    {"type": "object", "patternProperties": {"^x-": INTEGER}, "required": ["x-a"]},
    {"type": "object", "patternProperties": {"^x-[a-z]+$": INTEGER}, "minProperties": 1,
     "additionalProperties": False},
    {"type": "object", "propertyNames": {"pattern": "^[a-z]{3}$"}, "minProperties": 2},
    {"type": "object", "properties": {"a": STRING, "b": STRING},
     "dependentRequired": {"a": ["b"]}},
    {"allOf": [{"type": "object", "properties": {"a": STRING}, "required": ["a"]},
               {"type": "object", "properties": {"a": {"minLength": 20}, "b": INTEGER},
                "required": ["a", "b"]}]},
    {"allOf": [{"minimum": 3}, {"minimum": 5, "maximum": 9}, {"maximum": 7}], "type": "integer"},
    {"allOf": [{"enum": [1, 2, 3]}, {"enum": [3, 4]}]},
    {"allOf": [{"type": ["integer", "string"]}, {"type": "number"}]},
    {"allOf": [{"type": "number"}, {"type": ["integer", "null"]}]},
    {"allOf": [True, {"type": "array", "items": {"minimum": 4}}, {"items": {"maximum": 5}}]},
    {"oneOf": [{"type": "integer"}, {"type": "number", "multipleOf": 0.5}]},
    {"oneOf": [{"type": "null"}, STRING]},
    {"type": "object", "properties": {"id": INTEGER, "owner": STRING, "name": STRING},
     "oneOf": [{"required": ["id"]}, {"required": ["owner", "name"]}]},
    {"anyOf": [{"$ref": "#/$defs/none"}, INTEGER], "$defs": {"none": False}},
    {"type": "integer", "not": {"maximum": 500}},
    {"if": {"properties": {"a": {"const": 1}}, "required": ["a"]}, "then": {"required": ["b"]},
     "else": {"required": ["c"]}, "type": "object", "properties": {"a": {"enum": [2, 1]}}},
    {"type": "object", "dependentSchemas": {"a": {"required": ["b"]}}, "properties": {"a": STRING}},
    {"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [STRING]}}},
    {"type": "integer", "if": {"minimum": 5}, "then": False, "else": {"maximum": 4}},
    {"type": "object", "required": ["b"], "patternProperties": {"^a": INTEGER, "^b": STRING}},
    {"type": "object", "required": ["c"], "patternProperties": {"^a": INTEGER},
     "additionalProperties": STRING},
    {"type": "string", "example": 5, "default": "fine"},
    {"type": "string", "examples": [1, "two"]},
    {"type": "object", "properties": {"a": {"example": 1}}, "example": {"a": 2}},
    {"type": "object", "properties": {"a": {"type": "string", "example": 1}}},
    {"oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}],
     "discriminator": {"propertyName": "kind"},
     "$defs": {name: {"type": "object", "required": ["kind"], "properties": {"kind": STRING}}
               | ({"maxProperties": 1} if name == "Cat" else {"minProperties": 2})
               for name in ("Cat", "Dog")}},
    {"allOf": [{"type": "number"}, {"type": ["number", "null"]}]},
    {"allOf": [{"enum": [[1], [2]]}, {"items": {"const": 2}}]},
    TREE,
]  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_value_is_valid(schema, seed):
    value = generate_value(schema, SeededChoice(seed))
    jsonschema_rs.validate(schema, value)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"enum": [None, "b", "a"]}, "b"),
        ({"type": "string", "example": "x", "default": "y"}, "x"),
        ({"type": "string", "default": "y", "enum": ["z", "y"]}, "y"),
        ({"type": "string", "examples": ["e"], "enum": ["d", "e"]}, "e"),
        ({"type": "string", "format": "date", "example": "x", "default": "2024-01-31"}, "2024-01-31"),
        ({"type": "string", "format": "color", "example": "x"}, "x"),
        ({"const": 3, "example": 4}, 3),
        ({"type": "object", "properties": {"a": {"deprecated": True}, "b": False}}, {}),
        ({"type": "object", "properties": {"a": {"writeOnly": True}, "b": {"const": 1}}}, {"b": 1}),
        ({"type": "object", "properties": {"b": {"const": 1}, "a": {"const": 2}},
          "required": ["a"], "maxProperties": 1}, {"a": 2}),
        ({"type": "array", "items": {"enum": ["x", "y"]}, "minItems": 3}, ["x", "y", "x"]),
        ({"type": "number", "minimum": 2, "maximum": 2}, 2),
        ({"allOf": [{"type": "object", "properties": {"a": {"const": 1}}, "example": {}},
                    {"properties": {"b": {"const": 2}}}]}, {"a": 1, "b": 2}),
        ({"allOf": [{"properties": {"a": {"const": 1}}, "example": {}}], "type": "object"},
         {"a": 1}),
        ({"$ref": "#/$defs/x", "$defs": {"x": {"type": "object", "example": {"k": 1}}}}, {"k": 1}),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_documented_is_taken(schema, value):
    assert generate_value(schema, SeededChoice()) == value


def test_a_cycle_ends_with_the_first_turn():
    value = generate_value(TREE, SeededChoice())
    assert value.keys() == {"name", "children", "other"}
    assert value["children"] == []
    assert value["other"] is None


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"$ref": "#/$defs/nowhere"},
        {"$ref": "#/$defs/0", "$defs": []},
        {"$ref": "#/$defs/a", "$defs": {"a": {"required": ["a"], "properties":
                                              {"a": {"$ref": "#/$defs/a"}}}}},
        {"type": "string", "pattern": "^(?=a)b$"},
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"type": "string", "minLength": 1_000_001},
        {"type": "array", "items": {"type": "string", "minLength": 1_000_000}, "minItems": 9},
        {"type": "number", "minimum": 0.3, "maximum": 0.4, "multipleOf": 1},
        {"type": "array", "items": {"pattern": "^(?=a)b$"}, "minItems": 1},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "object", "required": ["a"], "additionalProperties": False},
        {"type": "array", "items": {"const": 1}, "uniqueItems": True, "minItems": 2},
        {"properties": {"a": {"type": "string", "enum": [1]}}, "required": ["a"]},
        {"type": "string", "pattern": "^a", "allOf": [{"pattern": "^b"}]},
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_made_is_said(schema):
    with pytest.raises(NoExample):
        generate_value(schema, SeededChoice())


def wide(levels):
    schema = {f"level{level}": {"type": "object", "properties": {
        f"p{at}": {"$ref": f"#/$defs/level{level + 1}"} for at in range(20)}}
        for level in range(levels)}  # fmt: skip
    return {"$ref": "#/$defs/level0", "$defs": {**schema, f"level{levels}": STRING}}


def test_a_schema_too_wide_is_made_less_deep():
    value = generate_value(wide(6), SeededChoice())
    assert len(value) == 20
    assert value["p0"]["p0"] == {}


def test_a_schema_that_demands_too_much_is_refused():
    schema = wide(4)
    for level in schema["$defs"].values():
        level["required"] = list(level.get("properties", ()))
    with pytest.raises(NoExample, match="too large"):
        generate_value(schema, SeededChoice())


@pytest.mark.parametrize("name", [*FORMATS])
def test_formats_are_what_they_say(name):
    schema = {"type": "string", "format": name}
    for seed in range(20):
        value = generate_value(schema, SeededChoice(seed))
        assert jsonschema_rs.validator_for(schema, validate_formats=True).is_valid(value)


def test_values_depend_on_seed_and_place_alone():
    schema = {"type": "object", "properties": {"a": STRING, "b": STRING}}
    first = generate_value(schema, SeededChoice(0))
    assert first == generate_value(schema, SeededChoice(0))
    assert first != generate_value(schema, SeededChoice(1))
    assert first["a"].startswith("a-")


@pytest.mark.parametrize(
    ("mapping", "member", "kind"),
    [
        ({}, STRING, "Cat"),
        ({"feline": "#/$defs/Cat"}, STRING, "feline"),
        ({"feline": "#/$defs/Cat"}, {"enum": ["own"]}, "own"),
        ({}, {"$ref": "#/$defs/Kind"}, "Cat"),
    ],
)
def test_a_discriminator_names_the_chosen_schema(mapping, member, kind):
    cat = {"type": "object", "required": ["kind"], "properties": {"kind": member}}
    schema = {
        "oneOf": [{"$ref": "#/$defs/Cat"}, {"type": "string"}],
        "discriminator": {"propertyName": "kind", "mapping": mapping},
        "$defs": {"Cat": cat, "Kind": STRING},
    }
    assert generate_value(schema, SeededChoice()) == {"kind": kind}


def test_a_discriminator_beside_schemas_without_names_says_nothing():
    inline = {"type": "object", "properties": {"kind": {"type": "string", "example": "x"}}}
    schema = {"anyOf": [inline], "discriminator": {"propertyName": "kind"}}
    assert generate_value(schema, SeededChoice()) == {"kind": "x"}


def test_a_schema_of_too_many_parts_is_refused():
    layers = {f"S{n}": {"allOf": [{"$ref": f"#/$defs/S{n + 1}"}] * 2} for n in range(40)}
    schema = {"$ref": "#/$defs/S0", "$defs": {**layers, "S40": STRING}}
    with pytest.raises(NoExample, match="more than 10,000 parts"):
        flatten(schema, schema, (), 0)


def web(size: int, links: int) -> dict:
    """Objects with many optional references to each other."""
    defs = {}
    for at in range(size):
        properties = {"id": {"type": "string"}}
        for link in range(links):
            properties[f"r{link}"] = {"$ref": f"#/$defs/T{(at * 7 + link * 13 + 1) % size}"}
        defs[f"T{at}"] = {"type": "object", "required": ["id"], "properties": properties}
    return {"$ref": "#/$defs/T0", "$defs": defs}


def test_optional_references_are_followed_only_so_far() -> None:
    schema = web(60, 8)
    memo = SchemaMemo(schema)
    value = generate_value(schema, SeededChoice(3), memo)
    assert memo.is_valid(schema, value)
    assert {"id", "r0", "r7"} <= value.keys()
    assert json.dumps(value).count('"id"') <= 500
    # What was too wide is not tried again.
    assert memo.depths == {0: 3}
    assert generate_value(schema, SeededChoice(3), memo) == value


def test_what_is_not_too_wide_is_made_to_its_depth() -> None:
    schema = web(3, 1)
    memo = SchemaMemo(schema)
    assert "id" in generate_value(schema, SeededChoice(3), memo)["r0"]["r0"]
    assert memo.depths == {}


def test_a_schema_beyond_what_python_nests_has_no_example():
    schema = STRING
    for _ in range(3_000):
        schema = {"allOf": [schema]}
    with pytest.raises(NoExample, match="too"):
        flatten(schema, {}, (), 0)


@pytest.mark.parametrize("bound", ["1e400", "-1e400", "1e999999999", "1e-999999999"])
@pytest.mark.parametrize("keyword", ["minimum", "exclusiveMaximum"])
def test_no_bound_is_written_out_that_would_fill_the_memory(keyword, bound):
    with pytest.raises(NoExample, match="a number with a power of ten beyond 300"):
        number_for({"type": "number", keyword: JsonNumber(bound)}, SeededChoice())
