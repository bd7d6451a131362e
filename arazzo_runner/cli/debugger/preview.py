"""What a step is about to send or to wait for, and what is in its scope, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final, assert_never

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.cli.run.dry_run import awaited_text, message_lines, need_text
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.channels.message import (
    BuiltMessage,
    build_message,
    channel_address,
    correlation_of,
)
from arazzo_runner.executor.inputs import CallInputError, inputs_for_call
from arazzo_runner.executor.plan import OperationCall, StepPlan, WorkflowCall
from arazzo_runner.executor.request import BuiltCall, build_call
from arazzo_runner.executor.run_state import WorkflowState
from arazzo_runner.executor.world import Correlation
from arazzo_runner.expression.evaluate import EvaluationError
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.openapi.request.build import RequestRefused
from arazzo_runner.openapi.response.body import BodyError
from arazzo_runner.report.terminal.steps import request_lines
from arazzo_runner.report.terminal.style import TextStyle, value_lines

SHOWN: Final = 12
"""So many values of a scope are listed."""


class AwaitedMessage(Struct, frozen=True):
    """Where a step waits for a message, and by what it is told from others."""

    address: str
    correlation: Correlation | None


class StartedWorkflow(Struct, frozen=True):
    """The workflow that a step calls, and the inputs that it gets."""

    workflow_id: str
    inputs: Mapping[str, Value]


class Refusal(Struct, frozen=True):
    """Why nothing can be sent, with the way out."""

    reason: str
    hint: str | None


Preview = BuiltCall | BuiltMessage | AwaitedMessage | StartedWorkflow | Refusal
"""What the step does next."""


async def preview_of(planned: StepPlan, frame: WorkflowState) -> Preview:
    """What the step does next; evaluated as the step itself does it, and nothing is sent."""
    build = partial(_build, planned, frame)
    try:
        return await frame.ledger.compute(build, planned.step.place, is_heavy=planned.is_heavy)
    except BodyError as reason:
        return Refusal(str(reason), None)
    except (EvaluationError, RequestRefused, CallInputError) as reason:
        return Refusal(str(reason), reason.hint)


def _build(planned: StepPlan, frame: WorkflowState) -> Preview:
    call, scope, settings = planned.call, frame.scope, frame.ledger.settings
    seconds = settings.limits.query_seconds
    match call:
        case OperationCall():
            return build_call(call, scope, seconds, settings.allow_origins)
        case WorkflowCall():
            callee = frame.ledger.plan.workflows[call.key]
            inputs = inputs_for_call(callee, call.arguments, scope)
            return StartedWorkflow(call.key.workflow, inputs)
        case ChannelCall(action="send"):
            return build_message(call, scope, seconds)
        case ChannelCall():
            return AwaitedMessage(channel_address(call, scope), correlation_of(call, scope))
        case _:
            assert_never(call)


def preview_lines(preview: Preview, look: TextStyle) -> list[str]:
    """The lines of what is about to be sent, with its header fields and a line of its body."""
    shown = look.shown
    match preview:
        case BuiltCall(request=request, authorization=authorization):
            lines = request_lines(request, replace(look, verbosity="verbose"))
            needs = (f"with {shown.text(need_text(one))}" for one in authorization.needs)
            return look.label_lines("send", [*lines, *needs])
        case BuiltMessage():
            return look.label_lines("send", list(message_lines(preview, shown.masker)))
        case AwaitedMessage(address, correlation):
            text = awaited_text(address, correlation).removeprefix("waits ")
            return look.label_lines("wait", [shown.text(text)])
        case StartedWorkflow(workflow_id, inputs):
            first = f"workflow `{shown.text(workflow_id)}`"
            return look.label_lines("call", [first, *value_lines(inputs, look)])
        case Refusal(reason, hint):
            lines = [f"cannot be sent: {shown.text(reason)}", *([shown.text(hint)] if hint else [])]
            return look.label_lines("send", lines)
        case _:
            assert_never(preview)


def scope_lines(scope: Scope, look: TextStyle) -> list[str]:
    """What expressions can read, by the expressions that read it."""
    values = dict(_values(scope))
    shown = dict(list(values.items())[:SHOWN])
    masked = {name: look.shown.masker.operand(name, value) for name, value in shown.items()}
    lines = value_lines(masked, look)
    if len(values) > SHOWN:
        lines.append(f"{look.marks.cut} and {len(values) - SHOWN:,} more")
    return look.label_lines("scope", lines)


def _values(scope: Scope) -> Iterator[tuple[str, Value]]:
    for name, value in scope.inputs.items():
        yield f"$inputs.{name}", value
    for step_id, outputs in scope.steps.items():
        for name, value in outputs.items():
            yield f"$steps.{step_id}.outputs.{name}", value
    if scope.exchange is not None and scope.exchange.status is not None:
        yield "$statusCode", scope.exchange.status
        if scope.exchange.response_body is not MISSING:
            yield "$response.body", scope.exchange.response_body
    if scope.message is not None and scope.message.payload is not MISSING:
        yield "$message.payload", scope.message.payload


def scope_at(frame: WorkflowState, latest: Scope | None, preview: Preview) -> Scope:
    """What can be read before a step: its own request, and the response of the one before."""
    scope = frame.scope
    before = latest.exchange if latest is not None else None
    if latest is not None:
        scope = replace(scope, exchange=before, message=latest.message, outputs=latest.outputs)
    if not isinstance(preview, BuiltCall):
        return scope
    exchange = preview.exchange
    if before is not None:
        exchange = replace(
            exchange,
            status=before.status,
            response_headers=before.response_headers,
            response_body=before.response_body,
        )
    return replace(scope, exchange=exchange)
