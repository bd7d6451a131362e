"""Workflow commands of GitHub Actions: each failure and finding at its line of the document."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import chain

from arazzo_runner.executor.result import Status, StepResult, WorkflowResult
from arazzo_runner.operating_system.files import uri_path
from arazzo_runner.report.failure import explain_failure, explain_workflow
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.safe_text import SafeText
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.positions import locate_place
from arazzo_runner.text.source import Place

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "notice"}


def report_pieces(run: RunReport, masker: Masker) -> Iterator[bytes]:
    """One ``::error …::`` or ``::warning …::`` a line, for the standard output of a job."""
    shown = SafeText(masker)
    lines = chain(
        (annotation("notice", {"title": "arazzo"}, one) for one in run.all_notes),
        (_finding(one, shown) for one in run.diagnostics),
        (line for one in run.result.workflows for line in _workflow(one, shown)),
    )
    for line in lines:
        yield f"{line}\n".encode("utf-8", "backslashreplace")


def _finding(diagnostic: Diagnostic, shown: SafeText) -> str:
    way_out = f"help: {diagnostic.help}".split("\n") if diagnostic.help else []
    message = "\n".join(map(shown.text, [diagnostic.message, *way_out]))
    command = _COMMANDS[diagnostic.severity]
    return _command(command, diagnostic.place, diagnostic.code, message, shown)


def _workflow(workflow: WorkflowResult, shown: SafeText) -> Iterator[str]:
    if workflow.status not in (Status.FAILED, Status.ERROR):
        return
    last = workflow.steps[-1] if workflow.steps else None
    if last and last.status is not Status.PASSED and workflow.error is None:
        title = f"{workflow.title}: step {last.step_id}"
        text = explain_failure(last, shown.masker)
        yield _command("error", _failed_place(last), title, text, shown)
        return
    text = explain_workflow(workflow, shown.masker)
    yield _command("error", workflow.place, workflow.title, text, shown)


def _failed_place(step: StepResult) -> Place:
    """The criterion that does not hold, or else the step."""
    criteria = (one for attempt in step.attempts[-1:] for one in attempt.criteria)
    places = (one.place for one in criteria if not one.passed and one.place)
    return next(places, step.place)


def _command(command: str, place: Place | None, title: str, message: str, shown: SafeText) -> str:
    span = locate_place(place) if place else None
    where = (
        {"file": shown.text(place.source.name), "line": str(span.line), "col": str(span.column)}
        if place and span
        else {}
    )
    return annotation(command, {**where, "title": shown.text(title)}, message)


def annotation(command: str, properties: Mapping[str, str], message: str) -> str:
    """A workflow command, in one line whatever the texts hold.

    A ``file`` is named from the root of the repository, wherever in it the program was called.
    """
    if "file" in properties:
        properties = {**properties, "file": _from_root(properties["file"])}
    spelled = ",".join(f"{name}={_property(text)}" for name, text in properties.items())
    return f"::{command} {spelled}::{_data(message)}"


def _from_root(file: str) -> str:
    root = os.environ.get("GITHUB_WORKSPACE")
    if "://" in file or file.startswith("<"):
        return file
    if not root:
        return uri_path(file)
    try:
        path = os.path.relpath(file, root)
    except ValueError:  # on another drive
        return uri_path(file)
    return uri_path(file if path.startswith("..") else path)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
