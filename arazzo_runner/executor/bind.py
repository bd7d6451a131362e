"""Making the plan: every workflow that a run can reach, with its names bound.

``validate`` and ``run`` find the same unknown name here, in one function, and say it in one
message.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from arazzo_runner.document.model import Step, Workflow, WorkflowName
from arazzo_runner.executor.bind_action import bind_actions
from arazzo_runner.executor.bind_step import bind_call
from arazzo_runner.executor.binding import BindContext, find_workflow
from arazzo_runner.executor.input_schema import schema_finding
from arazzo_runner.executor.inputs import bundle_inputs
from arazzo_runner.executor.order import run_order
from arazzo_runner.executor.plan import (
    Plan,
    StepPlan,
    Unit,
    WorkflowCall,
    WorkflowKey,
    WorkflowPlan,
)


def bind(binding: BindContext, selected: Sequence[WorkflowKey]) -> Plan:
    """Bind the selected workflows and all that they call, go to, retry with or depend on.

    What cannot be bound is reported to ``binding.findings``; the plan is whole only when none of
    them is an error.
    """
    known = {
        (uri, workflow.workflow_id): workflow
        for uri, unit in binding.units.items()
        for workflow in unit.document.workflows
    }
    plans: dict[WorkflowKey, WorkflowPlan] = {}
    todo = deque(selected)
    while todo:
        key = todo.popleft()
        if key not in plans:
            plans[key] = plan = bind_workflow(key, known[key], binding)
            todo.extend(_reachable(plan))
    return Plan(tuple(selected), plans)


def _reachable(plan: WorkflowPlan) -> Iterator[WorkflowKey]:
    yield from plan.depends_on
    for step in plan.steps:
        if isinstance(step.call, WorkflowCall):
            yield step.call.key
        for planned in (*step.on_success, *step.on_failure):
            if isinstance(planned.target, tuple):
                yield planned.target


def bind_workflow(key: WorkflowKey, workflow: Workflow, binding: BindContext) -> WorkflowPlan:
    """Bind one workflow, which ``key`` names."""
    unit = binding.units[key[0]]
    steps = run_order(workflow)
    positions = {step.step_id: position for position, step in enumerate(steps)}
    planned = (_bind_step(step, workflow, unit, positions, binding) for step in steps)
    depends_on = (find_workflow(name, unit, binding) for name in workflow.depends_on)
    schema = bundle_inputs(workflow.inputs, unit.document.components.inputs)
    unusable = None if schema is None else schema_finding(workflow, unit, schema)
    if unusable is not None:
        binding.report(unusable)
    return WorkflowPlan(
        key=key,
        workflow=workflow,
        unit=unit,
        steps=tuple(step for step in planned if step),
        depends_on=tuple(key for key in depends_on if key),
        inputs_schema=schema,
    )


def _bind_step(
    step: Step, workflow: Workflow, unit: Unit, positions: dict[str, int], binding: BindContext
) -> StepPlan | None:
    on_success = bind_actions(step.on_success, workflow.success_actions, unit, positions, binding)
    on_failure = bind_actions(step.on_failure, workflow.failure_actions, unit, positions, binding)
    call = bind_call(step, workflow, unit, binding)
    if call is None:
        return None
    return StepPlan(step, call, step.success_criteria, on_success, on_failure)


def entry_workflows(unit: Unit, units: Iterable[Unit]) -> list[str]:
    """The workflows that ``run`` starts: those that no other one calls, goes to or retries with.

    ``units`` are all documents of the description: a nested one may name the entry document.
    """
    used = {key for one in units for key in _workflows_used(one)}
    uri = unit.document.base_uri
    every = (workflow.workflow_id for workflow in unit.document.workflows)
    return [workflow_id for workflow_id in every if (uri, workflow_id) not in used]


def _workflows_used(unit: Unit) -> Iterator[WorkflowKey]:
    here = unit.document.base_uri
    for workflow in unit.document.workflows:
        for name in _named_workflows(workflow):
            uri = here if name.source is None else unit.documents.get(name.source)
            # A workflow that only calls itself is still one to start.
            if uri is not None and (uri, name.workflow_id) != (here, workflow.workflow_id):
                yield uri, name.workflow_id


def _named_workflows(workflow: Workflow) -> Iterator[WorkflowName]:
    for step in workflow.steps:
        actions = (*step.on_success, *step.on_failure,
                   *workflow.success_actions, *workflow.failure_actions)  # fmt: skip
        for named in (step.target, *(getattr(action, "target", None) for action in actions)):
            if isinstance(named, WorkflowName):
                yield named
