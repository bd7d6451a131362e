"""The plan made: every workflow that a run can reach, its steps in order, with its names bound.

``validate`` and ``run`` find the same unknown name here, in one function, and report it in one
message. Malformed keywords and dangling references of ``inputs`` schemas are found here too.

The order of a workflow's steps where ``dependsOn`` is used: Arazzo Specification 1.1.0, "Step
Dependencies and Execution Order".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from heapq import heappop, heappush

from msgspec.structs import replace

from arazzo_runner.document.model import FinallyCall, Step, StepName, Workflow, WorkflowName
from arazzo_runner.document.rules.order import step_needs
from arazzo_runner.executor.bind.inputs import schema_findings
from arazzo_runner.executor.bind.operation import BindContext, find_workflow
from arazzo_runner.executor.bind.queries import is_heavy_step, is_heavy_workflow
from arazzo_runner.executor.bind.step import bind_actions, bind_call, input_arguments
from arazzo_runner.executor.inputs_schema import InputsSchema, WebhookInput
from arazzo_runner.executor.plan import (
    Plan,
    StepKey,
    StepPlan,
    Unit,
    WorkflowCall,
    WorkflowKey,
    WorkflowPlan,
)
from arazzo_runner.text.diagnostic import did_you_mean, error
from arazzo_runner.text.suggested_fix import rename_to_known


def run_order(workflow: Workflow) -> tuple[Step, ...]:
    """The steps as written; where any has ``dependsOn``, sorted stably by what each needs.

    Needs are ``dependsOn`` and the outputs that a step reads. Steps in a circle keep their order
    (the circle is a finding of its own).
    """
    if not any(step.depends_on for step in workflow.steps):
        return workflow.steps
    steps = workflow.steps
    positions = {step.step_id: at for at, step in enumerate(steps)}
    needs = [
        {positions[name] for name in step_needs(step).keys() & positions.keys()} - {at}
        for at, step in enumerate(steps)
    ]
    return tuple(steps[at] for at in _stable_order(needs))


def _stable_order(needs: Sequence[AbstractSet[int]]) -> Iterator[int]:
    """The positions, each behind those it needs, the lowest that can be first.

    Where none can be, there is a circle, and the lowest one is next.
    """
    dependents: list[list[int]] = [[] for _ in needs]
    for at, needed in enumerate(needs):
        for one in needed:
            dependents[one].append(at)
    missing = [len(needed) for needed in needs]
    ready = [at for at, count in enumerate(missing) if not count]
    rest, done = iter(range(len(needs))), set[int]()
    for _ in needs:
        at = heappop(ready) if ready else next(one for one in rest if one not in done)
        missing[at] = 0  # of a circle: what comes later makes it ready no more
        done.add(at)
        yield at
        for one in dependents[at]:
            missing[one] -= 1
            if not missing[one]:
                heappush(ready, one)


def bind(binding: BindContext, selected: Sequence[WorkflowKey]) -> Plan:
    """Bind the selected workflows and all that they call, go to, retry with or depend on.

    What cannot be bound is reported to ``binding.findings``; the plan is whole only when none of
    them is an error.
    """
    known = {
        WorkflowKey(uri, workflow.workflow_id): workflow
        for uri, unit in binding.units.items()
        for workflow in unit.document.workflows
    }
    plans: dict[WorkflowKey, WorkflowPlan] = {}
    todo = deque(selected)
    while todo:
        key = todo.popleft()
        if key not in plans:
            plans[key] = plan = bind_workflow(key, known[key], binding)
            todo.extend(reachable_workflows(plan))
    return Plan(tuple(selected), plans)


def reachable_workflows(plan: WorkflowPlan) -> Iterator[WorkflowKey]:
    """The workflows that one depends on, calls, goes to, retries with or ends with."""
    yield from plan.depends_on
    if plan.finally_call is not None:
        yield plan.finally_call.key
    for step in plan.steps:
        if isinstance(step.call, WorkflowCall):
            yield step.call.key
        for planned in (*step.on_success, *step.on_failure):
            if isinstance(planned.target, WorkflowKey):
                yield planned.target


def needs_other_workflows(plan: Plan) -> bool:
    """Whether the ``dependsOn`` of a step names one of another workflow."""
    steps = (step for workflow in plan.workflows.values() for step in workflow.steps)
    return any(
        key.workflow_key != step.key.workflow_key for step in steps for key in step.depends_on
    )


def bind_workflow(key: WorkflowKey, workflow: Workflow, binding: BindContext) -> WorkflowPlan:
    """Bind one workflow, which ``key`` names."""
    unit = binding.units[key.document]
    steps = run_order(workflow)
    positions = {step.step_id: position for position, step in enumerate(steps)}
    planned = (_bind_step(step, workflow, unit, positions, binding) for step in steps)
    depends_on = (find_workflow(name, unit, binding) for name in workflow.depends_on)
    inputs = unit.inputs[workflow.workflow_id]
    for finding in schema_findings(inputs):
        binding.report(finding)
    return WorkflowPlan(
        key=key,
        workflow=workflow,
        unit=unit,
        steps=tuple(step for step in planned if step),
        depends_on=tuple(key for key in depends_on if key),
        inputs_schema=inputs,
        finally_call=_bind_finally(workflow.finally_call, unit, binding),
        is_heavy=is_heavy_workflow(workflow),
        webhooks=_bind_webhooks(inputs, unit, binding),
    )


def _bind_webhooks(
    inputs: InputsSchema, unit: Unit, binding: BindContext
) -> tuple[WebhookInput, ...]:
    if not inputs.webhooks:
        return ()
    from arazzo_runner.executor.bind.webhooks import bind_webhook_inputs

    return bind_webhook_inputs(inputs, unit, binding)


def _bind_finally(
    call: FinallyCall | None, unit: Unit, binding: BindContext
) -> WorkflowCall | None:
    key = None if call is None else find_workflow(call.target, unit, binding)
    if call is None or key is None:
        return None
    return WorkflowCall(key, input_arguments(call.parameters, "step"))


def _bind_step(
    step: Step, workflow: Workflow, unit: Unit, positions: dict[str, int], binding: BindContext
) -> StepPlan | None:
    if "all" in binding.send_invalid or step.step_id in binding.send_invalid:
        step = replace(step, sends_invalid=True)
    on_success = bind_actions(step.on_success, workflow.success_actions, unit, positions, binding)
    on_failure = bind_actions(step.on_failure, workflow.failure_actions, unit, positions, binding)
    call = bind_call(step, workflow, unit, binding)
    if call is None:
        return None
    uri = unit.document.base_uri
    own = StepKey(uri, workflow.workflow_id, step.step_id)
    named = (_bind_step_name(name, own, unit, binding) for name in step.depends_on)
    depends_on = tuple(key for key in named if key)
    bound = StepPlan(step, call, step.success_criteria, on_success, on_failure, own, depends_on)
    return replace(bound, is_heavy=True) if is_heavy_step(bound) else bound


def _bind_step_name(
    name: StepName, own: StepKey, unit: Unit, binding: BindContext
) -> StepKey | None:
    """The step that an item of ``dependsOn`` names; None when there is none, which is reported."""
    if name.workflow is None:
        return own.workflow_key.step(name.step_id)
    found = find_workflow(name.workflow, unit, binding)
    if found is None:
        return None
    document = binding.units[found.document].document
    workflow = next(one for one in document.workflows if one.workflow_id == found.workflow)
    known = [step.step_id for step in workflow.steps]
    if name.step_id not in known:
        help_line = did_you_mean(name.step_id, known)
        message = f"the workflow `{found.workflow}` has no step `{name.step_id}`"
        fix = rename_to_known(name.place, name.step_id, known)
        binding.report(error("AZ208", message, name.place, "unknown", help_line, fix))
        return None
    return found.step(name.step_id)


def entry_workflows(unit: Unit, units: Iterable[Unit]) -> list[str]:
    """The workflows that ``run`` starts: those that no other one calls, goes to or retries with.

    ``units`` are all documents of the description: a nested one may name the entry document.
    """
    used = {key for one in units for key in _workflows_used(one)}
    uri = unit.document.base_uri
    every = (workflow.workflow_id for workflow in unit.document.workflows)
    return [one for one in every if WorkflowKey(uri, one) not in used]


def _workflows_used(unit: Unit) -> Iterator[WorkflowKey]:
    here = unit.document.base_uri
    for workflow in unit.document.workflows:
        for name in _named_workflows(workflow):
            uri = here if name.source is None else unit.documents.get(name.source)
            # A workflow that only calls itself is still one to start.
            if uri is not None and (uri, name.workflow_id) != (here, workflow.workflow_id):
                yield WorkflowKey(uri, name.workflow_id)


def _named_workflows(workflow: Workflow) -> Iterator[WorkflowName]:
    if workflow.finally_call is not None:
        yield workflow.finally_call.target
    for step in workflow.steps:
        actions = (*step.on_success, *step.on_failure,
                   *workflow.success_actions, *workflow.failure_actions)  # fmt: skip
        for named in (step.target, *(getattr(action, "target", None) for action in actions)):
            if isinstance(named, WorkflowName):
                yield named
