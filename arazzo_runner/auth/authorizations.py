"""What of a plan needs a token or a response to a challenge; nothing heavy is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from arazzo_runner.executor.plan import OperationCall, Plan
from arazzo_runner.openapi.security.schemes import Authorization

if TYPE_CHECKING:
    from arazzo_runner.messaging.model import ChannelRoute


def authorizations(plan: Plan, routes: Iterable[ChannelRoute] = ()) -> list[Authorization]:
    """What credentials add to the requests of a plan, where something has to be had first.

    Those of the servers of channels follow, by the ``routes`` of the plan's steps.
    """
    calls = [step.call for one in plan.workflows.values() for step in one.steps]
    every = [one.authorization for one in calls if isinstance(one, OperationCall)]
    of_channels = (one.authorization for one in routes if one.authorization is not None)
    return [*(one for one in every if one.needs), *of_channels]
