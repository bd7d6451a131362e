"""What the steps of a plan expect of their responses: a status, and members to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.model import Criterion, GotoAction, RetryAction
from arazzo_runner.executor.plan import OperationCall, Plan, StepKey, StepPlan
from arazzo_runner.expression.ast import Literal
from arazzo_runner.expression.value import Value
from arazzo_runner.lint.partial_evaluation import ConditionParts, criterion_parts, joint_verdicts
from arazzo_runner.lint.responses import (
    required_constants,
    sample_statuses,
    status_constants,
    status_of,
)
from arazzo_runner.mock.steps.flow import Sinks, Tokens, ValueFlow, body_reads
from arazzo_runner.openapi.security.schemes import is_carried

SUCCESSES = (200, 201, 202, 204)
"""The successes that operations mostly have."""
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
    ``handled`` are the statuses of failures from which it goes on at another step, ``literals`` the
    path parameters that the document gives a value of its own; ``is_anonymous`` tells that other
    steps pass a credential to this API, and this one none.
    """

    criteria: tuple[ConditionParts, ...] = ()
    reads: tuple[BodyRead, ...] = ()
    success: tuple[Criterion, ...] = ()
    patience: int = 0
    case: str = ""
    sends_invalid: bool = False
    handled: frozenset[int] = frozenset()
    literals: frozenset[str] = frozenset()
    is_anonymous: bool = False

    def is_success(self, status: int) -> bool:
        """Whether the step can succeed with this status."""
        if not self.criteria:
            return 200 <= status <= 299
        return joint_verdicts(self.criteria).of(status) is not False

    def statuses(self) -> tuple[int, ...]:
        """The statuses that the step can succeed with, of those that it is likely to name."""
        asked = sample_statuses(self.criteria)
        if not self.criteria:
            return tuple(one for one in asked if self.is_success(one))
        verdicts = joint_verdicts(self.criteria)
        return tuple(one for one in asked if verdicts.of(one) is not False)

    def names(self, status: int) -> bool:
        """Whether the step names this status as one that it can go on with."""
        named = (one for each in self.criteria for one in status_constants(each))
        is_named = any(each == "==" and status_of(one) == status for each, one in named)
        return status in self.handled or (is_named and self.is_success(status))

    def demands(self, status: int) -> bool:
        """Whether the step names this status, and takes no success instead."""
        takes_success = any(map(self.is_success, SUCCESSES))
        return self.names(status) and self.is_success(status) and not takes_success


NO_EXPECTATION = StepExpectation()
Expectations: TypeAlias = Mapping[str, StepExpectation]
"""By the text of a step's key."""


def expectations_of(
    plan: Plan, flow: ValueFlow, cases: Mapping[str, str]
) -> dict[str, StepExpectation]:
    """What each step of a plan expects; ``cases`` are what steps are to get."""
    if "expectations" not in plan.memo:
        plan.memo["expectations"] = _expectations(plan, flow)
    known: dict[StepKey, StepExpectation] = plan.memo["expectations"]
    return {
        key.text(plan.entry): replace(one, case=case) if (case := case_of(key, cases)) else one
        for key, one in known.items()
    }


def case_of(key: StepKey, cases: Mapping[str, str]) -> str:
    """What a step is to get, by its name or that with its workflow; empty: nothing of its own."""
    return cases.get(f"{key.workflow}/{key.step}", cases.get(key.step, ""))


def _expectations(plan: Plan, flow: ValueFlow) -> dict[StepKey, StepExpectation]:
    found: dict[StepKey, StepExpectation] = {}
    givers = _givers(plan)
    for workflow in plan.workflows.values():
        for planned in workflow.steps:
            if not isinstance(planned.call, OperationCall):
                continue
            sinks = flow.bodies.get(planned.key, {})
            ways = dict.fromkeys((*body_reads(planned), *sinks))
            found[planned.key] = StepExpectation(
                tuple(one for one in map(criterion_parts, planned.criteria) if one.asks_status),
                tuple(body_read(sinks, way) for way in ways),
                planned.criteria,
                patience=_patience(planned),
                sends_invalid=planned.step.sends_invalid,
                handled=_handled(planned),
                literals=_literals(planned.call),
                is_anonymous=planned.call.source in givers and not _gives_credential(planned.call),
            )
    return found


def _handled(planned: StepPlan) -> frozenset[int]:
    """The statuses from 400 that an action names which goes to another step."""
    actions = [one.action for one in (*planned.on_failure, *planned.on_success)]
    criteria = [each for one in actions if isinstance(one, GotoAction) for each in one.criteria]
    required = (required_constants(criterion_parts(one)) for one in criteria)
    named = (status_of(one) for each in required for one in each)
    return frozenset(one for one in named if one is not None and one >= 400)


def _literals(call: OperationCall) -> frozenset[str]:
    """The path parameters whose value stands in the document."""
    paths = [one for one in call.arguments if one.parameter.location == "path"]
    return frozenset(one.parameter.name for one in paths if isinstance(one.value, Literal))


def _givers(plan: Plan) -> set[str]:
    """The sources to whose operations some step passes a credential by itself."""
    steps = (one for workflow in plan.workflows.values() for one in workflow.steps)
    calls = (one.call for one in steps if isinstance(one.call, OperationCall))
    return {one.source for one in calls if _passes_credential(one)}


def _gives_credential(call: OperationCall) -> bool:
    return bool(call.authorization.secrets) or _passes_credential(call)


def _passes_credential(call: OperationCall) -> bool:
    return any(
        is_carried(one.parameter, call.operation)
        or (one.parameter.location, one.parameter.name.lower()) == ("header", "authorization")
        for one in call.arguments
    )


def _patience(planned: StepPlan) -> int:
    """The attempts before the last in which a state need not be what the step waits for."""
    retries = [one.action for one in planned.on_failure if isinstance(one.action, RetryAction)]
    return min(
        (PATIENCE, *(1 if one.retry_limit is None else one.retry_limit for one in retries))
    ) if retries else 0  # fmt: skip


def body_read(sinks: Sinks, way: Tokens) -> BodyRead:
    """A read of a body or payload, with the schemas of where its value is sent then."""
    taking = sinks.get(way, [])
    schemas = tuple(one.schema for one in taking)
    return BodyRead(way, schemas, bool(taking) and all(one.is_text for one in taking))
