"""The verdict on a run in one line."""

from __future__ import annotations

from collections.abc import Sequence

from arazzo_runner.executor.result import RunResult, Status, StepResult, WorkflowResult
from arazzo_runner.report.exit_code import ExitCode, Summary, summarize_run
from arazzo_runner.report.safe_text import count_text, duration_text
from arazzo_runner.report.terminal.style import TextStyle
from arazzo_runner.report.traversal import has_replay_failure

RUN_LIMITS = frozenset({"max-steps", "max-depth", "max-waits", "run-timeout"})
"""The codes of errors that are the run's, and no response's."""
NAMED = 3
"""So many workflows that did not pass are named."""


def verdict_line(result: RunResult, exit_code: int, look: TextStyle) -> str:
    """The verdict in words that fit the exit code, and how much ran.

    For example ``✓ 1 workflow passed, 3 steps, 3 requests, 3 criteria in 0.02 s``.
    """
    counts = f"{_counts(summarize_run(result))} in {_time(result.duration)}"
    if exit_code == ExitCode.PASSED:
        mark = look.style.paint(look.style.good, look.marks.passed)
        return f"{mark} {_passed_text(result)}, {counts}"
    mark = look.style.paint(look.style.bad, look.marks.failed)
    return f"{mark} {_trouble(result, exit_code, look)}; {counts}"


def _time(duration: float) -> str:
    return f"{duration:.2f} s" if duration < 60 else duration_text(duration)


def _counts(summary: Summary) -> str:
    criteria = count_text(summary.criteria_passed + summary.criteria_failed, "criterion")
    failed = f" ({summary.criteria_failed:,} failed)" if summary.criteria_failed else ""
    steps = count_text(sum(summary.steps.values()), "step")
    requests = count_text(summary.requests, "request")
    return f"{steps}, {requests}, {criteria}{failed}{_contract_text(summary)}"


def _contract_text(summary: Summary) -> str:
    """What the API descriptions say of the answers, apart from what failed."""
    if not summary.findings:
        return ""
    kinds = len(summary.findings)
    folded = f" of {count_text(kinds, 'kind')}" if kinds < summary.finding_count else ""
    return f", {count_text(summary.finding_count, 'contract finding')}{folded}"


def _passed_text(result: RunResult) -> str:
    workflows = summarize_run(result).workflows
    skipped = workflows.get(Status.SKIPPED, 0)
    also = f", {skipped:,} skipped" if skipped else ""
    return f"{count_text(workflows.get(Status.PASSED, 0), 'workflow')} passed{also}"


def _trouble(result: RunResult, exit_code: int, look: TextStyle) -> str:
    match exit_code:
        case ExitCode.INTERRUPTED | ExitCode.TERMINATED:
            return "interrupted" if exit_code == ExitCode.INTERRUPTED else "terminated"
        case ExitCode.NOTHING:
            return "no workflow was run"
        case ExitCode.USAGE | ExitCode.INVALID if not result.workflows:
            return "no workflow could be run"
        case ExitCode.USAGE:
            return _failed_workflows(result, "ended without accepted credentials", look)
        case ExitCode.FAILED:
            return _failed_workflows(result, "failed", look)
        case ExitCode.NO_RESPONSE:
            return _failed_workflows(result, _is_limit_error(result), look)
        case _:
            return f"ended with exit code {int(exit_code)}"


def _is_limit_error(result: RunResult) -> str:
    """Whether all were ended by the run's own limits: no response is to blame then."""
    reasons = [one.error for one in result.workflows if one.status is Status.ERROR]
    codes = {one.code if one else "" for one in reasons}
    limited = codes and codes <= RUN_LIMITS
    return "stopped at a limit" if limited else "ended without a usable response"


def _failed_workflows(result: RunResult, words: str, look: TextStyle) -> str:
    unpassed = [one for one in result.workflows if one.status in (Status.FAILED, Status.ERROR)]
    total = count_text(len(result.workflows), "workflow")
    return f"{len(unpassed):,} of {total} {words}: {_names(unpassed, look)}"


def _names(workflows: Sequence[WorkflowResult], look: TextStyle) -> str:
    named = ", ".join(_name(one, look) for one in workflows[:NAMED])
    more = len(workflows) - NAMED
    return f"{named} and {more:,} more" if more > 0 else named


def _name(workflow: WorkflowResult, look: TextStyle) -> str:
    name = f"`{look.shown.text(workflow.title)}`"
    blamed = _failed_step(workflow)
    return f"{name} at step `{look.shown.text(blamed.step_id)}`" if blamed else name


def _failed_step(workflow: WorkflowResult) -> StepResult | None:
    """The step that ended a workflow, or the first that a recording had something against."""
    if workflow.steps and not workflow.steps[-1].passed:
        return workflow.steps[-1]
    return next((one for one in workflow.steps if has_replay_failure(one)), None)
