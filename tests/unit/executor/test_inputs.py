"""Inputs: bundling, declared names, defaults, problems."""

import pytest

from arazzo_runner.executor.inputs import (
    apply_defaults,
    bundle_inputs,
    declared_schemas,
    find_problems,
)

SCHEMA = {
    "type": "object",
    "required": ["to"],
    "properties": {"to": {"type": "string"}, "page": {"type": "integer", "default": 1}},
}


def test_references_into_components_become_definitions():
    schema = {"$ref": "#/components/inputs/page"}
    components = {
        "page": {"type": "object", "properties": {"size": {"$ref": "#/components/inputs/size"}}},
        "size": {"type": "integer"},
    }
    bundled = bundle_inputs(schema, components)
    assert bundled["$ref"] == "#/$defs/page"
    assert bundled["$defs"]["page"]["properties"]["size"] == {"$ref": "#/$defs/size"}
    assert declared_schemas(bundled) == {"size": {"$ref": "#/$defs/size"}}
    assert [one.kind for one in find_problems(bundled, {"size": "x"})] == ["invalid"]


def test_anchors_are_references_too():
    components = {"page": {"$anchor": "paging", "properties": {"size": {"type": "integer"}}}}
    bundled = bundle_inputs({"allOf": [{"$ref": "#paging"}]}, components)
    assert declared_schemas(bundled) == {"size": {"type": "integer"}}


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        (None, []),
        (True, None),
        ({}, None),
        ({"type": "object"}, None),
        (SCHEMA, ["to", "page"]),
        ({**SCHEMA, "additionalProperties": True}, None),
        ({**SCHEMA, "additionalProperties": False}, ["to", "page"]),
        ({**SCHEMA, "patternProperties": {"^x": {}}}, None),
        ({"allOf": [SCHEMA, {"properties": {"from": {}}}]}, ["to", "page", "from"]),
        (
            {
                **SCHEMA,
                "oneOf": [{"properties": {"a": {}}}, {"anyOf": [{"properties": {"b": {}}}]}],
            },
            ["to", "page", "a", "b"],
        ),
        (
            {
                "if": {"properties": {"a": {}}},
                "then": {"properties": {"b": {}}},
                "else": {"properties": {"c": {}}},
            },
            ["a", "b", "c"],
        ),
        ({**SCHEMA, "dependentSchemas": {"to": {"properties": {"a": {}}}}}, ["to", "page", "a"]),
        ({"properties": {"a": {}}, "anyOf": [{"additionalProperties": True}]}, None),
        (
            {
                "anyOf": [{"$ref": "#/$defs/x"}],
                "$defs": {"x": {"properties": {"a": {}}, "anyOf": [{"$ref": "#/$defs/x"}]}},
            },
            ["a"],
        ),
    ],
)
def test_declared_names(schema, names):
    found = declared_schemas(schema)
    assert found is None if names is None else list(found) == names


def test_the_schema_that_surely_holds_counts():
    schema = {
        "properties": {"a": {"type": "integer"}},
        "oneOf": [{"properties": {"a": {"type": "string"}}}],
    }
    assert declared_schemas(schema) == {"a": {"type": "integer"}}


def test_a_definition_of_its_own_does_not_take_a_components_place():
    schema = {"$ref": "#/components/inputs/a", "$defs": {"a": {"properties": {"own": {}}}}}
    bundled = bundle_inputs(
        schema,
        {
            "a": {"properties": {"theirs": {"$ref": "#/components/inputs/b/items"}}},
            "b": {"items": {}},
        },
    )
    assert declared_schemas(bundled) == {"theirs": {"$ref": "#/$defs/b/items"}}


def test_circular_references_end():
    bundled = bundle_inputs(
        {"$ref": "#/components/inputs/a"}, {"a": {"$ref": "#/components/inputs/a"}}
    )
    assert declared_schemas(bundled) is None


def test_defaults_fill_nested_objects_and_leave_null_alone():
    schema = {
        "properties": {
            "page": {"properties": {"size": {"default": 50}, "from": {}}, "default": {}},
            "note": {"default": "x"},
        }
    }
    assert apply_defaults(schema, {"note": None}) == {"note": None, "page": {"size": 50}}


@pytest.mark.parametrize(
    ("inputs", "kinds"),
    [
        ({"to": "x"}, []),
        ({}, ["missing"]),
        ({"to": 3}, ["invalid"]),
        ({"to": "x", "too": 1}, ["undeclared"]),
        ({"to": "x", "page": "1", "q": 1}, ["undeclared", "invalid"]),
    ],
)
def test_problems(inputs, kinds):
    assert [one.kind for one in find_problems(SCHEMA, inputs)] == kinds


def test_an_undeclared_input_names_the_declared_ones():
    (problem,) = find_problems(SCHEMA, {"to": "x", "too": 1})
    assert problem.message == "no input is called `too`"
    assert problem.hint == "did you mean `to`? its inputs: `to`, `page`"


def test_a_long_value_is_quoted_in_part():
    (problem,) = find_problems({"properties": {"a": {"enum": ["b"]}}}, {"a": "x" * 5000})
    assert len(problem.message) < 1000


def test_what_the_schema_refuses_is_said_once():
    found = find_problems({**SCHEMA, "additionalProperties": False}, {"to": "x", "q": 1})
    assert [one.kind for one in found] == ["undeclared"]


def test_a_schema_without_names_may_refuse_all():
    (problem,) = find_problems({"additionalProperties": False}, {"x": 1})
    assert (problem.kind, problem.name) == ("invalid", None)
    assert problem.message == "the inputs as a whole: False schema does not allow 1"


def test_a_workflow_without_inputs_declares_none():
    (problem,) = find_problems(None, {"x": 1})
    assert problem.message == "no input is called `x`"
    assert problem.hint == "it has no inputs"


def test_a_hostile_pattern_does_not_hang():
    schema = {"properties": {"a": {"pattern": "^(a+)+$"}}}
    assert [one.kind for one in find_problems(schema, {"a": "a" * 5000 + "!"})] == ["invalid"]


def test_a_nested_problem_names_its_way():
    schema = {"properties": {"a": {"properties": {"b": {"items": {"type": "integer"}}}}}}
    (problem,) = find_problems(schema, {"a": {"b": [1, "x"]}})
    assert problem.name == "a"
    assert problem.message.startswith("input `a.b[1]`: ")
