"""Operation Objects, and finding them and channels by name or JSON Pointer.

AsyncAPI Specification 2.6.0 and 3.0.0, sections "Operation Object" and "Operation Reply Object".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from arazzo_runner.asyncapi.channels import ACTIONS, old_messages, read_channel
from arazzo_runner.asyncapi.description import (
    first_text,
    layers_of,
    read_bindings,
    read_location,
    resolve_object,
)
from arazzo_runner.asyncapi.messages import read_message
from arazzo_runner.asyncapi.model import (
    AsyncApiDescription,
    AsyncOperation,
    Channel,
    Direction,
    Message,
    MessageLocation,
    Reply,
)
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.description import (
    entries,
    list_at,
    malformed_error,
    object_at,
    required_text,
)
from arazzo_runner.openapi.references import reference_of
from arazzo_runner.text.source import Place


class _OperationEntry(Struct, frozen=True):
    """An operation that is there but not built: in 2.x within its ``channel``."""

    node: Value
    place: Place
    channel: str = ""
    field: str = ""


def channel_names(description: AsyncApiDescription) -> list[str]:
    """The names of all channels; in 2.x their addresses."""
    return [name for name, _ in _channels(description)]


def find_channel(description: AsyncApiDescription, name: str) -> Channel | None:
    """The channel of a name, or None; raises DocumentError AZ214, AZ217 where it is broken."""
    channels = dict(_channels(description))
    if name not in channels:
        return None
    place = Place(description.source).at("channels", name)
    return read_channel(description, name, channels[name], place)


def async_operation_ids(description: AsyncApiDescription) -> list[str]:
    """The ids of all operations: their keys; in 2.x the ``operationId`` of those that have one."""
    return list(_operations(description))


def find_async_operation(
    description: AsyncApiDescription, operation_id: str
) -> AsyncOperation | None:
    """The operation of an id, or None; the case of letters counts.

    Raises DocumentError AZ214, AZ217 where it is broken, and in 2.x where a channel cannot be
    read in which it may be.
    """
    entry = _operations(description).get(operation_id)
    return None if entry is None else _build(description, operation_id, entry)


def find_at(
    description: AsyncApiDescription, tokens: tuple[str, ...]
) -> Channel | AsyncOperation | None:
    """The channel or operation at a pointer from the root, such as ``("channels", "orders")``.

    In 2.x operations are at ``("channels", "orders", "publish")``. Raises DocumentError.
    """
    match tokens:
        case ("channels", name):
            return find_channel(description, name)
        case ("operations", name) if description.version >= (3, 0):
            return find_async_operation(description, name)
        case ("channels", name, field) if description.version < (3, 0) and field in ACTIONS:
            entries_of = _old_entries(description)
            entry = next(
                (one for one in entries_of if (one.channel, one.field) == tokens[1:]), None
            )
            return (
                None if entry is None else _build(description, _old_id(description, entry), entry)
            )
        case _:
            return None


def target_pointers(description: AsyncApiDescription) -> list[str]:
    """The pointers to all channels, as URI fragments."""
    names = (name.replace("~", "~0").replace("/", "~1") for name in channel_names(description))
    return [f"#/channels/{name}" for name in names]


def _channels(description: AsyncApiDescription) -> list[tuple[str, Value]]:
    place = Place(description.source).at("channels")
    return entries(object_at(description.raw.get("channels"), place, "`channels`"))


def _operations(description: AsyncApiDescription) -> Mapping[str, _OperationEntry]:
    key = ("operations",)
    if key not in description.memo:
        description.memo[key] = dict(_entries(description))
    found: Mapping[str, _OperationEntry] = description.memo[key]
    return found


def _entries(description: AsyncApiDescription) -> Iterator[tuple[str, _OperationEntry]]:
    if description.version < (3, 0):
        for entry in _old_entries(description):
            if name := _old_id(description, entry):
                yield name, entry
        return
    place = Place(description.source).at("operations")
    for name, node in entries(object_at(description.raw.get("operations"), place, "`operations`")):
        yield name, _OperationEntry(node, place.at(name))


def _old_entries(description: AsyncApiDescription) -> Iterator[_OperationEntry]:
    root = Place(description.source).at("channels")
    for name, value in _channels(description):
        node, place = resolve_object(description, value, root.at(name), f"the channel `{name}`")
        for field in ACTIONS:
            if field in node:
                held = object_at(node[field], place.at(field), f"`{field}`")
                yield _OperationEntry(held, place.at(field), name, field)


def _old_id(description: AsyncApiDescription, entry: _OperationEntry) -> str:
    """The ``operationId``, empty without one."""
    return first_text(layers_of(description, entry.node, entry.place), "operationId") or ""


def _build(
    description: AsyncApiDescription, operation_id: str, entry: _OperationEntry
) -> AsyncOperation:
    what = f"the operation `{operation_id}`"
    node, place = resolve_object(description, entry.node, entry.place, what)
    bindings = read_bindings(description, layers_of(description, node, place))
    if entry.field:
        channel = find_channel(description, entry.channel)
        assert channel is not None
        messages = tuple(old_messages(description, node, place))
        action = ACTIONS[entry.field]
        return AsyncOperation(operation_id, action, channel, messages, None, bindings, place)
    action = _action(node, place, what)
    if "channel" not in node:
        raise malformed_error(f"{what} needs `channel`", place)
    channel = _referred_channel(description, node["channel"], place.at("channel"))
    messages = _messages(description, node, place, channel)
    reply = _reply(description, node, place)
    return AsyncOperation(operation_id, action, channel, messages, reply, bindings, place)


def _action(node: dict[str, Value], place: Place, what: str) -> Direction:
    match required_text(node, "action", place, what):
        case "send":
            return "send"
        case "receive":
            return "receive"
        case other:
            message = f"`action` of {what} is `send` or `receive`, not `{other}`"
            raise malformed_error(message, place.at("action"))


def _referred_channel(description: AsyncApiDescription, node: Value, place: Place) -> Channel:
    name = (reference_of(node) or "channel").rpartition("/")[2]
    return read_channel(description, name.replace("~1", "/").replace("~0", "~"), node, place)


def _messages(
    description: AsyncApiDescription,
    node: dict[str, Value],
    place: Place,
    channel: Channel | None,
) -> tuple[Message, ...]:
    """Those it names; without a list, all of the channel."""
    if "messages" not in node:
        return channel.messages if channel is not None else ()
    at = place.at("messages")
    listed = list_at(node["messages"], at, "`messages`")
    return tuple(
        _referred_message(description, one, at.at(index)) for index, one in enumerate(listed)
    )


def _referred_message(description: AsyncApiDescription, node: Value, place: Place) -> Message:
    name = (reference_of(node) or "message").rpartition("/")[2]
    return read_message(description, name, node, place)


def _reply(description: AsyncApiDescription, node: dict[str, Value], place: Place) -> Reply | None:
    if "reply" not in node:
        return None
    held, at = resolve_object(description, node["reply"], place.at("reply"), "`reply`")
    channel = (
        _referred_channel(description, held["channel"], at.at("channel"))
        if "channel" in held
        else None
    )
    return Reply(
        channel=channel,
        messages=_messages(description, held, at, channel),
        address=_reply_address(description, held, at),
        place=at,
    )


def _reply_address(
    description: AsyncApiDescription, node: dict[str, Value], place: Place
) -> MessageLocation | None:
    if "address" not in node:
        return None
    held, at = resolve_object(description, node["address"], place.at("address"), "`address`")
    text = required_text(held, "location", at, "the address of a reply")
    return read_location(text, at.at("location"))
