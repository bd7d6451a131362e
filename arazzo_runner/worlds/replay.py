"""A world that answers from a recording, and holds every request against the recorded one.

The run follows the recording to its end, whatever differs; :meth:`ReplayWorld.judged` then makes
each difference the failure of its step.
"""

from __future__ import annotations

from collections.abc import Sequence

from arazzo_runner.executor.events import Event, Observer, StepFinished, WorkflowFinished
from arazzo_runner.executor.result import RunResult, StepError
from arazzo_runner.executor.world import SendCall, TransportFailure
from arazzo_runner.operation.message import HttpResponse
from arazzo_runner.worlds.difference import Difference, differences
from arazzo_runner.worlds.objections import ReplayFailures
from arazzo_runner.worlds.recording import RecordedExchange, Recording, SendOutcome
from arazzo_runner.worlds.sending import HttpWorldBase

MAX_NAMED = 10


class ReplayWorld(HttpWorldBase):
    """Answers each request with what the recording has under its key; waiting takes no time."""

    def __init__(self, recording: Recording) -> None:
        self._left = {one.key: one for one in recording.exchanges}
        self._objections = ReplayFailures()

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """The recorded response or failure; a failure for a request that was not recorded."""
        recorded = self._left.pop(call.key, None)
        if recorded is None:
            return self._refuse(call)
        found = differences(recorded.request, call.request)
        if found:
            self._objections.raise_against(call.request, _difference_error(found))
        return _answer(recorded, call)

    async def sleep(self, key: str, seconds: float) -> None:
        """Let no time pass."""

    def missing(self) -> tuple[RecordedExchange, ...]:
        """What was recorded and has not been asked for."""
        return tuple(self._left.values())

    def judge(self, result: RunResult) -> RunResult:
        """The result with a failure for each request that differs, is missing or came besides."""
        left = self.missing()
        judged = self._objections.run(result)
        return self._objections.end(judged, _missing_error(left)) if left else judged

    def judging_observer(self, observer: Observer) -> Observer:
        """An observer that tells another of steps and workflows as they are judged."""

        def observe(event: Event) -> None:
            match event:
                case StepFinished(workflow, result, depth):
                    observer(StepFinished(workflow, self._objections.step(result), depth))
                case WorkflowFinished(finished, depth):
                    observer(WorkflowFinished(self._objections.workflow(finished), depth))
                case _:
                    observer(event)

        return observe

    def _refuse(self, call: SendCall) -> TransportFailure:
        message = f"the recording has no request `{call.key}`"
        hint = "record the run again, if the workflow is meant to send it"
        error = StepError("not-recorded", message, hint, "request")
        self._objections.raise_against(call.request, error)
        return TransportFailure("refused", message, hint)


def _answer(recorded: RecordedExchange, call: SendCall) -> SendOutcome:
    """The outcome, with the header fields that its world had added to the request."""
    outcome = recorded.outcome
    if isinstance(outcome, TransportFailure):
        return outcome
    added = (one for one in outcome.sent_headers if one not in recorded.request.headers)
    sent = (*call.request.headers, *added)
    return HttpResponse(
        outcome.status, outcome.headers, outcome.body, outcome.duration, outcome.http_version, sent
    )


def _difference_error(found: Sequence[Difference]) -> StepError:
    parts = " and ".join(one.part for one in found)
    message = f"the request differs from the recorded one: {parts}"
    lines = [line for one in found for line in (f"{one.part}:", *one.lines)]
    hint = "record the run again, if the workflow is meant to send this"
    return StepError("differs-from-recording", message, hint, "request", details=tuple(lines))


def _missing_error(left: Sequence[RecordedExchange]) -> StepError:
    count = f"{len(left):,} recorded request{'' if len(left) == 1 else 's'}"
    message = f"{count} did not come"
    named = [f"- {one.request.method} {one.request.url}  ({one.key})" for one in left[:MAX_NAMED]]
    more = [f"  … and {len(left) - MAX_NAMED:,} more"] if len(left) > MAX_NAMED else []
    hint = "record the run again, if the workflow is not meant to send them"
    return StepError("missing-request", message, hint, "request", details=(*named, *more))
