"""Many runs on a terminal or in a log: a line each, and what failed in full."""

from __future__ import annotations

from collections.abc import Sequence

from arazzo_runner.executor.result import RunResult, Status
from arazzo_runner.report.exit_code import summarize_run
from arazzo_runner.report.failure import run_failure_lines
from arazzo_runner.report.safe_text import count_text, display_width, duration_text, pad
from arazzo_runner.report.terminal.style import AnsiStyle, Marks, TextStyle

WIDEST = 40
"""The column of names is as wide as the longest of them, up to this; in columns."""


def names_width(names: Sequence[str]) -> int:
    """How wide the column of names is."""
    return min(max(map(display_width, names), default=0), WIDEST)


def row_lines(name: str, result: RunResult, again: str, look: TextStyle, width: int) -> list[str]:
    """The line of a run, and below it why it did not pass; ``again`` is a command."""
    mark, colour = _mark(result, look.marks, look.style)
    summary = summarize_run(result)
    counts = f"{count_text(sum(summary.steps.values()), 'step')}, "
    counts += f"{count_text(summary.requests, 'request')}  {duration_text(result.duration)}"
    shown = pad(look.shown.line(name, WIDEST), width)
    lines = [f"  {look.style.paint(colour, mark)} {shown}  {counts}"]
    failures = run_failure_lines(result, look)
    if not failures:
        return lines
    indented = [f"      {line}" if line else "" for line in failures]
    return [*lines, *indented, f"      rerun: {again}", ""]


def _mark(result: RunResult, marks: Marks, style: AnsiStyle) -> tuple[str, str]:
    ended = {one.status for one in result.workflows}
    if ended & {Status.FAILED, Status.ERROR}:
        return marks.failed, style.bad
    return (marks.passed, style.good) if Status.PASSED in ended else (marks.skipped, style.dim)
