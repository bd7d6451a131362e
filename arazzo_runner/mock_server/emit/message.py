"""The requests of an order: payload and header fields as described, or as the order has them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Final, cast

from msgspec import Struct

from arazzo_runner.asyncapi.model import AsyncOperation, Message
from arazzo_runner.executor.channels.checks import message_verdicts
from arazzo_runner.executor.world import Correlation
from arazzo_runner.expression.scope import MessageValues
from arazzo_runner.expression.value import MISSING, MaybeValue, Value, to_text
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.http_semantics.media_type import essence, is_json
from arazzo_runner.messaging.webhooks.cloudevents import BATCH, EVENT
from arazzo_runner.messaging.webhooks.event_modes import (
    EventContent,
    EventMode,
    batched_content,
    binary_content,
    is_event,
    structured_content,
)
from arazzo_runner.mock.channels.expectations import MessageReader
from arazzo_runner.mock.channels.message import MadeMessage, make_message, payload_octets
from arazzo_runner.mock.generate.flatten import NoExample
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.resources import Facts
from arazzo_runner.mock.templates import ResponseTemplate
from arazzo_runner.mock_server.emit.order import EmitOrder
from arazzo_runner.mock_server.emit.targets import EmitTarget
from arazzo_runner.openapi.openapi3 import read_operation
from arazzo_runner.openapi.schema.compile import standalone_schema
from arazzo_runner.text.diagnostic import did_you_mean

MAX_EVENTS: Final = 10_000
"""Of one order, in all its requests."""
_BODILESS: Final = ("GET", "HEAD")


class EmitContent(Struct, frozen=True):
    """What is sent, request by request; ``notes`` say what of it is not as documented.

    ``events`` is how many messages there are in all requests.
    """

    message: str
    requests: tuple[EventContent, ...]
    events: int
    notes: tuple[str, ...] = ()


def build_content(
    order: EmitOrder,
    target: EmitTarget,
    operation: AsyncOperation,
    facts: Facts,
    dice: SeededChoice,
    number: int,
) -> EmitContent:
    """The requests of an order, whose first message is the server's ``number``-th.

    Raises ValueError for an order that cannot be followed, NoExample where nothing fits.
    """
    message = _message(order, operation)
    made = _made(order, message, operation, facts, dice)
    payload = _payload(order, made.payload)
    is_events = bool(order.mode) or _kind(message) in (EVENT, BATCH)
    if is_events:
        payload = _described_events(payload, made.payload, is_batch=_is_batch(order, message))
    events = order.count * len(_batch(order, message, payload))
    if events > MAX_EVENTS:
        raise ValueError(f"the order has {events:,} events, and the limit is {MAX_EVENTS:,}")
    values = MessageValues(made.headers, payload)
    notes = [] if message is None else _notes(message, values)
    headers = (*_parameters(target, operation, dice), *made.headers)
    if is_events:
        contents = _events(order, target, message, payload, number)
    else:
        contents = iter([_plain(message, payload)] * order.count)
    requests = tuple(_with_headers(one, (*headers, *order.headers)) for one in contents)
    if target.method in _BODILESS and any(one.body for one in requests):
        raise ValueError(
            f"a request with {target.method} has no body, and the message has a payload"
        )
    return EmitContent(message.name if message else "", requests, events, tuple(notes))


def _message(order: EmitOrder, operation: AsyncOperation) -> Message | None:
    """The message of an order: that of a name or content type, else the first, JSON before all."""
    messages = operation.messages or operation.channel.messages
    names = [text for one in messages for text in (one.name, one.content_type or "") if text]
    if order.message and order.message not in names:
        known = ", ".join(f"`{one}`" for one in dict.fromkeys(names)) or "none"
        hint = did_you_mean(order.message, names) or f"there are {known}"
        raise ValueError(f"there is no message `{order.message}`: {hint}")
    named = [one for one in messages if order.message in ("", one.name, one.content_type)]
    first_json = (one for one in named if is_json(one.content_type or "application/json"))
    return next(first_json, next(iter(named), None))


def _made(
    order: EmitOrder,
    message: Message | None,
    operation: AsyncOperation,
    facts: Facts,
    dice: SeededChoice,
) -> MadeMessage:
    """A message as it is described; with a payload of the order's own there may be none."""
    if message is None:
        return MadeMessage(_empty_message(operation), MISSING, ())
    correlation = None
    if order.correlation_id:
        places = [one.correlation_id for one in (message, *operation.channel.messages)]
        locations = tuple(one.location for one in places if one is not None)
        if not locations:
            raise ValueError("the description does not say where the message has a correlation id")
        correlation = Correlation(order.correlation_id, locations)
    try:
        return make_message(MessageReader(), message, facts, correlation, dice)
    except NoExample:
        if order.payload is MISSING:
            raise
        return MadeMessage(message, MISSING, ())


def _empty_message(operation: AsyncOperation) -> Message:
    return Message(operation.operation_id, None, (), None, None, {}, (), operation.place)


def _payload(order: EmitOrder, made: MaybeValue) -> MaybeValue:
    if order.payload is not MISSING:
        return order.payload
    return made if order.patch is MISSING else merge(made, order.patch)


def merge(value: MaybeValue, patch: MaybeValue) -> MaybeValue:
    """A value with a change (JSON Merge Patch, RFC 7396, section 2)."""
    if not isinstance(patch, dict):
        return patch
    found = dict(value) if isinstance(value, dict) else {}
    for name, member in patch.items():
        if member is None:
            found.pop(name, None)
        else:
            found[name] = cast("Value", merge(found.get(name, MISSING), member))
    return found


def _notes(message: Message, values: MessageValues) -> list[str]:
    verdicts = message_verdicts(message, None, values)
    faults = (one.message for one in verdicts if not one.passed)
    return [f"the message is not as documented: {one}" for one in faults]


def _kind(message: Message | None) -> str:
    return essence(message.content_type or "").lower() if message else ""


# --- what a request holds -------------------------------------------------------------------------


def _plain(message: Message | None, payload: MaybeValue) -> EventContent:
    if payload is MISSING:
        return EventContent(b"", "")
    kind = (message.content_type if message else None) or "application/json"
    return EventContent(payload_octets(payload, kind), kind)


def _events(
    order: EmitOrder,
    target: EmitTarget,
    message: Message | None,
    payload: MaybeValue,
    number: int,
) -> Iterator[EventContent]:
    """One request for each event, or one for all of them."""
    mode = order.mode or _described_mode(message)
    held = _batch(order, message, payload)
    numbers = count(number)
    every = [
        [_event(one, order, target, message, next(numbers)) for one in held]
        for _ in range(order.count)
    ]
    if mode == "batched":
        yield batched_content([one for events in every for one in events])
        return
    for events in every:
        yield from map(binary_content if mode == "binary" else structured_content, events)


def _batch(order: EmitOrder, message: Message | None, payload: MaybeValue) -> list[MaybeValue]:
    """The payloads of the events of one request: several where a batch is an array of them."""
    return [*payload] if _is_batch(order, message) and isinstance(payload, list) else [payload]


def _is_batch(order: EmitOrder, message: Message | None) -> bool:
    return (order.mode or _described_mode(message)) == "batched"


def _described_events(payload: MaybeValue, made: MaybeValue, *, is_batch: bool) -> MaybeValue:
    """What is no event is the data of the described one, whose type receivers know."""
    example = made[0] if isinstance(made, list) and made else made
    if is_batch and isinstance(payload, list):
        return [cast("Value", _described_event(one, example)) for one in payload]
    return _described_event(payload, example)


def _described_event(payload: MaybeValue, example: MaybeValue) -> MaybeValue:
    if payload is MISSING or is_event(payload) or not is_event(example):
        return payload
    event = cast("dict[str, Value]", example).items()
    attributes = {name: one for name, one in event if name not in {"data", "data_base64"}}
    return {**attributes, "data": cast("Value", payload)}


def _described_mode(message: Message | None) -> EventMode:
    return "batched" if _kind(message) == BATCH else "structured"


def _event(
    payload: MaybeValue, order: EmitOrder, target: EmitTarget, message: Message | None, number: int
) -> dict[str, Value]:
    """The payload as an event of its own: receivers drop a second one with the same ``id``."""
    if not is_event(payload):
        data = {} if payload is MISSING else {"data": payload}
        kind = (message.name if message else "") or target.name
        attributes = {"specversion": "1.0", "id": str(number), "source": f"/{target.source}"}
        return {**attributes, "type": kind, "datacontenttype": "application/json", **data}
    event = dict(cast("dict[str, Value]", payload))
    if number > 1 and not _sets_id(order):
        event["id"] = f"{event['id']}-{number}"
    return event


def _sets_id(order: EmitOrder) -> bool:
    """Whether the order says the id of its one event itself."""
    if order.count > 1:
        return False
    if order.payload is MISSING:
        return isinstance(order.patch, dict) and "id" in order.patch
    own = order.payload
    return all(map(is_event, own if isinstance(own, list) else [own]))


def _with_headers(content: EventContent, own: Headers) -> EventContent:
    """The request with the fields of the message and the order: of one name, the last counts."""
    kind = (("Content-Type", content.content_type),) if content.content_type else ()
    fields: dict[str, tuple[str, str]] = {}
    for name, text in (*kind, *content.headers, *own):
        fields[name.lower()] = (name, text)
    headers = tuple(fields.values())
    return EventContent(content.body, header_value(headers, "content-type") or "", headers)


def _parameters(
    target: EmitTarget, operation: AsyncOperation, dice: SeededChoice
) -> Iterator[tuple[str, str]]:
    """The required header parameters of an operation of OpenAPI. Raises NoExample."""
    entry, api = target.entry, operation.channel.description.schemas
    if entry is None:
        return
    described = read_operation(
        api, entry.method, entry.address, entry.item, (entry.node, entry.place)
    )
    for one in described.parameters:
        if one.location == "header" and one.required and one.schema is not None:
            frame = ResponseTemplate(standalone_schema(one.schema, api, "response"))
            yield one.name, to_text(frame.base(dice.at("parameter", one.name)))
