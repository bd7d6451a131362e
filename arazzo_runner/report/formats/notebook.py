"""A result as a table of HTML, as notebooks show it: its own colours in light and dark themes."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape as html

from arazzo_runner.executor.result import RunResult, Status, StepResult, WorkflowResult
from arazzo_runner.report.safe_text import SafeText, duration_text
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.style import plain_look
from arazzo_runner.report.terminal.verdict import verdict_line
from arazzo_runner.report.traversal import step_outcome, step_target

_VALUE = 120
"""The characters that an output is shown with."""

_COLOURS = {
    Status.PASSED: "#1f883d",
    Status.FAILED: "#d73a49",
    Status.ERROR: "#d73a49",
    Status.SKIPPED: "#6e7781",
}
_CELL = "style='text-align: left; vertical-align: top; padding: 2px 8px'"
_HEAD = ("step", "operation", "response", "attempts", "time", "outputs")


def html_table(result: RunResult, exit_code: int, why: str, masker: Masker) -> str:
    """The verdict, a row a step, the outputs, and ``why`` it failed; masked, all text escaped.

    The HTML has neither scripts nor anything from outside.
    """
    shown = SafeText(masker)
    verdict = html(verdict_line(result, exit_code, plain_look(masker)))
    parts = [f"<div><strong>{verdict}</strong>"]
    parts += (_workflow(one, shown) for one in result.workflows)
    parts += [f"<pre style='white-space: pre-wrap'>{html(why)}</pre>"] if why else []
    return "\n".join([*parts, "</div>"])


def _workflow(workflow: WorkflowResult, shown: SafeText) -> str:
    caption = f"{_text(workflow.workflow_id, shown)} {_status(workflow.status)}"
    rows = [_row("th", map(html, _HEAD)), *(_step(one, shown) for one in workflow.steps)]
    inside = "\n".join(
        ["<table>", f"<caption style='text-align: left'>{caption}</caption>", *rows, "</table>"]
    )
    outputs = "".join(f"<li>{one}</li>" for one in _values(workflow.outputs, shown))
    return f"{inside}\n<ul>{outputs}</ul>" if outputs else inside


def _step(step: StepResult, shown: SafeText) -> str:
    cells = (
        f"{_text(step.step_id, shown)} {_status(step.status)}",
        _text(step_target(step), shown),
        _text(_answer(step), shown),
        str(len(step.attempts)),
        duration_text(step.duration).replace(" ", "&nbsp;"),
        "<br>".join(_values(step.outputs, shown)),
    )
    return _row("td", cells)


def _row(kind: str, cells: Iterator[str] | tuple[str, ...]) -> str:
    return f"<tr>{''.join(f'<{kind} {_CELL}>{one}</{kind}>' for one in cells)}</tr>"


def _values(values: dict[str, object], shown: SafeText) -> list[str]:
    return [
        f"<code>{_text(name, shown)}</code> = {html(shown.value(value, _VALUE))}"
        for name, value in values.items()
    ]


def _status(status: Status) -> str:
    return f"<span style='color: {_COLOURS[status]}'>{status}</span>"


def _answer(step: StepResult) -> str:
    last = step.attempts[-1] if step.attempts else None
    if last is None:
        return ""
    came = str(last.response.status) if last.response else ""
    if last.message is not None and last.error is None:
        return step_outcome(step)
    return came or (last.error.code if last.error else "")


def _text(text: str, shown: SafeText) -> str:
    return html(shown.text(text))
