"""What the steps of a plan expect of their responses: a status, and members to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from arazzo_runner.document.model import Criterion, RetryAction
from arazzo_runner.executor.plan import OperationCall, Plan, StepPlan
from arazzo_runner.expression.value import Value
from arazzo_runner.lint.partial_evaluation import criteria_verdict, is_about_status
from arazzo_runner.lint.responses import sample_statuses
from arazzo_runner.mock.steps.flow import Sinks, Tokens, ValueFlow, body_reads

PATIENCE = 5
"""After so many attempts a state is what the step waits for, if it may be."""


class BodyRead(Struct, frozen=True):
    """A part of a response that is read, and the schemas of where it is sent then.

    ``is_text`` tells that it is sent there as text.
    """

    tokens: Tokens
    schemas: tuple[Value, ...] = ()
    is_text: bool = False


class StepExpectation(Struct, frozen=True):
    """What a step expects.

    ``criteria`` are those about the status, ``reads`` what it reads, ``success`` all its criteria;
    ``patience`` is how many attempts states have to advance in, where it is retried.
    ``case`` is the documented status or the name of the example that it is to get.
    ``sends_invalid`` tells that its request need not be as documented.
    """

    criteria: tuple[Criterion, ...] = ()
    reads: tuple[BodyRead, ...] = ()
    success: tuple[Criterion, ...] = ()
    patience: int = 0
    case: str = ""
    sends_invalid: bool = False

    def is_success(self, status: int) -> bool:
        """Whether the step can succeed with this status."""
        if not self.criteria:
            return 200 <= status <= 299
        return criteria_verdict(self.criteria, status) is not False

    def statuses(self) -> tuple[int, ...]:
        """The statuses that the step can succeed with, of those that it is likely to name."""
        return tuple(one for one in sample_statuses(self.criteria) if self.is_success(one))


NO_EXPECTATION = StepExpectation()
Expectations: TypeAlias = Mapping[str, StepExpectation]
"""By the text of a step's key."""


def expectations_of(
    plan: Plan, flow: ValueFlow, cases: Mapping[str, str]
) -> dict[str, StepExpectation]:
    """What each step of a plan expects; ``cases`` are what steps are to get."""
    found: dict[str, StepExpectation] = {}
    for workflow in plan.workflows.values():
        for planned in workflow.steps:
            if not isinstance(planned.call, OperationCall):
                continue
            step_id = planned.step.step_id
            sinks = flow.bodies.get(planned.key, {})
            ways = dict.fromkeys((*body_reads(planned), *sinks))
            name = f"{workflow.workflow.workflow_id}/{step_id}"
            expected = StepExpectation(
                tuple(one for one in planned.criteria if is_about_status(one)),
                tuple(_body_read(sinks, way) for way in ways),
                planned.criteria,
                _patience(planned),
                cases.get(name, cases.get(step_id, "")),
                planned.step.sends_invalid,
            )
            found[planned.key.text(plan.entry)] = expected
    return found


def _patience(planned: StepPlan) -> int:
    """The attempts before the last in which a state need not be what the step waits for."""
    retries = [one.action for one in planned.on_failure if isinstance(one.action, RetryAction)]
    return min(
        (PATIENCE, *(1 if one.retry_limit is None else one.retry_limit for one in retries))
    ) if retries else 0  # fmt: skip


def _body_read(sinks: Sinks, way: Tokens) -> BodyRead:
    taking = sinks.get(way, [])
    schemas = tuple(one.schema for one in taking)
    return BodyRead(way, schemas, bool(taking) and all(one.is_text for one in taking))
