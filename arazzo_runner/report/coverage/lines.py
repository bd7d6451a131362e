"""Coverage in lines: the counts, and what a run has not covered."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.report.coverage.measure import (
    ActionBranch,
    Coverage,
    CriterionBranches,
    StatusCoverage,
    WorkflowBranches,
)
from arazzo_runner.report.safe_text import SafeText

CONDITION_LIMIT = 100
"""The characters of a condition that are shown."""


_NOUNS = {False: "documented statuses", True: "messages"}


def coverage_line(coverage: Coverage) -> str:
    """The counts: ``coverage: 1 of 2 operations, 1 of 4 documented statuses, 3 of 5 branches``."""
    return (
        f"coverage: {coverage.exercised:,} of {coverage.total:,} operations,"
        f" {coverage.statuses_exercised:,} of {coverage.statuses_total:,} {status_nouns(coverage)},"
        f" {coverage.branches_taken:,} of {coverage.branches_total:,} branches"
    )


def status_nouns(coverage: Coverage) -> str:
    """What is counted of operations: documented statuses, messages, or both."""
    kinds = {one.of_messages for one in coverage.statuses} or {False}
    return " and ".join(_NOUNS[one] for one in sorted(kinds))


def gap_lines(coverage: Coverage, shown: SafeText) -> Iterator[str]:
    """A line for each operation that lacks a status, and for each branch that was not taken.

    Operations that no workflow calls are many and no fault of a workflow: they are left out.
    """
    for one in coverage.statuses:
        if one.unexercised or one.undocumented:
            yield _status_line(one, shown)
    for workflow in coverage.workflows:
        yield from _workflow(workflow, shown)


def _status_line(one: StatusCoverage, shown: SafeText) -> str:
    name = one.operation.operation_id or f"{one.operation.method} {one.operation.path}"
    parts = []
    if one.unexercised:
        lacking = "not sent or received" if one.of_messages else "not returned"
        parts.append(f"{lacking}: {', '.join(one.unexercised)}")
    if one.undocumented:
        parts.append(f"returned but not documented: {', '.join(one.undocumented)}")
    return shown.text(f"`{name}` {'; '.join(parts)}")


def _workflow(workflow: WorkflowBranches, shown: SafeText) -> Iterator[str]:
    document = "" if workflow.document is None else f"{shown.text(workflow.document)}: "
    if not any(step.visits for step in workflow.steps):
        yield document + shown.text(f"workflow `{workflow.workflow_id}` never ran")
        return
    for step in workflow.steps:
        name = f"{document}`{workflow.workflow_id}/{step.step_id}`"
        if not step.visits:
            yield shown.text(f"{name} never ran")
            continue
        for criterion in step.criteria:
            yield from _criterion(name, criterion, shown)
        yield from _action_lines(name, step.actions, shown)
    yield from _action_lines(f"{document}`{workflow.workflow_id}`", workflow.actions, shown)


def _criterion(name: str, one: CriterionBranches, shown: SafeText) -> Iterator[str]:
    if one.held and one.unheld:
        return
    judged = one.held or one.unheld
    verdict = ("always passed" if one.held else "never passed") if judged else "was never evaluated"
    condition = shown.line(one.condition, CONDITION_LIMIT)
    stated = condition if one.kind == "implicit" else f"`{condition}`"
    yield f"{shown.text(name)}: criterion {verdict}: {stated}"


def _action_lines(name: str, actions: tuple[ActionBranch, ...], shown: SafeText) -> Iterator[str]:
    for one in actions:
        if not one.taken:
            target = f" `{one.target}`" if one.target else ""
            yield shown.text(
                f"{name}: on {one.after}, `{one.name}` ({one.type}{target}) was never taken"
            )
