"""One attempt of a step: its request built and sent, its response judged.

Nothing here decides what comes next.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.uris import relative_reference
from arazzo_runner.executor.body_budget import copy_outcome
from arazzo_runner.executor.contract_checks import contract_checks
from arazzo_runner.executor.criteria import judge_all, judge_call, judge_status
from arazzo_runner.executor.events import CriterionJudged, RequestSent, ResponseReceived
from arazzo_runner.executor.inputs import CallInputError, inputs_for_call, refused_inputs_error
from arazzo_runner.executor.plan import OperationCall, StepPlan, WorkflowCall
from arazzo_runner.executor.request import BuiltCall, build_call, empty_value_hint
from arazzo_runner.executor.result import (
    Attempt,
    CriterionResult,
    FaultSide,
    Status,
    StepError,
    WorkflowResult,
)
from arazzo_runner.executor.run_state import TimeLimit, WorkflowState
from arazzo_runner.executor.scope import VisibleWorkflows, evaluate_outputs
from arazzo_runner.executor.world import SUSPENDING, SendCall, TransportFailure
from arazzo_runner.expression.evaluate import EvaluationError
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.http_semantics.media_type import EVENT_STREAM
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.openapi.request.build import RequestRefused
from arazzo_runner.openapi.response.body import BodyError, decode_body
from arazzo_runner.openapi.response.contract import (
    CheckResult,
    may_take_long,
)

if TYPE_CHECKING:
    from arazzo_runner.executor.channels.stream_end import StreamEnd

LARGE_BODY: Final = 1 << 20
"""From so many bytes on, a response is worth a thread of an event loop."""


class AttemptOutcome(Struct, frozen=True):
    """An attempt, the scope after it (actions read it), the outputs, and the called workflow.

    ``is_skipped``: a debugger has the step left out.
    """

    attempt: Attempt
    scope: Scope
    outputs: dict[str, Value]
    workflow: WorkflowResult | None = None
    is_skipped: bool = False


def incomplete_dependency(planned: StepPlan, frame: WorkflowState) -> StepError | None:
    """Step Object, ``dependsOn``: it does not trigger the steps that it names.

    A ``goto`` may have passed them by, and nothing may have run the other workflow.
    """
    here = (planned.key.document, planned.key.workflow)
    for key in planned.depends_on:
        is_here = (key.document, key.workflow) == here
        if not (key.step in frame.steps if is_here else frame.ledger.has_visited(key)):
            where = "" if is_here else f" of `{key.workflow}`"
            if key.document != planned.key.document:
                where += f" in `{relative_reference(planned.key.document, key.document)}`"
            message = f"it depends on the step `{key.step}`{where}, which has not run"
            return StepError("prerequisite", message, None, "request", planned.step.place)
    return None


async def try_operation(
    planned: StepPlan, call: OperationCall, frame: WorkflowState, key: str
) -> AttemptOutcome:
    """Make one attempt of an operation; ``key`` is ``workflow/step#visit@attempt``."""
    scope, ledger, settings = frame.scope, frame.ledger, frame.ledger.settings
    build = partial(build_call, call, scope, settings.limits.query_seconds, settings.allow_origins)
    try:
        built = await ledger.compute(build, planned.step.place, is_heavy=planned.is_heavy)
    except (EvaluationError, RequestRefused, BodyError) as reason:
        error = ledger.stopped or _refusal_error(reason, planned, call, scope)
        return unsent_outcome(planned, scope, error)
    sent = _send_call(planned, call, built, key, ledger.time_left())
    after = replace(scope, exchange=built.exchange)
    end = _stream_end(planned, call, after, settings.limits.query_seconds)
    sent = sent if end is None else replace(sent, stream_end=end)
    ledger.tell(RequestSent(key, built.request, frame.depth))
    sent = replace(sent, is_final=True) if ledger.is_ending else sent
    outcome = copy_outcome(await ledger.world.send(sent))
    if isinstance(outcome, TransportFailure) and outcome.code == "timeout":
        ledger.check_time(planned.step.place)
        outcome = out_of_time(outcome, ledger.stopped)
    ledger.tell(ResponseReceived(key, outcome, frame.depth))
    if isinstance(outcome, TransportFailure):
        if outcome.code in SUSPENDING:
            ledger.stop(outcome.code, outcome.message, outcome.hint, planned.step.place)
        if outcome.head is None or outcome.unsent:
            return _failed_outcome(planned, scope, built, outcome)
        return await _cut_off(planned, call, built, outcome, outcome.head, frame, key)
    return await _response_outcome(planned, call, built, outcome, frame, key)


def _stream_end(
    planned: StepPlan, call: OperationCall, scope: Scope, seconds: float
) -> StreamEnd | None:
    """When an event stream is enough, where the operation documents one."""
    media = (one for response in call.operation.responses for one in response.content)
    if not any(EVENT_STREAM in one.name for one in media):
        return None
    from arazzo_runner.executor.channels.stream_end import stream_end

    return stream_end(planned.criteria, scope, seconds)


def out_of_time(outcome: TransportFailure, stopped: StepError | None) -> TransportFailure:
    """A request that took all that was left of the run, or of a calling step, failed for that."""
    if stopped is None or stopped.code not in ("run-timeout", "timeout"):
        return outcome
    return replace(outcome, message=stopped.message, hint=stopped.hint)


def _send_call(
    planned: StepPlan, call: OperationCall, built: BuiltCall, key: str, left: float
) -> SendCall:
    """The call; it has no more time than is left of the run's and of calling steps'."""
    own = seconds_of(planned.step.timeout)
    timeout = max(left if own is None else min(own, left), 0.001)
    operation = (call.source, call.operation.method, call.operation.path)
    by = built.authorization
    return SendCall(key, built.request, timeout, operation, by.needs, by.carriers)


def seconds_of(milliseconds: int | None) -> float | None:
    """Milliseconds of a document in seconds."""
    # An integer of a document may be too large to become a float.
    return None if milliseconds is None else min(milliseconds, 10**12) / 1000


def _refusal_error(
    reason: EvaluationError | RequestRefused | BodyError,
    planned: StepPlan,
    call: OperationCall,
    scope: Scope,
) -> StepError:
    hint = None if isinstance(reason, BodyError) else reason.hint
    place = planned.step.place
    blamed = reason.parameter if isinstance(reason, RequestRefused) else None
    for argument in (one for one in call.arguments if one.parameter.name == blamed):
        place, hint = argument.place, hint or empty_value_hint(argument, scope)
    return StepError("request-refused", str(reason), hint, "request", place)


def unsent_outcome(planned: StepPlan, scope: Scope, error: StepError) -> AttemptOutcome:
    """The attempt of which nothing was sent."""
    attempt = Attempt(None, None, error, (), (), None, succeeded=False)
    return AttemptOutcome(attempt, scope, evaluable_outputs(planned, scope))


def _failed_outcome(
    planned: StepPlan, scope: Scope, built: BuiltCall, failure: TransportFailure
) -> AttemptOutcome:
    place = planned.step.place
    fault: FaultSide = "call" if failure.code in ("credentials", "mismatch") else "response"
    error = StepError(failure.code, failure.message, failure.hint, fault, place)
    sent = None if failure.unsent else failure.request or replace(built.request)
    attempt = Attempt(
        sent, None, error, (), (), None, succeeded=False,
        exchanges=failure.exchanges, in_process=failure.in_process,
    )  # fmt: skip
    after = replace(scope, exchange=built.exchange)
    return AttemptOutcome(attempt, after, evaluable_outputs(planned, after))


async def _cut_off(
    planned: StepPlan,
    call: OperationCall,
    built: BuiltCall,
    failure: TransportFailure,
    head: HttpResponse,
    frame: WorkflowState,
    key: str,
) -> AttemptOutcome:
    """The attempt of which no more than the head came: its status and headers are readable."""
    response = replace(
        head,
        duration=failure.duration,
        request=failure.request,
        exchanges=failure.exchanges,
        in_process=failure.in_process,
    )
    place = planned.step.place
    error = StepError(failure.code, failure.message, failure.hint, "response", place)
    return await _response_outcome(planned, call, built, response, frame, key, error)


async def _response_outcome(
    planned: StepPlan,
    call: OperationCall,
    built: BuiltCall,
    response: HttpResponse,
    frame: WorkflowState,
    key: str,
    error: StepError | None = None,
) -> AttemptOutcome:
    """Judge a response; :func:`_judge_response` touches nothing, and may be in a thread."""
    judge = partial(_judge_response, planned, call, built, response, frame, error)
    is_heavy = _is_heavy(planned, call, response)
    outcome = await frame.ledger.compute(judge, planned.step.place, is_heavy=is_heavy)
    tell_criteria(outcome.attempt.criteria, frame, key)
    return outcome


def _is_heavy(planned: StepPlan, call: OperationCall, response: HttpResponse) -> bool:
    is_large = planned.is_heavy or len(response.body) > LARGE_BODY
    return is_large or may_take_long(call.operation, response.status)


def _judge_response(
    planned: StepPlan,
    call: OperationCall,
    built: BuiltCall,
    response: HttpResponse,
    frame: WorkflowState,
    error: StepError | None,
) -> AttemptOutcome:
    body: MaybeValue = MISSING
    if error is None:
        body, error = _read_body(response, planned, frame.ledger.settings.limits.json_depth)
    is_readable = error is None
    exchange = replace(
        built.exchange,
        request_headers=response.sent_headers or built.request.headers,
        status=response.status,
        response_headers=response.headers,
        response_body=body,
    )
    scope = replace(frame.scope, exchange=exchange)
    criteria = judge_step(planned, scope, frame)
    sent = response.request or replace(built.request)
    # What takes long may have been broken off, to be done again.
    is_over = _is_heavy(planned, call, response) and frame.ledger.is_over(planned.step.place)
    is_judged = error is None and not is_over
    checks = contract_checks(planned, call, sent, response, body, frame) if is_judged else ()
    error, outputs = step_outputs(planned, scope, error, passed=is_passed(criteria, checks))
    # Whatever came of criteria and outputs whose time was over, they are not all there is.
    error = error or frame.ledger.stopped
    succeeded = error is None and is_passed(criteria, checks)
    attempt = Attempt(
        sent, response, error, criteria, checks, None, succeeded,
        exchanges=response.exchanges, in_process=response.in_process, is_readable=is_readable,
    )  # fmt: skip
    return AttemptOutcome(attempt, scope, outputs)


def _read_body(
    response: HttpResponse, planned: StepPlan, depth: int
) -> tuple[MaybeValue, StepError | None]:
    try:
        content_type = header_value(response.headers, "Content-Type")
        return decode_body(content_type, response.body, depth), None
    except BodyError as reason:
        place = planned.step.place
        return MISSING, StepError("unreadable-body", str(reason), None, "response", place)


def is_passed(criteria: tuple[CriterionResult, ...], checks: tuple[CheckResult, ...]) -> bool:
    """Whether all criteria passed, and all checks that are errors."""
    return all(one.passed for one in criteria) and all(
        one.passed or one.severity != "error" for one in checks
    )


def judge_step(
    planned: StepPlan, scope: Scope, frame: WorkflowState
) -> tuple[CriterionResult, ...]:
    """The success criteria of a step, judged; without any, what stands for them."""
    if not planned.criteria:
        # Step Object: without successCriteria the status decides.
        return (judge_status(scope.exchange.status if scope.exchange else None),)
    seconds = frame.ledger.settings.limits.query_seconds
    is_over = partial(frame.ledger.is_over, planned.step.place)
    return judge_all(planned.criteria, scope, seconds, is_over)


def tell_criteria(results: tuple[CriterionResult, ...], frame: WorkflowState, key: str) -> None:
    """Tell of each criterion that was judged."""
    for result in results:
        frame.ledger.tell(CriterionJudged(key, result, frame.depth))


def step_outputs(
    planned: StepPlan, scope: Scope, error: StepError | None, *, passed: bool
) -> tuple[StepError | None, dict[str, Value]]:
    """The outputs; what cannot be evaluated fails a step that would otherwise have passed."""
    outputs, problem = evaluate_outputs(planned.step.outputs, scope)
    if problem is None or error is not None or not passed:
        return error, outputs
    return StepError("output-failed", problem, None, "request", planned.step.place), outputs


def evaluable_outputs(planned: StepPlan, scope: Scope) -> dict[str, Value]:
    """The outputs that have a value; null in place of the others."""
    return evaluate_outputs(planned.step.outputs, scope)[0]


# --- steps that call a workflow -------------------------------------------------------------------


async def try_workflow(
    planned: StepPlan, call: WorkflowCall, frame: WorkflowState, key: str
) -> AttemptOutcome:
    """Run the workflow that a step calls, and judge what it did."""
    ledger, place = frame.ledger, planned.step.place
    callee = ledger.plan.workflows[call.key]
    evaluate = partial(inputs_for_call, callee, call.arguments, frame.scope)
    try:
        inputs = await ledger.compute(evaluate, place, is_heavy=planned.is_heavy)
    except CallInputError as reason:
        error = ledger.stopped or refused_inputs_error(reason, place)
        return unsent_outcome(planned, frame.scope, error)
    child, over = await _call_in_time(planned, call, inputs, frame)
    seen = VisibleWorkflows(frame.plan.unit, ledger, {call.key.workflow: child.to_values()})
    scope = replace(frame.scope, workflows=seen, outputs=child.outputs, exchange=None)
    judge = partial(_judge_child, planned, child, scope, frame, over)
    outcome = await ledger.compute(judge, place, is_heavy=planned.is_heavy)
    tell_criteria(outcome.attempt.criteria[1:], frame, key)
    return outcome


def _judge_child(
    planned: StepPlan,
    child: WorkflowResult,
    scope: Scope,
    frame: WorkflowState,
    over: StepError | None,
) -> AttemptOutcome:
    own = (judge_call(child.workflow_id, child.status.value),)
    criteria = own + (judge_step(planned, scope, frame) if planned.criteria else ())
    passed = is_passed(criteria, ())
    unusable = _child_error(child, planned) if child.status is Status.ERROR else None
    error, outputs = step_outputs(planned, scope, over or unusable, passed=passed)
    error = error or frame.ledger.stopped
    if not planned.step.outputs:
        outputs = dict(child.outputs)
    attempt = Attempt(
        None, None, error, criteria, (), None, passed and error is None,
        workflow=child,
    )  # fmt: skip
    return AttemptOutcome(attempt, scope, outputs, child)


async def _call_in_time(
    planned: StepPlan, call: WorkflowCall, inputs: Mapping[str, Value], frame: WorkflowState
) -> tuple[WorkflowResult, StepError | None]:
    """Run the workflow within the step's ``timeout``; beside it what is said when that is over."""
    ledger, seconds = frame.ledger, seconds_of(planned.step.timeout)
    if seconds is None:
        return await frame.call_workflow(call.key, inputs, ledger, frame.depth + 1), None
    step = planned.step
    message = (
        f"the `timeout` of the step `{step.step_id}`, which calls `{call.key.workflow}`, was over"
        f" after {step.timeout} ms"
    )
    error = StepError("timeout", message, None, "response", step.place)
    limit = TimeLimit(ledger.clock.limited() + seconds, error)
    with ledger.time_limit(limit):
        child = await frame.call_workflow(call.key, inputs, ledger, frame.depth + 1)
        ledger.check_time(step.place)
    return child, ledger.lift(limit)


def _child_error(child: WorkflowResult, planned: StepPlan) -> StepError:
    message = f"workflow `{child.workflow_id}` ended without a usable response"
    return StepError("workflow-error", message, None, "response", planned.step.place)
