"""A visit of a step: attempts until one decides, and what comes after it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.model import RetryAction
from arazzo_runner.executor.actions import (
    Decision,
    choose_action,
    describe_action,
    describe_retry,
    retry_wait,
    target_name,
)
from arazzo_runner.executor.attempt import (
    AttemptOutcome,
    incomplete_dependency,
    try_operation,
    try_workflow,
    unsent_outcome,
)
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.events import StepFinished, StepRetried, StepStarted
from arazzo_runner.executor.inputs import (
    CallInputError,
    inherit_inputs,
    inputs_for_call,
    not_started_result,
    refused_inputs_error,
)
from arazzo_runner.executor.plan import (
    OperationCall,
    PlannedAction,
    StepPlan,
    WorkflowCall,
    WorkflowKey,
)
from arazzo_runner.executor.result import (
    ActionTaken,
    Attempt,
    Status,
    StepError,
    StepResult,
    WorkflowResult,
)
from arazzo_runner.executor.run_state import WorkflowState
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import Value

BY_HAND = ActionTaken("debugger", "retry", "step", None, 0.0)
"""What was decided about an attempt that a debugger repeats."""

_SKIPPED = Attempt(None, None, None, (), (), None, succeeded=True)
"""Stands for the attempt of a step that a debugger skips; no result has it."""


class Proceed(Struct, frozen=True):
    """On to the next step in order."""


class Jump(Struct, frozen=True):
    """On to the step at ``position`` (``goto`` a step)."""

    position: int


class Transfer(Struct, frozen=True):
    """One way to another workflow (``goto`` a workflow)."""

    key: WorkflowKey
    inputs: Mapping[str, Value]
    taken: ActionTaken


class Finish(Struct, frozen=True):
    """The workflow ends: by an ``end``, or by a failure that no action met."""

    status: Status
    taken: ActionTaken | None = None
    error: StepError | None = None


Next: TypeAlias = Proceed | Jump | Transfer | Finish


class Visit(Struct, frozen=True):
    """A finished visit of a step, and what comes next."""

    result: StepResult
    next: Next


async def visit_step(planned: StepPlan, frame: WorkflowState) -> Visit:
    """Run a step until an attempt decides what comes next (a ``retry`` decides on another)."""
    ledger = frame.ledger
    started = ledger.clock.monotonic()
    key = ledger.next_visit(planned.key)
    call = planned.call
    operation = call.operation if isinstance(call, OperationCall) else None
    ledger.tell(StepStarted(frame.plan.workflow, planned.step, operation, frame.depth, planned.key))
    attempts, tried, decision = await _attempts(planned, frame, key)
    attempts, following = _record_action(attempts, tried, decision, frame)
    result = step_result(planned, tuple(attempts), tried, ledger.clock.monotonic() - started)
    ledger.tell(StepFinished(frame.plan.workflow, result, frame.depth, planned.key))
    return Visit(result, following)


async def _attempts(
    planned: StepPlan, frame: WorkflowState, key: str
) -> tuple[list[Attempt], AttemptOutcome, Decision | None]:
    """Try until no retry applies: the attempts before the last, the last, and its decision."""
    earlier: list[Attempt] = []
    used: dict[int, int] = {}
    ledger = frame.ledger
    while True:
        tried = await _try(planned, frame, f"{key}@{len(earlier) + 1}")
        if tried.is_skipped:
            return earlier, tried, None
        tried, decision = await _decide(planned, tried, frame, used)
        if ledger.debugger is not None and await _is_repeated_by_hand(
            planned, frame, tried, decision
        ):
            earlier.append(_repeat_by_hand(planned, tried, frame, len(earlier) + 1))
            continue
        is_repeated = decision is not None and isinstance(decision.planned.action, RetryAction)
        if is_repeated and tried.outputs:
            tried = _repeated_outcome(tried)
        ledger.bodies.keep(tried.attempt)
        if decision is None or not is_repeated:
            return earlier, tried, decision
        ledger.check_retries(sum(used.values()), planned.step.place)
        if ledger.stopped:
            return earlier, tried, None
        used[decision.position] = used.get(decision.position, 0) + 1
        number = len(earlier) + 1
        earlier.append(await _retry(planned, decision.planned, tried, frame, key, number))
        if ledger.stopped:
            return earlier[:-1], replace(tried, attempt=earlier[-1]), None


def _repeated_outcome(tried: AttemptOutcome) -> AttemptOutcome:
    """An attempt that is repeated has its outputs itself; those of the last are the step's."""
    return replace(tried, attempt=replace(tried.attempt, outputs={**tried.outputs}))


async def _is_repeated_by_hand(
    planned: StepPlan, frame: WorkflowState, tried: AttemptOutcome, decision: Decision | None
) -> bool:
    """Whether the debugger wants one more attempt; it is not asked where the run was stopped."""
    debugger = frame.ledger.debugger
    if debugger is None or frame.ledger.stopped is not None:
        return False
    action = None if decision is None else decision.planned
    return await debugger.after(planned, frame, tried.attempt, tried.scope, action)


def _repeat_by_hand(
    planned: StepPlan, tried: AttemptOutcome, frame: WorkflowState, number: int
) -> Attempt:
    """The attempt that a debugger has repeated at once."""
    attempt = replace(_repeated_outcome(tried).attempt, action=BY_HAND)
    frame.ledger.bodies.keep(attempt)
    frame.ledger.tell(StepRetried(planned.step, number, BY_HAND, frame.depth, planned.key, attempt))
    return attempt


async def _try(planned: StepPlan, frame: WorkflowState, key: str) -> AttemptOutcome:
    """One attempt; its outputs are there for the actions that are judged next."""
    tried = await _try_call(planned, frame, key)
    attempt = replace(tried.attempt, key=key)
    tried = replace(tried, attempt=attempt, outputs=frame.ledger.bodies.share(tried.outputs))
    frame.steps[planned.step.step_id] = tried.outputs
    return tried


async def _try_call(planned: StepPlan, frame: WorkflowState, key: str) -> AttemptOutcome:
    lacking = incomplete_dependency(planned, frame)
    if lacking is not None:
        return unsent_outcome(planned, frame.scope, lacking)
    debugger, ledger = frame.ledger.debugger, frame.ledger
    if debugger is not None:
        if not await debugger.before(planned, frame, key):
            return AttemptOutcome(_SKIPPED, frame.scope, {}, is_skipped=True)
        ledger.check_interruption(planned.step.place)
        if ledger.stopped is not None:
            return unsent_outcome(planned, frame.scope, ledger.stopped)
    match planned.call:
        case OperationCall():
            return await try_operation(planned, planned.call, frame, key)
        case WorkflowCall():
            return await try_workflow(planned, planned.call, frame, key)
        case ChannelCall():
            from arazzo_runner.executor.channels.attempt import try_channel

            return await try_channel(planned, planned.call, frame, key)
        case _:
            assert_never(planned.call)


async def _decide(
    planned: StepPlan, tried: AttemptOutcome, frame: WorkflowState, used: Mapping[int, int]
) -> tuple[AttemptOutcome, Decision | None]:
    """The decision on an attempt, and the attempt with the criteria that were judged for it."""
    if frame.ledger.stopped:
        return tried, None
    candidates = planned.on_success if tried.attempt.succeeded else planned.on_failure
    seconds = frame.ledger.settings.limits.query_seconds
    choose = partial(choose_action, candidates, tried.scope, used, seconds)
    place, is_heavy = planned.step.place, planned.is_heavy and bool(candidates)
    decision, considered = await frame.ledger.compute(choose, place, is_heavy=is_heavy)
    if considered:
        tried = replace(tried, attempt=replace(tried.attempt, considered=considered))
    # Criteria that were judged when the time was over decide nothing.
    return tried, None if frame.ledger.stopped else decision


async def _retry(
    planned: StepPlan,
    chosen: PlannedAction,
    tried: AttemptOutcome,
    frame: WorkflowState,
    key: str,
    number: int,
) -> Attempt:
    """Wait, run what the retry names, and give back the failed attempt with what was decided."""
    assert isinstance(chosen.action, RetryAction)
    ledger, response = frame.ledger, tried.attempt.response
    headers = response.headers if response else ()
    wait = retry_wait(chosen.action, headers, ledger.clock.now(), ledger.settings.limits.max_wait)
    taken = describe_retry(chosen, wait)
    ledger.count_wait(wait.seconds, planned.step.place)
    attempt = replace(tried.attempt, action=taken)
    if ledger.stopped:
        return attempt
    ledger.tell(StepRetried(planned.step, number, taken, frame.depth, planned.key, attempt))
    seconds = max(min(wait.seconds, ledger.time_left()), 0.0)
    await ledger.world.sleep(f"{key}@{number}/wait", seconds)
    ledger.check_interruption(planned.step.place)
    ledger.check_time(planned.step.place)
    if ledger.stopped:
        return attempt
    return replace(attempt, interlude=await _interlude(chosen, tried.scope, frame))


async def _interlude(
    chosen: PlannedAction, scope: Scope, frame: WorkflowState
) -> WorkflowResult | StepResult | None:
    """Run the step or workflow that a retry names; its failure does not stop the retry."""
    match chosen.target:
        case None:
            return None
        case int(position):
            between = frame.plan.steps[position]
            frame.ledger.count_step(between.step.place)
            return None if frame.ledger.stopped else await _visit_once(between, frame)
        case key:
            try:
                inputs = _inputs_for(chosen, key, scope, frame)
            except CallInputError as reason:
                return not_started_result(frame.ledger.plan.workflows[key], reason)
            return await frame.call_workflow(key, inputs, frame.ledger, frame.depth + 1)


async def _visit_once(planned: StepPlan, frame: WorkflowState) -> StepResult:
    """One attempt of a step between two of another: its own actions are not followed."""
    ledger = frame.ledger
    started = ledger.clock.monotonic()
    key = ledger.next_visit(planned.key)
    operation = planned.call.operation if isinstance(planned.call, OperationCall) else None
    ledger.tell(
        StepStarted(frame.plan.workflow, planned.step, operation, frame.depth + 1, planned.key)
    )
    tried = await _try(planned, frame, f"{key}@1")
    ledger.bodies.keep(tried.attempt)
    attempts = () if tried.is_skipped else (tried.attempt,)
    result = step_result(planned, attempts, tried, ledger.clock.monotonic() - started)
    ledger.tell(StepFinished(frame.plan.workflow, result, frame.depth + 1, planned.key))
    return result


def _inputs_for(
    chosen: PlannedAction, key: WorkflowKey, scope: Scope, frame: WorkflowState
) -> dict[str, Value]:
    """Action parameters become inputs; without them, defaults and inputs of the same name."""
    callee = frame.ledger.plan.workflows[key]
    if chosen.arguments:
        return inputs_for_call(callee, chosen.arguments, scope)
    own = frame.ledger.plan.own_inputs.get(key, {})
    return inherit_inputs(callee, {**frame.ledger.run_inputs, **frame.inputs, **own})


def _record_action(
    earlier: list[Attempt], tried: AttemptOutcome, decision: Decision | None, frame: WorkflowState
) -> tuple[list[Attempt], Next]:
    """Put the decided action into the last attempt, and say what comes next."""
    if tried.is_skipped:
        return earlier, Proceed()
    if decision is None:
        return [*earlier, tried.attempt], _default_next(tried.attempt)
    planned = decision.planned
    taken = describe_action(planned, target_name(planned))
    following = _follow(planned, taken, tried, frame)
    return [*earlier, replace(tried.attempt, action=taken)], following


def _default_next(attempt: Attempt) -> Next:
    """Without an action: on after success, the end after failure."""
    return Proceed() if attempt.succeeded else Finish(_status(attempt))


def _follow(
    planned: PlannedAction, taken: ActionTaken, tried: AttemptOutcome, frame: WorkflowState
) -> Next:
    if planned.target is None:
        # `end` after a failure ends the workflow as failed, after a success as passed.
        return Finish(_status(tried.attempt), taken)
    if isinstance(planned.target, int):
        return Jump(planned.target)
    try:
        inputs = _inputs_for(planned, planned.target, tried.scope, frame)
    except CallInputError as reason:
        error = refused_inputs_error(reason, planned.action.place)
        return Finish(Status.FAILED, taken, error)
    return Transfer(planned.target, inputs, taken)


def _status(attempt: Attempt) -> Status:
    if attempt.succeeded:
        return Status.PASSED
    unusable = attempt.error is not None and attempt.error.fault != "request"
    return Status.ERROR if unusable else Status.FAILED


def step_result(
    planned: StepPlan, attempts: tuple[Attempt, ...], tried: AttemptOutcome, duration: float
) -> StepResult:
    """The result of a visit after its attempts, the last of which is ``tried``."""
    call = planned.call
    return StepResult(
        planned.step.step_id,
        Status.SKIPPED if tried.is_skipped else _status(attempts[-1]),
        None if isinstance(call, WorkflowCall) else call.source,
        call.operation if isinstance(call, OperationCall) else None,
        duration,
        tried.outputs,
        tried.workflow,
        attempts,
        planned.step.place,
        planned.findings,
        call if isinstance(call, ChannelCall) else None,
    )
