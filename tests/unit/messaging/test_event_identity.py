"""What makes a CloudEvent the same one, in each of its modes."""

import asyncio
import json

import pytest

from arazzo_runner.messaging.event_identity import event_identity
from arazzo_runner.messaging.hub import BrokerLink
from arazzo_runner.messaging.mailbox import Mailbox
from arazzo_runner.messaging.memory import MemoryBroker
from arazzo_runner.messaging.model import Delivery, Endpoint, Subscription
from arazzo_runner.messaging.protocols.registry import with_protocol

ENDPOINT = Endpoint("main", "memory", None, "broker.test", None)
EVENT = {"specversion": "1.0", "type": "paid", "source": "/shop", "id": "1"}


def fields(prefix, **changes):
    values = {**EVENT, **changes}
    return tuple((prefix + name, value) for name, value in values.items() if value is not None)


@pytest.mark.parametrize("prefix", ["ce-", "ce_", "cloudEvents:", "cloudEvents_", "", "CE-"])
def test_events_in_binary_mode(prefix):
    assert event_identity(Delivery("a", b"{}", fields(prefix))) == ("/shop", "1")
    assert event_identity(Delivery("a", b"{}", fields(prefix, id=None))) is None
    assert event_identity(Delivery("a", b"{}", fields(prefix, specversion=None))) is None


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (json.dumps(EVENT).encode(), ("/shop", "1")),
        (b"\xef\xbb\xbf \n" + json.dumps(EVENT).encode(), ("/shop", "1")),
        (json.dumps({**EVENT, "id": 1}).encode(), None),
        (json.dumps([EVENT]).encode(), None),
        (b'{"id": "1"}', None),
        (b"{", None),
        (b"", None),
        (b"\x00\x01", None),
    ],
)
def test_events_in_structured_mode(payload, expected):
    assert event_identity(Delivery("a", payload)) == expected


@pytest.mark.parametrize(
    ("messages", "kept", "repeated"),
    [
        ([Delivery("a", b"1", fields("")), Delivery("a", b"2", fields(""))], [b"1"], 1),
        ([Delivery("a", b"1", fields("", id="2")), Delivery("a", b"2", fields(""))], [b"1", b"2"], 0),
        ([Delivery("a", b"1"), Delivery("a", b"1")], [b"1", b"1"], 0),
        ([Delivery("a", b"1", fields(""), is_retained=True), Delivery("a", b"2", fields(""))], [b"1", b"2"], 0),
    ],
)  # fmt: skip
def test_what_a_broker_delivers_again(messages, kept, repeated):
    """One that the broker had from before the run keeps none away that comes while it lasts."""

    async def deliver():
        broker, box, subscription = MemoryBroker(), Mailbox(), Subscription("a")
        with with_protocol("memory", broker.connect):
            link = BrokerLink(ENDPOINT)
            await link.subscribe(subscription, box)
        for one in messages:
            link.deliver(subscription, one)
        return box

    box = asyncio.run(deliver())
    assert [one.payload for one in box.messages()] == kept
    assert box.repeated == repeated
