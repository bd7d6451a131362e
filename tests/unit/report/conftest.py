"""Realistic results of runs for the report tests: the Studio job, without an engine."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from arazzo_runner.document.model import OperationById, Step, Workflow, WorkflowName
from arazzo_runner.executor.events import (
    CriterionJudged,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepRetried,
    StepStarted,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.executor.plan import WorkflowKey
from arazzo_runner.executor.result import (
    ActionTaken,
    Attempt,
    CriterionResult,
    OperandValue,
    RunResult,
    Status,
    StepError,
    StepResult,
    WorkflowResult,
)
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.expression.value import MISSING
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.model import ApiDescription, Operation, Response
from arazzo_runner.openapi.response.contract import CheckResult
from arazzo_runner.report.model import RunReport, SourceInfo
from arazzo_runner.report.traversal import operation_name
from arazzo_runner.text.source import Place, SourceFile

DOCUMENT = """\
arazzo: 1.0.1
info: {title: Studio, version: 1.0.0}
sourceDescriptions:
  - {name: studioApi, url: studio.yaml}
workflows:
  - workflowId: trigger
    summary: Trigger a flow and follow its steps
    steps:
      - stepId: create
        operationId: CreateExecution
        successCriteria:
          - condition: $statusCode == 200
          - {context: $response.body#/sid, condition: ^FN, type: regex}
"""

DESCRIPTION = """\
openapi: 3.0.3
info: {title: Studio, version: 2.0.0}
paths:
  /Flows/{FlowSid}/Executions:
    post:
      operationId: CreateExecution
      responses:
        '201': {description: Created}
"""

ORIGIN = "https://studio.twilio.com/v2"
FLOW = "FW" + "0" * 31 + "1"
EXECUTION = "FN" + "a" * 32


class Build:
    """Makes parts of results; every method has defaults that make a step that passed."""

    execution = EXECUTION
    origin = ORIGIN
    flow = FLOW

    WORKFLOW = WorkflowKey("file:///w.arazzo.yaml", "w")
    STEP = WORKFLOW.step("create")

    def __init__(self) -> None:
        self.document = SourceFile("workflows/studio.arazzo.yaml", DOCUMENT, "file:///w/studio")
        self.api = SourceFile("openapi/studio.yaml", DESCRIPTION, "file:///o/studio")
        self.condition = self.place(0, "condition")

    def place(self, criterion, *tokens):
        pointer = ("workflows", 0, "steps", 0, "successCriteria", criterion, *tokens)
        return Place(self.document, pointer)

    def step_place(self):
        return Place(self.document, ("workflows", 0, "steps", 0))

    def operation(self, statuses=("201",), operation_id="CreateExecution", method="POST",
                  path="/Flows/{FlowSid}/Executions"):  # fmt: skip
        at = Place(self.api, ("paths", "/Flows/{FlowSid}/Executions", "post"))
        responses = tuple(
            Response(one, "", (), (), at.at("responses", one) if one == "201" else at)
            for one in statuses
        )
        description = ApiDescription((3, 0), "Studio", "2.0.0", {}, self.api, {})
        return Operation(operation_id, method, path, (), None, responses, None, (), at, description)

    def request(self, method="POST", url=f"{ORIGIN}/Flows/{FLOW}/Executions",
                headers=(("Authorization", "Basic QUM6c2VjcmV0"),
                         ("Content-Type", "application/x-www-form-urlencoded")),
                body=b"To=%2B15558675310&From=%2B15017122661"):  # fmt: skip
        return HttpRequest(method, url, headers, body)

    def response(self, status=201, body=None, content_type="application/json", headers=()):
        if body is None:
            body = {"sid": EXECUTION, "status": "active", "flow_sid": FLOW}
        octets = body if isinstance(body, bytes) else json.dumps(body).encode()
        fields = (("Content-Type", content_type), *headers) if content_type else headers
        return HttpResponse(status, fields, octets, 0.0021)

    def operand(self, expression="$statusCode", value=201, start=0):
        return OperandValue(expression, value, start)

    def criterion(self, condition="$statusCode == 201", passed=True, operands=None, error=None,
                  kind="simple", context=None, hint=None, place=...):  # fmt: skip
        operands = (self.operand(),) if operands is None else operands
        place = self.condition if place is ... else place
        return CriterionResult(kind, condition, context, passed, operands, error, place, hint)

    def unmet(self, status=200):
        return self.criterion(f"$statusCode == {status}", passed=False)

    def check(self, message="status 201 is documented", passed=True, severity="warn",
              kind="status", pointer=None, place=None):  # fmt: skip
        return CheckResult(kind, severity, passed, message, pointer, place)

    def error(self, message="the connection was refused", code="connect", hint=None,
              fault="response", place=None):  # fmt: skip
        return StepError(code, message, hint, fault, place)

    def action(self, type="retry", name="again", level="step", target=None, wait=None, cut=None):
        return ActionTaken(name, type, level, target, wait, cut)

    def attempt(self, request=..., response=..., criteria=None, **changes):
        request = self.request() if request is ... else request
        response = self.response() if response is ... else response
        criteria = (self.criterion(),) if criteria is None else tuple(criteria)
        succeeded = all(one.passed for one in criteria)
        attempt = Attempt(request, response, None, criteria, (), None, succeeded)
        if "body" in changes:
            changes["is_readable"] = changes.pop("body") is not MISSING
        return replace(attempt, **changes)

    def step(self, step_id="create", status=Status.PASSED, attempts=None, **changes):
        attempts = (self.attempt(),) if attempts is None else tuple(attempts)
        step = StepResult(step_id, status, "studioApi", self.operation(), 0.0034, {}, None,
                          attempts, self.step_place())  # fmt: skip
        return replace(step, **changes)

    def failed_step(self, **changes):
        attempt = self.attempt(criteria=[self.unmet()])
        return self.step(status=Status.FAILED, attempts=[attempt], **changes)

    def workflow(self, *steps, workflow_id="trigger", status=Status.PASSED, **changes):
        place = Place(self.document, ("workflows", 0))
        workflow = WorkflowResult(
            workflow_id, status, {}, {}, 0.02, steps, None, None, place
        )  # fmt: skip
        return replace(workflow, **changes)

    def run(self, *workflows):
        return RunResult(workflows, 0.0212)

    def report(self, result=None, exit_code=0, **changes):
        result = result or self.run(self.workflow(self.step()))
        source = SourceInfo("studioApi", "openapi", "studio.yaml", "2.0.0", "0" * 64)
        known = (operation_name("studioApi", self.operation()),)
        run = RunReport("0.1.0", "workflows/studio.arazzo.yaml", exit_code,
                        "2025-01-02T03:04:05Z", 0.03, result, (source,), (), known)  # fmt: skip
        return replace(run, **changes)

    # --- events ---

    def workflow_model(self, workflow_id="trigger", summary="Trigger a flow and follow its steps"):
        place = Place(self.document, ("workflows", 0))
        return Workflow(workflow_id, summary, None, None, (), (), (), (), (), (), place)

    def step_model(self, step_id="create", workflow_id=None):
        place = self.step_place()
        target = OperationById("CreateExecution", None, place)
        if workflow_id:
            target = WorkflowName(workflow_id, None, place)
        return Step(step_id, None, target, (), None, (), (), (), (), None, None, None, (), place)

    def started(self, workflow, inputs=None, depth=0):
        return WorkflowStarted(workflow, inputs or {}, depth, (), self.WORKFLOW)

    def step_events(self, workflow, result, depth=0):
        """The events of a visit as the engine tells them, retries included."""
        called = result.workflow
        model = self.step_model(result.step_id, called.workflow_id if called else None)
        yield StepStarted(workflow, model, result.operation, depth, self.STEP)
        if called:
            yield from self.events(called, called.inputs, depth + 1)
        for number, attempt in enumerate(result.attempts, 1):
            yield from self._attempt_events(f"{result.step_id}#1@{number}", attempt, depth)
            if number < len(result.attempts):
                yield StepRetried(model, number, attempt.action, depth, self.STEP, attempt)
                yield from self._interlude(workflow, attempt.interlude, depth + 1)
        yield StepFinished(workflow, result, depth, self.STEP)

    def _interlude(self, workflow, interlude, depth):
        match interlude:
            case WorkflowResult():
                yield from self.events(interlude, interlude.inputs, depth)
            case StepResult():
                yield from self.step_events(workflow, interlude, depth)

    def _attempt_events(self, key, attempt, depth):
        if attempt.request:
            yield RequestSent(key, attempt.request, depth)
            if attempt.response:
                yield ResponseReceived(key, attempt.response, depth)
            else:
                failure = TransportFailure("connect", attempt.error.message, attempt.error.hint)
                yield ResponseReceived(key, failure, depth)
        for criterion in attempt.criteria:
            yield CriterionJudged(key, criterion, depth)

    def events(self, result, inputs=None, depth=0):
        """The events of a whole workflow, given its result."""
        model = self.workflow_model(result.workflow_id)
        yield self.started(model, result.inputs if inputs is None else inputs, depth)
        for step in result.steps:
            yield from self.step_events(model, step, depth)
        yield WorkflowFinished(result, depth, self.WORKFLOW)


@pytest.fixture
def build():
    return Build()
