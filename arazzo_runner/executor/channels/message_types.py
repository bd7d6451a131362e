"""What tells the messages of a channel apart: members and headers that have listed values alone.

Arazzo Specification 1.1.0, Step Object: an operation has its own messages, and others may go over
the same channel; ``channelPath`` means them all. AsyncAPI Specification 3.0.0, "Operation Object"
(``messages``); CloudEvents 1.0.2, "type", and its protocol bindings.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from arazzo_runner.asyncapi.address import messages_at_address
from arazzo_runner.asyncapi.model import MessageLocation, MessagePart
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.world import MessageType, TypeMark
from arazzo_runner.expression.value import Value, to_text
from arazzo_runner.openapi.schema.descend import SchemaShape, descend_step, names_of, shape_of
from arazzo_runner.openapi.schema.shape import schemas_of
from arazzo_runner.text.source import pointer_text

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import Message, MessageSchema

MAX_DEPTH: Final = 4
"""How deep in a payload values are looked for."""
MAX_MEMBERS: Final = 500
"""How many members of a payload are looked at."""

EVENT_TYPES: Final = ("ce-type", "ce_type", "cloudEvents:type", "cloudEvents_type")
"""Headers with the type of a CloudEvent in binary mode: of HTTP and NATS, Kafka, and AMQP."""
_EVENT_NAMES: Final = frozenset(name.lower() for name in EVENT_TYPES)

_Types = tuple[MessageType, ...]


def message_types(call: ChannelCall) -> tuple[_Types, _Types]:
    """The types that a step may receive, and the others that go over its channel.

    A step that names the channel itself may receive all of them.
    """
    if call.operation is None or not call.messages:
        return _types(call, call.channel.messages), ()
    names = {one.place for one in call.messages}
    others = (one for one in messages_at_address(call.channel) if one.place not in names)
    return _types(call, call.messages), _types(call, others)


def _types(call: ChannelCall, messages: Iterable[Message]) -> _Types:
    return tuple(_message_type(call, one) for one in messages)


def _message_type(call: ChannelCall, message: Message) -> MessageType:
    """Worked out once for each message of a description."""
    memo, key = call.channel.description.memo, ("message type", message.place, message.name)
    if key not in memo:
        marks = (*_header_marks(message), *_payload_marks(message))
        memo[key] = MessageType(message.name, message.wire_names, marks)
    found: MessageType = memo[key]
    return found


def _header_marks(message: Message) -> Iterator[TypeMark]:
    for held in message.headers:
        shape = _shape(held)
        for name in _shared_names(shape):
            member = descend_step(shape, name)
            if isinstance(member, SchemaShape) and member.values is not None:
                is_event = name.lower() in _EVENT_NAMES
                places = _event_places() if is_event else (_location("header", (name,)),)
                yield from _mark(places, member.values, is_required=_requires(shape, name))


def _payload_marks(message: Message) -> Iterator[TypeMark]:
    if message.payload is None:
        return
    whole = _shape(message.payload)
    is_event = "specversion" in _shared_names(whole)
    todo: deque[tuple[SchemaShape, tuple[str, ...], bool]] = deque([(whole, (), True)])
    for _ in range(MAX_MEMBERS):
        if not todo:
            return
        shape, tokens, is_required = todo.popleft()
        if shape.values is not None:
            is_type = is_event and tokens == ("type",)
            places = _event_places() if is_type else (_location("payload", tokens),)
            yield from _mark(places, shape.values, is_required=is_required)
        elif len(tokens) < MAX_DEPTH:
            todo += (
                (member, (*tokens, name), is_required and _requires(shape, name))
                for name in _shared_names(shape)
                if isinstance(member := descend_step(shape, name), SchemaShape)
            )


def _shape(held: MessageSchema) -> SchemaShape:
    return shape_of(schemas_of(held.description), held.schema)


def _shared_names(shape: SchemaShape) -> list[str]:
    """The members that all alternatives name: of others nothing is sure."""
    first, *others = shape.alternatives or ((),)
    rest = [frozenset(names_of(one)) for one in others]
    return [name for name in names_of(first) if all(name in names for names in rest)]


def _requires(shape: SchemaShape, name: str) -> bool:
    return all(
        any(_is_required(part.node.get("required"), name) for part in one)
        for one in shape.alternatives or ((),)
    )


def _is_required(required: Value, name: str) -> bool:
    return isinstance(required, list) and name in required


def _mark(
    places: tuple[MessageLocation, ...], values: list[Value], *, is_required: bool
) -> Iterator[TypeMark]:
    """One for values that are texts, numbers or booleans; with null there may be no value."""
    texts = [to_text(one) for one in values if isinstance(one, (str, int, float))]
    if texts and all(one is None or isinstance(one, (str, int, float)) for one in values):
        yield TypeMark(places, tuple(texts), is_required and None not in values)


def _event_places() -> tuple[MessageLocation, ...]:
    headers = (_location("header", (name,)) for name in EVENT_TYPES)
    return (*headers, _location("payload", ("type",)))


def _location(part: MessagePart, tokens: tuple[str, ...]) -> MessageLocation:
    pointer = f"#{pointer_text(tokens)}" if tokens else ""
    return MessageLocation(f"$message.{part}{pointer}", part, tokens)
