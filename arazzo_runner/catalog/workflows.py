"""The workflows of a document as data, each with all that it can reach."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from arazzo_runner.catalog.model import OperationInfo, StepInfo, WorkflowInfo
from arazzo_runner.catalog.outputs import PlanSchemas, outputs_schema, plan_schemas
from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind, reachable_workflows
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.inputs_schema import InputsSchema
from arazzo_runner.executor.plan import (
    Plan,
    StepPlan,
    Unit,
    WorkflowCall,
    WorkflowKey,
    WorkflowPlan,
)
from arazzo_runner.executor.secret_inputs import has_secrets
from arazzo_runner.http_semantics.methods import IDEMPOTENT, SAFE
from arazzo_runner.text.diagnostic import Diagnostic

_DESTRUCTIVE: Final = frozenset({"PUT", "PATCH", "DELETE"})

ErrorsOf = Callable[[WorkflowKey], Iterable[Diagnostic]]
"""What keeps a workflow from running."""


def read_workflows(
    units: Mapping[str, Unit], keys: Sequence[WorkflowKey], errors_of: ErrorsOf
) -> dict[str, WorkflowInfo]:
    """The workflows that keys name, by their workflowIds."""
    binding = BindContext(units, fallback_server="http://localhost")
    plan = bind(binding, keys)
    schemas = plan_schemas(plan)
    return {key.workflow: _workflow(schemas, key, errors_of(key)) for key in keys}


def _workflow(schemas: PlanSchemas, key: WorkflowKey, errors: Iterable[Diagnostic]) -> WorkflowInfo:
    plan = schemas.plan.workflows[key]
    in_reach = _workflows_in_reach(schemas.plan, key)
    messages = tuple(one.message for one in errors)
    methods = _methods(in_reach) | ({"?"} if messages else set())
    return WorkflowInfo(
        workflow_id=key.workflow,
        summary=plan.workflow.summary,
        description=plan.workflow.description,
        inputs=_inputs(plan.inputs_schema),
        outputs=outputs_schema(schemas, key),
        steps=_steps(plan),
        secret_inputs=_secret_inputs(plan.inputs_schema),
        read_only=methods <= SAFE,
        destructive=not methods.isdisjoint({*_DESTRUCTIVE, "?"}),
        deletes=not methods.isdisjoint({"DELETE", "?"}),
        idempotent=methods <= IDEMPOTENT,
        errors=messages,
    )


def _workflows_in_reach(plan: Plan, key: WorkflowKey) -> list[WorkflowPlan]:
    """A workflow and all that it depends on, calls, goes to, retries with or ends with."""
    todo, reached = deque([key]), dict[WorkflowKey, WorkflowPlan]()
    while todo:
        one = todo.popleft()
        if one not in reached:
            reached[one] = found = plan.workflows[one]
            todo.extend(reachable_workflows(found))
    return list(reached.values())


def _methods(workflows: Iterable[WorkflowPlan]) -> set[str]:
    """The methods of all requests; ``?`` where a step cannot be bound, or is of a channel."""
    methods = {
        "?" if isinstance(step.call, ChannelCall) else step.call.operation.method
        for one in workflows
        for step in one.steps
        if not isinstance(step.call, WorkflowCall)
    }
    is_whole = all(len(one.steps) == len(one.workflow.steps) for one in workflows)
    return methods if is_whole else methods | {"?"}


def _inputs(schema: InputsSchema) -> dict[str, Any]:
    if not isinstance(schema.value, dict):
        nothing = {"type": "object", "properties": {}, "additionalProperties": False}
        return {"type": "object"} if schema.value is True else nothing
    return {"type": "object", **schema.value}


def _secret_inputs(schema: InputsSchema) -> tuple[str, ...]:
    return tuple(one for one in schema.stated if has_secrets(schema.whole.member(one)))


def _steps(plan: WorkflowPlan) -> tuple[StepInfo, ...]:
    """The steps in the order they run; those that cannot be bound, behind them."""
    bound = {step.step.step_id: step for step in plan.steps}
    unbound = (one for one in plan.workflow.steps if one.step_id not in bound)
    missing = (StepInfo(one.step_id, one.description, None, None) for one in unbound)
    return (*map(_step, plan.steps), *missing)


def _step(plan: StepPlan) -> StepInfo:
    step, call = plan.step, plan.call
    if isinstance(call, WorkflowCall):
        return StepInfo(step.step_id, step.description, None, call.key.workflow)
    if isinstance(call, ChannelCall):
        return StepInfo(step.step_id, step.description, None, None)
    called = call.operation
    operation = OperationInfo(call.source, called.operation_id, called.method, called.path)
    return StepInfo(step.step_id, step.description, operation, None)
