"""Which inputs and outputs of a plan flow where credentials go."""

import pytest

from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind
from arazzo_runner.executor.plan import Slot, WorkflowKey
from arazzo_runner.executor.secret_flow import secret_flow

API = """
openapi: 3.0.3
info: {title: Things, version: '1'}
servers: [{url: https://api.example/v1}]
paths:
  /use:
    get:
      operationId: use
      parameters:
      - {name: X-Key, in: header, schema: {type: string}}
      - {name: X-Tag, in: header, schema: {type: string}}
      - {name: appid, in: query, schema: {type: string}}
      - {name: visit, in: cookie, schema: {type: string}}
      responses: {'200': {description: ok}}
components: {securitySchemes: {q: {type: apiKey, in: query, name: AppId}}}
"""
USE = "{stepId: use, operationId: use, parameters: [{name: X-Key, in: header, value: %s}]}"
CALLED = """
- workflowId: called
  inputs: {type: object, properties: {key: {}, other: {}}}
  steps:
  - {stepId: use, operationId: use, parameters: [{name: X-Key, in: header, value: $inputs.key}]}
"""


@pytest.fixture
def flow(load):
    """The slots of a flow in short: `input w.name`, `step w/step.name`, `output w.name`."""

    def flow(workflows, names=(), selected="w"):
        description = load(workflows, api=API)
        uri = description.entry.document.base_uri
        plan = bind(BindContext(description.units), [WorkflowKey(uri, selected)])
        return secret_flow(plan, lambda place, name: (place, name) == ("header", "x-key"), names)

    return flow


def short(found):
    slots = [one for each in (found.inputs, found.outputs, found.steps) for one in each.values()]
    return sorted(
        f"{one.kind} {one.workflow.workflow}{one.step and '/' + one.step}.{one.name}"
        + "".join(f"#{token}" for token in one.tokens)
        for each in slots
        for one in each
    )


@pytest.mark.parametrize(
    ("value", "slots"),
    [
        ("abc", []),
        ("$inputs.key", ["input w.key"]),
        ("'Bearer {$inputs.key}'", ["input w.key"]),
        ("$inputs.box#/key", ["input w.box#key"]),
        ("$inputs.box.key", ["input w.box#key", "input w.box.key"]),
        ("{a: [x, $inputs.key]}", ["input w.key"]),
        ("{context: $inputs.box, selector: /key, type: jsonpointer}", ["input w.box"]),
        ("$steps.a.outputs.out", ["input w.src", "step w/a.out"]),
        ("$outputs.x", []),
        ("$statusCode", []),
        ("$steps.a.outputs.body", ["step w/a.body"]),
    ],
)
def test_references_are_followed_back(flow, value, slots):
    text = f"""
- workflowId: w
  inputs: {{type: object, properties: {{key: {{}}, box: {{}}, src: {{}}, box.key: {{}}}}}}
  steps:
  - stepId: a
    operationId: use
    outputs:
      out: $inputs.src
      body: $response.body
  - {USE % value}
"""
    assert short(flow(text)) == slots


@pytest.mark.parametrize(
    ("parameter", "slots"),
    [
        ("{name: X-Key, in: header, value: $inputs.k}", ["input w.k"]),
        ("{name: X-Tag, in: header, value: $inputs.k}", []),
        ("{name: appid, in: query, value: $inputs.k}", ["input w.k"]),
        ("{name: visit, in: cookie, value: $inputs.k}", []),
    ],
)
def test_what_carries_credentials(flow, parameter, slots):
    text = f"""
- workflowId: w
  inputs: {{type: object, properties: {{k: {{}}}}}}
  steps: [{{stepId: use, operationId: use, parameters: [{parameter}]}}]
"""
    found = flow(text)
    assert short(found) == slots
    assert (found.headers, found.query) == (frozenset(), frozenset({"appid"}))


def test_through_the_inputs_of_called_workflows(flow):
    text = f"""
- workflowId: w
  inputs: {{type: object, properties: {{mine: {{}}}}}}
  steps:
  - {{stepId: a, workflowId: called, parameters: [{{name: key, value: $inputs.mine}},
      {{name: other, value: $inputs.more}}]}}
{CALLED}"""
    assert short(flow(text)) == ["input called.key", "input w.mine"]


@pytest.mark.parametrize(
    ("way", "slots"),
    [
        ("#/in", ["input w.a"]),
        ("#/list", ["input w.a", "input w.b"]),
        ("#/list/1", ["input w.b"]),
        ("#/none", []),
    ],
)
def test_through_what_a_step_makes_of_inputs(flow, way, slots):
    text = f"""
- workflowId: w
  inputs: {{type: object, properties: {{a: {{}}, b: {{}}}}}}
  steps:
  - stepId: a
    workflowId: deep
    parameters: [{{name: box, value: {{in: $inputs.a, list: [$inputs.a, $inputs.b]}}}}]
- workflowId: deep
  inputs: {{type: object, properties: {{box: {{}}}}}}
  steps:
  - {USE % f"'$inputs.box{way}'"}
"""
    assert [one for one in short(flow(text)) if "deep" not in one] == slots


def test_through_the_outputs_of_called_workflows(flow):
    text = f"""
- workflowId: login
  inputs: {{type: object, properties: {{given: {{}}}}}}
  steps:
  - {{stepId: ask, operationId: use, outputs: {{t: $response.body#/t, u: $response.body#/u}}}}
  outputs: {{t: $steps.ask.outputs.t, u: $steps.ask.outputs.u}}
- workflowId: w
  steps:
  - {{stepId: plain, workflowId: login}}
  - {{stepId: own, workflowId: login, outputs: {{x: $outputs.t}}}}
  - {USE % "'{$steps.plain.outputs.t}{$steps.own.outputs.x}{$workflows.login.inputs.given}'"}
"""
    assert short(flow(text)) == [
        "input login.given",
        "step login/ask.t",
        "step w/own.x",
        "step w/plain.t",
        "workflow login.t",
    ]


def test_what_another_workflow_put_out(flow):
    text = f"""
- workflowId: login
  steps: [{{stepId: ask, operationId: use, outputs: {{t: $response.body}}}}]
  outputs: {{t: $steps.ask.outputs.t}}
- workflowId: w
  dependsOn: [login]
  steps:
  - {USE % "$workflows.login.outputs.t"}
"""
    assert short(flow(text)) == ["step login/ask.t", "workflow login.t"]


def test_what_a_step_of_another_workflow_put_out(flow):
    text = f"""
- workflowId: login
  steps: [{{stepId: ask, operationId: use, outputs: {{t: $response.body}}}}]
- workflowId: w
  dependsOn: [login]
  steps:
  - {USE % "$workflows.login.steps.ask.outputs.t"}
"""
    assert short(flow(text)) == ["step login/ask.t"]


def test_inputs_of_the_same_names_go_along_with_goto(flow):
    text = f"""
- workflowId: w
  inputs: {{type: object, properties: {{key: {{}}}}}}
  steps:
  - stepId: a
    operationId: use
    onSuccess:
    - {{name: stay, type: end, criteria: [{{condition: $statusCode == 201}}]}}
    - {{name: go, type: goto, workflowId: called}}
{CALLED}"""
    assert short(flow(text)) == ["input called.key", "input w.key"]


def test_a_workflow_that_goes_deeper_each_time_comes_to_an_end(flow):
    text = f"""
- workflowId: w
  inputs: {{type: object, properties: {{key: {{}}}}}}
  steps:
  - stepId: again
    workflowId: w
    parameters: [{{name: key, value: $inputs.key#/next}}]
  - {USE % "$inputs.key"}
"""
    assert len(short(flow(text))) == 17


def test_what_the_user_names(flow):
    text = """
- workflowId: w
  inputs: {type: object, properties: {n: {}}}
  steps:
  - {stepId: a, operationId: use, outputs: {n: $inputs.src, m: $response.body}}
  outputs: {n: $steps.a.outputs.m, o: $steps.a.outputs.m}
"""
    found = flow(text, ["n"])
    assert short(found) == ["input w.n", "input w.src", "step w/a.m", "step w/a.n", "workflow w.n"]
    named = [one.name for each in found.steps.values() for one in each if one.is_named]
    assert named == ["n"]


@pytest.mark.parametrize(
    ("tokens", "value"),
    [
        ((), {"a": [{"b": 1}], "0": 2}),
        (("a", 0, "b"), 1),
        (("a", "0", "b"), 1),
        (("a", 1), None),
        (("a", "x"), None),
        (("0",), 2),
        (("b",), None),
        (("0", "x"), None),
    ],
)
def test_what_a_slot_picks(tokens, value):
    slot = Slot("input", WorkflowKey("", "w"), "", "in", tokens)
    assert slot.pick({"in": {"a": [{"b": 1}], "0": 2}}) == value
    assert slot.pick({}) is None


def test_what_is_secret_by_its_name_says_so(flow):
    text = f"""
- workflowId: w
  inputs: {{type: object, properties: {{pass: {{}}, key: {{}}}}}}
  steps:
  - {{stepId: a, operationId: use, outputs: {{pass: $response.body}}}}
  - {USE % "$inputs.key"}
  outputs: {{pass: $steps.a.outputs.pass}}
"""
    found = flow(text, ("pass",))
    slots = [
        slot
        for group in (found.inputs, found.outputs, found.steps)
        for one in group.values()
        for slot in one
    ]
    assert {(one.kind, one.name) for one in slots if one.is_named} == {
        ("input", "pass"),
        ("step", "pass"),
        ("workflow", "pass"),
    }
    assert [one.name for one in slots if not one.is_named and one.name != "pass"] == ["key"]
