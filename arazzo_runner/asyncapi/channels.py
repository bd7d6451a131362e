"""Channel Objects: address, parameters, servers, and the messages that go over them.

AsyncAPI Specification 2.6.0, "Channel Item Object"; 3.0.0, "Channel Object".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from arazzo_runner.asyncapi.brokers import channel_brokers
from arazzo_runner.asyncapi.description import (
    Layer,
    read_bindings,
    read_location,
    resolve_object,
    resolved_entries,
    strings_at,
)
from arazzo_runner.asyncapi.messages import read_message
from arazzo_runner.asyncapi.model import (
    AsyncApiDescription,
    Channel,
    ChannelParameter,
    Direction,
    Message,
)
from arazzo_runner.asyncapi.signatures import read_signature, security_signature
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.description import entries, list_at, object_at, optional_text
from arazzo_runner.openapi.references import reference_of
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place

_VARIABLE: Final = lazy_pattern(r"\{([^{}]+)\}")
ACTIONS: Final[dict[str, Direction]] = {"subscribe": "send", "publish": "receive"}
"""2.x tells what a client can do: what it may subscribe to, the application sends.

Channel Item Object: SUBSCRIBE "defines the messages produced by the application and sent to the
channel", PUBLISH those "consumed by the application from the channel"."""


def read_channel(description: AsyncApiDescription, name: str, node: Value, place: Place) -> Channel:
    """A Channel Object, its reference followed; raises DocumentError AZ214, AZ217.

    Read once for each place. In 2.x ``name`` is the address.
    """
    held, at = resolve_object(description, node, place, f"the channel `{name}`")
    key = ("channel", at.source.uri, at.pointer, name)
    if key not in description.memo:
        description.memo[key] = _channel(description, name, held, at)
    found: Channel = description.memo[key]
    return found


def address_variables(channel: Channel) -> tuple[str, ...]:
    """The names of the ``{parameters}`` in a channel's address, each once."""
    return tuple(dict.fromkeys(_VARIABLE.findall(channel.address or "")))


def _channel(
    description: AsyncApiDescription, name: str, node: dict[str, Value], place: Place
) -> Channel:
    is_new = description.version >= (3, 0)
    messages = _messages(description, node, place) if is_new else _old(description, node, place)
    brokers = channel_brokers(description, node, place)
    return Channel(
        name=name,
        address=optional_text(node, "address") if is_new else name,
        parameters=tuple(
            _parameter(key, one, at)
            for key, one, at in resolved_entries(
                description, node, "parameters", place, "the parameter"
            )
        ),
        messages=tuple(messages),
        brokers=brokers,
        bindings=read_bindings(description, [Layer(node, place)]),
        place=place,
        description=description,
        signature=read_signature(node, place) or security_signature(brokers),
    )


def _messages(
    description: AsyncApiDescription, node: dict[str, Value], place: Place
) -> Iterator[Message]:
    at = place.at("messages")
    for name, one in entries(object_at(node.get("messages"), at, "`messages`")):
        yield read_message(description, name, one, at.at(name))


def _old(
    description: AsyncApiDescription, node: dict[str, Value], place: Place
) -> Iterator[Message]:
    seen = set[Place]()
    for field in ACTIONS:
        for one in old_messages(description, node.get(field), place.at(field)):
            if one.place not in seen:
                seen.add(one.place)
                yield one


def old_messages(description: AsyncApiDescription, node: Value, place: Place) -> list[Message]:
    """2.x, Operation Object: its ``message``, or those in the ``oneOf`` of that."""
    operation = object_at(node, place, "an operation")
    at = place.at("message")
    held = operation.get("message")
    if held is None:
        return []
    if isinstance(held, dict) and "oneOf" in held:
        at = at.at("oneOf")
        listed = list_at(held["oneOf"], at, "`oneOf`")
        return [_old_message(description, one, at.at(index)) for index, one in enumerate(listed)]
    return [_old_message(description, held, at)]


def _old_message(description: AsyncApiDescription, node: Value, place: Place) -> Message:
    held, at = resolve_object(description, node, place, "the message")
    name = optional_text(held, "messageId") or optional_text(held, "name")
    name = name or (reference_of(node) or "message").rpartition("/")[2]
    return read_message(description, name, held, at)


def _parameter(name: str, node: dict[str, Value], place: Place) -> ChannelParameter:
    """3.0 has plain strings; of the schema of 2.x, what they would say."""
    schema = object_at(node.get("schema"), place.at("schema"), "`schema`")
    holder, at = (schema, place.at("schema")) if schema else (node, place)
    text = optional_text(node, "location")
    return ChannelParameter(
        name=name,
        default=optional_text(holder, "default"),
        enum=strings_at(holder, "enum", at),
        location=read_location(text, place.at("location")) if text is not None else None,
        place=place,
    )
