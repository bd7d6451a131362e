"""What a run did, for the captured output of a test: each step as the console tells it."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.executor.result import RunResult, StepResult, WorkflowResult
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.steps import retry_lines, step_details, step_head
from arazzo_runner.report.terminal.style import TextStyle, plain_look, value_lines


def render_transcript(result: RunResult, masker: Masker) -> str:
    """The workflows of a run with their steps, without what failures have to say themselves."""
    look = plain_look(masker)
    return "\n".join(line for one in result.workflows for line in _workflow(one, look, ""))


def _workflow(workflow: WorkflowResult, look: TextStyle, indent: str) -> Iterator[str]:
    yield indent + look.shown.text(workflow.workflow_id)
    yield from _indent(look.label_lines("with", value_lines(workflow.inputs, look)), indent)
    for step in workflow.steps:
        yield from _step(step, look, indent + "  ")


def _step(step: StepResult, look: TextStyle, indent: str) -> Iterator[str]:
    if step.workflow:
        yield from _workflow(step.workflow, look, indent)
    for number, attempt in enumerate(step.attempts[:-1], 1):
        head, details = retry_lines(step.step_id, step.operation, attempt, number, look)
        yield from _indent([head, *(f"  {line}" for line in details)], indent)
    yield indent + step_head(step, look)
    yield from _indent(step_details(step, look), indent + "  ")


def _indent(lines: list[str], indent: str) -> Iterator[str]:
    return (indent + line for line in lines)
