"""What a dry run can build before anything is sent."""

from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind
from arazzo_runner.executor.dry_run import dry_run_steps
from arazzo_runner.executor.plan import WorkflowKey

STEPS = """
- workflowId: w
  inputs: {type: object, properties: {q: {type: string}}}
  steps:
  - {stepId: ready, operationId: listThings, parameters: [{name: q, in: query, value: $inputs.q}]}
  - {stepId: waiting, operationId: getThing, parameters: [{name: id, in: path, value: $steps.ready.outputs.id}]}
  - stepId: body
    operationId: createThing
    requestBody: {payload: {a: $workflows.v.outputs.x, b: $steps.ready.outputs.id, c: $steps.ready.outputs.id}}
  - {stepId: refused, operationId: getThing, parameters: [{name: id, in: path, value: $inputs.none}]}
  - stepId: unread
    operationId: listThings
    parameters: [{name: q, in: query, value: {context: $inputs.q, selector: //a, type: xpath}}]
  - {stepId: next, operationId: listThings, parameters: [{name: q, in: query, value: $steps.next.outputs.last}]}
  - {stepId: call, workflowId: v}
- workflowId: v
  steps: [{stepId: s, operationId: listThings, outputs: {x: $statusCode}}]
  outputs: {x: $steps.s.outputs.x}
"""


def test_each_step_has_its_request_or_the_reason(load):
    units = load(STEPS).units
    plan = bind(BindContext(units), [WorkflowKey(next(iter(units)), "w")])
    (workflow, _) = plan.workflows.values()
    found = {one.step_id: one for one in dry_run_steps(workflow, {"q": "x"}, 1.0)}
    assert found["ready"].request.url == "https://api.example/v1/things?q=x"
    assert found["next"].request.url == "https://api.example/v1/things"
    assert {name: one.reason for name, one in found.items()} == {
        "ready": None,
        "waiting": "needs outputs of `ready`",
        "body": "needs outputs of `ready`, `v`",
        "refused": "path parameter `id` of `GET /things/{id}` has no value",
        "unread": "the value is not well-formed XML: syntax error: line 1, column 0",
        "next": None,
        "call": "calls the workflow `v`",
    }
