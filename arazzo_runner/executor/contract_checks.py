"""The contract checks of a response: the own ones, and those of another judge."""

from __future__ import annotations

from msgspec.structs import replace

from arazzo_runner.executor.plan import OperationCall, StepPlan, severities_for
from arazzo_runner.executor.run_state import WorkflowState
from arazzo_runner.expression.value import MaybeValue
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.response.contract import CheckResult, check_response, judged_results


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
    judge, severity = frame.ledger.judge, severities.get("openapi-core", "warn")
    if judge is None or severity == "off":
        return own
    seen = replace(request, headers=response.sent_headers or request.headers)
    return own + judged_results(judge(call.operation, seen, response), own, severity)
