"""Steps and actions that give inputs to workflows: AZ218 and AZ219."""

import pytest

CALLEE = """
- workflowId: v
  inputs: {type: object, required: [name, size], properties: {name: {type: string}, size: {type: integer, default: 3}}}
  steps: [{stepId: s, operationId: list}]
- workflowId: none
  steps: [{stepId: s, operationId: list}]
- workflowId: any
  inputs: {type: object}
  steps: [{stepId: s, operationId: list}]
- workflowId: odd
  inputs: {type: object, properties: {a: {}}, required: nothing}
  steps: [{stepId: s, operationId: list}]
- workflowId: odder
  inputs: {type: object, properties: {a: {}}, required: [{}, [a], 1]}
  steps: [{stepId: s, operationId: list}]
"""


def calling(workflow, parameters, more=""):
    return f"- workflowId: w\n{more}  steps: [{{stepId: c, workflowId: {workflow}, parameters: {parameters}}}]\n{CALLEE}"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (calling("v", "[{name: name, value: a}]"), []),
        (calling("any", "[{name: name, value: a}]"), []),
        (
            calling("v", "[]", "  parameters: [{name: name, value: a}, {name: other, value: a}]\n"),
            [],
        ),
        (calling("v", "[]"), ["AZ219 error `v`: the workflow `v` requires the input `name`"]),
        (
            calling("v", "[{name: nmae, value: a}, {name: name, value: a}]"),
            ["AZ218 error `nmae`: the workflow `v` has no input `nmae`"],
        ),
        (
            calling("none", "[{name: a, value: a}]"),
            ["AZ218 error `a`: the workflow `none` has no input `a`"],
        ),
    ],
)
def test_calls(found, text, lines):
    assert found(text, "AZ218", "AZ219") == lines


@pytest.mark.parametrize(
    ("parameters", "lines"),
    [
        ("", []),
        (", parameters: [{name: name, value: a}]", []),
        (
            ", parameters: [{name: size, value: 1}]",
            ["AZ219 error `v`: the workflow `v` requires the input `name`"],
        ),
    ],
)
def test_actions(found, parameters, lines):
    action = f"{{name: n, type: goto, workflowId: v{parameters}}}"
    text = f"- workflowId: w\n  steps: [{{stepId: c, operationId: list, onSuccess: [{action}]}}]\n{CALLEE}"
    assert found(text, "AZ218", "AZ219") == lines


@pytest.mark.parametrize(
    ("workflow", "help_line"),
    [
        ("v", "did you mean `name`?"),
        ("none", "it has no inputs"),
        ("odd", "its inputs: `a`"),
        ("odder", "its inputs: `a`"),
    ],
)
def test_way_out(diagnose, workflow, help_line):
    head = "arazzo: 1.1.0\ninfo: {title: T, version: '1'}\nsourceDescriptions: [{name: shop, url: shop.yaml}]\nworkflows:\n"
    found = diagnose(head + calling(workflow, "[{name: nmae, value: a}]"))
    assert [one.help for one in found if one.code == "AZ218"] == [help_line]


def test_a_workflow_that_is_not_there(found):
    assert [line[:5] for line in found(calling("lost", "[]"), "AZ2")] == ["AZ207"]


def test_an_action_of_the_workflow(found):
    action = "{name: n, type: goto, workflowId: v, parameters: [{name: size, value: 1}]}"
    text = f"- workflowId: w\n  successActions: [{action}]\n  steps: [{{stepId: c, operationId: list}}]\n{CALLEE}"
    assert found(text, "AZ218", "AZ219") == [
        "AZ219 error `v`: the workflow `v` requires the input `name`"
    ]


GENERATED = """
- workflowId: g
  inputs:
    type: object
    required: [email]
    properties:
      email: {type: string, x-generate: email}
      ref: {type: string, x-generate: uuid}
      day: {type: string, x-generate: date, default: today}
  steps: [{stepId: s, operationId: list}]
"""


@pytest.mark.parametrize(
    ("parameters", "lines"),
    [
        (
            "[]",
            [
                "AZ219 error `g`: the workflow `g` requires the input `email`",
                "AZ219 warning `g`: the workflow `g` runs without its input `ref`",
            ],
        ),
        ("[{name: email, value: a}, {name: ref, value: b}]", []),
    ],
)
def test_nothing_is_generated_for_a_call(found, parameters, lines):
    assert found(calling("g", parameters) + GENERATED, "AZ219") == lines


def test_a_call_without_a_generated_input_says_why_it_is_not_generated(diagnose):
    head = "arazzo: 1.1.0\ninfo: {title: T, version: '1'}\nsourceDescriptions: [{name: shop, url: shop.yaml}]\nworkflows:\n"
    found = diagnose(head + calling("g", "[]") + GENERATED)
    assert [one.help for one in found if one.code == "AZ219"] == [
        f"add it to `parameters`: name: {name}, value: …; `x-generate` is for workflows that a run"
        " begins with, not for those that a step calls"
        for name in ("email", "ref")
    ]
