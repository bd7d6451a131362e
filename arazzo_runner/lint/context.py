"""What a rule about a step looks at: the step in its plan, and the answers it can get."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from msgspec import Struct, field

from arazzo_runner.document.rules.expressions import PlacedExpression, step_expressions
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import (
    OperationCall,
    Plan,
    StepKey,
    StepPlan,
    WorkflowCall,
    WorkflowKey,
    WorkflowPlan,
)
from arazzo_runner.lint.partial_evaluation import (
    ConditionParts,
    StatusVerdicts,
    criterion_parts,
    joint_verdicts,
)
from arazzo_runner.lint.responses import ResponseOutcome, passing_outcomes, response_outcomes
from arazzo_runner.openapi.model import Operation

T = TypeVar("T")

_CRITERIA: Final = ("criteria",)


class StepContext(Struct, frozen=True):
    """A step that calls an operation.

    ``every`` are the outcomes that the operation documents, ``passing`` those with which the
    step's criteria can hold, ``answers`` those that a step which succeeds reads: where none can be,
    all successes. ``views`` are those of all steps of the plan.
    """

    workflow: WorkflowPlan
    step: StepPlan
    call: OperationCall
    outcomes: tuple[ResponseOutcome, ...]
    passing: tuple[ResponseOutcome, ...]
    answers: tuple[ResponseOutcome, ...]
    views: StepContexts
    # What was worked out about the step; a cache, not state.
    memo: dict[tuple[object, ...], Any] = field(default_factory=dict)
    message: ChannelCall | None = None
    """What a step of a channel sends or receives; its ``call`` is a stand-in."""

    def cached(self, key: tuple[object, ...], work_out: Callable[[], T]) -> T:
        """What was worked out about this step under a key, once."""
        if key not in self.memo:
            self.memo[key] = work_out()
        found: T = self.memo[key]
        return found

    @property
    def criteria(self) -> tuple[ConditionParts, ...]:
        """What stands in each success criterion, and what it says of each status."""
        criteria = self.step.criteria
        return self.cached(_CRITERIA, lambda: tuple(map(criterion_parts, criteria)))

    @property
    def expressions(self) -> tuple[PlacedExpression, ...]:
        """All expressions of the step, each with its place."""
        return step_expressions(self.workflow.unit.document, self.step.step)

    def cached_for_operation(self, key: tuple[object, ...], work_out: Callable[[], T]) -> T:
        """What was worked out about the called operation under a key, once for all its steps."""
        memo = self.operation.description.memo
        whole = (*key, self.operation.place.source, self.operation.place.pointer)
        if whole not in memo:
            memo[whole] = work_out()
        found: T = memo[whole]
        return found

    def beside(self, step_id: str) -> StepContext | None:
        """The view of a step of the workflow; None when there is none that calls an operation."""
        return self.views.of(self.workflow.key, step_id)

    @property
    def operation(self) -> Operation:
        """The operation that the step calls."""
        return self.call.operation

    @property
    def operation_label(self) -> str:
        """The operation as messages name it."""
        operation = self.operation
        return f"`{operation.name}`"

    @property
    def expects_refusal(self) -> bool:
        """Whether the step is there to be refused: it succeeds with 4xx and 5xx alone."""
        return _is_refusal(self.passing, _joint(self.criteria))


class StepContexts(Struct, frozen=True):
    """The views of a plan's steps, each made when it is first asked for.

    ``inputs`` is what was worked out about the workflows' inputs.
    """

    plans: dict[StepKey, tuple[WorkflowPlan, StepPlan, OperationCall | ChannelCall]]
    made: dict[StepKey, StepContext] = field(default_factory=dict)
    inputs: dict[WorkflowKey, Any] = field(default_factory=dict)

    def of(self, workflow: WorkflowKey, step_id: str) -> StepContext | None:
        """The view of one step; None when there is none that calls an operation."""
        key = workflow.step(step_id)
        return self.at(key) if key in self.plans else None

    def at(self, key: StepKey) -> StepContext:
        """The view of a step that is there."""
        if key not in self.made:
            self.made[key] = _step_context(*self.plans[key], self)
        return self.made[key]


def step_contexts(plan: Plan) -> Iterator[StepContext]:
    """The steps of a plan that call operations, or are of a channel."""
    views = lazy_contexts(plan)
    yield from map(views.at, views.plans)
    views.made.clear()  # they and the views know each other, and would wait for the collector


def lazy_contexts(plan: Plan) -> StepContexts:
    """The views of those steps, made where one is asked for; they stay as long as this does."""
    return StepContexts(
        {
            step.key: (workflow, step, step.call)
            for workflow in plan.workflows.values()
            for step in workflow.steps
            if not isinstance(step.call, WorkflowCall)
        }
    )


def _step_context(
    workflow: WorkflowPlan, step: StepPlan, call: OperationCall | ChannelCall, views: StepContexts
) -> StepContext:
    if isinstance(call, ChannelCall):
        from arazzo_runner.lint.channels.context import stand_in_call

        return StepContext(workflow, step, stand_in_call(call), (), (), (), views, message=call)
    criteria = tuple(map(criterion_parts, step.criteria))
    every = response_outcomes(call.operation, (*criteria, *_of_actions(step)))
    verdicts = _joint(criteria)
    possible = passing_outcomes(every, verdicts)
    successes = tuple(one for one in every if 200 <= one.status <= 299)
    answers = possible or successes or every
    if not possible and _is_refusal(possible, verdicts):
        answers = ()  # nothing is known of an answer that nobody documents
    memo: dict[tuple[object, ...], Any] = {_CRITERIA: criteria}
    return StepContext(workflow, step, call, every, possible, answers, views, memo)


def _joint(criteria: tuple[ConditionParts, ...]) -> StatusVerdicts | None:
    return joint_verdicts(criteria) if criteria else None


def _is_refusal(possible: tuple[ResponseOutcome, ...], verdicts: StatusVerdicts | None) -> bool:
    """Whether criteria hold for 4xx and 5xx alone, documented or, where none is, at all."""
    if possible or verdicts is None:
        return bool(possible) and all(one.status >= 400 for one in possible)
    return verdicts.is_failure


def _of_actions(step: StepPlan) -> Iterator[ConditionParts]:
    for planned in (*step.on_success, *step.on_failure):
        yield from map(criterion_parts, planned.action.criteria)
