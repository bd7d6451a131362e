"""``--dry-run``: every request that can be built before anything was sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from arazzo_runner.document.rules.expressions import expressions_in, in_url, in_value
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.channels.message import (
    BuiltMessage,
    build_message,
    channel_address,
    correlation_of,
)
from arazzo_runner.executor.plan import StepPlan, WorkflowCall, WorkflowPlan
from arazzo_runner.executor.request import build_call
from arazzo_runner.executor.world import Correlation
from arazzo_runner.expression.ast import StepOutputRef, WorkflowRef
from arazzo_runner.expression.evaluate import EvaluationError
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.openapi.model import Operation
from arazzo_runner.openapi.request.build import RequestRefused
from arazzo_runner.openapi.response.body import BodyError
from arazzo_runner.openapi.security.token_need import Need


class DryRunStep(Struct, frozen=True):
    """A step's request or message, or the sentence that says why it cannot be built yet.

    ``needs`` are what a run has to have before it can send the request. ``message`` is what a step
    on a channel sends, ``awaited`` the address where it waits for one, with ``correlation``.
    """

    step_id: str
    operation: Operation | None
    request: HttpRequest | None
    reason: str | None
    needs: tuple[Need, ...] = ()
    channel: ChannelCall | None = None
    message: BuiltMessage | None = None
    awaited: str | None = None
    correlation: Correlation | None = None


def dry_run_steps(
    plan: WorkflowPlan, inputs: Mapping[str, Value], seconds: float, origins: Collection[str] = ()
) -> list[DryRunStep]:
    """Try to build the request of each step of a workflow from its inputs alone.

    ``seconds`` bound its queries, ``origins`` are those that an ``x-url`` may lead to.
    """
    document = plan.unit.document
    self_uri = document.base_uri if document.self_uri else None
    scope = Scope(inputs=inputs, self_uri=self_uri, sources=plan.unit.fields)
    return [_dry_run_step(step, scope, seconds, origins) for step in plan.steps]


def _dry_run_step(
    planned: StepPlan, scope: Scope, seconds: float, origins: Collection[str]
) -> DryRunStep:
    step_id, call = planned.step.step_id, planned.call
    if isinstance(call, WorkflowCall):
        return DryRunStep(step_id, None, None, f"calls the workflow `{call.key.workflow}`")
    waiting = _unmet_dependencies(planned)
    if isinstance(call, ChannelCall):
        return _channel_step(step_id, call, scope, seconds, waiting)
    if waiting:
        return DryRunStep(step_id, call.operation, None, f"needs outputs of {waiting}")
    try:
        built = build_call(call, scope, seconds, origins)
        needs = built.authorization.needs
        return DryRunStep(step_id, call.operation, built.request, None, needs)
    except RequestRefused as reason:
        why = f"{reason}; {reason.hint}" if reason.hint else str(reason)
        return DryRunStep(step_id, call.operation, None, why)
    except EvaluationError as reason:
        return DryRunStep(step_id, call.operation, None, str(reason))


def _channel_step(
    step_id: str, call: ChannelCall, scope: Scope, seconds: float, waiting: str
) -> DryRunStep:
    """What a step on a channel sends, or what it waits for."""
    if waiting:
        return DryRunStep(step_id, None, None, f"needs outputs of {waiting}", channel=call)
    try:
        if call.action == "send":
            built = build_message(call, scope, seconds)
            return DryRunStep(step_id, None, None, None, channel=call, message=built)
        address, wanted = channel_address(call, scope), correlation_of(call, scope)
    except (RequestRefused, EvaluationError, BodyError) as reason:
        return DryRunStep(step_id, None, None, str(reason), channel=call)
    return DryRunStep(step_id, None, None, None, channel=call, awaited=address, correlation=wanted)


def _unmet_dependencies(planned: StepPlan) -> str:
    """The steps and workflows whose values the request needs, as text; empty when none.

    The step itself is none of them: at its first visit, as in a run, its outputs are not there.
    """
    step, wanted = planned.step, planned.step.correlation_id
    parts = (
        *expressions_in(step.parameters), *expressions_in(step.request_body), *in_url(step),
        *(() if wanted is None else in_value(wanted, step.place)),
    )  # fmt: skip
    asked = [one for one, _ in parts]
    steps = [
        one.step_id
        for one in asked
        if isinstance(one, StepOutputRef) and one.step_id != step.step_id
    ]
    workflows = [one.workflow_id for one in asked if isinstance(one, WorkflowRef)]
    return ", ".join(f"`{name}`" for name in dict.fromkeys((*steps, *workflows)))
