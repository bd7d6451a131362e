"""Channels of both generations."""

import pytest

from arazzo_runner.asyncapi.operations import find_channel
from arazzo_runner.errors import DocumentError
from unit.asyncapi.conftest import said


def test_a_channel_of_3_0(events):
    channel = {
        "address": "orders/{region}",
        "messages": {"order": {"payload": {}}, "same": {"$ref": "#/components/messages/order"}},
        "parameters": {
            "region": {
                "default": "eu",
                "enum": ["eu", "us"],
                "location": "$message.payload#/region",
            },
            "free": {"$ref": "#/components/parameters/free"},
        },
        "servers": [{"$ref": "#/servers/main"}],
        "bindings": {"amqp": {"is": "queue"}},
    }
    description = events(
        servers={
            "main": {"host": "h", "protocol": "amqp"},
            "other": {"host": "o", "protocol": "x"},
        },
        channels={"orders": channel},
        components={"messages": {"order": {}}, "parameters": {"free": {}}},
    )
    found = find_channel(description, "orders")
    assert find_channel(description, "orders") is found
    assert (found.name, found.address) == ("orders", "orders/{region}")
    assert [one.name for one in found.messages] == ["order", "same"]
    region, free = found.parameters
    assert (region.default, region.enum, region.location.tokens) == (
        "eu",
        ("eu", "us"),
        ("region",),
    )
    assert (free.name, free.default, free.enum, free.location) == ("free", None, (), None)
    assert [one.name for one in found.brokers] == ["main"]
    assert found.bindings == {"amqp": {"is": "queue"}}
    assert found.description is description


def test_a_channel_whose_address_is_not_known(events):
    description = events(channels={"replies": {"address": None}, "bare": {}})
    assert find_channel(description, "replies").address is None
    assert find_channel(description, "bare").address is None
    assert find_channel(description, "bare").messages == ()
    assert find_channel(description, "none") is None


def test_a_channel_of_2_6(events):
    shared = {"$ref": "#/components/messages/order"}
    channel = {
        "parameters": {
            "region": {"schema": {"type": "string", "default": "eu", "enum": ["eu"]}},
            "id": {"location": "$message.payload#/id"},
        },
        "subscribe": {"message": {"oneOf": [shared, {"name": "inline"}]}},
        "publish": {"message": shared},
    }
    description = events(
        "2.6.0", channels={"orders/{region}": channel}, components={"messages": {"order": {}}}
    )
    found = find_channel(description, "orders/{region}")
    assert found.address == found.name == "orders/{region}"
    # One that both operations have is listed once.
    assert [one.name for one in found.messages] == ["order", "inline"]
    assert [(one.name, one.default, one.enum) for one in found.parameters] == [
        ("region", "eu", ("eu",)),
        ("id", None, ()),
    ]


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ({"messageId": "a", "name": "b"}, "a"),
        ({"name": "b"}, "b"),
        ({"$ref": "#/components/messages/order"}, "order"),
        ({"title": "c"}, "message"),
    ],
)
def test_names_of_messages_of_2_6(events, message, name):
    description = events(
        "2.6.0",
        channels={"x": {"subscribe": {"message": message}, "publish": {}}},
        components={"messages": {"order": {}}},
    )
    assert [one.name for one in find_channel(description, "x").messages] == [name]


@pytest.mark.parametrize(
    ("channel", "place", "message"),
    [
        (None, "/channels/a", "the channel `a` has to be an object, not null"),
        (7, "/channels/a", "the channel `a` has to be an object, not integer 7"),
        ({"messages": []}, "/channels/a/messages", "`messages` has to be an object, not array []"),
        (
            {"messages": {"m": 7}},
            "/channels/a/messages/m",
            "the message `m` has to be an object, not integer 7",
        ),
        (
            {"parameters": {"p": 7}},
            "/channels/a/parameters/p",
            "the parameter `p` has to be an object, not integer 7",
        ),
    ],
)
def test_broken_channels(events, channel, place, message):
    description = events(channels={"a": channel})
    with pytest.raises(DocumentError) as caught:
        find_channel(description, "a")
    assert said(caught.value) == ("AZ217", place, message)
