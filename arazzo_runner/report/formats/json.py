"""The report as JSON, coverage included: the form that ``report.schema.json`` describes.

Its lines are those of ``json.dumps(…, indent=2)``, in a fifth of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from arazzo_runner.executor.result import Status
from arazzo_runner.expression.value import Value
from arazzo_runner.report.coverage.measure import (
    ActionBranch,
    Coverage,
    StatusCoverage,
    StepBranches,
    WorkflowBranches,
)
from arazzo_runner.report.exit_code import Summary
from arazzo_runner.report.formats.json_parts import JsonParts, operation_json, round_seconds
from arazzo_runner.report.formats.json_stream import OpenObject, OpenParts, json_stream
from arazzo_runner.report.model import DocumentReport, RunReport, SourceInfo
from arazzo_runner.report.secrets import Masker


def coverage_json(coverage: Coverage, masker: Masker, show: JsonParts) -> dict[str, Value]:
    """Its counts, and below them each operation and workflow; ``show`` makes what may be long."""
    members = {
        "operations": {"exercised": coverage.exercised, "total": coverage.total},
        "statuses": {"exercised": coverage.statuses_exercised, "total": coverage.statuses_total},
        "branches": {"taken": coverage.branches_taken, "total": coverage.branches_total},
        "unexercised": [operation_json(name) for name in coverage.unexercised],
        "by_operation": [_statuses(one) for one in coverage.statuses],
        "by_workflow": show.array(_workflow(one, masker, show) for one in coverage.workflows),
    }
    return show.object(members)


def _statuses(one: StatusCoverage) -> dict[str, Value]:
    return {
        **operation_json(one.operation),
        "exercised": list(one.exercised),
        "unexercised": list(one.unexercised),
        "undocumented": list(one.undocumented),
    }


def _workflow(one: WorkflowBranches, masker: Masker, show: JsonParts) -> dict[str, Value]:
    document = {} if one.document is None else {"document": masker.text(one.document)}
    members = {
        **document,
        "workflow_id": masker.text(one.workflow_id),
        "runs": one.runs,
        "steps": show.array(_step(step, masker) for step in one.steps),
        "actions": [_action(action, masker) for action in one.actions],
    }
    return show.object(members)


def _step(one: StepBranches, masker: Masker) -> dict[str, Value]:
    criteria = [
        {
            "kind": criterion.kind,
            "condition": masker.text(criterion.condition),
            "context": None if criterion.context is None else masker.text(criterion.context),
            "held": criterion.held,
            "unheld": criterion.unheld,
        }
        for criterion in one.criteria
    ]
    return {
        "step_id": masker.text(one.step_id),
        "visits": one.visits,
        "criteria": criteria,
        "actions": [_action(action, masker) for action in one.actions],
    }


def _action(one: ActionBranch, masker: Masker) -> dict[str, Value]:
    return {
        "name": masker.text(one.name),
        "type": one.type,
        "after": one.after,
        "target": None if one.target is None else masker.text(one.target),
        "taken": one.taken,
    }


SCHEMA_VERSION = "1.0"


def report_data(run: RunReport, masker: Masker, show: JsonParts | None = None) -> dict[str, Value]:
    """The report of a run as JSON data, secrets masked; ``show`` spells its workflows.

    Durations are seconds; bodies above 64 KiB are cut. docs/report.md describes the fields.
    """
    show = show or JsonParts(masker)
    begun, ended = report_start(run, masker), report_end(run, masker, show)
    return {
        "schema_version": begun["schema_version"],
        "tool": begun["tool"],
        "document": begun["document"],
        **documents_json(run, masker, show),
        "status": ended["status"],
        "exit_code": ended["exit_code"],
        "started_at": begun["started_at"],
        "duration": ended["duration"],
        "sources": begun["sources"],
        "summary": ended["summary"],
        "workflows": show.array(map(show.workflow, run.result.workflows)),
        "diagnostics": ended["diagnostics"],
        "coverage": ended["coverage"],
        **_notes(run),
    }


def report_start(run: RunReport, masker: Masker) -> dict[str, Value]:
    """The fields of a report that are known when a run begins."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "arazzo", "version": run.tool_version},
        "document": None if run.documents else masker.text(run.document),
        "started_at": run.started_at,
        "sources": _sources(run.sources, masker),
        **_notes(run),
    }


def _sources(sources: Iterable[SourceInfo], masker: Masker) -> list[Value]:
    return [
        {"name": one.name, "type": one.type, "url": masker.text(one.url),
         "version": one.version, "sha256": one.sha256}
        for one in sources
    ]  # fmt: skip


def documents_json(
    run: RunReport, masker: Masker, show: JsonParts | None = None
) -> dict[str, Value]:
    """The result of each of several documents; nothing where there is one."""
    if not run.documents:
        return {}
    parts = show or JsonParts(masker)
    return {"documents": parts.array(_document(one, masker, parts) for one in run.documents)}


def _document(one: DocumentReport, masker: Masker, show: JsonParts) -> dict[str, Value]:
    return show.object(
        {
            "document": masker.text(one.document),
            "status": one.status.value,
            "exit_code": int(one.exit_code),
            "sources": _sources(one.sources, masker),
            "coverage": None if one.coverage is None else coverage_json(one.coverage, masker, show),
        }
    )


def _notes(run: RunReport) -> dict[str, Value]:
    return {"notes": list(run.all_notes)} if run.all_notes else {}


def report_end(run: RunReport, masker: Masker, show: JsonParts | None = None) -> dict[str, Value]:
    """The fields of a report that are known when a run is over, without its workflows."""
    show = show or JsonParts(masker)
    return {
        "status": run.status.value,
        "exit_code": int(run.exit_code),
        "duration": round_seconds(run.duration),
        "summary": _summary(run.summary),
        "diagnostics": [show.diagnostic(diagnostic) for diagnostic in run.diagnostics],
        "coverage": coverage_json(run.coverage, masker, show),
    }


def report_pieces(run: RunReport, masker: Masker) -> Iterator[bytes]:
    """The report as JSON text in ASCII: safe for any terminal, and for its encoding."""
    return json_stream(OpenObject(report_data(run, masker, OpenParts(masker))))


def _summary(summary: Summary) -> dict[str, Value]:
    return {
        "workflows": _counts(summary.workflows),
        "steps": _counts(summary.steps),
        "requests": summary.requests,
        **({"messages": summary.messages} if summary.messages else {}),
        "criteria": {"passed": summary.criteria_passed, "failed": summary.criteria_failed},
    }


def _counts(counts: Mapping[Status, int]) -> dict[str, int]:
    return {status.value: counts.get(status, 0) for status in Status}
