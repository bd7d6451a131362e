"""The parts of a result as JSON data, as ``report.schema.json`` describes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from arazzo_runner.executor.result import (
    ActionTaken,
    Attempt,
    ConsideredAction,
    CriterionResult,
    OperandValue,
    Status,
    StepError,
    StepMessage,
    StepResult,
    WorkflowResult,
)
from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.http_semantics.media_type import is_json
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.response.contract import CheckResult
from arazzo_runner.report.body import BODY_LIMIT, media_type, report_body, to_json_data
from arazzo_runner.report.diagnostics.text import location_json, to_json
from arazzo_runner.report.failure import explain_failure
from arazzo_runner.report.redirects import Redirect, followed_redirects
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.traversal import OperationName, operation_name
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.number import parse_number


def operation_json(name: OperationName) -> dict[str, Value]:
    """The name of an operation."""
    return {
        "source": name.source,
        "operation_id": name.operation_id,
        "method": name.method,
        "path": name.path,
    }


def round_seconds(duration: float) -> float:
    """Microseconds are what a clock can tell; more digits only make reports hard to compare."""
    return round(duration, 6)


def parse_body(headers: Headers, body: bytes) -> MaybeValue:
    """The JSON in a body, read from the octets that were sent or came; MISSING where it is none."""
    if not is_json(media_type(headers)):
        return MISSING
    try:
        return json.loads(body, parse_float=parse_number)
    except (ValueError, RecursionError):
        return MISSING


class JsonParts:
    """Spells the parts of a result as JSON data, all that comes from outside through one masker."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self.text = masker.text

    def workflow(self, workflow: WorkflowResult) -> dict[str, Value]:
        """A run of a workflow, with its steps and what it went on in."""
        spelled = self.end_of_workflow(workflow)
        spelled["steps"] = self.array(map(self.step, workflow.steps))
        if workflow.gone_to:
            spelled["gone_to"] = self.array(map(self.workflow, workflow.gone_to))
        if workflow.finally_run is not None:
            spelled["finally"] = self.workflow(workflow.finally_run)
        return spelled

    def array(self, items: Iterable[Value]) -> Value:
        """The items of an array, as they are written."""
        return list(items)

    def object(self, members: dict[str, Value]) -> dict[str, Value]:
        """An object that has arrays of :meth:`array` in it."""
        return members

    def end_of_workflow(self, workflow: WorkflowResult) -> dict[str, Value]:
        """What came of a workflow, without its steps."""
        spelled = {
            "workflow_id": self.text(workflow.workflow_id),
            "status": workflow.status.value,
            "inputs": self.values(workflow.inputs),
            "outputs": self.values(workflow.outputs),
            "duration": round_seconds(workflow.duration),
            "ended_by": self._ended_by(workflow.ended_by),
        }
        if workflow.generated:
            made = {name: workflow.inputs[name] for name in workflow.generated}
            spelled["generated"] = self.values(made)
            if workflow.seed is not None:
                spelled["seed"] = workflow.seed
        if workflow.document is not None:
            spelled["document"] = self.text(workflow.document)
        if workflow.case is not None:
            spelled["case"] = self.text(workflow.case)
        if workflow.repetition is not None:
            spelled["repetition"] = workflow.repetition
        if workflow.error:
            spelled["error"] = self.error(workflow.error)
        return spelled

    def step(self, step: StepResult) -> dict[str, Value]:
        """A visit of a step, with its attempts."""
        named = operation_name(step.source, step.operation) if step.operation else None
        spelled: dict[str, Value] = {
            "step_id": self.text(step.step_id),
            "status": step.status.value,
            "operation": operation_json(named) if named else None,
            "duration": round_seconds(step.duration),
            "outputs": self.values(step.outputs),
            "workflow": self.workflow(step.workflow) if step.workflow else None,
            "attempts": [self._earlier(one) for one in step.attempts[:-1]]
            + [self._attempt(one) for one in step.attempts[-1:]],
        }
        if step.channel is not None:
            spelled["channel"] = {
                "source": step.source,
                "name": self.text(step.channel.channel.name),
                "operation_id": step.channel.operation and step.channel.operation.operation_id,
                "action": step.channel.action,
            }
        if step.status in (Status.FAILED, Status.ERROR):
            spelled |= self._failure(step)
        return spelled

    def _failure(self, step: StepResult) -> dict[str, Value]:
        """What the console says of a failed step: the fact first, then what belongs to it."""
        fact, *rest = explain_failure(step, self._masker).split("\n")
        lines: list[Value] = [*rest]
        return {"failure": {"fact": fact.removeprefix("error: "), "lines": lines}} if fact else {}

    def _earlier(self, attempt: Attempt) -> dict[str, Value]:
        """An attempt before the last, with the workflow that it called: the step has the last."""
        called = {"workflow": self.workflow(attempt.workflow)} if attempt.workflow else {}
        return {**self._attempt(attempt), **self._outputs(attempt), **called}

    def reasons(self, attempt: Attempt) -> dict[str, Value]:
        """Why an attempt is repeated: its outputs, and the actions that were judged by them."""
        return {**self._considered(attempt), **self._outputs(attempt)}

    def _outputs(self, attempt: Attempt) -> dict[str, Value]:
        return {"outputs": self.values(attempt.outputs)} if attempt.outputs else {}

    def _considered(self, attempt: Attempt) -> dict[str, Value]:
        judged: list[Value] = [self._considered_action(one) for one in attempt.considered]
        return {"considered": judged} if judged else {}

    def _attempt(self, attempt: Attempt) -> dict[str, Value]:
        spelled: dict[str, Value] = {
            "request": self.request(attempt.request) if attempt.request else None,
            "response": self._response(attempt),
            "error": self.error(attempt.error) if attempt.error else None,
            "criteria": [self.criterion(criterion) for criterion in attempt.criteria],
            "checks": [self._check(check) for check in attempt.checks],
            "action": self.action(attempt.action) if attempt.action else None,
        }
        if attempt.message is not None:
            spelled["message"] = self.message(attempt.message)
        if attempt.world_notes:
            notes: list[Value] = [self.text(one) for one in attempt.world_notes]
            spelled["notes"] = notes
        redirects = [self._redirect(one) for one in followed_redirects(attempt)]
        if redirects:
            spelled["redirects"] = redirects
        spelled |= self._considered(attempt)
        if attempt.interlude is not None:
            spelled["interlude"] = self._interlude(attempt.interlude)
        return spelled

    def _redirect(self, redirect: Redirect) -> dict[str, Value]:
        request = redirect.request
        return {
            "status": redirect.status,
            "method": self.text(request.method),
            "url": self.text(request.url),
        }

    def _considered_action(self, action: ConsideredAction) -> dict[str, Value]:
        spelled: dict[str, Value] = {
            "name": self.text(action.name),
            "level": action.level,
            "holds": action.holds,
            "criteria": [self.criterion(criterion) for criterion in action.criteria],
        }
        return {**spelled, "reason": self.text(action.reason)} if action.reason else spelled

    def _interlude(self, between: WorkflowResult | StepResult) -> dict[str, Value]:
        if isinstance(between, WorkflowResult):
            return {"workflow": self.workflow(between)}
        return {"step": self.step(between)}

    def request(self, request: HttpRequest) -> dict[str, Value]:
        """A request as it was built."""
        return {
            "method": request.method,
            "url": self.text(request.url),
            "headers": self._headers(request.headers),
            "body": self.body(
                request.body, request.headers, lambda: parse_body(request.headers, request.body)
            ),
        }

    def _response(self, attempt: Attempt) -> dict[str, Value] | None:
        response = attempt.response
        return self.response(response, lambda: attempt.body) if response else None

    def response(self, response: HttpResponse, read: Callable[[], MaybeValue]) -> dict[str, Value]:
        """A response; ``read`` gives its parsed body, MISSING if it was not parsed."""
        return {
            "status": response.status,
            "headers": self._headers(response.headers),
            "body": self.body(response.body, response.headers, read),
            "duration": round_seconds(response.duration),
        }

    def message(self, message: StepMessage) -> dict[str, Value]:
        """A message that was sent or received over a channel."""
        kind = message.content_type
        headers = () if kind is None else (("Content-Type", kind),)
        return {
            "channel": self.text(message.channel),
            "direction": message.direction,
            "address": self.text(message.address),
            "headers": self._headers(message.headers),
            "content_type": self._optional(kind),
            "payload": self.body(message.body, headers, lambda: message.payload),
            "others": message.others,
            "duration": round_seconds(message.duration),
        }

    def body(self, octets: bytes, headers: Headers, read: Callable[[], MaybeValue]) -> Value:
        """The body of a message; one that will be cut is not parsed."""
        value = read() if 0 < len(octets) <= BODY_LIMIT else MISSING
        return report_body(octets, headers, value, self._masker)

    def _headers(self, headers: tuple[tuple[str, str], ...]) -> list[list[str]]:
        return [[name, value] for name, value in self._masker.headers(headers)]

    def error(self, error: StepError) -> dict[str, Value]:
        """Why there is no usable response."""
        spelled: dict[str, Value] = {
            "code": error.code,
            "message": self.text(error.message),
            "hint": self._optional(error.hint),
        }
        if error.details:
            spelled["details"] = [self.text(one) for one in error.details]
        return spelled

    def criterion(self, criterion: CriterionResult) -> dict[str, Value]:
        """A criterion, with what its expressions were."""
        return {
            "kind": criterion.kind,
            "condition": self.text(criterion.condition),
            "context": self._optional(criterion.context),
            "passed": criterion.passed,
            "operands": [self.operand(operand) for operand in criterion.operands],
            "error": self._optional(criterion.error),
            "location": _text_location(criterion),
        }

    def operand(self, operand: OperandValue) -> dict[str, Value]:
        """An expression of a condition, and what it was."""
        value = to_json_data(self._masker.operand(operand.expression, operand.value))
        return {"expression": self.text(operand.expression), "value": value}

    def _check(self, check: CheckResult) -> dict[str, Value]:
        # The lines of a large description take a while to find: not for what is in order.
        place = None if check.passed else check.place
        return {
            "kind": check.kind,
            "severity": check.severity,
            "passed": check.passed,
            "message": self.text(check.message),
            "pointer": self._optional(check.pointer),
            "location": location_json(place) if place else None,
        }

    def action(self, action: ActionTaken) -> dict[str, Value]:
        """The action that was decided."""
        spelled = {**self._end_of_run(action), "wait": action.wait}
        return spelled if action.cut_from is None else {**spelled, "cut_from": action.cut_from}

    def _ended_by(self, action: ActionTaken | None) -> dict[str, Value] | None:
        return self._end_of_run(action) if action else None

    def _end_of_run(self, action: ActionTaken) -> dict[str, Value]:
        return {
            "name": self.text(action.name),
            "type": action.type,
            "level": action.level,
            "target": self._optional(action.target),
        }

    def diagnostic(self, diagnostic: Diagnostic) -> dict[str, Value]:
        """A finding about a document."""
        spelled = to_json(diagnostic)
        return {
            **spelled,
            "message": self.text(diagnostic.message),
            "help": self._optional(diagnostic.help),
        }

    def values(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Inputs or outputs by name."""
        spelled: dict[str, Value] = to_json_data(self._masker.value(dict(values)))
        return spelled

    def _optional(self, text: str | None) -> str | None:
        return None if text is None else self.text(text)


def _text_location(criterion: CriterionResult) -> dict[str, Value] | None:
    """Where the text of a condition begins: in a block scalar that is below its indicator."""
    if criterion.place is None:
        return None
    first = location_json(criterion.place.within(0, min(1, len(criterion.condition))))
    return {field: first[field] for field in ("file", "line", "column", "pointer")}
