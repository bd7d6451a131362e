"""What a rule about a step looks at: the step in its plan, and the answers it can get."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from msgspec import Struct, field

from arazzo_runner.check.outcomes import Outcome, outcomes, passing
from arazzo_runner.document.model import Criterion
from arazzo_runner.executor.plan import OperationCall, Plan, StepPlan, WorkflowKey, WorkflowPlan
from arazzo_runner.operation.model import Operation


class StepView(Struct, frozen=True):
    """A step that calls an operation.

    ``every`` are the outcomes that the operation documents, ``passing`` those with which the
    step's criteria can hold, ``answers`` those that a step which succeeds reads: where none can be,
    all successes. ``views`` has the views of all steps that were looked at.
    """

    workflow: WorkflowPlan
    step: StepPlan
    call: OperationCall
    every: tuple[Outcome, ...]
    passing: tuple[Outcome, ...]
    answers: tuple[Outcome, ...]
    views: Views
    # What was worked out about the values that the step reads; a cache, not state.
    memo: dict[tuple[str, int], Any] = field(default_factory=dict)

    def beside(self, step: StepPlan) -> StepView | None:
        """The view of another step of the workflow; None when it calls no operation."""
        return view_of(self.workflow, step, self.views)

    @property
    def operation(self) -> Operation:
        """The operation that the step calls."""
        return self.call.operation

    @property
    def called(self) -> str:
        """The operation as messages name it."""
        operation = self.operation
        return f"`{operation.operation_id or f'{operation.method} {operation.path}'}`"

    @property
    def expects_refusal(self) -> bool:
        """Whether the step is there to be refused: it succeeds with 4xx and 5xx alone."""
        return bool(self.passing) and all(one.status >= 400 for one in self.passing)


Views: TypeAlias = dict[tuple[WorkflowKey, str], StepView]


def views_of(plan: Plan) -> Iterator[StepView]:
    """The steps of a plan that call operations."""
    views: Views = {}
    for workflow in plan.workflows.values():
        for step in workflow.steps:
            view = view_of(workflow, step, views)
            if view is not None:
                yield view


def view_of(workflow: WorkflowPlan, step: StepPlan, views: Views) -> StepView | None:
    """The view of one step, made once; None when it calls no operation."""
    if not isinstance(step.call, OperationCall):
        return None
    key = (workflow.key, step.step.step_id)
    if key not in views:
        every = outcomes(step.call.operation, _criteria(step))
        possible = passing(every, step.criteria)
        successes = tuple(one for one in every if 200 <= one.status <= 299)
        answers = possible or successes or every
        views[key] = StepView(workflow, step, step.call, every, possible, answers, views)
    return views[key]


def _criteria(step: StepPlan) -> Iterator[Criterion]:
    yield from step.criteria
    for planned in (*step.on_success, *step.on_failure):
        yield from planned.action.criteria
