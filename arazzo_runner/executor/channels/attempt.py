"""One attempt of a step on a channel: its message sent, or awaited and judged.

Arazzo Specification 1.1.0, "Defining Success for Asynchronous Steps": a step that sends is complete
when the message was handed over; one that receives takes the first message that matches, and fails
where that does not meet its criteria.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from msgspec.structs import replace

from arazzo_runner.executor.attempt import (
    LARGE_BODY,
    AttemptOutcome,
    evaluable_outputs,
    is_passed,
    judge_step,
    out_of_time,
    seconds_of,
    step_outputs,
    tell_criteria,
    unsent_outcome,
)
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.channels.checks import is_slow, message_checks
from arazzo_runner.executor.channels.message import (
    BuiltMessage,
    build_message,
    channel_address,
    content_types,
    correlation_of,
)
from arazzo_runner.executor.channels.message_types import message_types
from arazzo_runner.executor.events import MessageAwaited, MessageReceived, MessageSent
from arazzo_runner.executor.plan import StepPlan, step_text
from arazzo_runner.executor.result import Attempt, FaultSide, StepError, StepMessage
from arazzo_runner.executor.run_state import WorkflowState
from arazzo_runner.executor.world import (
    SUSPENDING,
    Correlation,
    PublishCall,
    PublishedMessage,
    ReceiveCall,
    ReceivedMessage,
    TransportFailure,
)
from arazzo_runner.expression.evaluate import EvaluationError
from arazzo_runner.expression.scope import MessageValues, Scope
from arazzo_runner.expression.value import MISSING, MaybeValue
from arazzo_runner.openapi.request.build import RequestRefused
from arazzo_runner.openapi.response.body import BodyError, decode_body


async def try_channel(
    planned: StepPlan, call: ChannelCall, frame: WorkflowState, key: str
) -> AttemptOutcome:
    """Make one attempt of a step on a channel; ``key`` is ``workflow/step#visit@attempt``."""
    if call.action == "send":
        return await _send(planned, call, frame, key)
    return await _receive(planned, call, frame, key)


def _refused_outcome(
    reason: EvaluationError | RequestRefused | BodyError,
    planned: StepPlan,
    call: ChannelCall,
    frame: WorkflowState,
) -> AttemptOutcome:
    """The attempt whose message, address or correlation id has no value that can be used."""
    hint = None if isinstance(reason, BodyError) else reason.hint
    blamed = reason.parameter if isinstance(reason, RequestRefused) else None
    places = (one.place for one in call.arguments if one.name == blamed)
    place = next(places, planned.step.place)
    error = StepError("request-refused", str(reason), hint, "request", place)
    return unsent_outcome(planned, frame.scope, frame.ledger.stopped or error)


# --- sending --------------------------------------------------------------------------------------


async def _send(
    planned: StepPlan, call: ChannelCall, frame: WorkflowState, key: str
) -> AttemptOutcome:
    ledger, place = frame.ledger, planned.step.place
    build = partial(build_message, call, frame.scope, ledger.settings.limits.query_seconds)
    try:
        built = await ledger.compute(build, place, is_heavy=planned.is_heavy)
    except (EvaluationError, RequestRefused, BodyError) as reason:
        return _refused_outcome(reason, planned, call, frame)
    publish = _publish_call(planned, call, built, frame, key)
    started = ledger.clock.monotonic()
    came = await ledger.world.publish(publish)
    message = StepMessage(
        call.channel.name, "send", built.address, built.headers, built.content_type, built.payload,
        duration=ledger.clock.monotonic() - started,
        notes=came.notes if isinstance(came, PublishedMessage) else (),
    )  # fmt: skip
    failure = _note_failure(came, planned, frame) if isinstance(came, TransportFailure) else None
    ledger.tell(MessageSent(key, call.channel.name, failure or message, frame.depth, publish))
    values = MessageValues(built.headers, built.value)
    scope = replace(frame.scope, message=values)
    if failure is not None:
        return _failed_outcome(planned, scope, failure, message)
    judge = partial(_judge, planned, scope, frame, message)
    outcome = await ledger.compute(judge, place, is_heavy=planned.is_heavy)
    tell_criteria(outcome.attempt.criteria, frame, key)
    return outcome


def _publish_call(
    planned: StepPlan, call: ChannelCall, built: BuiltMessage, frame: WorkflowState, key: str
) -> PublishCall:
    own, left = seconds_of(planned.step.timeout), frame.ledger.time_left()
    return PublishCall(
        key,
        call.source,
        call.channel.name,
        built.address,
        built.payload,
        built.headers,
        built.content_type,
        max(left if own is None else min(own, left), 0.001),
        call.messages[0].name if call.messages else "",
        frame.ledger.is_ending,
        frame.ledger.plan.protocols.get(step_text(key), call.wire_protocol),
    )


# --- receiving ------------------------------------------------------------------------------------


async def _receive(
    planned: StepPlan, call: ChannelCall, frame: WorkflowState, key: str
) -> AttemptOutcome:
    ledger = frame.ledger
    try:
        address = channel_address(call, frame.scope)
        correlation = correlation_of(call, frame.scope)
    except (EvaluationError, RequestRefused) as reason:
        return _refused_outcome(reason, planned, call, frame)
    receive = _receive_call(planned, call, address, correlation, frame, key)
    ledger.tell(MessageAwaited(key, call.channel.name, receive.timeout, frame.depth, receive))
    came = await ledger.world.receive(receive)
    if isinstance(came, TransportFailure):
        failure = _note_failure(came, planned, frame)
        ledger.tell(MessageReceived(key, call.channel.name, failure, frame.depth))
        return _failed_outcome(planned, frame.scope, failure, None)
    message = StepMessage(
        call.channel.name,
        "receive",
        came.address,
        came.headers,
        came.content_type or next(iter(receive.content_types), None),
        came.payload,
        came.others,
        came.duration,
        came.notes,
    )
    ledger.tell(MessageReceived(key, call.channel.name, message, frame.depth))
    judge = partial(_judge_received, planned, call, came, message, frame)
    is_heavy = planned.is_heavy or len(came.payload) > LARGE_BODY or is_slow(call)
    outcome = await ledger.compute(judge, planned.step.place, is_heavy=is_heavy)
    tell_criteria(outcome.attempt.criteria, frame, key)
    return outcome


def _receive_call(
    planned: StepPlan,
    call: ChannelCall,
    address: str,
    correlation: Correlation | None,
    frame: WorkflowState,
    key: str,
) -> ReceiveCall:
    return ReceiveCall(
        key,
        call.source,
        call.channel.name,
        address,
        correlation,
        seconds_of(planned.step.timeout),
        max(frame.ledger.time_left(), 0.001),
        content_types(call),
        frame.ledger.is_ending,
        frame.ledger.plan.protocols.get(step_text(key), call.wire_protocol),
        *message_types(call),
    )


def _judge_received(
    planned: StepPlan,
    call: ChannelCall,
    came: ReceivedMessage,
    message: StepMessage,
    frame: WorkflowState,
) -> AttemptOutcome:
    limit = frame.ledger.settings.limits.json_depth
    payload: MaybeValue = MISSING
    error: StepError | None = None
    try:
        payload = decode_body(message.content_type, message.body, limit)
    except BodyError as reason:
        text = "the payload" + str(reason).removeprefix("the response body")
        error = StepError("unreadable-body", text, None, "response", planned.step.place)
    values = MessageValues(message.headers, payload)
    outcome = _judge(planned, replace(frame.scope, message=values), frame, message, error)
    if error is not None:
        return outcome
    checks = message_checks(planned, call, came.content_type, values, frame)
    attempt = replace(
        outcome.attempt,
        checks=checks,
        succeeded=outcome.attempt.succeeded and is_passed((), checks),
    )
    return replace(outcome, attempt=attempt)


# --- both -----------------------------------------------------------------------------------------


def _judge(
    planned: StepPlan,
    scope: Scope,
    frame: WorkflowState,
    message: StepMessage,
    error: StepError | None = None,
) -> AttemptOutcome:
    """The attempt with its criteria; without any, a message is enough."""
    criteria = judge_step(planned, scope, frame) if planned.criteria else ()
    passed = is_passed(criteria, ())
    is_readable = error is None
    error, outputs = step_outputs(planned, scope, error, passed=passed)
    error = error or frame.ledger.stopped
    attempt = Attempt(
        None, None, error, criteria, (), None, passed and error is None,
        is_readable=is_readable, message=message,
    )  # fmt: skip
    return AttemptOutcome(attempt, scope, outputs)


def _note_failure(
    failure: TransportFailure, planned: StepPlan, frame: WorkflowState
) -> TransportFailure:
    """What a failure means for the run: it may be over with it."""
    ledger, place = frame.ledger, planned.step.place
    if failure.code == "timeout":
        ledger.check_time(place)
        failure = out_of_time(failure, ledger.stopped)
    if failure.code in SUSPENDING:
        ledger.stop(failure.code, failure.message, failure.hint, place)
    return failure


_FAULTS: Final[Mapping[str, FaultSide]] = {
    "credentials": "call",
    "mismatch": "call",
    "rejected": "request",
}


def fault_side(failure: TransportFailure) -> FaultSide:
    """Whose fault it is that a channel could not be used."""
    return _FAULTS.get(failure.code, "response")


def _failed_outcome(
    planned: StepPlan, scope: Scope, failure: TransportFailure, message: StepMessage | None
) -> AttemptOutcome:
    fault = fault_side(failure)
    error = StepError(failure.code, failure.message, failure.hint, fault, planned.step.place)
    sent = None if failure.unsent else message
    attempt = Attempt(None, None, error, (), (), None, succeeded=False, message=sent)
    return AttemptOutcome(attempt, scope, evaluable_outputs(planned, scope))
