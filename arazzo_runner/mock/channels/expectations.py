"""What the steps of a plan that use channels expect of the mock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from arazzo_runner.document.model import Criterion
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import Plan
from arazzo_runner.mock.steps.expectations import BodyRead, body_read, case_of
from arazzo_runner.mock.steps.flow import ValueFlow, body_reads


class MessageReader(Struct, frozen=True):
    """Who gets a message: ``reads`` are of it, ``success`` are criteria that it is held to."""

    reads: tuple[BodyRead, ...] = ()
    success: tuple[Criterion, ...] = ()


class ChannelExpectation(Struct, frozen=True):
    """A step on a channel, and what it reads of its message.

    ``case`` is the name of the message that it is to receive, or ``timeout``.
    """

    call: ChannelCall
    reader: MessageReader = MessageReader()
    case: str = ""


ChannelExpectations: TypeAlias = Mapping[str, ChannelExpectation]
"""By the text of a step's key."""


def channel_expectations(
    plan: Plan, flow: ValueFlow, cases: Mapping[str, str]
) -> dict[str, ChannelExpectation]:
    """What each step on a channel expects; ``cases`` are what steps are to get."""
    found: dict[str, ChannelExpectation] = {}
    for workflow in plan.workflows.values():
        for planned in workflow.steps:
            if isinstance(planned.call, ChannelCall):
                sinks = flow.bodies.get(planned.key, {})
                ways = dict.fromkeys((*body_reads(planned), *sinks))
                found[planned.key.text(plan.entry)] = ChannelExpectation(
                    planned.call,
                    MessageReader(tuple(body_read(sinks, way) for way in ways), planned.criteria),
                    case_of(planned.key, cases),
                )
    return found
