"""How much ran: the counts in the report's ``summary`` and in the console's last line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from arazzo_runner.executor.result import RunResult, Status, StepResult
from arazzo_runner.report.walk import steps_of


class Summary(Struct, frozen=True):
    """Counts over a run, with what steps called and retries ran.

    ``steps`` counts visits, ``requests`` those of every attempt. ``criteria_passed`` and
    ``criteria_failed`` count the last attempt of each visit, whose verdict is the step's.
    """

    workflows: Mapping[Status, int]
    steps: Mapping[Status, int]
    requests: int
    criteria_passed: int
    criteria_failed: int


def summarize_run(result: RunResult) -> Summary:
    """Count what is in a result."""
    steps = list(steps_of(result.workflows))
    passed, failed = _count_criteria(steps)
    return Summary(
        Counter(workflow.status for workflow in result.workflows),
        Counter(step.status for step in steps),
        sum(attempt.request is not None for step in steps for attempt in step.attempts),
        passed,
        failed,
    )


def _count_criteria(steps: list[StepResult]) -> tuple[int, int]:
    judged = [
        criterion.passed
        for step in steps
        for attempt in step.attempts[-1:]
        for criterion in attempt.criteria
    ]
    return sum(judged), len(judged) - sum(judged)
