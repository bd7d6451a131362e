"""The exit code of a run, which says whose fault it is, and the counts of its summary.

The counts stand in the report's ``summary`` and in the console's last line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum

from msgspec import Struct

from arazzo_runner.executor.result import Attempt, RunResult, Status, StepResult, WorkflowResult
from arazzo_runner.openapi.response.contract import CheckResult
from arazzo_runner.report.checks import Folded, fold_findings, sum_findings
from arazzo_runner.report.redirects import followed_redirects
from arazzo_runner.report.traversal import steps_of


class ExitCode(IntEnum):
    """What the process tells its caller."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    INVALID = 3
    NO_RESPONSE = 4
    NOTHING = 5
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


_PRECEDENCE = (
    ExitCode.BUG,
    ExitCode.TERMINATED,
    ExitCode.INTERRUPTED,
    ExitCode.INVALID,
    ExitCode.USAGE,
    ExitCode.FAILED,
    ExitCode.NO_RESPONSE,
    ExitCode.NOTHING,
)


def first_code(codes: Iterable[int]) -> ExitCode:
    """The one exit code for several: the first of 70, 143, 130, 3, 2, 1, 4, 5 that applies."""
    given = set(codes)
    return next((code for code in _PRECEDENCE if code in given), ExitCode.PASSED)


def exit_code(result: RunResult) -> ExitCode:
    """0, 1, 2, 4 or 5 for the workflows that ran; 5 also when none of them passed or failed."""
    ended = {workflow.status for workflow in result.workflows}
    if any(map(is_missing_credentials, result.workflows)):
        return ExitCode.USAGE
    if Status.FAILED in ended:
        return ExitCode.FAILED
    if Status.ERROR in ended:
        return ExitCode.NO_RESPONSE
    return ExitCode.PASSED if Status.PASSED in ended else ExitCode.NOTHING


def is_missing_credentials(workflow: WorkflowResult) -> bool:
    """Whether a workflow ended because credentials of the call were refused, called ones too."""
    if workflow.status is not Status.ERROR or not workflow.steps:
        return False
    last = workflow.steps[-1]
    if last.workflow is not None:
        return is_missing_credentials(last.workflow)
    errors = (attempt.error for attempt in last.attempts[-1:])
    return any(error is not None and error.fault == "call" for error in errors)


def status_of(code: int) -> Status:
    """The status of a whole run in words, derived from its exit code so that they agree."""
    match code:
        case ExitCode.PASSED:
            return Status.PASSED
        case ExitCode.FAILED:
            return Status.FAILED
        case _:
            return Status.ERROR


def document_status(result: RunResult) -> Status:
    """``passed``, ``failed`` or ``error`` for the workflows that ran; nothing ran: ``error``."""
    return status_of(exit_code(result))


class Summary(Struct, frozen=True):
    """Counts over a run, with what steps called and retries ran.

    ``steps`` counts visits, ``requests`` those of every attempt, redirects too, ``messages`` those
    that were sent and received.
    ``criteria_passed`` and ``criteria_failed`` count the last attempt of each visit, whose
    verdict is the step's;
    ``findings`` are the contract checks that did not hold in these, equal ones folded.
    """

    workflows: Mapping[Status, int]
    steps: Mapping[Status, int]
    requests: int
    criteria_passed: int
    criteria_failed: int
    findings: tuple[Folded, ...] = ()
    messages: int = 0

    @property
    def finding_count(self) -> int:
        """How many contract checks did not hold."""
        return sum(one.times for one in self.findings)


NO_SUMMARY = Summary({}, {}, 0, 0, 0)
"""Of what did not run."""


def sum_summaries(summaries: Iterable[Summary]) -> Summary:
    """The counts of several runs together."""
    workflows, steps = Counter[Status](), Counter[Status]()
    requests = messages = passed = failed = 0
    findings: list[Folded] = []
    for one in summaries:
        workflows.update(one.workflows)
        steps.update(one.steps)
        requests += one.requests
        messages += one.messages
        passed += one.criteria_passed
        failed += one.criteria_failed
        findings += one.findings
    folded = tuple(sum_findings(findings))
    return Summary(workflows, steps, requests, passed, failed, folded, messages)


def summarize_run(result: RunResult) -> Summary:
    """Count what is in a result."""
    steps = list(steps_of(result.workflows))
    passed, failed = _count_criteria(steps)
    return Summary(
        Counter(workflow.status for workflow in result.workflows),
        Counter(step.status for step in steps),
        sum(_count_requests(attempt) for step in steps for attempt in step.attempts),
        passed,
        failed,
        tuple(fold_findings(_last_checks(steps))),
        sum(attempt.message is not None for step in steps for attempt in step.attempts),
    )


def _count_requests(attempt: Attempt) -> int:
    """The request of an attempt, and those that followed redirects."""
    return (attempt.request is not None) + sum(1 for _ in followed_redirects(attempt))


def _last_checks(steps: list[StepResult]) -> Iterator[CheckResult]:
    for step in steps:
        for attempt in step.attempts[-1:]:
            yield from attempt.checks


def _count_criteria(steps: list[StepResult]) -> tuple[int, int]:
    judged = [
        criterion.passed
        for step in steps
        for attempt in step.attempts[-1:]
        for criterion in attempt.criteria
    ]
    return sum(judged), len(judged) - sum(judged)
