"""Which steps and workflows may keep an event loop waiting."""

import pytest

from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind
from arazzo_runner.executor.bind.queries import MANY_CRITERIA
from arazzo_runner.executor.plan import WorkflowKey

QUERY = "{context: $response.body, type: regex, condition: a}"
SELECTOR = "{context: $inputs.a, type: jsonpath, selector: $.a}"
PLAIN = "{condition: $statusCode == 200}"
POST = "operationId: createThing\n    requestBody: {contentType: application/json, "
GOTO = f"{{name: n, type: goto, workflowId: v, parameters: [{{name: p, value: {SELECTOR}}}]}}"
STEPS = [
    (True, f"operationId: listThings\n    successCriteria: [{PLAIN}, {QUERY}]"),
    (True, f"operationId: listThings\n    successCriteria: [{', '.join([PLAIN] * MANY_CRITERIA)}]"),
    (False, f"operationId: listThings\n    successCriteria: [{PLAIN}]"),
    (
        True,
        f"operationId: listThings\n    onSuccess: [{{name: n, type: end, criteria: [{QUERY}]}}]",
    ),
    (
        False,
        f"operationId: listThings\n    onFailure: [{{name: n, type: end, criteria: [{PLAIN}]}}]",
    ),
    (True, f"operationId: listThings\n    onSuccess: [{GOTO}]"),
    (True, f"operationId: listThings\n    outputs: {{o: {SELECTOR}}}"),
    (False, "operationId: listThings\n    outputs: {o: $response.body}"),
    (True, f"operationId: listThings\n    parameters: [{{name: q, in: query, value: {SELECTOR}}}]"),
    (False, "operationId: listThings\n    parameters: [{name: q, in: query, value: $inputs.a}]"),
    (True, f"{POST}payload: {{a: [1, {{b: {SELECTOR}}}]}}}}"),
    (False, f"{POST}payload: {{a: [1, {{b: $inputs.a}}]}}}}"),
    (True, f"{POST}payload: {{a: 1}}, replacements: [{{target: /a, value: 2}}]}}"),
    (True, f"workflowId: v\n    parameters: [{{name: p, value: {SELECTOR}}}]"),
    (False, "workflowId: v\n    parameters: [{name: p, value: $inputs.a}]"),
]


@pytest.fixture
def plan_of(load):
    def plan_of(text):
        description = load(text)
        key = WorkflowKey(description.entry.document.base_uri, "w")
        return bind(BindContext(description.units), [key]).workflows[key]

    return plan_of


@pytest.mark.parametrize(("is_heavy", "step"), STEPS)
def test_a_step_is_heavy_that_asks_a_query(plan_of, step, is_heavy):
    other = "- {workflowId: v, inputs: {properties: {p: {}}}, steps: [{stepId: a, operationId: listThings}]}"
    plan = plan_of(
        f"- workflowId: w\n  inputs: {{properties: {{a: {{}}}}}}\n  steps:\n  - stepId: a\n    {step}\n{other}\n"
    )
    assert [one.is_heavy for one in plan.steps] == [is_heavy]
    assert not plan.is_heavy


@pytest.mark.parametrize(("is_heavy", "value"), [(True, SELECTOR), (False, "$inputs.a")])
def test_a_workflow_is_heavy_that_has_a_query_for_output(plan_of, value, is_heavy):
    plan = plan_of(
        "- workflowId: w\n  inputs: {properties: {a: {}}}\n"
        f"  steps: [{{stepId: a, operationId: listThings}}]\n  outputs: {{o: {value}}}\n"
    )
    assert plan.is_heavy is is_heavy
