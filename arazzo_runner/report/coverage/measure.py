"""Coverage: which operations, statuses and branches a run has covered.

A branch is what an author has written for one of several outcomes: a criterion has two (passed,
failed), an action one (taken).
"""

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
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import (
    OperationCall,
    PlannedAction,
    StepPlan,
    WorkflowCall,
    WorkflowPlan,
)
from arazzo_runner.executor.result import Attempt, CriterionResult, RunResult, Status, StepResult
from arazzo_runner.openapi.model import Operation
from arazzo_runner.openapi.response.contract import documented_statuses, response_for
from arazzo_runner.report.traversal import OperationName, operation_name, steps_of, workflows_of

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
    """A workflow, with the actions that it gives to all of its steps.

    ``document`` is that of the workflow where there are several.
    """

    workflow_id: str
    runs: int
    steps: tuple[StepBranches, ...]
    actions: tuple[ActionBranch, ...]
    document: str | None = None

    @property
    def _counts(self) -> Iterator[int]:
        for step in self.steps:
            for criterion in step.criteria:
                yield from (criterion.held, criterion.unheld)
            yield from (action.taken for action in step.actions)
        yield from (action.taken for action in self.actions)

    @property
    def taken_count(self) -> int:
        """How many of its branches were taken."""
        return sum(count > 0 for count in self._counts)

    @property
    def total(self) -> int:
        """How many branches it has."""
        return sum(1 for _ in self._counts)


def workflow_branches(workflow: WorkflowPlan, runs: int, visits: StepVisits) -> WorkflowBranches:
    """The branches of a workflow that ran ``runs`` times."""
    everywhere = Counter[_ActionKey]()
    steps: list[StepBranches] = []
    for step in workflow.steps:
        own = visits.get(step.step.place, ())
        taken = _taken_counts(own)
        everywhere.update(taken)
        steps.append(_of_step(step, own, taken))
    shared = {
        (one.after, one.name): one
        for step in workflow.steps
        for one in _action_branches(step, "workflow", everywhere)
    }
    return WorkflowBranches(
        workflow.workflow.workflow_id, runs, tuple(steps), tuple(shared.values())
    )


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
    if isinstance(planned.call, ChannelCall):
        return
    if planned.criteria and not isinstance(planned.call, WorkflowCall):
        return
    judged = [one for each in _attempts(visits) for one in each.criteria if one.kind == "implicit"]
    name = (
        f"workflow {planned.call.key.workflow} passed"
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


class StatusCoverage(Struct, frozen=True):
    """Of an operation that workflows call: which of its documented statuses came, and others.

    ``of_messages``: they are the names of messages, of an operation of an AsyncAPI description.
    """

    operation: OperationName
    exercised: tuple[str, ...]
    unexercised: tuple[str, ...]
    undocumented: tuple[str, ...]
    of_messages: bool = False


class Coverage(Struct, frozen=True):
    """What was gone through.

    ``exercised`` of ``total`` operations answered at least once; ``statuses`` are those of the
    operations that the workflows call, ``workflows`` the workflows that could be reached.
    """

    exercised: int
    total: int
    unexercised: tuple[OperationName, ...]
    statuses: tuple[StatusCoverage, ...]
    workflows: tuple[WorkflowBranches, ...]

    @property
    def statuses_exercised(self) -> int:
        """How many documented statuses came."""
        return sum(len(one.exercised) for one in self.statuses)

    @property
    def statuses_total(self) -> int:
        """How many statuses are documented."""
        return self.statuses_exercised + sum(len(one.unexercised) for one in self.statuses)

    @property
    def branches_taken(self) -> int:
        """How many branches were taken."""
        return sum(one.taken_count for one in self.workflows)

    @property
    def branches_total(self) -> int:
        """How many branches there are."""
        return sum(one.total for one in self.workflows)


def measure_coverage(
    result: RunResult, operations: Iterable[OperationName], workflows: Sequence[WorkflowPlan]
) -> Coverage:
    """Hold a result against the ``operations`` of all sources and the ``workflows`` of its plan."""
    steps = list(steps_of(result.workflows))
    known = tuple(operations)
    messages = list(_message_coverage(steps, workflows))
    answered = {name for name, _, _ in _answers(steps)}
    answered |= {one.operation for one in messages if one.exercised}
    unexercised = tuple(one for one in known if one not in answered)
    visits = _visits(steps)
    ran = (one for one in workflows_of(result.workflows) if one.status is not Status.SKIPPED)
    runs = Counter(one.place for one in ran)
    return Coverage(
        len(known) - len(unexercised),
        len(known),
        unexercised,
        (*_status_coverage(steps, workflows), *messages),
        tuple(workflow_branches(one, runs[one.workflow.place], visits) for one in workflows),
    )


def _visits(steps: Iterable[StepResult]) -> StepVisits:
    found: dict[object, list[StepResult]] = {}
    for step in steps:
        found.setdefault(step.place, []).append(step)
    return found


def _answers(steps: Iterable[StepResult]) -> Iterator[tuple[OperationName, Operation, int]]:
    for step in steps:
        for attempt in step.attempts:
            if step.operation and attempt.response:
                name = operation_name(step.source, step.operation)
                yield name, step.operation, attempt.response.status


def _status_coverage(
    steps: Iterable[StepResult], workflows: Iterable[WorkflowPlan]
) -> Iterator[StatusCoverage]:
    called: dict[OperationName, tuple[Operation, set[int]]] = {}
    for name, operation in _called_operations(workflows):
        called.setdefault(name, (operation, set()))
    for name, operation, status in _answers(steps):
        called.setdefault(name, (operation, set()))[1].add(status)
    for name, (operation, came) in called.items():
        yield _of_operation(name, operation, came)


def _message_coverage(
    steps: Sequence[StepResult], workflows: Iterable[WorkflowPlan]
) -> Iterator[StatusCoverage]:
    calls = [
        step.call
        for workflow in workflows
        for step in workflow.steps
        if isinstance(step.call, ChannelCall)
    ]
    if not calls:
        return
    from arazzo_runner.report.coverage.channels import covered_messages

    for name, known in covered_messages(calls, steps).items():
        taken = tuple(one for one, is_covered in known.items() if is_covered)
        left = tuple(one for one, is_covered in known.items() if not is_covered)
        yield StatusCoverage(name, taken, left, (), of_messages=True)


def _called_operations(
    workflows: Iterable[WorkflowPlan],
) -> Iterator[tuple[OperationName, Operation]]:
    for step in (step for workflow in workflows for step in workflow.steps):
        if isinstance(step.call, OperationCall):
            operation = step.call.operation
            yield operation_name(step.call.source, operation), operation


def _of_operation(name: OperationName, operation: Operation, came: set[int]) -> StatusCoverage:
    entries = {status: response_for(operation, status) for status in sorted(came)}
    met = {entry.status for entry in entries.values() if entry}
    documented = documented_statuses(operation)
    return StatusCoverage(
        name,
        tuple(one for one in documented if one in met),
        tuple(one for one in documented if one not in met),
        tuple(str(status) for status, entry in entries.items() if entry is None),
    )
