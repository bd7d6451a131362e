"""Operations of both generations, and finding them and channels by name or pointer."""

import pytest

from arazzo_runner.asyncapi.model import Channel
from arazzo_runner.asyncapi.operations import (
    async_operation_ids,
    channel_names,
    find_async_operation,
    find_at,
    target_pointers,
)
from arazzo_runner.errors import DocumentError
from unit.asyncapi.conftest import said

CHANNELS = {
    "orders": {"address": "orders", "messages": {"order": {}, "cancel": {}}},
    "a/b": {"address": "confirmations", "messages": {"confirmation": {}}},
}
PLACE = {
    "action": "receive",
    "channel": {"$ref": "#/channels/orders"},
    "messages": [{"$ref": "#/channels/orders/messages/order"}],
    "bindings": {"kafka": {"groupId": "g"}},
    "traits": [{"bindings": {"kafka": {"clientId": "c"}}}],
    "reply": {"channel": {"$ref": "#/channels/a~1b"}},
}
WATCH = {"action": "send", "channel": {"$ref": "#/channels/a~1b"}}


def test_operations_of_3_0(events):
    description = events(channels=CHANNELS, operations={"place": PLACE, "watch": WATCH})
    assert async_operation_ids(description) == ["place", "watch"]
    assert channel_names(description) == ["orders", "a/b"]
    assert target_pointers(description) == ["#/channels/orders", "#/channels/a~1b"]
    place = find_async_operation(description, "place")
    assert (place.operation_id, place.action, place.channel.name) == ("place", "receive", "orders")
    assert [one.name for one in place.messages] == ["order"]
    assert place.bindings == {"kafka": {"groupId": "g", "clientId": "c"}}
    assert place.reply.channel.name == "a/b"
    assert [one.name for one in place.reply.messages] == ["confirmation"]
    assert place.reply.address is None
    watch = find_async_operation(description, "watch")
    assert (watch.action, watch.reply) == ("send", None)
    assert [one.name for one in watch.messages] == ["confirmation"]
    assert find_async_operation(description, "Place") is None


@pytest.mark.parametrize(
    ("reply", "names", "tokens"),
    [
        ({"address": {"location": "$message.header#/replyTo"}}, [], ("replyTo",)),
        ({"messages": [{"$ref": "#/channels/a~1b/messages/confirmation"}]}, ["confirmation"], None),
        ({"messages": []}, [], None),
        ({"channel": {"address": "inline"}}, [], None),
    ],
)
def test_replies(events, reply, names, tokens):
    description = events(channels=CHANNELS, operations={"place": {**PLACE, "reply": reply}})
    found = find_async_operation(description, "place").reply
    assert [one.name for one in found.messages] == names
    assert (found.address.tokens if found.address else None) == tokens
    assert (found.channel.name if found.channel else None) == (
        "channel" if "channel" in reply else None
    )


def test_operations_of_2_6(events):
    channel = {
        "subscribe": {"operationId": "watch", "message": {"name": "event"}},
        "publish": {
            "message": {"name": "order"},
            "traits": [{"operationId": "place", "bindings": {"kafka": {}}}],
        },
    }
    described = {"orders": {"$ref": "#/components/channels/orders"}, "x": {"publish": {}}}
    description = events("2.6.0", channels=described, components={"channels": {"orders": channel}})
    assert async_operation_ids(description) == ["watch", "place"]
    # A client may subscribe to what the application sends, and publish what it receives.
    watch, place = (find_async_operation(description, one) for one in ("watch", "place"))
    assert (watch.action, [one.name for one in watch.messages]) == ("send", ["event"])
    assert (place.action, [one.name for one in place.messages]) == ("receive", ["order"])
    assert place.channel.name == "orders"
    assert place.bindings == {"kafka": {}}
    assert place.reply is None
    assert find_at(description, ("channels", "x", "publish")).operation_id == ""
    assert find_at(description, ("channels", "orders", "subscribe")).operation_id == "watch"
    assert find_at(description, ("channels", "x", "subscribe")) is None


@pytest.mark.parametrize(
    ("tokens", "name"),
    [
        (("channels", "orders"), "orders"),
        (("channels", "a/b"), "a/b"),
        (("channels", "none"), None),
        (("operations", "place"), "place"),
        (("operations", "none"), None),
        (("channels", "orders", "publish"), None),
        (("channels",), None),
        (("components", "channels", "orders"), None),
    ],
)
def test_targets_by_pointer(events, tokens, name):
    found = find_at(events(channels=CHANNELS, operations={"place": PLACE}), tokens)
    if found is None:
        assert name is None
    else:
        assert (found.name if isinstance(found, Channel) else found.operation_id) == name


def test_pointers_of_2_6_are_not_those_of_3_0(events):
    assert find_at(events("2.6.0", operations={"place": PLACE}), ("operations", "place")) is None


@pytest.mark.parametrize(
    ("operation", "place", "message"),
    [
        (None, "/operations/o", "the operation `o` has to be an object, not null"),
        ({}, "/operations/o", "the operation `o` needs `action`, a string"),
        (
            {"action": "publish"},
            "/operations/o/action",
            "`action` of the operation `o` is `send` or `receive`, not `publish`",
        ),
        ({"action": "send"}, "/operations/o", "the operation `o` needs `channel`"),
        (
            {**WATCH, "messages": {}},
            "/operations/o/messages",
            "`messages` has to be an array, not object {}",
        ),
        (
            {**WATCH, "messages": [{"$ref": "#/info/title"}]},
            "/info/title",
            'the message `title` has to be an object, not string "T"',
        ),
        (
            {**WATCH, "reply": {"address": {}}},
            "/operations/o/reply/address",
            "the address of a reply needs `location`, a string",
        ),
    ],
)
def test_broken_operations(events, operation, place, message):
    description = events(channels=CHANNELS, operations={"o": operation})
    with pytest.raises(DocumentError) as caught:
        find_async_operation(description, "o")
    assert said(caught.value) == ("AZ217", place, message)
