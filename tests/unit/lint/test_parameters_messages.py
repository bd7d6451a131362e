"""Messages and workflows that are read when they are not there (AZ220, AZ221, AZ113 of `action`)."""

import pytest
import yaml

EARLY = "never has a value here: the request of `a` is built from it, so there is no message yet"
OUTPUTS = "never has a value here: the outputs of a workflow belong to no message"
CALL = "never has a value here: the step `a` calls a workflow, which has no request or response"


def step(**more: object) -> dict[str, object]:
    return {"stepId": "a", "operationId": "list", **more}


def parameter(value: object) -> dict[str, object]:
    return {"name": "state", "in": "query", "value": value}


@pytest.mark.parametrize(
    ("steps", "messages"),
    [
        ([step(parameters=[parameter("$response.body#/0/state")])], [f"`$response.body#/0/state` {EARLY}"]),
        ([step(parameters=[parameter("{$statusCode}")])], [f"`$statusCode` {EARLY}"]),
        ([step(requestBody={"payload": {"a": ["$url"]}})], [f"`$url` {EARLY}"]),
        ([step(requestBody={"payload": {}, "replacements": [{"target": "/a", "value": "$method"}]})], [f"`$method` {EARLY}"]),
        ([step(outputs={"a": "$response.body#/0"}, successCriteria=[{"condition": "$statusCode == 200"}])], []),
        ([step(outputs={"a": "$outputs.data[0].id"})], ["`$outputs.data[0].id` never has a value here: the step `a` calls no workflow, and `$outputs` needs one"]),
        ([step(outputs={"a": "$message.payload#/a"})], ["`$message.payload#/a` never has a value here: `list` is called over HTTP"]),
        ([step(outputs={"a": "$message.header.X-Tenant"})], ["`$message.header.X-Tenant` never has a value here: `list` is called over HTTP"]),
    ],
)  # fmt: skip
def test_steps(found, steps, messages):
    lines = found(yaml.safe_dump(steps), "AZ220")
    assert [line.partition(": ")[2] for line in lines] == messages


@pytest.mark.parametrize(
    ("workflow", "messages"),
    [
        ({"outputs": {"x": "$response.body"}}, [f"`$response.body` {OUTPUTS}"]),
        ({"outputs": {"x": "$inputs.a"}}, []),
        ({"parameters": [parameter("$request.header.X-Tenant")]}, [f"`$request.header.X-Tenant` {EARLY.replace('`a`', 'a step')}"]),
        ({"steps": [{"stepId": "a", "workflowId": "v", "successCriteria": [{"condition": "$statusCode == 200"}]}]}, [f"`$statusCode` {CALL}"]),
        ({"steps": [{"stepId": "a", "workflowId": "v", "onFailure": [{"name": "e", "type": "end", "criteria": [{"condition": "$statusCode == 404"}]}]}]}, [f"`$statusCode` {CALL}"]),
        ({"steps": [{"stepId": "a", "workflowId": "v", "outputs": {"x": "$response.body", "y": "$outputs.x"}}]}, [f"`$response.body` {CALL}"]),
    ],
)  # fmt: skip
def test_workflows(found, workflow, messages):
    every = [
        {"workflowId": "w", "steps": [step()], **workflow},
        {"workflowId": "v", "steps": [step()]},
    ]
    lines = found(yaml.safe_dump(every), "AZ220")
    assert [line.partition(": ")[2] for line in lines] == messages


@pytest.mark.parametrize(
    ("first", "second", "is_found"),
    [
        ({}, {}, True),
        ({"dependsOn": ["v"]}, {}, False),
        ({"steps": [step(), {"stepId": "b", "workflowId": "v"}]}, {}, False),
        ({"failureActions": [{"name": "g", "type": "goto", "workflowId": "v"}]}, {}, False),
        ({}, {"steps": [{"stepId": "b", "workflowId": "w"}]}, False),
        ({}, {"dependsOn": ["w"]}, False),
    ],
)
def test_a_workflow_before_it_ran(found, first, second, is_found):
    reading = [step(parameters=[parameter("$workflows.v.outputs.x")])]
    first = {"workflowId": "w", "steps": reading, **first}
    if "steps" in first and first["steps"] is not reading:
        first["steps"] = [*first["steps"], {**reading[0], "stepId": "z"}]
    second = {"workflowId": "v", "steps": [step()], "outputs": {"x": "$inputs.x"}, **second}
    lines = found(yaml.safe_dump([first, second]), "AZ221")
    assert lines == is_found * [
        "AZ221 warning `$workflows.v.outputs.x`: `$workflows.v.outputs.x` never has a value here: `v` runs later"
    ]
    # Earlier in the document it has run, but not where `w` is run alone.
    assert found(yaml.safe_dump([second, first]), "AZ221") == is_found * [
        "AZ221 hint `$workflows.v.outputs.x`: `$workflows.v.outputs.x` has a value only where `v` happens to run before"
    ]


@pytest.mark.parametrize(
    ("between", "is_found"),
    [({"dependsOn": ["v"]}, False), ({}, True)],
)
def test_a_workflow_that_runs_before_by_way_of_another(found, between, is_found):
    outputs = {"x": "$inputs.x"}
    first = {"workflowId": "v", "steps": [step()], "outputs": outputs}
    second = {"workflowId": "u", "steps": [step()], **between}
    reading = {"stepId": "c", "workflowId": "u", "outputs": {"x": "$workflows.v.outputs.x"}}
    lines = found(yaml.safe_dump([first, second, {"workflowId": "w", "steps": [reading]}]), "AZ221")
    assert len(lines) == is_found


def test_action_of_a_step_over_http(found):
    lines = found("[{stepId: a, operationId: list, action: send}]", "AZ113")
    assert lines == [
        "AZ113 warning `action`: `action` has no effect here: `list` is called over HTTP"
    ]
