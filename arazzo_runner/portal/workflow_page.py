"""`read_workflow`: the text of an offered workflow, and what its steps do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from arazzo_runner.catalog.model import StepInfo, WorkflowInfo
from arazzo_runner.document.model import Parameter, Workflow
from arazzo_runner.expression.ast import Literal
from arazzo_runner.expression.value import to_text
from arazzo_runner.pipeline.load import Description
from arazzo_runner.portal.documents import OfferedDocuments
from arazzo_runner.portal.model import ToolResult
from arazzo_runner.report.safe_text import escape, escape_lines
from arazzo_runner.report.secret_names import is_secret
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import did_you_mean, shorten
from arazzo_runner.text.positions import locate_place
from arazzo_runner.text.source import Place, line_starts

_MOST_TEXT: Final = 24_000
_LISTED: Final = 30
_LINE: Final = 200

OfferedWorkflow: TypeAlias = tuple[Description, WorkflowInfo]


def find_workflow(offered: OfferedDocuments, workflow_id: str) -> OfferedWorkflow | ToolResult:
    """The first workflow of an id with its document, or what to say where there is none."""
    known = [(one, info) for one in offered.descriptions for info in one.workflows.values()]
    for one, info in known:
        if info.workflow_id == workflow_id:
            return one, info
    names = [info.workflow_id for _, info in known]
    return ToolResult(escape_lines(_unknown_text(workflow_id, names)), None, is_error=True)


def _unknown_text(workflow_id: str, names: list[str]) -> str:
    message = f"no workflow is called `{shorten(workflow_id)}`"
    if not names:
        return f"{message}: no workflow is offered, only API descriptions"
    more = f", and {len(names) - _LISTED:,} more" if len(names) > _LISTED else ""
    listed = f"the workflows are {', '.join(f'`{one}`' for one in names[:_LISTED])}{more}"
    hint = did_you_mean(workflow_id, names)
    return f"{message}\nhelp: {f'{hint} ' if hint else ''}{listed}"


def read_workflow(offered: OfferedDocuments, workflow_id: str) -> ToolResult:
    """The source text of a workflow, with a line about each of its steps."""
    workflow = find_workflow(offered, workflow_id)
    if isinstance(workflow, ToolResult):
        return workflow
    description, info = workflow
    source = _source_text(description, workflow_id)
    lines = (escape(one) for one in _lines(info))
    return ToolResult("\n".join((*lines, "", escape_lines(source))), _data(info, source))


def _lines(info: WorkflowInfo) -> Iterator[str]:
    yield f"{info.workflow_id}: {shorten(info.summary or info.description or 'no summary', _LINE)}"
    for at, step in enumerate(info.steps, 1):
        about = f" - {shorten(step.description, _LINE)}" if step.description else ""
        yield f"{at}. {step.step_id}: {_target(step)}{about}"
    yield from (f"it cannot run: {shorten(one, _LINE)}" for one in info.errors)


def _target(step: StepInfo) -> str:
    if step.operation is not None:
        one = step.operation
        return f"{one.operation_id or ''} {one.method} {one.path}".strip()
    return f"the workflow `{step.workflow}`" if step.workflow else "cannot be bound"


def _data(info: WorkflowInfo, source: str) -> dict[str, Any]:
    return {
        "workflow_id": info.workflow_id,
        "steps": [{"step_id": one.step_id, "calls": _target(one)} for one in info.steps],
        "source": source,
    }


def _source_text(description: Description, workflow_id: str) -> str:
    """The lines of a workflow as they stand in its document, cut where there are very many.

    Credentials that it should not hold are masked.
    """
    document = description.entry.document
    at = description.workflow_ids.index(workflow_id)
    place = Place(document.source, ("workflows", at))
    span, text = locate_place(place), document.source.text
    starts = [*line_starts(document.source), len(text)]
    lines = text[starts[span.line - 1] : starts[min(span.end_line, len(starts) - 1)]]
    lines = Masker(_literal_secrets(document.workflows[at])).text(lines)
    if len(lines) <= _MOST_TEXT:
        return lines.rstrip()
    return f"{lines[:_MOST_TEXT]}\n… omitted: {len(lines) - _MOST_TEXT:,} more characters"


def _literal_secrets(workflow: Workflow) -> Iterator[str]:
    """The values of parameters that carry secrets by their names."""
    steps = (one for step in workflow.steps for one in step.parameters)
    for one in (*workflow.parameters, *steps):
        if not isinstance(one, Parameter) or not isinstance(one.value, Literal):
            continue
        if is_secret(one.location or "", one.name.lower()):
            yield to_text(one.value.value)
