"""Workflows as data: their texts, inputs, steps, and what a run may change."""

from pathlib import Path

import pytest

import arazzo_runner as arazzo
from unit.catalog.conftest import API, HEAD, LoadWorkflows


def step(operation: str, name: str = "") -> str:
    parameters = "" if operation in ("list", "create", "broken") else f"parameters: [{ID}], "
    return f"{{stepId: {name or operation}, {parameters}operationId: {operation}}}"


ID = "{name: id, in: path, value: 1}"


def test_texts_and_steps(load: LoadWorkflows) -> None:
    description = load(
        """
- workflowId: look
  summary: Look at orders.
  description: All of them.
  steps:
    - {stepId: all, description: Reads them, operationId: list}
    - {stepId: inner, workflowId: other}
- workflowId: other
  steps: [{stepId: all, operationPath: "{$sourceDescriptions.shop.url}#/paths/~1orders/get"}]
"""
    )
    assert list(description.workflows) == ["look", "other"]
    look = description.workflows["look"]
    assert (look.workflow_id, look.summary, look.description) == (
        "look",
        "Look at orders.",
        "All of them.",
    )
    operation = arazzo.OperationInfo("shop", "list", "GET", "/orders")
    assert look.steps == (
        arazzo.StepInfo("all", "Reads them", operation, None),
        arazzo.StepInfo("inner", None, None, "other"),
    )
    assert look.errors == ()
    assert description.workflows is description.workflows, "worked out once"


@pytest.mark.parametrize(
    ("operations", "read_only", "destructive", "deletes", "idempotent"),
    [
        (["list"], True, False, False, True),
        (["list", "create"], False, False, False, False),
        (["replace"], False, True, False, True),
        (["change"], False, True, False, False),
        (["list", "remove"], False, True, True, True),
    ],
)
def test_methods_tell_what_a_run_may_change(
    load: LoadWorkflows,
    operations: list[str],
    read_only: bool,
    destructive: bool,
    deletes: bool,
    idempotent: bool,
) -> None:
    steps = ", ".join(map(step, operations))
    one = load(f"- {{workflowId: w, steps: [{steps}]}}").workflows["w"]
    effects = (one.read_only, one.destructive, one.deletes, one.idempotent)
    assert effects == (read_only, destructive, deletes, idempotent)


@pytest.mark.parametrize(
    "fields",
    [
        "dependsOn: [remover], steps: [{stepId: a, operationId: list}]",
        "steps: [{stepId: a, workflowId: remover}]",
        "steps: [{stepId: a, operationId: list, onSuccess: [{name: n, type: goto, workflowId: remover}]}]",
        "x-finally: {workflowId: remover}, steps: [{stepId: a, operationId: list}]",
        "steps: [{stepId: a, workflowId: caller}]",
    ],
)
def test_workflows_that_are_reached_count(load: LoadWorkflows, fields: str) -> None:
    found = load(
        f"""
- {{workflowId: w, {fields}}}
- {{workflowId: caller, steps: [{{stepId: a, workflowId: remover}}]}}
- {{workflowId: remover, steps: [{step("remove")}]}}
"""
    ).workflows
    assert found["w"].deletes
    assert not found["w"].read_only


def test_the_worst_is_said_of_a_workflow_that_cannot_run(load: LoadWorkflows) -> None:
    found = load(
        """
- {workflowId: fine, steps: [{stepId: a, operationId: list}]}
- {workflowId: wrong, steps: [{stepId: a, operationId: lost}, {stepId: b, operationId: list}]}
"""
    ).workflows
    wrong = found["wrong"]
    assert wrong.errors == ("no operation is called `lost`",)
    assert (wrong.read_only, wrong.destructive, wrong.deletes, wrong.idempotent) == (
        False,
        True,
        True,
        False,
    )
    assert [one.step_id for one in wrong.steps] == ["b", "a"]
    assert wrong.steps[1] == arazzo.StepInfo("a", None, None, None)
    assert found["fine"].read_only


@pytest.mark.parametrize(
    ("inputs", "schema", "secret"),
    [
        (
            "",
            {"type": "object", "properties": {}, "additionalProperties": False},
            (),
        ),
        ("inputs: true, ", {"type": "object"}, ()),
        (
            "inputs: {properties: {a: {type: string, format: password}, b: {type: integer}}}, ",
            {
                "type": "object",
                "properties": {
                    "a": {"type": "string", "format": "password"},
                    "b": {"type": "integer"},
                },
            },
            ("a",),
        ),
        (
            "inputs: {type: object, properties: {a: {properties: {b: {writeOnly: true}}}}}, ",
            {"type": "object", "properties": {"a": {"properties": {"b": {"writeOnly": True}}}}},
            ("a",),
        ),
    ],
)
def test_inputs(load: LoadWorkflows, inputs: str, schema: object, secret: tuple[str, ...]) -> None:
    one = load(f"- {{workflowId: w, {inputs}steps: [{step('list')}]}}").workflows["w"]
    assert one.inputs == schema
    assert one.secret_inputs == secret


def test_steps_of_channels_may_do_anything(tmp_path: Path) -> None:
    events = "{asyncapi: 3.0.0, info: {title: E, version: '1'}, channels: {c: {address: c}}}"
    (tmp_path / "events.yaml").write_text(events, encoding="utf-8")
    (tmp_path / "shop.openapi.yaml").write_text(API, encoding="utf-8")
    source = "{name: events, url: events.yaml, type: asyncapi}"
    text = HEAD.replace("1.0.1", "1.1.0").replace("type: openapi}]", f"type: openapi}}, {source}]")
    text += """
- workflowId: look
  steps: [{stepId: all, operationId: $sourceDescriptions.shop.list}]
- workflowId: tell
  steps: [{stepId: s, action: send, channelPath: "{$sourceDescriptions.events.url}#/channels/c"}]
"""
    tell = arazzo.load_text(text, base=tmp_path).workflows["tell"]
    assert tell.steps == (arazzo.StepInfo("s", None, None, None),)
    assert (tell.read_only, tell.destructive) == (False, True)
    assert tell.errors == ()
