"""Which requests of a plan need a token or a response to a challenge; nothing heavy is loaded."""

from __future__ import annotations

from arazzo_runner.executor.plan import OperationCall, Plan
from arazzo_runner.openapi.security.schemes import Authorization


def authorizations(plan: Plan) -> list[Authorization]:
    """What credentials add to the requests of a plan, where something has to be had first."""
    calls = [step.call for one in plan.workflows.values() for step in one.steps]
    every = [one.authorization for one in calls if isinstance(one, OperationCall)]
    return [one for one in every if one.needs]
