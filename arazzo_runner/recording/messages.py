"""The messages of a recording: how they stand in the file, and how one differs from another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.asyncapi.model import Direction
from arazzo_runner.executor.result import StepError
from arazzo_runner.executor.world import FailureCode, ReceiveCall, TransportFailure
from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.messaging.match import is_other_type, type_of
from arazzo_runner.messaging.model import Delivery
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.recording.body import body_from_json, body_to_json
from arazzo_runner.recording.diff import Difference, differences
from arazzo_runner.recording.model import RecordedMessage
from arazzo_runner.report.secrets import Masker


def message_to_json(one: RecordedMessage, masker: Masker) -> dict[str, Value]:
    """A message as the file has it, secrets masked."""
    spelled: dict[str, Value] = {
        "key": one.key,
        "direction": one.direction,
        "source": one.source,
        "channel": masker.text(one.channel),
        "address": masker.text(one.address),
    }
    if one.correlation is not None:
        spelled["correlation_id"] = masker.text(one.correlation)
    if one.failure is not None:
        spelled["failure"] = failure_to_json(one.failure, masker)
    if one.failure is None or one.direction == "send":
        spelled["headers"] = [[name, value] for name, value in masker.headers(one.headers)]
        spelled["content_type"] = one.content_type
        spelled["payload"] = body_to_json(one.payload, _type_header(one), masker)
    if one.failure is None and one.direction == "receive":
        spelled["came_from"] = masker.text(one.came_from)
        spelled["others"] = one.others
    return {**spelled, "duration": round(one.duration, 6)}


def failure_to_json(failure: TransportFailure, masker: Masker) -> dict[str, Value]:
    """Why there is no message."""
    hint = None if failure.hint is None else masker.text(failure.hint)
    return {"code": failure.code, "message": masker.text(failure.message), "hint": hint}


def _type_header(one: RecordedMessage) -> Headers:
    return (("Content-Type", one.content_type or "application/json"),)


class FailureForm(Struct, frozen=True):
    """Why there is no message, in the file."""

    code: FailureCode
    message: str
    hint: str | None = None

    def failure(self) -> TransportFailure:
        """The same, for a run."""
        return TransportFailure(self.code, self.message, self.hint)


class MessageForm(Struct, frozen=True):
    """A message in the file."""

    key: str
    direction: Direction
    source: str
    channel: str
    address: str
    correlation_id: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str | None = None
    payload: Any = None
    came_from: str = ""
    others: int = 0
    failure: FailureForm | None = None
    duration: float = 0.0


def message_from_json(form: MessageForm) -> RecordedMessage:
    """The message that a form is of. Raises ValueError for a payload that is none."""
    found = RecordedMessage(
        form.key,
        form.direction,
        form.source,
        form.channel,
        form.address,
        form.correlation_id,
        form.headers,
        form.content_type,
        came_from=form.came_from,
        others=form.others,
        failure=None if form.failure is None else form.failure.failure(),
        duration=form.duration,
    )
    return replace(found, payload=body_from_json(form.payload, _type_header(found)))


def message_differences(
    recorded: RecordedMessage, message: RecordedMessage
) -> tuple[Difference, ...]:
    """All parts in which a message, or what is waited for, differs from the recorded one."""
    found = differences(_request(recorded), _request(message))
    parts = _PARTS[message.direction]
    return tuple(replace(one, part=parts.get(one.part, one.part)) for one in found)


def type_error(recorded: RecordedMessage, call: ReceiveCall) -> StepError | None:
    """Why the step does not take the recorded message: it is of another type by now."""
    delivery = Delivery(
        recorded.came_from, recorded.payload, recorded.headers, recorded.content_type
    )
    if not is_other_type(delivery, call):
        return None
    kind = type_of(delivery, call)
    name = f"`{kind.name}`" if kind is not None else "one of another type"
    awaited = " or ".join(f"`{one.name}`" for one in call.types)
    message = f"the recorded message is {name}, and the step receives {awaited}"
    hint = "record the run again: a step leaves messages of other types for other steps"
    return StepError("differs-from-recording", message, hint, "request")


_PARTS: Final[Mapping[Direction, Mapping[str, str]]] = {
    "send": {"url": "address", "body": "payload", "header `content-type`": "content type"},
    "receive": {"url": "address", "body": "correlation id"},
}


def _request(one: RecordedMessage) -> HttpRequest:
    """A message in the form that is compared; of one that is waited for its address and its id."""
    if one.direction == "receive":
        return HttpRequest("", one.address, (), (one.correlation or "").encode())
    return HttpRequest("", one.address, (*_type_header(one), *one.headers), one.payload)
