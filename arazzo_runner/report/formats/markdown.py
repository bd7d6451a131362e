"""The run as Markdown: a table of workflows and steps, and each failure as it is explained."""

from __future__ import annotations

import re
from collections.abc import Iterator

from arazzo_runner.executor.result import Status, StepResult, WorkflowResult
from arazzo_runner.report.coverage.lines import coverage_line, gap_lines
from arazzo_runner.report.diagnostics.text import render_text
from arazzo_runner.report.failure import explain_workflow
from arazzo_runner.report.formats.flowchart import EDGES, Flowcharts
from arazzo_runner.report.formats.mermaid import diagram_lines
from arazzo_runner.report.model import RunReport, document_runs
from arazzo_runner.report.safe_text import SafeText, duration_text
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.style import TextStyle, plain_look
from arazzo_runner.report.terminal.verdict import report_verdict
from arazzo_runner.report.traversal import step_outcome, step_target
from arazzo_runner.text.pattern import lazy_pattern

_SPECIAL = lazy_pattern(r"([\\`*_{}\[\]<>()#+!|&~$@-])")
_MARKS = {
    Status.PASSED: "✅",
    Status.FAILED: "❌",
    Status.ERROR: "❌",
    Status.SKIPPED: "⏭️",
}


def report_pieces(run: RunReport, masker: Masker) -> Iterator[bytes]:
    """The report as Markdown in UTF-8, secrets masked, everything from outside as plain text."""
    for line in _lines(run, masker):
        yield f"{line}\n".encode("utf-8", "backslashreplace")


def brief_bytes(run: RunReport, masker: Masker) -> bytes:
    """The first lines of the report, where the whole is too long to be shown."""
    lines = [*_head(run, plain_look(masker)), "", "The report is too long for this page."]
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _head(run: RunReport, look: TextStyle) -> Iterator[str]:
    yield f"## {_plain_text(run.title, look.shown)}"
    yield ""
    yield _escape(report_verdict(run, look))
    for note in run.all_notes:
        yield from ("", f"Note: {note}")


def _lines(run: RunReport, masker: Masker) -> Iterator[str]:
    look = plain_look(masker)
    yield from _head(run, look)
    charts = Flowcharts(run.workflows, run.charts)
    for one in document_runs(run):
        level = "###"
        if run.documents:
            yield from ("", f"### {_plain_text(one.document, look.shown)}")
            level = "####"
        for workflow in one.result.workflows:
            yield from _workflow(workflow, look.shown, level)
            yield from _diagram(workflow, charts, masker)
    if run.workflows or run.documents:
        yield from _coverage(run, look.shown)
    if run.diagnostics:
        text = "\n".join(render_text(one, masker=masker) for one in run.diagnostics)
        yield from ("", *_code_block(text.rstrip()))


def _workflow(workflow: WorkflowResult, shown: SafeText, level: str) -> Iterator[str]:
    yield ""
    yield f"{level} {_MARKS[workflow.status]} {_plain_text(workflow.title, shown)}"
    if workflow.steps:
        yield ""
        yield "| | step | operation | response | time |"
        yield "|---|---|---|---|---:|"
        yield from (_row(step, shown) for step in workflow.steps)
    if workflow.status in (Status.FAILED, Status.ERROR):
        yield ""
        yield from _code_block(explain_workflow(workflow, shown.masker))


def _diagram(workflow: WorkflowResult, charts: Flowcharts, masker: Masker) -> Iterator[str]:
    """The workflow as a flowchart, the path taken marked, for whoever unfolds it.

    Mermaid refuses to draw more edges than 500.
    """
    chart = charts.chart(workflow)
    if chart is None or len(chart.edges) > EDGES:
        return
    yield from ("", "<details><summary>Diagram</summary>", "", "```mermaid")
    yield from diagram_lines(chart, workflow, masker)
    yield from ("```", "", "</details>")


def _coverage(run: RunReport, shown: SafeText) -> Iterator[str]:
    measured = run.coverage
    gaps = [f"- {_escape(one)}" for one in gap_lines(measured, shown)]
    title = _escape(coverage_line(measured))
    yield ""
    if not gaps:
        yield title
        return
    yield from (f"<details><summary>{title}</summary>", "", *gaps, "", "</details>")


def _row(step: StepResult, shown: SafeText) -> str:
    cells = (
        _MARKS[step.status],
        _plain_text(step.step_id, shown),
        _plain_text(step_target(step), shown),
        _answer(step),
        duration_text(step.duration),
    )
    return f"| {' | '.join(cells)} |"


def _answer(step: StepResult) -> str:
    status = step_outcome(step)
    tries = len(step.attempts)
    return f"{status} (attempt {tries})".strip() if tries > 1 else status


def _plain_text(text: str, shown: SafeText) -> str:
    """Text from outside that means nothing to Markdown: no link, mention, image or markup."""
    return _escape(shown.text(text))


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _code_block(text: str) -> list[str]:
    """A block of code; its fence is longer than any in the text (CommonMark, section 4.5)."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", text, fence]
