"""The branches of a workflow, and how often each was taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal as Choice
from typing import TypeAlias, assert_never

from msgspec import Struct

from arazzo_runner.document.model import (
    Criterion,
    EndAction,
    GotoAction,
    QueryCriterion,
    RetryAction,
    SimpleCriterion,
)
from arazzo_runner.executor.actions import target_name
from arazzo_runner.executor.plan import PlannedAction, StepPlan, WorkflowCall, WorkflowPlan
from arazzo_runner.executor.result import Attempt, CriterionResult, StepResult

StepVisits: TypeAlias = Mapping[object, Sequence[StepResult]]
"""The visits of each step, by its place."""

_ActionKey: TypeAlias = tuple[bool, str, str]
"""Whether after a success, the level, and the name of an action."""


class CriterionBranches(Struct, frozen=True):
    """A criterion, and how often it held and did not; ``context`` is that of a query."""

    kind: Choice["simple", "regex", "jsonpath", "xpath", "implicit"]
    condition: str
    context: str | None
    held: int
    unheld: int


class ActionBranch(Struct, frozen=True):
    """An action, and how often it was taken; ``after`` tells whether of success or failure."""

    name: str
    type: Choice["end", "goto", "retry"]
    after: Choice["success", "failure"]
    target: str | None
    taken: int


class StepBranches(Struct, frozen=True):
    """A step with its own branches."""

    step_id: str
    visits: int
    criteria: tuple[CriterionBranches, ...]
    actions: tuple[ActionBranch, ...]


class WorkflowBranches(Struct, frozen=True):
    """A workflow, with the actions that it gives to all of its steps."""

    workflow_id: str
    runs: int
    steps: tuple[StepBranches, ...]
    actions: tuple[ActionBranch, ...]

    @property
    def _counts(self) -> Iterator[int]:
        for step in self.steps:
            for criterion in step.criteria:
                yield from (criterion.held, criterion.unheld)
            yield from (action.taken for action in step.actions)
        yield from (action.taken for action in self.actions)

    @property
    def taken(self) -> int:
        """How many of its branches were taken."""
        return sum(count > 0 for count in self._counts)

    @property
    def total(self) -> int:
        """How many branches it has."""
        return sum(1 for _ in self._counts)


def workflow_branches(workflow: WorkflowPlan, runs: int, visits: StepVisits) -> WorkflowBranches:
    """The branches of a workflow that ran ``runs`` times."""
    taken = {
        step.step.place: _taken_counts(visits.get(step.step.place, ())) for step in workflow.steps
    }
    steps = tuple(
        _of_step(one, visits.get(one.step.place, ()), taken[one.step.place])
        for one in workflow.steps
    )
    everywhere = sum(taken.values(), Counter[_ActionKey]())
    shared = {
        (one.after, one.name): one
        for step in workflow.steps
        for one in _action_branches(step, "workflow", everywhere)
    }
    return WorkflowBranches(workflow.workflow.workflow_id, runs, steps, tuple(shared.values()))


def _of_step(
    planned: StepPlan, visits: Sequence[StepResult], taken: Counter[_ActionKey]
) -> StepBranches:
    criteria = (*_implicit_branches(planned, visits), *_criterion_branches(planned, visits))
    return StepBranches(
        planned.step.step_id, len(visits), criteria, tuple(_action_branches(planned, "step", taken))
    )


def _attempts(visits: Iterable[StepResult]) -> Iterator[Attempt]:
    return (attempt for visit in visits for attempt in visit.attempts)


def _implicit_branches(
    planned: StepPlan, visits: Sequence[StepResult]
) -> Iterator[CriterionBranches]:
    """What no document states: a 2xx status where there are no criteria; that a call passed."""
    if planned.criteria and not isinstance(planned.call, WorkflowCall):
        return
    judged = [one for each in _attempts(visits) for one in each.criteria if one.kind == "implicit"]
    name = (
        f"workflow {planned.call.key[1]} passed"
        if isinstance(planned.call, WorkflowCall)
        else "2xx"
    )
    yield CriterionBranches("implicit", name, None, *_outcomes(judged))


def _criterion_branches(
    planned: StepPlan, visits: Sequence[StepResult]
) -> Iterator[CriterionBranches]:
    stated = [
        [one for one in each.criteria if one.kind != "implicit"] for each in _attempts(visits)
    ]
    for position, criterion in enumerate(planned.criteria):
        judged = [each[position] for each in stated if position < len(each)]
        kind, context = _kind(criterion)
        yield CriterionBranches(kind, criterion.text, context, *_outcomes(judged))


def _kind(
    criterion: Criterion,
) -> tuple[Choice["simple", "regex", "jsonpath", "xpath"], str | None]:
    match criterion:
        case SimpleCriterion():
            return "simple", None
        case QueryCriterion(kind=kind, context=context):
            return kind, context.text if context else None
        case _:
            assert_never(criterion)


def _outcomes(judged: Sequence[CriterionResult]) -> tuple[int, int]:
    held = sum(one.passed for one in judged)
    return held, len(judged) - held


def _taken_counts(visits: Iterable[StepResult]) -> Counter[_ActionKey]:
    decided = ((each.succeeded, each.action) for each in _attempts(visits) if each.action)
    return Counter((succeeded, action.level, action.name) for succeeded, action in decided)


def _action_branches(
    planned: StepPlan, level: Choice["step", "workflow"], taken: Counter[_ActionKey]
) -> Iterator[ActionBranch]:
    for one in planned.on_success:
        if one.level == level:
            yield _action(one, "success", taken[True, level, one.action.name])
    for one in planned.on_failure:
        if one.level == level:
            yield _action(one, "failure", taken[False, level, one.action.name])


def _action(
    planned: PlannedAction, after: Choice["success", "failure"], taken: int
) -> ActionBranch:
    return ActionBranch(planned.action.name, _type(planned), after, target_name(planned), taken)


def _type(planned: PlannedAction) -> Choice["end", "goto", "retry"]:
    match planned.action:
        case EndAction():
            return "end"
        case GotoAction():
            return "goto"
        case RetryAction():
            return "retry"
        case _:
            assert_never(planned.action)
