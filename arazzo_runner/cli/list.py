"""`arazzo list DOCUMENT`"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from msgspec.structs import asdict

from arazzo_runner.cli.diagnostics import show_diagnostics
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.cli.options.settings import load_document
from arazzo_runner.document.model import (
    ChannelByPath,
    OperationById,
    OperationByPath,
    Step,
    Workflow,
    WorkflowName,
)
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.bind.plan import entry_workflows
from arazzo_runner.executor.inputs_schema import DeclaredInput, InputsSchema
from arazzo_runner.openapi.schema.descend import standalone_shape, types_of_shape
from arazzo_runner.openapi.schema.standalone import standalone_parts
from arazzo_runner.pipeline.load import Description
from arazzo_runner.pipeline.run import select_workflows
from arazzo_runner.report.safe_text import display_width, escape, escape_stream, pad
from arazzo_runner.retrieve.files import find_documents
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.json_write import INDENTED, write_json


@click.command(
    "list", cls=SectionedCommand, short_help="list a document's workflows, their inputs and steps"
)
@click.argument("document")
@flags_of("list")
def command(document: str, as_json: bool, diagram: bool, **given: Any) -> int:  # noqa: FBT001 - click's way
    """Show the workflows of DOCUMENT, their inputs and steps; sends nothing."""
    _refuse_folder(document)
    description = load_document(document, given)
    show_diagnostics(description.warnings)
    unit = description.entry
    chosen = _named_workflows(description, given["workflows"])
    if diagram and not as_json:
        sys.stdout.write(_diagrams(chosen))
        return 0
    started = entry_workflows(unit, description.units.values())
    listed = [_workflow_json(one, started, unit.inputs[one.workflow_id]) for one in chosen]
    if as_json:
        more = [_more_json(one, description, has_diagram=diagram) for one in chosen]
        merged = [{**first, **second} for first, second in zip(listed, more, strict=True)]
        text = write_json({"workflows": merged}, INDENTED)
        sys.stdout.write(escape_stream(text, "json") + "\n")
    else:
        sys.stdout.write("\n".join(line for one in listed for line in _lines(one)) + "\n")
    return 0


def _refuse_folder(document: str) -> None:
    """Raise UsageError (AZ101) for a folder, with a document in it."""
    if "://" in document or not Path(document).is_dir():
        return
    found = find_documents([document])
    example = f", such as `{found[0]}`" if found else ""
    hint = f"name a document in it{example}; `arazzo run`, `validate` and `mock` take folders"
    message = f"`{document}` is a folder, and `arazzo list` shows one document"
    raise UsageError(error("AZ101", message, help=hint))


def _named_workflows(description: Description, names: Sequence[str]) -> list[Workflow]:
    """The workflows that are named; all of them where none is. Raises UsageError."""
    workflows = [*description.entry.document.workflows]
    if not names:
        return workflows
    chosen = {one.workflow for one in select_workflows(description, names)}
    return [one for one in workflows if one.workflow_id in chosen]


def _diagrams(workflows: Sequence[Workflow]) -> str:
    return "\n\n".join("\n".join(_diagram(one)) for one in workflows) + "\n"


def _diagram(workflow: Workflow) -> Iterable[str]:
    from arazzo_runner.report.formats.flowchart import Flowchart
    from arazzo_runner.report.formats.mermaid import diagram_lines

    return diagram_lines(Flowchart(workflow))


def _more_json(
    workflow: Workflow, description: Description, *, has_diagram: bool
) -> dict[str, Any]:
    """What programs read beside what people see: schemas, effects, operations."""
    info = description.workflows[workflow.workflow_id]
    steps = zip(workflow.steps, info.steps, strict=True)
    return {
        "description": info.description,
        "inputs_schema": info.inputs,
        "outputs_schema": info.outputs,
        "read_only": info.read_only,
        "destructive": info.destructive,
        "idempotent": info.idempotent,
        "steps": [
            {
                "step_id": step.step_id,
                "target": _target(step),
                **_action(step),
                "operation": asdict(known.operation) if known.operation else None,
            }
            for step, known in steps
        ],
        **({"diagram": "\n".join(_diagram(workflow))} if has_diagram else {}),
    }


def _workflow_json(workflow: Workflow, started: list[str], schema: InputsSchema) -> dict[str, Any]:
    return {
        "workflow_id": workflow.workflow_id,
        "summary": workflow.summary,
        "started_by_run": workflow.workflow_id in started,
        "inputs": [_input(one, schema) for one in schema.stated.values()],
        "steps": [
            {"step_id": step.step_id, "target": _target(step), **_action(step)}
            for step in workflow.steps
        ],
        "outputs": [name for name, _ in workflow.outputs],
    }


def _input(declared: DeclaredInput, schema: InputsSchema) -> dict[str, Any]:
    name, known = declared.name, standalone_parts(declared.schema, schema.value)
    stated = {key: one for part in reversed(known) for key, one in part.items()}
    types = types_of_shape(standalone_shape(declared.schema, schema.value))
    return {
        "name": name,
        "type": " or ".join(types) or None,
        "required": declared.name in schema.required(),
        "description": stated.get("description"),
        **({"default": stated["default"]} if "default" in stated else {}),
        **({"webhook": schema.webhooks[name].text} if name in schema.webhooks else {}),
    }


def _target(step: Step) -> str:
    match step.target:
        case OperationById(operation_id, source):
            return f"{source}.{operation_id}" if source else operation_id
        case OperationByPath(text=text) | ChannelByPath(text=text):
            return text
        case WorkflowName(workflow_id, source):
            return f"workflow {source}.{workflow_id}" if source else f"workflow {workflow_id}"


def _action(step: Step) -> dict[str, str]:
    """Whether a step on a channel sends or receives."""
    return {} if step.action is None else {"action": step.action}


def _deed(step: dict[str, Any]) -> str:
    """What a step does, in a line."""
    return f"{step['action']} {step['target']}" if "action" in step else str(step["target"])


def _lines(workflow: dict[str, Any]) -> Iterator[str]:
    mark = "" if workflow["started_by_run"] else "  (called by others)"
    yield escape(workflow["workflow_id"]) + mark
    if workflow["summary"]:
        yield f"  {escape(workflow['summary'])}"
    yield from _section("inputs", [_input_line(one) for one in workflow["inputs"]])
    width = max((display_width(step["step_id"]) for step in workflow["steps"]), default=0)
    steps = [f"{pad(one['step_id'], width)}  {_deed(one)}" for one in workflow["steps"]]
    yield from _section("steps", steps)
    yield from _section("outputs", [", ".join(workflow["outputs"])] if workflow["outputs"] else [])
    yield ""


def _section(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"  {title}"
        yield from (f"    {escape(line)}" for line in lines)


def _input_line(one: dict[str, Any]) -> str:
    need = "required" if one["required"] else "optional"
    if "default" in one:
        need = f"default {write_json(one['default'])}"
    if "webhook" in one:
        need = f"with --listen the address of {one['webhook']}"
    words = [one["type"] or "any", need, *([one["description"]] if one["description"] else [])]
    return f"{one['name']}: {', '.join(words)}"
