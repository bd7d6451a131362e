"""The report as JSON: the form that ``report.schema.json`` describes."""

from __future__ import annotations

from collections.abc import Mapping

from arazzo_runner.executor.result import RunResult, Status
from arazzo_runner.expression.value import Value
from arazzo_runner.report.coverage_json import coverage_json
from arazzo_runner.report.indented import indent_json
from arazzo_runner.report.mask import Masker
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.spelling import JsonParts, round_seconds
from arazzo_runner.report.summary import summarize_run

SCHEMA_VERSION = "1.0"


def report_data(run: RunReport, masker: Masker) -> dict[str, Value]:
    """The report of a run as JSON data, secrets masked.

    Durations are seconds; bodies above 64 KiB are cut. docs/report.md describes the fields.
    """
    show = JsonParts(masker)
    begun, ended = report_start(run, masker), report_end(run, masker)
    return {
        "schema_version": begun["schema_version"],
        "tool": begun["tool"],
        "document": begun["document"],
        "status": ended["status"],
        "exit_code": ended["exit_code"],
        "started_at": begun["started_at"],
        "duration": ended["duration"],
        "sources": begun["sources"],
        "summary": ended["summary"],
        "workflows": [show.workflow(workflow) for workflow in run.result.workflows],
        "diagnostics": ended["diagnostics"],
        "coverage": ended["coverage"],
        **_notes(run),
    }


def report_start(run: RunReport, masker: Masker) -> dict[str, Value]:
    """The fields of a report that are known when a run begins."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "arazzo", "version": run.tool_version},
        "document": masker.text(run.document),
        "started_at": run.started_at,
        "sources": [
            {"name": source.name, "type": source.type, "url": masker.text(source.url),
             "version": source.version, "sha256": source.sha256}
            for source in run.sources
        ],
        **_notes(run),
    }  # fmt: skip


def _notes(run: RunReport) -> dict[str, Value]:
    return {"notes": list(run.notes)} if run.notes else {}


def report_end(run: RunReport, masker: Masker) -> dict[str, Value]:
    """The fields of a report that are known when a run is over, without its workflows."""
    show = JsonParts(masker)
    return {
        "status": run.status.value,
        "exit_code": int(run.exit_code),
        "duration": round_seconds(run.duration),
        "summary": _summary(run.result),
        "diagnostics": [show.diagnostic(diagnostic) for diagnostic in run.diagnostics],
        "coverage": coverage_json(run.coverage, masker),
    }


def report_bytes(run: RunReport, masker: Masker) -> bytes:
    """The report as JSON text in ASCII: safe for any terminal, and for its encoding."""
    return indent_json(report_data(run, masker)).encode("ascii") + b"\n"


def _summary(result: RunResult) -> dict[str, Value]:
    summary = summarize_run(result)
    return {
        "workflows": _counts(summary.workflows),
        "steps": _counts(summary.steps),
        "requests": summary.requests,
        "criteria": {"passed": summary.criteria_passed, "failed": summary.criteria_failed},
    }


def _counts(counts: Mapping[Status, int]) -> dict[str, int]:
    return {status.value: counts.get(status, 0) for status in Status}
