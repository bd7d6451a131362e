"""The channels of a run made ready before its first step.

What is sent to a channel while nobody listens is lost with most brokers, and an answer may be there
before the step that waits for it begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from arazzo_runner.executor.bind.plan import reachable_workflows
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.channels.message import channel_address
from arazzo_runner.executor.plan import Plan, WorkflowKey, WorkflowPlan
from arazzo_runner.executor.run_state import RunState
from arazzo_runner.executor.world import ChannelUse, OpenCall, TransportFailure
from arazzo_runner.expression.evaluate import EvaluationError
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.request.encoding import RequestRefused


async def open_channels(ledger: RunState) -> TransportFailure | None:
    """Open all channels that a step of the run may use; what kept one from it, or None."""
    uses = tuple(channel_uses(ledger.plan, ledger.run_inputs))
    return await ledger.world.open_channels(OpenCall(uses, max(ledger.time_left(), 0.001)))


def channel_uses(plan: Plan, inputs: Mapping[str, Value]) -> Iterator[ChannelUse]:
    """The channels of all steps that a run can reach, each with what is known of its address."""
    called = {one for each in plan.workflows.values() for one in reachable_workflows(each)}
    for key, workflow in plan.workflows.items():
        scope = Scope() if key in called else _first_scope(plan, key, workflow, inputs)
        for step in workflow.steps:
            call = step.call
            if isinstance(call, ChannelCall):
                name = step.key.text(plan.entry)
                address = _known_address(call, scope)
                yield ChannelUse(name, call.source, call.channel.name, call.action, address)


def _first_scope(
    plan: Plan, key: WorkflowKey, workflow: WorkflowPlan, inputs: Mapping[str, Value]
) -> Scope:
    """What a workflow that the run itself starts knows before its first step."""
    given = workflow.inputs_schema.with_defaults(plan.inputs_of(key, inputs))
    return Scope(inputs=given, sources=workflow.unit.fields)


def _known_address(call: ChannelCall, scope: Scope) -> str:
    try:
        return channel_address(call, scope)
    except (EvaluationError, RequestRefused):
        # It reads what is not there yet, or the step will say what is wrong with it.
        return call.channel.address or ""
