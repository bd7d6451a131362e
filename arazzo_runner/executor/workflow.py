"""Running a workflow: its prerequisites, its steps in order, its outputs.

Arazzo Specification 1.1.0, Workflow Object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.executor.events import WorkflowFinished, WorkflowStarted
from arazzo_runner.executor.inputs import (
    CallInputError,
    check_inputs,
    inputs_for_call,
    not_started_result,
)
from arazzo_runner.executor.plan import WorkflowKey, WorkflowPlan
from arazzo_runner.executor.result import (
    ActionTaken,
    FaultSide,
    Status,
    StepError,
    StepResult,
    WorkflowResult,
)
from arazzo_runner.executor.run_state import RunState, WorkflowState
from arazzo_runner.executor.scope import evaluate_outputs, start_scope
from arazzo_runner.executor.step import Finish, Jump, Next, Proceed, Transfer, Visit, visit_step
from arazzo_runner.expression.scope import Scope, WorkflowValues
from arazzo_runner.expression.value import Value
from arazzo_runner.text.source import Place


class _Ended(Struct, frozen=True):
    """A workflow that has ended: what came of it, its scope, and where it goes on."""

    plan: WorkflowPlan
    result: WorkflowResult
    scope: Scope
    transfer: Transfer | None


async def run_chain(
    key: WorkflowKey, inputs: Mapping[str, Value], ledger: RunState, depth: int
) -> list[WorkflowResult]:
    """Run a workflow and those it goes to: one result each, in order.

    ``goto`` is one way: each takes over the status and outputs of the one it went to. Going on is
    a loop here, not a call, so that workflows may go to each other as long as the limits allow.
    """
    ended: list[_Ended] = []
    transfer: Transfer | None = Transfer(key, inputs, ActionTaken("", "goto", "workflow"))
    while transfer is not None:
        plan = ledger.plan.workflows[transfer.key]
        one = await _run_workflow(plan, transfer.inputs, ledger, depth)
        ended.append(one)
        transfer = one.transfer
    last = ended[-1].result
    results = [replace(one.result, status=last.status, outputs=last.outputs) for one in ended[:-1]]
    results = await _finally([*results, last], ended, ledger, depth)
    for one, result in zip(ended, results, strict=True):
        ledger.values[one.plan.key] = result.to_values()
    for one, result in zip(reversed(ended), reversed(results), strict=True):
        ledger.tell(WorkflowFinished(result, depth, one.plan.key))
    return results


async def _finally(
    results: list[WorkflowResult], ended: Sequence[_Ended], ledger: RunState, depth: int
) -> list[WorkflowResult]:
    """Run what the workflows' ``x-finally`` name, the last one's first; it can only harm."""
    results = list(results)
    for at in reversed(range(len(results))):
        run = await _run_finally(ended[at], ledger, depth)
        if run is None:
            continue
        results[at] = replace(results[at], finally_run=run)
        if results[at].passed and not run.passed:
            error = _not_ended(run, ended[at].plan.workflow.place)
            results[at] = replace(results[at], error=results[at].error or error)
            results = [replace(one, status=run.status) for one in results]
    return results


async def _run_finally(ended: _Ended, ledger: RunState, depth: int) -> WorkflowResult | None:
    call, place = ended.plan.finally_call, ended.plan.workflow.place
    if call is None or (ledger.stopped is not None and ledger.stopped.code == "max-depth"):
        return None
    callee = ledger.plan.workflows[call.key]
    with ledger.grace_period(place):
        try:
            inputs = inputs_for_call(callee, call.arguments, ended.scope)
        except CallInputError as reason:
            return not_started_result(callee, reason)
        return await call_workflow(call.key, inputs, ledger, depth + 1)


def _not_ended(run: WorkflowResult, place: Place) -> StepError:
    message = f"the workflow `{run.workflow_id}`, which `x-finally` runs, {run.status.value}"
    if run.error is not None:
        message += f": {run.error.message}"
    fault: FaultSide = "response" if run.status is Status.ERROR else "request"
    return StepError("finally", message, None, fault, place)


async def call_workflow(
    key: WorkflowKey, inputs: Mapping[str, Value], ledger: RunState, depth: int
) -> WorkflowResult:
    """Run a workflow for a step or a retry; those it goes to are kept in its result."""
    head, *gone_to = await run_chain(key, inputs, ledger, depth)
    return replace(head, gone_to=tuple(gone_to)) if gone_to else head


async def _run_workflow(
    plan: WorkflowPlan, inputs: Mapping[str, Value], ledger: RunState, depth: int
) -> _Ended:
    ledger.check_depth(depth, plan.workflow.place)
    unmet = await _prerequisites(plan, ledger, depth)
    started = ledger.clock.monotonic()
    ledger.tell(
        WorkflowStarted(
            plan.workflow,
            dict(inputs),
            depth,
            _generated_names(inputs, ledger),
            plan.key,
            ledger.plan.seed,
        )
    )
    if ledger.debugger is not None:
        inputs = dict(inputs)  # its own, which the debugger may change
    ledger.begin(plan.key, inputs)
    steps: dict[str, Mapping[str, Value]] = {}
    scope = start_scope(plan, inputs, steps, ledger)
    frame = WorkflowState(plan, scope, steps, inputs, ledger, depth, call_workflow)
    visited: list[StepResult] = []
    end: Next = unmet or await _steps(frame, visited)
    evaluate = partial(evaluate_outputs, plan.workflow.outputs, scope)
    outputs, _ = await ledger.compute_last(evaluate, plan.workflow.place, is_heavy=plan.is_heavy)
    ledger.values[plan.key] = WorkflowValues(inputs, outputs, steps)
    duration = ledger.clock.monotonic() - started
    result, transfer = _finish(plan, inputs, outputs, visited, end, ledger, duration)
    return _Ended(plan, result, scope, transfer)


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
        generated=_generated_names(inputs, ledger),
        seed=ledger.plan.seed,
    )
    return result, transfer


def _generated_names(inputs: Mapping[str, Value], ledger: RunState) -> tuple[str, ...]:
    """The inputs that were generated for the run, also where they were given on."""
    made = ledger.plan.generated
    return tuple(name for name, value in inputs.items() if name in made and value == made[name])


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
    is_selected = frame.depth == 0 and frame.plan.key.document == frame.ledger.plan.entry
    if is_selected and visit.result.step_id == frame.ledger.settings.until:
        return Finish(visit.result.status)
    return visit.next


async def _prerequisites(plan: WorkflowPlan, ledger: RunState, depth: int) -> Finish | None:
    """Run the workflows that this one depends on, each once per run, before it.

    The failure of one is the failure of this workflow, and its status too.
    """
    for key in plan.depends_on:
        if ledger.stopped:
            return None
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
        with ledger.prerequisite(ledger.plan.workflows[key].workflow.place, depth):
            results = await _run_prerequisite(key, ledger, depth)
        ledger.entries.extend(results)
        ledger.completed[key] = results[0]
    return ledger.completed[key]


async def _run_prerequisite(
    key: WorkflowKey, ledger: RunState, depth: int
) -> Sequence[WorkflowResult]:
    plan = ledger.plan.workflows[key]
    try:
        inputs = check_inputs(plan, ledger.plan.inputs_of(key, ledger.run_inputs))
    except CallInputError as reason:
        return [not_started_result(plan, reason)]
    return await run_chain(key, inputs, ledger, depth)
