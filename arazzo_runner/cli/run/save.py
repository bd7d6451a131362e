"""`--save [WORKFLOW/]STEP.OUTPUT=FILE`: outputs of steps as files, at the paths that are typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from arazzo_runner.cli.diagnostics import show_diagnostics
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.result import RunResult
from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.pipeline.load import Description
from arazzo_runner.report.files import check_writable, write_pieces
from arazzo_runner.report.traversal import workflows_of
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error, warning
from arazzo_runner.text.json_write import INDENTED, write_json

_FILE = "saved output"


def check_saved(description: Description, given: Mapping[str, Any]) -> None:
    """Raise UsageError for outputs that there are not, and files that cannot be written."""
    saved: Mapping[str, str] = given["saved"]
    known = set(_output_names(description)) if saved else set()
    found = [_unknown_error(name, path, known) for name, path in saved.items() if name not in known]
    several = given["cases"] is not None or given["repeat"] > 1
    if saved and several:
        found.append(error("AZ906", "`--save` saves outputs of one run, and this makes several"))
    if found:
        raise UsageError(*found)
    for path in saved.values():
        check_writable(path, _FILE)


def _output_names(description: Description) -> Iterator[str]:
    for unit in description.units.values():
        for workflow in unit.document.workflows:
            for step in workflow.steps:
                for name, _ in step.outputs:
                    yield f"{step.step_id}.{name}"
                    yield f"{workflow.workflow_id}/{step.step_id}.{name}"


def _unknown_error(name: str, path: str, known: set[str]) -> Diagnostic:
    listed = ", ".join(f"`{one}`" for one in sorted(known) if "/" not in one)
    way_out = f"there are {listed}" if listed else "no step has outputs"
    hint = did_you_mean(name, sorted(known)) or way_out
    return error("AZ906", f"`--save {name}={path}` names no output of a step", help=hint)


def write_saved(result: RunResult, saved: Mapping[str, str]) -> None:
    """Write the outputs of the latest visits. Raises UsageError (AZ907).

    Of a run that did not pass, what has no value is a warning.
    """
    passed = all(one.passed for one in result.workflows)
    values = dict(_outputs(result)) if saved else {}
    for name, path in saved.items():
        value = values.get(name, MISSING)
        if value is MISSING:
            message = f"`{path}` is not written: the step of the output `{name}` did not run"
            if passed:
                raise UsageError(error("AZ907", message))
            show_diagnostics([warning("AZ907", message)])
            continue
        write_pieces(path, (_content(value),), _FILE)


def _outputs(result: RunResult) -> Iterator[tuple[str, MaybeValue]]:
    """All outputs by both of their names, those of later visits later."""
    for workflow in workflows_of(result.workflows):
        for step in workflow.steps:
            for name, value in step.outputs.items():
                yield f"{step.step_id}.{name}", value
                yield f"{workflow.workflow_id}/{step.step_id}.{name}", value


def _content(value: Value) -> bytes:
    """Bytes as they were received, a string as its text, anything else as JSON."""
    match value:
        case bytes():
            return value
        case str():
            return value.encode()
        case _:
            return f"{write_json(value, INDENTED)}\n".encode()
