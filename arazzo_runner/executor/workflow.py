"""Running a workflow: its prerequisites, its steps in order, its outputs.

Arazzo Specification 1.1.0, Workflow Object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from arazzo_runner.executor.events import WorkflowFinished, WorkflowStarted
from arazzo_runner.executor.inputs import (
    CallInputError,
    check_inputs,
    not_started_result,
    relevant_inputs,
)
from arazzo_runner.executor.plan import WorkflowKey, WorkflowPlan
from arazzo_runner.executor.result import (
    ActionTaken,
    Status,
    StepError,
    StepResult,
    WorkflowResult,
)
from arazzo_runner.executor.run_state import RunState, WorkflowState
from arazzo_runner.executor.scope import evaluate_outputs, start_scope
from arazzo_runner.executor.step import Finish, Jump, Next, Proceed, Transfer, Visit, visit_step
from arazzo_runner.expression.scope import WorkflowValues
from arazzo_runner.expression.value import Value
from arazzo_runner.text.source import Place


async def run_chain(
    key: WorkflowKey, inputs: Mapping[str, Value], ledger: RunState, depth: int
) -> list[WorkflowResult]:
    """Run a workflow and those it goes to: one result each, in order.

    ``goto`` is one way: each takes over the status and outputs of the one it went to. Going on is
    a loop here, not a call, so that workflows may go to each other as long as the limits allow.
    """
    results: list[WorkflowResult] = []
    transfer: Transfer | None = Transfer(key, inputs, ActionTaken("", "goto", "workflow"))
    while transfer is not None:
        plan = ledger.plan.workflows[transfer.key]
        result, transfer = await _run_workflow(plan, transfer.inputs, ledger, depth)
        results.append(result)
    last = results[-1]
    results = [replace(one, status=last.status, outputs=last.outputs) for one in results[:-1]]
    results.append(last)
    for result in reversed(results):
        ledger.tell(WorkflowFinished(result, depth))
    return results


async def call_workflow(
    key: WorkflowKey, inputs: Mapping[str, Value], ledger: RunState, depth: int
) -> WorkflowResult:
    """Run a workflow for a step or a retry; those it goes to are kept in its result."""
    head, *gone_to = await run_chain(key, inputs, ledger, depth)
    ledger.values[key] = WorkflowValues(head.inputs, head.outputs)
    return replace(head, gone_to=tuple(gone_to)) if gone_to else head


async def _run_workflow(
    plan: WorkflowPlan, inputs: Mapping[str, Value], ledger: RunState, depth: int
) -> tuple[WorkflowResult, Transfer | None]:
    ledger.check_depth(depth, plan.workflow.place)
    unmet = await _prerequisites(plan, ledger, depth)
    started = ledger.clock.monotonic()
    ledger.tell(WorkflowStarted(plan.workflow, dict(inputs), depth))
    ledger.begin(plan.key, inputs)
    steps: dict[str, Mapping[str, Value]] = {}
    scope = start_scope(plan, inputs, steps, ledger)
    frame = WorkflowState(plan, scope, steps, inputs, ledger, depth, call_workflow)
    visited: list[StepResult] = []
    end: Next = unmet or await _steps(frame, visited)
    outputs = evaluate_outputs(plan.workflow.outputs, scope)[0]
    ledger.values[plan.key] = WorkflowValues(inputs, outputs)
    duration = ledger.clock.monotonic() - started
    return _finish(plan, inputs, outputs, visited, end, ledger, duration)


def _finish(
    plan: WorkflowPlan,
    inputs: Mapping[str, Value],
    outputs: dict[str, Value],
    visited: list[StepResult],
    end: Next,
    ledger: RunState,
    duration: float,
) -> tuple[WorkflowResult, Transfer | None]:
    transfer = end if isinstance(end, Transfer) and not ledger.stopped else None
    status, taken, error = _verdict(end, ledger.stopped)
    workflow = plan.workflow
    result = WorkflowResult(
        workflow.workflow_id,
        status,
        dict(inputs),
        outputs,
        duration,
        tuple(visited),
        taken,
        error,
        workflow.place,
    )
    return result, transfer


def _verdict(
    end: Next, stopped: StepError | None
) -> tuple[Status, ActionTaken | None, StepError | None]:
    if stopped is not None:
        return Status.ERROR, None, stopped
    match end:
        case Finish(status, taken, error):
            return status, taken, error
        case Transfer(taken=taken):
            return Status.PASSED, taken, None
        case _:
            return Status.PASSED, None, None


async def _steps(frame: WorkflowState, visited: list[StepResult]) -> Next:
    """Visit steps until the workflow ends; the results are collected in ``visited``."""
    position, steps, ledger = 0, frame.plan.steps, frame.ledger
    while position < len(steps):
        ledger.count_step(steps[position].step.place)
        if ledger.stopped:
            return Proceed()
        visit = await visit_step(steps[position], frame)
        visited.append(visit.result)
        following = _next(visit, frame)
        match following:
            case Proceed():
                position += 1
            case Jump(target):
                position = target
            case _:
                return following
    return Proceed()


def _next(visit: Visit, frame: WorkflowState) -> Next:
    """What comes after a visit, unless ``--until`` ends the workflow here."""
    if frame.depth == 0 and visit.result.step_id == frame.ledger.settings.until:
        return Finish(visit.result.status)
    return visit.next


async def _prerequisites(plan: WorkflowPlan, ledger: RunState, depth: int) -> Finish | None:
    """Run the workflows that this one depends on, each once per run, before it.

    The failure of one is the failure of this workflow, and its status too.
    """
    for key in plan.depends_on:
        result = await _prerequisite(key, ledger, depth)
        if result.status is not Status.PASSED:
            error = _unmet_error(result, plan.workflow.place)
            return Finish(result.status, None, error)
    return None


def _unmet_error(prerequisite: WorkflowResult, place: Place) -> StepError:
    name, status = prerequisite.workflow_id, prerequisite.status.value
    message = f"the prerequisite workflow `{name}` ended with status `{status}`"
    if prerequisite.error is not None:
        message += f": {prerequisite.error.message}"
    return StepError("prerequisite", message, None, "request", place)


async def _prerequisite(key: WorkflowKey, ledger: RunState, depth: int) -> WorkflowResult:
    if key not in ledger.completed:
        results = await _run_prerequisite(key, ledger, depth)
        ledger.entries.extend(results)
        ledger.completed[key] = results[0]
    return ledger.completed[key]


async def _run_prerequisite(
    key: WorkflowKey, ledger: RunState, depth: int
) -> Sequence[WorkflowResult]:
    plan = ledger.plan.workflows[key]
    try:
        inputs = check_inputs(plan, relevant_inputs(plan, ledger.run_inputs))
    except CallInputError as reason:
        return [not_started_result(plan, reason)]
    return await run_chain(key, inputs, ledger, depth)
