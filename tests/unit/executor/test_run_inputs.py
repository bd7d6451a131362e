"""Inputs for one workflow alone: which they are, what is wrong with them, and who gets them."""

import pytest
from msgspec.structs import replace

from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind, entry_workflows
from arazzo_runner.executor.plan import Clock, Settings, WorkflowKey
from arazzo_runner.executor.run import RunContext, input_problems, run_plan, split_inputs
from arazzo_runner.executor.world import run_coroutine

STEP = "steps: [{stepId: s, operationId: listThings, parameters: [{name: q, in: query, value: '{$inputs.q}'}]%s}]"
INPUTS = "inputs: {type: object, properties: {q: {type: string, default: none}}}"
WORKFLOWS = f"""
- workflowId: first
  {INPUTS}
  {STEP % ", onSuccess: [{name: go, type: goto, workflowId: third}]"}
- workflowId: second
  dependsOn: [before]
  {INPUTS}
  {STEP % ", onFailure: [{name: end, type: end}]"}
- workflowId: before
  {INPUTS}
  {STEP % ""}
- workflowId: third
  {INPUTS}
  {STEP % ""}
- workflowId: caller
  steps: [{{stepId: c, workflowId: called}}]
- workflowId: called
  {INPUTS}
  {STEP % ""}
"""


@pytest.fixture
def plan(load):
    description = load(WORKFLOWS)
    names = entry_workflows(description.entry, description.units.values())
    uri = description.entry.document.base_uri
    return bind(BindContext(description.units), [WorkflowKey(uri, name) for name in names])


def split(plan, inputs):
    shared, own = split_inputs(plan, inputs)
    return shared, {key.workflow: one for key, one in own.items()}


@pytest.mark.parametrize(
    ("inputs", "shared", "own"),
    [
        ({}, {}, {}),
        ({"q": "a"}, {"q": "a"}, {}),
        ({"first.q": "a"}, {}, {"first": {"q": "a"}}),
        ({"first": {"q": "a"}, "q": "b"}, {"q": "b"}, {"first": {"q": "a"}}),
        ({"first": {"q": "a"}, "first.q": "b"}, {}, {"first": {"q": "b"}}),
        ({"third.q": "a", "before.q": "b"}, {}, {"before": {"q": "b"}, "third": {"q": "a"}}),
        ({"first": "a"}, {"first": "a"}, {}),  # no table
        ({"firstly.q": "a"}, {"firstly.q": "a"}, {}),
        ({"called.q": "a"}, {"called.q": "a"}, {}),  # its step says what it gets
    ],
)
def test_what_is_for_one_workflow(plan, inputs, shared, own):
    assert split(plan, inputs) == (shared, own)


def test_an_input_of_the_full_name_wins(load):
    named = (
        "inputs: {type: object, properties: {one.q: {type: string}, one: {type: object}, q: {}}}"
    )
    description = load(f"- workflowId: one\n  {named}\n  {STEP % ''}\n")
    key = WorkflowKey(description.entry.document.base_uri, "one")
    plan = bind(BindContext(description.units), [key])
    inputs = {"one.q": "a", "one": {"q": "b"}, "one.r": "c"}
    assert split(plan, inputs) == ({"one.q": "a", "one": {"q": "b"}}, {"one": {"r": "c"}})


def sent(plan, inputs, make_world):
    shared, own = split_inputs(plan, inputs)
    plan = replace(plan, own_inputs=own)
    assert input_problems(plan, shared) == []
    world = make_world()
    clock = Clock(lambda: 0.0, lambda: 0.0)
    context = RunContext(world, clock, Settings(), lambda _event: None, lambda: False)
    run_coroutine(run_plan(plan, shared, context))
    return [one.partition("q=")[2] for one in world.sent]


def test_each_workflow_gets_its_own(plan, make_world):
    everyone = ["x", "x", "x", "x", "none"]  # first, third, before, second, called
    assert sent(plan, {"q": "x"}, make_world) == everyone
    own = {"first.q": "1", "third.q": "3", "before.q": "0", "second.q": "2"}
    assert sent(plan, {"q": "x", **own}, make_world) == ["1", "3", "0", "2", "none"]
    # What one has is passed on with `goto`, as ever, but not to one that has its own.
    assert sent(plan, {"first.q": "1"}, make_world) == ["1", "1", "none", "none", "none"]


@pytest.mark.parametrize("workflow", ["first", "before", "third"])
def test_an_input_that_the_workflow_does_not_declare(plan, workflow):
    shared, own = split_inputs(plan, {f"{workflow}.r": "1"})
    found = input_problems(replace(plan, own_inputs=own), shared)
    assert [(key.workflow, one.kind, one.name) for key, one in found] == [
        (workflow, "undeclared", "r")
    ]
