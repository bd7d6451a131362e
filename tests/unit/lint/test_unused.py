"""What nothing reads: AZ501 to AZ504."""

import pytest

STEP = "{stepId: s, operationId: list}"


def workflow(inputs="", step=STEP, more=""):
    return f"- workflowId: w\n  inputs: {{type: object, properties: {{{inputs}}}}}\n  steps: [{step}]\n{more}"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (workflow("a: {}"), ["AZ501 hint `a`: the input `a` is never used"]),
        (workflow("a: {}", "{stepId: s, operationId: list, parameters: [{name: state, in: query, value: $inputs.a}]}"), []),
        (workflow("a: {}", "{stepId: s, operationId: list, parameters: [{name: state, in: query, value: $inputs.a.b}]}"), []),
        (workflow("a.b: {}", "{stepId: s, operationId: list, parameters: [{name: state, in: query, value: $inputs.a.b}]}"), []),
        (workflow("a: {}", more="  outputs: {x: $inputs.a}\n"), []),
        (workflow("a: {}", more="- workflowId: v\n  steps: [{stepId: s, workflowId: w}]\n  outputs: {x: $workflows.w.inputs.a}\n"), []),
        (workflow("a: {}", "{stepId: s, operationId: list, onSuccess: [{name: n, type: goto, workflowId: w}]}"), []),
        (workflow("a: {}", "{stepId: s, operationId: list, onSuccess: [{name: n, type: goto, workflowId: w, parameters: [{name: a, value: 1}]}]}"), ["AZ501 hint `a`: the input `a` is never used"]),
        ("- workflowId: w\n  inputs: {type: object}\n  steps: [{stepId: s, operationId: list}]\n", []),
        (workflow("", "{stepId: s, operationId: list, outputs: {x: $response.body}}"), ["AZ502 hint `x`: the output `x` of `s` is never used"]),
        (workflow("", "{stepId: s, operationId: list, outputs: {x: $response.body}}", "  outputs: {y: $steps.s.outputs.x}\n"), []),
        (workflow("", "{stepId: s, operationId: list, outputs: {x: $response.body}}", "  outputs: {y: $steps.s.outputs.x#/0}\n"), []),
        (workflow("", "{stepId: s, operationId: list, outputs: {x: $response.body}}", "- workflowId: v\n  dependsOn: [w]\n  steps: [{stepId: s, operationId: list}]\n  outputs: {y: $workflows.w.steps.s.outputs.x, z: $workflows.w.outputs.q}\n"), []),
    ],
)  # fmt: skip
def test_inputs_and_outputs(found, text, lines):
    assert found(text, "AZ5") == lines


COMPONENTS = """
workflows:
- workflowId: w
  inputs: {$ref: '#/components/inputs/used/properties/a'}
  steps: [{stepId: s, operationId: list, parameters: [{reference: $components.parameters.used}]}]
components:
  inputs:
    used: {type: object, properties: {a: {type: object}}}
    named: {$anchor: name}
    user: {$ref: '#name'}
    unused: {}
  parameters:
    used: {name: state, in: query, value: open}
    unused: {name: state, in: query, value: open}
"""


def test_components(found):
    assert found(COMPONENTS, "AZ5") == [
        "AZ503 hint `user`: the component `user` is never used",
        "AZ503 hint `unused`: the component `unused` is never used",
        "AZ503 hint `unused`: the component `unused` is never used",
    ]


SOURCES = """
arazzo: 1.1.0
info: {title: T, version: "1"}
sourceDescriptions:
- {name: shop, url: shop.yaml, type: openapi}
- {name: more, url: more.yaml, type: openapi}
- {name: flows, url: flows.yaml, type: arazzo}
workflows:
- workflowId: w
  steps: [STEP]
  outputs: {x: OUTPUT}
"""
FLOWS = """
arazzo: 1.1.0
info: {title: T, version: "1"}
sourceDescriptions: [{name: shop, url: shop.yaml, type: openapi}]
workflows: [{workflowId: v, steps: [{stepId: s, operationId: list}]}]
"""
MORE = "{openapi: 3.0.3, info: {title: T, version: '1'}, paths: {}}"


@pytest.mark.parametrize(
    ("step", "output", "unused"),
    [
        ("{stepId: s, operationId: list}", "$self", ["more", "flows"]),
        ("{stepId: s, operationId: list}", "$sourceDescriptions.more.url", ["flows"]),
        ("{stepId: s, workflowId: $sourceDescriptions.flows.v}", "$self", ["shop", "more"]),
        ("{stepId: s, operationId: list, onSuccess: [{name: n, type: goto, workflowId: $sourceDescriptions.flows.v}, {name: m, type: end}]}", "$self", ["more"]),
        ("{stepId: s, operationId: lost}", "$self", []),
    ],
)  # fmt: skip
def test_sources(diagnose, step, output, unused):
    text = SOURCES.replace("STEP", step).replace("OUTPUT", output)
    found = diagnose(text, more_yaml=MORE, flows_yaml=FLOWS)
    assert [one.message for one in found if one.code == "AZ504"] == [
        f"the source description `{name}` is never used" for name in unused
    ]


def test_sources_that_are_waited_for(diagnose):
    text = (
        SOURCES.replace("STEP", STEP)
        .replace("OUTPUT", "$self")
        .replace("  steps", "  dependsOn: [$sourceDescriptions.flows.v]\n  steps")
    )
    found = diagnose(text, more_yaml=MORE, flows_yaml=FLOWS)
    assert [one.message for one in found if one.code == "AZ504"] == [
        "the source description `more` is never used"
    ]


def test_what_is_not_understood_is_not_called_unused(found):
    text = workflow(
        "a: {}",
        "{stepId: s, operationId: list, parameters: [{name: state, in: quary, value: $inputs.a}]}",
    )
    assert found(text, "AZ5") == []


@pytest.mark.parametrize("components", ["[]", "{parameters: []}"])
def test_malformed_components(found, components):
    assert (
        found(f"workflows: [{{workflowId: w, steps: [{STEP}]}}]\ncomponents: {components}\n", "AZ5")
        == []
    )


def in_step(fields):
    return workflow("a: {}, b.c: {}", f"{{stepId: s, operationId: list, {fields}}}")


@pytest.mark.parametrize(
    ("fields", "unused"),
    [
        ("parameters: [{name: state, in: query, value: state $inputs.a}]", ["b.c"]),
        ("requestBody: {payload: {n: [1, 'x $inputs.a', {m: 'y $inputs.b.c.'}]}}", []),
        ("requestBody: {payload: {n: ['x $inputs.a', $statusCode, {m: $inputs.b.c}]}}", []),
        ("requestBody: {payload: '{$inputs.b.c} and $inputs.a'}", []),
        ("requestBody: {payload: {n: inputs.a, m: $input.a, o: 3}}", ["a", "b.c"]),
        ("description: $inputs.a", ["a", "b.c"]),
        ("outputs: {o: {context: $response.body, selector: /a, type: jsonpointer}}", ["a", "b.c"]),
    ],
)
def test_inputs_that_text_means_to_read(found, fields, unused):
    said = [f"AZ501 hint `{name}`: the input `{name}` is never used" for name in unused]
    assert found(in_step(fields), "AZ501") == said


def test_a_source_whose_channel_an_input_names(diagnose):
    text = (
        SOURCES.replace("STEP", STEP)
        .replace("OUTPUT", "$inputs.hook")
        .replace("  steps", "  inputs: {properties: {hook: {x-webhook: more.pet}}}\n  steps")
    )
    webhook = "{post: {responses: {'204': {description: x}}}}"
    more = MORE.replace("3.0.3", "3.1.0").replace("paths: {}", f"webhooks: {{pet: {webhook}}}")
    found = diagnose(text, more_yaml=more, flows_yaml=FLOWS)
    assert [one.message for one in found if one.code in ("AZ504", "AZ113")] == [
        "the source description `flows` is never used"
    ]
