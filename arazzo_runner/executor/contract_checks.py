"""The checks of a response: by its description, by another judge, and of the time it took."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from arazzo_runner.executor.plan import (
    CheckSeverity,
    OperationCall,
    StepPlan,
    severities_for,
)
from arazzo_runner.executor.run_state import WorkflowState
from arazzo_runner.expression.value import MaybeValue
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.response.contract import (
    CheckKind,
    CheckResult,
    check_response,
    duration_result,
    judged_results,
)


def contract_checks(
    planned: StepPlan,
    call: OperationCall,
    request: HttpRequest,
    response: HttpResponse,
    body: MaybeValue,
    frame: WorkflowState,
) -> tuple[CheckResult, ...]:
    """The results by the severities of the run; ``request`` is the one that was sent."""
    step_id = planned.step.step_id
    step = f"{frame.plan.workflow.workflow_id}/{step_id}"
    names = (call.operation.operation_id or "", step_id, step)
    severities = severities_for(frame.ledger.settings.checks, names)
    own = check_response(call.operation, response.status, response.headers, body, severities)
    longest = frame.ledger.settings.max_durations
    timed = _duration_results(response.duration, longest, (step, step_id), severities)
    judge, severity = frame.ledger.judge, severities.get("openapi-core", "warn")
    if judge is None or severity == "off":
        return own + timed
    seen = replace(request, headers=response.sent_headers or request.headers)
    return own + judged_results(judge(call.operation, seen, response), own, severity) + timed


def _duration_results(
    seconds: float,
    longest: Mapping[str, float],
    names: tuple[str, ...],
    severities: Mapping[CheckKind, CheckSeverity],
) -> tuple[CheckResult, ...]:
    """The check of the time; the first of ``names`` that has a maximum counts."""
    most = next((longest[name] for name in names if name in longest), None)
    # Who sets a maximum wants it kept.
    severity = severities.get("duration", "error")
    if most is None or severity == "off":
        return ()
    return (duration_result(seconds, most, severity),)
