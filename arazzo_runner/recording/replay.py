"""A world that responds from a recording and compares every request with the recorded one.

The run follows the recording to its end, whatever differs; :meth:`ReplayWorld.judged` then makes
each difference the failure of its step, in results and events.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from arazzo_runner.executor.events import Event, Observer, StepFinished, WorkflowFinished
from arazzo_runner.executor.result import (
    Attempt,
    RunResult,
    Status,
    StepError,
    StepResult,
    WorkflowResult,
)
from arazzo_runner.executor.world import (
    OpenCall,
    PublishCall,
    ReceiveCall,
    ReceivedMessage,
    SendCall,
    TransportFailure,
)
from arazzo_runner.http.send import HttpWorldBase
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.recording.diff import Difference, differences
from arazzo_runner.recording.messages import message_differences, type_error
from arazzo_runner.recording.model import (
    RecordedExchange,
    RecordedMessage,
    Recording,
    SendOutcome,
)
from arazzo_runner.recording.spool import message_awaited, message_sent


class ReplayFailures:
    """Errors by the attempt that they are about: its key, also for its second request."""

    def __init__(self) -> None:
        self._errors: dict[str, StepError] = {}

    def raise_against(self, key: str, error: StepError) -> None:
        """Make ``error`` the failure of the attempt that a call with ``key`` belongs to."""
        self._errors[_attempt_key(key)] = error

    def run(self, result: RunResult) -> RunResult:
        """The result with a failed step for each objection, and failed workflows around them."""
        return replace(result, workflows=tuple(map(self.workflow, result.workflows)))

    def end(self, result: RunResult, error: StepError) -> RunResult:
        """The result with its last workflow failed for ``error``, where there is one."""
        if not result.workflows:
            return result
        *others, last = result.workflows
        failed = replace(last, status=Status.FAILED, error=last.error or error)
        return replace(result, workflows=(*others, failed))

    def workflow(self, workflow: WorkflowResult) -> WorkflowResult:
        """The workflow, failed where a request in it has an objection."""
        steps = tuple(map(self.step, workflow.steps))
        gone_to = tuple(map(self.workflow, workflow.gone_to))
        last = self.workflow(workflow.finally_run) if workflow.finally_run else None
        if last is not workflow.finally_run:
            workflow = replace(workflow, status=Status.FAILED, finally_run=last)
        if _is_same(steps, workflow.steps) and _is_same(gone_to, workflow.gone_to):
            return workflow
        return replace(workflow, status=Status.FAILED, steps=steps, gone_to=gone_to)

    def step(self, step: StepResult) -> StepResult:
        """The visit, failed where a request in it has an objection."""
        attempts = tuple(map(self._attempt, step.attempts))
        called = step.workflow and self.workflow(step.workflow)
        if _is_same(attempts, step.attempts) and called is step.workflow:
            return step
        return replace(step, status=Status.FAILED, attempts=_with_error(attempts), workflow=called)

    def _attempt(self, attempt: Attempt) -> Attempt:
        error = self._errors.get(attempt.key)
        interlude = self._interlude(attempt.interlude)
        if error is None and interlude is attempt.interlude:
            return attempt
        succeeded = attempt.succeeded and error is None
        error = error or attempt.error
        return replace(attempt, error=error, succeeded=succeeded, interlude=interlude)

    def _interlude(
        self, interlude: WorkflowResult | StepResult | None
    ) -> WorkflowResult | StepResult | None:
        if isinstance(interlude, WorkflowResult):
            return self.workflow(interlude)
        return interlude and self.step(interlude)


def _attempt_key(key: str) -> str:
    """The key of the attempt alone: the second request of one has ``.2`` behind it."""
    whole, at, number = key.rpartition("@")
    return f"{whole}{at}{number.partition('.')[0]}"


def _is_same(new: tuple[object, ...], old: tuple[object, ...]) -> bool:
    return all(one is other for one, other in zip(new, old, strict=True))


def _with_error(attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    """The attempts; the last, which stands for the visit, has the error of an earlier one."""
    *earlier, last = attempts
    if last.error is not None:
        return attempts
    numbered = ((at, one.error) for at, one in enumerate(earlier, 1) if one.error)
    for at, error in numbered:
        if error.code in ("differs-from-recording", "not-recorded"):
            told = replace(error, message=f"attempt {at}: {error.message}")
            return (*earlier, replace(last, error=told, succeeded=False))
    return attempts


MAX_NAMED = 10
_MARGIN: Final = 1e-6


class ReplayWorld(HttpWorldBase):
    """Answers each request with what the recording has under its key; waiting takes no time.

    ``elapsed`` are the seconds that it took when it was recorded: the limits of a run count them.
    """

    def __init__(self, recording: Recording) -> None:
        self.elapsed = 0.0
        self._left = {one.key: one for one in recording.exchanges}
        self._messages = {one.key: one for one in recording.messages}
        self._closed = recording.closed
        self._objections = ReplayFailures()

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """The recorded response or failure; a failure for a request that was not recorded."""
        recorded = self._left.pop(call.key, None)
        if recorded is None:
            return self._refuse(call.key, "request")
        found = differences(recorded.request, call.request)
        if found:
            self._objections.raise_against(call.key, _difference_error(found, "request"))
        outcome = _answer(recorded, call)
        self.elapsed += outcome.duration
        return outcome

    async def open_channels(self, call: OpenCall) -> TransportFailure | None:  # noqa: ARG002
        """Why the channels could not be opened, if so."""
        return self._closed

    async def publish(self, call: PublishCall) -> TransportFailure | None:
        """What came of the recorded message."""
        recorded = self._recorded(message_sent(call))
        return recorded if isinstance(recorded, TransportFailure) else recorded.failure

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """The recorded message, or why there was none."""
        recorded = self._recorded(message_awaited(call))
        if isinstance(recorded, TransportFailure):
            return recorded
        if recorded.failure is not None:
            return replace(recorded.failure, duration=recorded.duration)
        if (error := type_error(recorded, call)) is not None:
            self._objections.raise_against(call.key, error)
        return ReceivedMessage(
            recorded.came_from,
            recorded.payload,
            recorded.headers,
            recorded.content_type,
            recorded.others,
            recorded.duration,
        )

    def _recorded(self, message: RecordedMessage) -> RecordedMessage | TransportFailure:
        """What the recording has under the key of a message."""
        recorded = self._messages.pop(message.key, None)
        if recorded is None:
            return self._refuse(message.key, "message")
        found = message_differences(recorded, message)
        if found:
            what = "message" if message.direction == "send" else "message that is waited for"
            self._objections.raise_against(message.key, _difference_error(found, what))
        self.elapsed += recorded.duration
        return recorded

    async def sleep(self, key: str, seconds: float) -> None:  # noqa: ARG002
        """Let no time pass, but in ``elapsed``."""
        self.elapsed += seconds

    def missing(self) -> tuple[RecordedExchange | RecordedMessage, ...]:
        """What was recorded and has not been asked for."""
        return (*self._left.values(), *self._messages.values())

    def judge(self, result: RunResult) -> RunResult:
        """The result with a failure for each request that differs, is missing or came besides."""
        left = self.missing()
        judged = self._objections.run(result)
        return self._objections.end(judged, _missing_error(left)) if left else judged

    def judging_observer(self, observer: Observer) -> Observer:
        """An observer that tells another of steps and workflows as they are judged."""

        def observe(event: Event) -> None:
            match event:
                case StepFinished(result=visit):
                    observer(replace(event, result=self._objections.step(visit)))
                case WorkflowFinished(result=run):
                    observer(replace(event, result=self._objections.workflow(run)))
                case _:
                    observer(event)

        return observe

    def _refuse(self, key: str, what: str) -> TransportFailure:
        message = f"the recording has no {what} `{key}`"
        hint = f"record the run again if this {what} is intended"
        error = StepError("not-recorded", message, hint, "request")
        self._objections.raise_against(key, error)
        return TransportFailure("refused", message, hint)


def _answer(recorded: RecordedExchange, call: SendCall) -> SendOutcome:
    """The outcome, with the header fields that its world had added to the request."""
    outcome = recorded.outcome
    if isinstance(outcome, TransportFailure):
        if outcome.head is not None:
            outcome = replace(outcome, head=_with_sent(outcome.head, recorded, call))
        if not recorded.timed_out or call.timeout is None:
            return outcome
        # What went before takes another time in a replay; all the time of a call is all of it.
        return replace(outcome, duration=call.timeout + _MARGIN)
    return _with_sent(outcome, recorded, call)


def _with_sent(outcome: HttpResponse, recorded: RecordedExchange, call: SendCall) -> HttpResponse:
    added = (one for one in outcome.sent_headers if one not in recorded.request.headers)
    sent = (*call.request.headers, *added)
    return HttpResponse(
        outcome.status,
        outcome.headers,
        outcome.body,
        outcome.duration,
        outcome.http_version,
        sent,
        in_process=outcome.in_process,
    )


def _difference_error(found: Sequence[Difference], what: str) -> StepError:
    parts = " and ".join(one.part for one in found)
    message = f"the {what} differs from the recorded one: {parts}"
    lines = [line for one in found for line in (f"{one.part}:", *one.lines)]
    hint = f"record the run again if this {what.split(maxsplit=1)[0]} is intended"
    return StepError("differs-from-recording", message, hint, "request", details=tuple(lines))


def _missing_error(left: Sequence[RecordedExchange | RecordedMessage]) -> StepError:
    messages = sum(isinstance(one, RecordedMessage) for one in left)
    counts = [
        f"{count:,} recorded {noun}{'' if count == 1 else 's'}"
        for count, noun in ((len(left) - messages, "request"), (messages, "message"))
        if count
    ]
    message = f"{' and '.join(counts)} not {'used' if messages else 'sent'}"
    named = [f"- {_label(one)}  ({one.key})" for one in left[:MAX_NAMED]]
    more = [f"  … and {len(left) - MAX_NAMED:,} more"] if len(left) > MAX_NAMED else []
    hint = "record the run again if they are no longer intended"
    return StepError("missing-request", message, hint, "request", details=(*named, *more))


def _label(one: RecordedExchange | RecordedMessage) -> str:
    if isinstance(one, RecordedMessage):
        return f"{one.direction} {one.address}"
    return f"{one.request.method} {one.request.url}"
