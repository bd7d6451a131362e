"""Inputs: what a schema declares, references, defaults, problems."""

from types import SimpleNamespace

import pytest

from arazzo_runner.executor.bind.inputs import schema_findings
from arazzo_runner.executor.inputs import CallInputError, check_inputs
from arazzo_runner.executor.inputs import find_problems as problems_of
from arazzo_runner.expression.query.limits import QueryError, with_checkpoint
from arazzo_runner.openapi.schema.descend import standalone_shape
from arazzo_runner.openapi.schema.standalone import definition
from unit.executor.inputs_of import inputs_of

SCHEMA = {
    "type": "object",
    "required": ["to"],
    "properties": {"to": {"type": "string"}, "page": {"type": "integer", "default": 1}},
}


def find_problems(schema, inputs):
    return problems_of(inputs_of(schema), inputs)


def declared(*args, **extra):
    return inputs_of(*args, **extra).declarations


def test_references_into_components_become_definitions():
    components = {
        "page": {"type": "object", "properties": {"size": {"$ref": "#/components/inputs/size"}}},
        "size": {"type": "integer"},
    }
    inputs = inputs_of({"$ref": "#/components/inputs/page"}, components)
    assert inputs.value["$ref"] == "#/$defs/page"
    assert inputs.value["$defs"]["page"]["properties"]["size"] == {"$ref": "#/$defs/size"}
    assert inputs.schemas() == {"size": {"$ref": "#/$defs/size"}}
    place = inputs.declarations["size"].place
    assert place.pointer == ("components", "inputs", "page", "properties", "size")
    assert [one.kind for one in problems_of(inputs, {"size": "x"})] == ["invalid"]


COMPONENTS = {
    "page": {"properties": {"page": {}}},
    "named": {"$anchor": "here", "properties": {"named": {}}},
    "a/b": {"properties": {"slash": {}}},
    "loop": {"$ref": "#/components/inputs/loop", "properties": {"looped": {}}},
    "own": {"$defs": {"x": {"properties": {"inner": {}}}}, "$ref": "#/$defs/x"},
    "whole": {"$id": "https://example.com/whole", "$ref": "#/$defs/x",
              "$defs": {"x": {"properties": {"identified": {}}}}},
    "tree": {"$dynamicAnchor": "node", "properties": {"deep": {"$dynamicRef": "#node"}}},
    "forest": {"$id": "https://example.com/forest", "$dynamicAnchor": "node",
               "$ref": "#/$defs/t", "required": ["deep"],
               "$defs": {"t": {"$id": "tree", "$dynamicAnchor": "node",
                               "properties": {"deep": {"$dynamicRef": "#node"}}}}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        ({"$ref": "#/components/inputs/page"}, ["page"]),
        ({"$ref": "#/components/inputs/a~1b"}, ["slash"]),
        ({"$ref": "#here"}, ["named"]),
        ({"allOf": [{"$ref": "#here"}]}, ["named"]),
        ({"$ref": "#/info", "properties": {"a": {}}}, ["a"]),
        ({"$ref": "#/components/inputs/loop"}, ["looped"]),
        ({"$ref": "#/$defs/x", "$defs": {"x": {"properties": {"y": {}}}}}, ["y"]),
        ({"$ref": "#/components/inputs/own"}, ["inner"]),
        ({"$ref": "#/components/inputs/whole"}, ["identified"]),
        ({"$ref": "https://example.com/whole"}, ["identified"]),
        ({"$ref": "#/components/inputs/tree"}, ["deep"]),
        ({"properties": {"a": {"$ref": "#"}}}, ["a"]),
        ({"$ref": "shared/inputs.json#/$defs/paging"}, ["limit", "after"]),
        ({"$ref": "lib.arazzo.yaml#/components/inputs/key"}, ["key"]),
        ({"$dynamicRef": "#/components/inputs/page"}, ["page"]),
    ],
)
def test_references(schema, names):
    files = {
        "file:///project/shared/inputs.json": {
            "$defs": {
                "paging": {"properties": {"limit": {}}, "allOf": [{"$ref": "more.json"}]},
            }
        },
        "file:///project/shared/more.json": {"properties": {"after": {"$ref": "#"}}},
        "file:///project/lib.arazzo.yaml": {
            "components": {"inputs": {"key": {"properties": {"key": {}}}}}
        },
    }
    inputs = inputs_of(schema, COMPONENTS, files)
    assert list(inputs.declarations) == names
    assert list(schema_findings(inputs)) == []


def test_a_dynamic_reference_is_to_the_outermost_anchor():
    forest = {"forest": COMPONENTS["forest"]}
    inputs = inputs_of({"$ref": "#/components/inputs/forest"}, forest)
    assert problems_of(inputs, {"deep": {"deep": {}}})[0].message.startswith("input `deep.deep`: ")
    plain = inputs_of({"$ref": "#/components/inputs/tree"}, COMPONENTS)
    assert problems_of(plain, {"deep": {"deep": {}}}) == []


def test_a_reference_is_relative_to_self():
    files = {"https://example.com/docs/x.json": {"properties": {"there": {}}}}
    found = declared({"$ref": "x.json"}, {}, files, **{"$self": "https://example.com/docs/a.yaml"})
    assert list(found) == ["there"]


def test_values_that_look_like_references_are_values():
    schema = {"properties": {"a": {"default": {"$ref": "#/components/inputs/page"}}}}
    inputs = inputs_of(schema, COMPONENTS)
    assert inputs.with_defaults({}) == {"a": {"$ref": "#/components/inputs/page"}}


@pytest.mark.parametrize(
    ("reference", "code", "message"),
    [
        ("#/components/inputs/pages", "AZ209", "there is no `pages` in `components.inputs`"),
        ("#/components/inputs/page/x", "AZ214", "the reference `#/components/inputs/page/x` "),
        ("#/$defs/nowhere", "AZ214", "the reference `#/$defs/nowhere` cannot be resolved"),
        ("#nowhere", "AZ214", "the reference `#nowhere` names an anchor that does not exist"),
        ("gone.json", "AZ214", "the document that `gone.json` refers to cannot be read: "),
    ],
)
def test_references_that_cannot_be_resolved(reference, code, message):
    inputs = inputs_of({"properties": {"a": {"$ref": reference}, "b": {}}}, COMPONENTS)
    (found,) = schema_findings(inputs)
    assert (found.code, found.message[: len(message)]) == (code, message)
    assert found.place.pointer == ("workflows", 0, "inputs", "properties", "a", "$ref")
    assert list(inputs.declarations) == ["a", "b"]
    assert problems_of(inputs, {"a": 1}) == []


@pytest.mark.parametrize(
    ("schema", "closed"),
    [
        ({"properties": {"a": {}}}, False),
        ({"properties": {"a": {}}, "additionalProperties": False}, True),
        ({"properties": {"a": {}}, "unevaluatedProperties": False}, True),
        ({"properties": {"a": {}}, "allOf": [{"unevaluatedProperties": False}]}, True),
    ],
)
def test_closed(schema, closed):
    assert inputs_of(schema).closed is closed


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
        ({"properties": {"a": {}}, "additionalProperties": {}}, None),
        ({"properties": {"a": {}}, "unevaluatedProperties": {"type": "string"}}, None),
        (
            {"properties": {"a": {}}, "dependentSchemas": {"a": {"patternProperties": {"^x": {}}}}},
            None,
        ),
        ({"properties": {"a": {}}, "not": {"properties": {"b": {}}}}, ["a"]),
        ({"properties": {"a": {}}, "allOf": "no list", "dependentSchemas": [], "$ref": 3}, ["a"]),
        ({"properties": []}, None),
        ({"required": ["a"]}, None),
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
    found = declared(schema)
    assert found is None if names is None else list(found) == names


def test_the_schema_that_surely_holds_counts():
    schema = {
        "properties": {"a": {"type": "integer"}},
        "oneOf": [{"properties": {"a": {"type": "string"}}}],
    }
    assert inputs_of(schema).schemas() == {"a": {"type": "integer"}}


def test_a_definition_of_its_own_does_not_take_a_components_place():
    schema = {
        "allOf": [{"$ref": "#/components/inputs/a"}, {"$ref": "#/$defs/a"}],
        "$defs": {"a": {"properties": {"own": {}}}},
    }
    components = {
        "a": {"properties": {"theirs": {"$ref": "#/components/inputs/b/items"}}},
        "b": {"items": {}},
    }
    assert list(declared(schema, components)) == ["theirs", "own"]


def test_circular_references_end():
    schema = {"$ref": "#/components/inputs/a"}
    assert declared(schema, {"a": {"$ref": "#/components/inputs/a"}}) is None


def test_defaults_fill_nested_objects_and_leave_null_alone():
    schema = {
        "properties": {
            "page": {"properties": {"size": {"default": 50}, "from": {}}, "default": {}},
            "note": {"default": "x"},
        }
    }
    assert inputs_of(schema).with_defaults({"note": None}) == {"note": None, "page": {"size": 50}}


def chain(length, names=("a",)):
    """Schemas in a row, each a default object with those of the next one."""
    stated = {f"t{at}": {"default": {}, "properties": {name: {"$ref": f"#/$defs/t{at + 1}"} for name in names}}
              for at in range(length)}  # fmt: skip
    return {"$defs": {**stated, f"t{length}": {}}, "properties": {"a": {"$ref": "#/$defs/t0"}}}


def levels(value):
    count = 0
    while value:
        value, count = value["a"], count + 1
    return count


@pytest.mark.parametrize(
    ("schema", "filled"),
    [
        # Its own schema would put the default into it again, and again; `#` is bundled once more.
        ({"properties": {"a": {"$ref": "#", "default": {}}}}, 2),
        (
            {
                "$defs": {
                    "t": {"default": {}, "properties": {"a": {"$ref": "#/$defs/u"}}},
                    "u": {"default": {}, "properties": {"a": {"$ref": "#/$defs/t"}}},
                },
                "properties": {"a": {"$ref": "#/$defs/t"}},
            },
            2,
        ),
        (chain(511), 511),
    ],
)
def test_defaults_that_go_deeper(schema, filled):
    found = inputs_of(schema)
    assert found.findings == ()
    value = found.with_defaults({})
    # The innermost object is empty.
    assert levels({"a": value["a"]}) == filled


@pytest.mark.parametrize("schema", [chain(513), chain(3_000), chain(40, ("a", "b"))])
def test_defaults_without_an_end(schema):
    (finding,) = inputs_of(schema).findings
    assert (finding.code, finding.place is not None) == ("AZ109", True)
    assert finding.message.startswith("the defaults of the inputs are nested deeper than 512")


def test_objects_of_the_caller_are_filled_and_stay_as_they_are():
    schema = {"$defs": {"t": {"properties": {"a": {"$ref": "#/$defs/t"}, "n": {"default": 1}}}}}
    given = {"a": {"a": {}}}
    found = inputs_of({**schema, "$ref": "#/$defs/t"}).with_defaults(given)
    assert found == {"a": {"a": {"n": 1}, "n": 1}, "n": 1}
    assert given == {"a": {"a": {}}}


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


def test_inputs_whose_run_is_over_while_they_are_checked():
    def is_over():
        raise QueryError("the run took longer than 2 s")

    schema = {"type": "object", "properties": {"to": {"pattern": "^a(?!b)"}}}
    problems = with_checkpoint(is_over, lambda: find_problems(schema, {"to": "x"}))
    assert [one.message for one in problems] == [
        "the inputs cannot be checked: the run took longer than 2 s"
    ]


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


@pytest.mark.parametrize(
    ("value", "is_broken"),
    [
        ("\udc89", True),
        ("caf\u00e9 \U0001f600", False),
        ({"a": [1, {"b": "x\ud800"}]}, True),
        ({"a": [1, None, {"\ud800": 1}]}, True),
        ([b"\xff", 1.5, True, "x"], False),
    ],
)
@pytest.mark.parametrize(
    "schema", [{"properties": {"a": {}}}, {"properties": {"a": {"minLength": 1}}}]
)
def test_half_a_surrogate_pair_is_refused(schema, value, is_broken):
    """No validator takes it, and it cannot be sent."""
    found = [(one.kind, one.name) for one in find_problems(schema, {"a": value})]
    assert found == ([("invalid", "a")] if is_broken else [])


@pytest.mark.parametrize(
    ("reference", "expected"),
    [("#/$defs/a", 1), ("#", {"$defs": {"a": 1}}), ("#/$defs/b", None), (7, None)],
)
def test_definitions_of_a_bundle(reference, expected):
    assert definition(reference, {"$defs": {"a": 1}}) == expected


def test_the_shape_of_a_schema_whose_reference_leads_nowhere_is_unknown():
    shape = standalone_shape({"$ref": "#/$defs/nowhere"}, {})
    assert (shape.kinds, shape.values) == (None, None)


@pytest.mark.parametrize(
    "condition",
    [
        {"dependentSchemas": {"kind": {"properties": {"extra": {"type": "integer"}}}}},
        {"if": {"required": ["kind"]}, "then": {"properties": {"extra": {"type": "integer"}}}},
    ],
)
def test_an_input_that_is_declared_beside_another_alone(condition):
    schema = {"properties": {"kind": {}}, **condition, "unevaluatedProperties": False}
    assert find_problems(schema, {"kind": "a", "extra": 5}) == []
    (problem,) = find_problems(schema, {"extra": 5})
    assert (problem.kind, problem.name) == ("invalid", "extra")
    assert "takes no `extra`" in problem.message
    found = find_problems(schema, {"extra": 5, "other": 1})
    assert [(one.kind, one.name) for one in found] == [
        ("undeclared", "other"),
        ("invalid", "extra"),
    ]


def generating(**properties):
    return {"type": "object", "properties": properties}


def test_inputs_that_are_generated():
    declared = inputs_of(
        generating(
            plain={"x-generate": "uuid"},
            shared={"$ref": "#/components/inputs/email"},
            named={"$ref": "#/components/inputs/name"},
            other={"type": "string"},
            anything=True,
        ),
        {"email": {"type": "string", "x-generate": "email"}, "name": {"type": "string"}},
    )
    assert declared.findings == ()
    assert {name: one.name for name, one in declared.generated.items()} == {
        "plain": "uuid",
        "shared": "email",
    }
    assert declared.types_of("shared") == ("string",)
    assert declared.types_of("plain") == ()


@pytest.mark.parametrize(
    ("schema", "components", "message", "pointer"),
    [
        ({"x-generate": "uid"}, {}, "`uid` is no kind of generated values", "x-generate"),
        (
            {"type": "integer", "x-generate": "uuid"},
            {},
            "gives values of the type string",
            "x-generate",
        ),
        (
            {"$ref": "#/components/inputs/i"},
            {"i": {"type": "array", "x-generate": "number"}},
            "gives values of the type integer",
            "i",
        ),
    ],
)
def test_inputs_that_cannot_be_generated(schema, components, message, pointer):
    declared = inputs_of(generating(i=schema), components)
    (found,) = declared.findings
    assert found.code == "AZ113"
    assert message in found.message
    assert found.place.pointer[-1] == pointer
    assert declared.generated == {}


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        ({"to": "a"}, "the required input `ref` is missing", "`x-generate` is for workflows"),
        ({"to": "a"}, "the required input `ref` is missing", "`x-webhook` is for workflows"),
        ({"ref": "a"}, "the required input `to` is missing", None),
        ({"to": 1, "ref": "a"}, "input `to`: 1 is not of type", None),
    ],
)
def test_a_refused_call_says_that_nothing_is_generated_for_it(given, message, hint):
    extension = {"x-webhook": "c"} if "x-webhook" in (hint or "") else {"x-generate": "uuid"}
    members = {"to": {"type": "string"}, "ref": {"type": "string", **extension}}
    schema = inputs_of({"type": "object", "required": ["to", "ref"], "properties": members})
    callee = SimpleNamespace(inputs_schema=schema, workflow=SimpleNamespace(workflow_id="v"))
    with pytest.raises(CallInputError, match=message) as raised:
        check_inputs(callee, given)
    assert (raised.value.hint or "").startswith(hint or "") and bool(raised.value.hint) == bool(
        hint
    )


def test_what_several_keywords_require_is_missing_once():
    schema = {
        "properties": {"a": {}},
        "required": ["a"],
        "allOf": [{"required": ["a"]}, {"required": ["a"]}],
    }
    found = [one.message for one in find_problems(schema, {})]
    assert found == ["the required input `a` is missing"]


def test_inputs_that_get_the_address_of_a_channel():
    declared = inputs_of(
        {
            "type": "object",
            "required": ["hook", "other"],
            "properties": {"hook": {"x-webhook": "events"}, "other": {}},
        }
    )
    assert {name: one.text for name, one in declared.webhooks.items()} == {"hook": "events"}
    first, second = problems_of(declared, {})
    assert (first.hint or "").startswith("add `--listen HOST:PORT`")
    assert second.hint == "pass it with `-i other=…`"
    assert problems_of(declared, {"hook": "https://x", "other": 1}) == []
