"""The report as JSON: the form that ``report.schema.json`` describes."""

from __future__ import annotations

import json
from collections.abc import Mapping

from arazzo_runner.executor.result import (
    ActionTaken,
    Attempt,
    Considered,
    CriterionResult,
    RunResult,
    Status,
    StepError,
    StepResult,
    WorkflowResult,
)
from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.operation.contract import CheckResult
from arazzo_runner.operation.message import HttpRequest
from arazzo_runner.report.body import is_json, media_type, plain, report_body
from arazzo_runner.report.diagnostics import location_json, to_json
from arazzo_runner.report.mask import Masker
from arazzo_runner.report.model import Coverage, OperationName, RunReport, operation_name
from arazzo_runner.report.summary import summarize
from arazzo_runner.text.diagnostic import Diagnostic

SCHEMA_VERSION = "1.0"


def report(run: RunReport, masker: Masker) -> dict[str, Value]:
    """The report of a run as JSON data, secrets masked.

    Durations are seconds; bodies above 64 KiB are cut. docs/report.md describes the fields.
    """
    show = _Masked(masker)
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "arazzo", "version": run.tool_version},
        "document": masker.text(run.document),
        "status": run.status.value,
        "exit_code": int(run.exit_code),
        "started_at": run.started_at,
        "duration": _seconds(run.duration),
        "sources": [
            {"name": source.name, "type": source.type, "url": masker.text(source.url),
             "version": source.version, "sha256": source.sha256}
            for source in run.sources
        ],
        "summary": _summary(run.result),
        "workflows": [show.workflow(workflow) for workflow in run.result.workflows],
        "diagnostics": [show.diagnostic(diagnostic) for diagnostic in run.diagnostics],
        "coverage": _coverage(run.coverage),
    }  # fmt: skip


def report_bytes(run: RunReport, masker: Masker) -> bytes:
    """The report as JSON text in ASCII: safe for any terminal, and for its encoding."""
    return json.dumps(report(run, masker), indent=2).encode("ascii") + b"\n"


def _summary(result: RunResult) -> dict[str, Value]:
    summary = summarize(result)
    return {
        "workflows": _counts(summary.workflows),
        "steps": _counts(summary.steps),
        "requests": summary.requests,
        "criteria": {"passed": summary.criteria_passed, "failed": summary.criteria_failed},
    }


def _counts(counts: Mapping[Status, int]) -> dict[str, int]:
    return {status.value: counts.get(status, 0) for status in Status}


def _coverage(coverage: Coverage) -> dict[str, Value]:
    return {
        "operations": {"exercised": coverage.exercised, "total": coverage.total},
        "unexercised": [_operation(name) for name in coverage.unexercised],
    }


def _operation(name: OperationName) -> dict[str, Value]:
    return {
        "source": name.source,
        "operation_id": name.operation_id,
        "method": name.method,
        "path": name.path,
    }


def _seconds(duration: float) -> float:
    """Microseconds are what a clock can tell; more digits only make reports hard to compare."""
    return round(duration, 6)


class _Masked:
    """Spells the parts of a result, all that comes from outside through one masker."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker

    def workflow(self, workflow: WorkflowResult) -> dict[str, Value]:
        text = self._masker.text
        spelled = {
            "workflow_id": text(workflow.workflow_id),
            "status": workflow.status.value,
            "inputs": self._values(workflow.inputs),
            "outputs": self._values(workflow.outputs),
            "duration": _seconds(workflow.duration),
            "ended_by": self._ended_by(workflow.ended_by),
            "steps": [self.step(step) for step in workflow.steps],
        }
        if workflow.error:
            spelled["error"] = self._error(workflow.error)
        if workflow.gone_to:
            spelled["gone_to"] = [self.workflow(one) for one in workflow.gone_to]
        return spelled

    def step(self, step: StepResult) -> dict[str, Value]:
        named = operation_name(step.source, step.operation) if step.operation else None
        return {
            "step_id": self._masker.text(step.step_id),
            "status": step.status.value,
            "operation": _operation(named) if named else None,
            "duration": _seconds(step.duration),
            "outputs": self._values(step.outputs),
            "workflow": self.workflow(step.workflow) if step.workflow else None,
            "attempts": [self._attempt(attempt) for attempt in step.attempts],
        }

    def _attempt(self, attempt: Attempt) -> dict[str, Value]:
        spelled = {
            "request": self._request(attempt.request) if attempt.request else None,
            "response": self._response(attempt),
            "error": self._error(attempt.error) if attempt.error else None,
            "criteria": [self._criterion(criterion) for criterion in attempt.criteria],
            "checks": [self._check(check) for check in attempt.checks],
            "action": self._action(attempt.action) if attempt.action else None,
        }
        if attempt.considered:
            spelled["considered"] = [self._considered(one) for one in attempt.considered]
        if attempt.interlude is not None:
            spelled["interlude"] = self._interlude(attempt.interlude)
        return spelled

    def _considered(self, action: Considered) -> dict[str, Value]:
        return {
            "name": self._masker.text(action.name),
            "level": action.level,
            "holds": action.holds,
            "criteria": [self._criterion(criterion) for criterion in action.criteria],
        }

    def _interlude(self, between: WorkflowResult | StepResult) -> dict[str, Value]:
        if isinstance(between, WorkflowResult):
            return {"workflow": self.workflow(between)}
        return {"step": self.step(between)}

    def _request(self, request: HttpRequest) -> dict[str, Value]:
        return {
            "method": request.method,
            "url": self._masker.text(request.url),
            "headers": self._headers(request.headers),
            "body": report_body(request.body, request.headers, _sent(request), self._masker),
        }

    def _response(self, attempt: Attempt) -> dict[str, Value] | None:
        response = attempt.response
        if response is None:
            return None
        body = report_body(response.body, response.headers, attempt.body, self._masker)
        return {
            "status": response.status,
            "headers": self._headers(response.headers),
            "body": body,
            "duration": _seconds(response.duration),
        }

    def _headers(self, headers: tuple[tuple[str, str], ...]) -> list[list[str]]:
        return [[name, value] for name, value in self._masker.headers(headers)]

    def _error(self, error: StepError) -> dict[str, Value]:
        return {
            "code": error.code,
            "message": self._masker.text(error.message),
            "hint": self._optional(error.hint),
        }

    def _criterion(self, criterion: CriterionResult) -> dict[str, Value]:
        return {
            "kind": criterion.kind,
            "condition": self._masker.text(criterion.condition),
            "context": self._optional(criterion.context),
            "passed": criterion.passed,
            "operands": [
                {
                    "expression": self._masker.text(operand.expression),
                    "value": plain(self._masker.operand(operand.expression, operand.value)),
                }
                for operand in criterion.operands
            ],
            "error": self._optional(criterion.error),
            "location": _text_location(criterion),
        }

    def _check(self, check: CheckResult) -> dict[str, Value]:
        return {
            "kind": check.kind,
            "severity": check.severity,
            "passed": check.passed,
            "message": self._masker.text(check.message),
            "pointer": self._optional(check.pointer),
        }

    def _action(self, action: ActionTaken) -> dict[str, Value]:
        spelled = {**self._ended(action), "wait": action.wait}
        return spelled if action.cut_from is None else {**spelled, "cut_from": action.cut_from}

    def _ended_by(self, action: ActionTaken | None) -> dict[str, Value] | None:
        return self._ended(action) if action else None

    def _ended(self, action: ActionTaken) -> dict[str, Value]:
        return {
            "name": self._masker.text(action.name),
            "type": action.type,
            "level": action.level,
            "target": self._optional(action.target),
        }

    def diagnostic(self, diagnostic: Diagnostic) -> dict[str, Value]:
        spelled = to_json(diagnostic)
        return {
            **spelled,
            "message": self._masker.text(diagnostic.message),
            "help": self._optional(diagnostic.help),
        }

    def _values(self, values: Mapping[str, Value]) -> dict[str, Value]:
        spelled: dict[str, Value] = plain(self._masker.value(dict(values)))
        return spelled

    def _optional(self, text: str | None) -> str | None:
        return None if text is None else self._masker.text(text)


def _sent(request: HttpRequest) -> Value:
    """The JSON that went out: read back from the octets, since those are what was sent."""
    if not is_json(media_type(request.headers)):
        return MISSING
    try:
        return json.loads(request.body)
    except ValueError:
        return MISSING


def _text_location(criterion: CriterionResult) -> dict[str, Value] | None:
    """Where the text of a condition begins: in a block scalar that is below its indicator."""
    if criterion.place is None:
        return None
    whole = location_json(criterion.place.within(0, len(criterion.condition)))
    return {field: whole[field] for field in ("file", "line", "column", "pointer")}
