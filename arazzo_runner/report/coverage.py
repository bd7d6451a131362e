"""How much of the descriptions and of the workflows a run has gone through.

A branch is what an author has written for one of several outcomes: a criterion has two (it holds,
it does not), an action one (it is taken).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from arazzo_runner.executor.plan import OperationCall, WorkflowPlan
from arazzo_runner.executor.result import RunResult, Status, StepResult
from arazzo_runner.openapi.model import Operation
from arazzo_runner.openapi.response.contract import documented_statuses, response_for
from arazzo_runner.report.branches import StepVisits, WorkflowBranches, workflow_branches
from arazzo_runner.report.names import OperationName, operation_name
from arazzo_runner.report.walk import steps_of, workflows_of


class StatusCoverage(Struct, frozen=True):
    """Of an operation that workflows call: which of its documented statuses came, and others."""

    operation: OperationName
    exercised: tuple[str, ...]
    unexercised: tuple[str, ...]
    undocumented: tuple[str, ...]


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
        return sum(one.taken for one in self.workflows)

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
    answered = {name for name, _, _ in _answers(steps)}
    unexercised = tuple(one for one in known if one not in answered)
    visits = _visits(steps)
    ran = (one for one in workflows_of(result.workflows) if one.status is not Status.SKIPPED)
    runs = Counter(one.place for one in ran)
    return Coverage(
        len(known) - len(unexercised),
        len(known),
        unexercised,
        tuple(_status_coverage(steps, workflows)),
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
