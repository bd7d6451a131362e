"""The run as lines of JSON, each an event, written while it happens; objects are the report's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, assert_never

from arazzo_runner.executor.events import (
    CriterionJudged,
    Event,
    MessageAwaited,
    MessageReceived,
    MessageSent,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepRetried,
    StepStarted,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.executor.result import StepError, StepMessage, WorkflowResult
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.report.formats.json import documents_json, report_end, report_start
from arazzo_runner.report.formats.json_parts import (
    JsonParts,
    operation_json,
    parse_body,
    round_seconds,
)
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.traversal import operation_name
from arazzo_runner.text.json_write import ASCII, write_json

EventFields = dict[str, Any]


def report_pieces(run: RunReport, masker: Masker) -> Iterator[bytes]:
    """The events of a run that is over, as far as its result tells them; without times."""
    yield _line("run_started", report_start(run, masker))
    for workflow in run.result.workflows:
        yield from _late_events(workflow, JsonParts(masker))
    yield _line("run_finished", _end_fields(run, masker))


def _late_events(workflow: WorkflowResult, show: JsonParts) -> Iterator[bytes]:
    name = show.text(workflow.workflow_id)
    inputs = show.values(workflow.inputs)
    common: EventFields = {"depth": 0}
    if workflow.document is not None:
        common["document"] = show.text(workflow.document)
    yield _line("workflow_started", {"workflow_id": name, "inputs": inputs, **common})
    for step in workflow.steps:
        yield _line("step_finished", {"workflow_id": name, "step": show.step(step), **common})
    yield _line("workflow_finished", {"workflow": show.end_of_workflow(workflow), **common})


def _end_fields(run: RunReport, masker: Masker) -> EventFields:
    return {**report_end(run, masker), **documents_json(run, masker)}


CallEvent: TypeAlias = (
    RequestSent
    | ResponseReceived
    | MessageSent
    | MessageAwaited
    | MessageReceived
    | CriterionJudged
)


class EventLines:
    """An observer that gives ``write`` a line for each event, in ASCII and ended.

    ``clock`` tells the seconds since the run began, ``document`` is named where there are several.
    """

    def __init__(
        self,
        write: Callable[[bytes], None],
        masker: Masker,
        clock: Callable[[], float],
        document: str | None = None,
    ) -> None:
        self._write = write
        self._masker = masker
        self._show = JsonParts(masker)
        self._clock = clock
        self._common = {} if document is None else {"document": masker.text(document)}
        self._noted: frozenset[str] = frozenset()

    def begin(self, run: RunReport) -> None:
        """Tell of the run itself, as far as it is known."""
        self._noted = frozenset(run.all_notes)
        self._write_line("run_started", report_start(run, self._masker))

    def finish(self, run: RunReport) -> None:
        """Tell how the run ended."""
        fields = _end_fields(run, self._masker)
        if notes := [one for one in run.notes if one not in self._noted]:
            fields["notes"] = notes
        self._write_line("run_finished", fields)

    def __call__(self, event: Event) -> None:
        """Tell of an event."""
        name, fields = _event_fields(event, self._show)
        self._write_line(name, {**fields, "depth": event.depth, **self._common})

    def _write_line(self, name: str, fields: EventFields) -> None:
        self._write(_line(name, {"at": round_seconds(self._clock()), **fields}))


def _line(name: str, fields: EventFields) -> bytes:
    return write_json({"event": name, **fields}, ASCII).encode("ascii") + b"\n"


def _event_fields(event: Event, show: JsonParts) -> tuple[str, EventFields]:
    match event:
        case WorkflowStarted(workflow, inputs):
            fields = {"workflow_id": show.text(workflow.workflow_id), "inputs": show.values(inputs)}
            return "workflow_started", fields
        case StepStarted():
            return "step_started", _start_fields(event, show)
        case StepRetried(step, attempt, action):
            name = show.text(step.step_id)
            retried = {"step_id": name, "attempt": attempt, "action": show.action(action)}
            return "step_retried", {**retried, **show.reasons(event.result)}
        case StepFinished(workflow, result):
            name = show.text(workflow.workflow_id)
            return "step_finished", {"workflow_id": name, "step": show.step(result)}
        case WorkflowFinished(result):
            return "workflow_finished", {"workflow": show.end_of_workflow(result)}
        case _:
            return _call_fields(event, show)


def _call_fields(event: CallEvent, show: JsonParts) -> tuple[str, EventFields]:
    """Of the events of an attempt, which its key names."""
    match event:
        case RequestSent(key, request):
            return "request_sent", {"key": show.text(key), "request": show.request(request)}
        case ResponseReceived(key, outcome):
            return "response_received", {"key": show.text(key), **_outcome(outcome, show)}
        case MessageSent(key, channel, outcome):
            return "message_sent", {**_channel(key, channel, show), **_message(outcome, show)}
        case MessageAwaited(key, channel, timeout):
            return "message_awaited", {**_channel(key, channel, show), "timeout": timeout}
        case MessageReceived(key, channel, outcome):
            return "message_received", {**_channel(key, channel, show), **_message(outcome, show)}
        case CriterionJudged(key, result):
            judged = {"key": show.text(key), "criterion": show.criterion(result)}
            return "criterion_judged", judged
        case _:
            assert_never(event)


def _start_fields(event: StepStarted, show: JsonParts) -> EventFields:
    named = operation_name(None, event.operation) if event.operation else None
    return {
        "workflow_id": show.text(event.workflow.workflow_id),
        "step_id": show.text(event.step.step_id),
        "operation": operation_json(named) if named else None,
    }


def _outcome(outcome: HttpResponse | TransportFailure, show: JsonParts) -> EventFields:
    if isinstance(outcome, HttpResponse):
        response = show.response(outcome, lambda: parse_body(outcome.headers, outcome.body))
        return {"response": response, "error": None}
    error = StepError(outcome.code, outcome.message, outcome.hint, "response")
    return {"response": None, "error": show.error(error)}


def _channel(key: str, channel: str, show: JsonParts) -> EventFields:
    return {"key": show.text(key), "channel": show.text(channel)}


def _message(outcome: StepMessage | TransportFailure, show: JsonParts) -> EventFields:
    if isinstance(outcome, StepMessage):
        return {"message": show.message(outcome), "error": None}
    error = StepError(outcome.code, outcome.message, outcome.hint, "response")
    return {"message": None, "error": show.error(error)}
