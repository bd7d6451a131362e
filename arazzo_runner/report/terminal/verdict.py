"""The verdict on a run in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from arazzo_runner.executor.result import RunResult, Status, StepResult, WorkflowResult
from arazzo_runner.report.exit_code import ExitCode, Summary, summarize_run
from arazzo_runner.report.model import DocumentReport, FailedWorkflow, RunReport
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
        return f"{mark} {_passed_text(summarize_run(result))}, {counts}"
    mark = look.style.paint(look.style.bad, look.marks.failed)
    return f"{mark} {_trouble(result, exit_code, look)}; {counts}"


def report_verdict(run: RunReport, look: TextStyle) -> str:
    """The verdict on all that a report has, which may be several documents."""
    if not run.documents:
        return verdict_line(run.result, run.exit_code, look)
    summary = run.summary
    counts = f"{_counts(summary)} in {_time(run.duration)}"
    documents = count_text(len(run.documents), "document")
    if run.exit_code == ExitCode.PASSED:
        mark = look.style.paint(look.style.good, look.marks.passed)
        return f"{mark} {documents}, {_passed_text(summary)}, {counts}"
    mark = look.style.paint(look.style.bad, look.marks.failed)
    if summary.workflows.get(Status.PASSED) and not any(one.failed for one in run.documents):
        counts = f"{_passed_text(summary)}, {counts}"
    return f"{mark} {documents}: {', '.join(_troubles(run, summary, look))}; {counts}"


def _troubles(run: RunReport, summary: Summary, look: TextStyle) -> Iterator[str]:
    """What is wrong with several documents, the worst first."""
    if run.exit_code in (ExitCode.INTERRUPTED, ExitCode.TERMINATED):
        yield "interrupted" if run.exit_code == ExitCode.INTERRUPTED else "terminated"
    lost = [one.document for one in run.documents if _is_lost(one)]
    if lost:
        yield f"{len(lost):,} could not be run: {_documents(lost, look)}"
    failed = [(one.document, each) for one in run.documents for each in one.failed]
    if failed:
        total = count_text(sum(summary.workflows.values()), "workflow")
        names = [f"`{_text(document, look)}`: {_blame(one, look)}" for document, one in failed]
        yield f"{len(failed):,} of {total} failed: {_name_list(names)}"
    idle = [one.document for one in run.documents if one.exit_code == ExitCode.NOTHING]
    if idle and run.exit_code == ExitCode.NOTHING:
        yield f"no workflow was run of {_documents(idle, look)}"


def _is_lost(document: DocumentReport) -> bool:
    """Whether it could not be run at all."""
    codes = (ExitCode.USAGE, ExitCode.INVALID, ExitCode.BUG)
    return document.exit_code in codes and not document.summary.workflows


def _documents(documents: Sequence[str], look: TextStyle) -> str:
    return _name_list([f"`{_text(one, look)}`" for one in documents])


def _text(text: str, look: TextStyle) -> str:
    return look.shown.text(text)


def _blame(workflow: FailedWorkflow, look: TextStyle) -> str:
    name = f"`{_text(workflow.title, look)}`"
    return name if workflow.step_id is None else f"{name} at step `{_text(workflow.step_id, look)}`"


def failed_workflows(result: RunResult) -> Iterator[FailedWorkflow]:
    """The workflows that did not pass, each with the step that is to blame."""
    for one in result.workflows:
        if one.status in (Status.FAILED, Status.ERROR):
            step = _failed_step(one)
            yield FailedWorkflow(one.title, step.step_id if step else None)


def _time(duration: float) -> str:
    return f"{duration:.2f} s" if duration < 60 else duration_text(duration)


def _counts(summary: Summary) -> str:
    criteria = count_text(summary.criteria_passed + summary.criteria_failed, "criterion")
    failed = f" ({summary.criteria_failed:,} failed)" if summary.criteria_failed else ""
    steps = count_text(sum(summary.steps.values()), "step")
    if skipped := summary.steps.get(Status.SKIPPED, 0):
        steps += f" ({skipped:,} skipped)"
    requests = count_text(summary.requests, "request")
    if summary.messages:
        requests += f", {count_text(summary.messages, 'message')}"
    return f"{steps}, {requests}, {criteria}{failed}{_contract_text(summary)}"


def _contract_text(summary: Summary) -> str:
    """What the API descriptions say of the answers, apart from what failed."""
    if not summary.findings:
        return ""
    kinds = len(summary.findings)
    folded = f" of {count_text(kinds, 'kind')}" if kinds < summary.finding_count else ""
    return f", {count_text(summary.finding_count, 'contract finding')}{folded}"


def _passed_text(summary: Summary) -> str:
    workflows = summary.workflows
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
    failed = list(failed_workflows(result))
    total = count_text(len(result.workflows), "workflow")
    return (
        f"{len(failed):,} of {total} {words}: {_name_list([_blame(one, look) for one in failed])}"
    )


def _name_list(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    named = ", ".join(names[:NAMED])
    return f"{named} and {more:,} more" if more > 0 else named


def _failed_step(workflow: WorkflowResult) -> StepResult | None:
    """The step that ended a workflow, or the first that a recording had something against."""
    if workflow.steps and not workflow.steps[-1].passed:
        return workflow.steps[-1]
    return next((one for one in workflow.steps if has_replay_failure(one)), None)
