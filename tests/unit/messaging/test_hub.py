"""Connections that are shared, opened and closed."""

import asyncio
import time

import pytest
from msgspec.structs import replace

from arazzo_runner.messaging.hub import BrokerLink, MessageHub
from arazzo_runner.messaging.mailbox import Mailbox
from arazzo_runner.messaging.memory import MemoryBroker
from arazzo_runner.messaging.model import BrokerError, Delivery, Endpoint, Subscription
from arazzo_runner.messaging.protocols.registry import connect_function, is_supported, with_protocol

ENDPOINT = Endpoint("main", "memory", None, "broker.test", None)


def test_a_broker_that_does_not_respond():
    async def connect(_endpoint, _receiver):
        await asyncio.sleep(60)

    async def link():
        await BrokerLink(replace(ENDPOINT, connect_timeout=0.01)).connection()

    with (
        with_protocol("memory", connect),
        pytest.raises(BrokerError, match=r"`memory://broker.test` did not respond within 0.01 s"),
    ):
        asyncio.run(link())


@pytest.mark.parametrize("fault", [lambda: asyncio.sleep(60), None])
def test_a_broker_that_does_not_let_go(fault):
    class Connection:
        async def close(self):
            if fault is None:
                raise BrokerError("connect", "it is gone")
            await fault()

    async def connect(_endpoint, _receiver):
        return Connection()

    async def close():
        link = BrokerLink(ENDPOINT)
        await link.connection()
        await link.close()
        await link.close()

    began = time.monotonic()
    with with_protocol("memory", connect):
        asyncio.run(close())
    assert time.monotonic() - began < 5


def test_a_connection_that_was_lost_is_opened_anew():
    broker = MemoryBroker()

    async def use():
        hub = MessageHub()
        first = await hub.link(ENDPOINT)
        assert await hub.link(ENDPOINT) is first
        connection = await first.connection()
        assert await first.connection() is connection
        first.lose(BrokerError("connect", "gone"))
        first.lose(BrokerError("connect", "gone again"))
        with pytest.raises(BrokerError, match=r"^gone$"):
            await first.connection()
        await asyncio.sleep(0)
        second = await hub.link(ENDPOINT)
        assert second is not first
        await second.connection()
        assert broker.connections == 1

    with with_protocol("memory", broker.connect):
        asyncio.run(use())


def test_one_channel_that_is_lost():
    subscribed = []

    class Connection:
        async def subscribe(self, subscription):
            subscribed.append(subscription.address)

    async def connect(_endpoint, _receiver):
        return Connection()

    async def use():
        link = BrokerLink(ENDPOINT)
        whole, pattern, other = Subscription("a"), Subscription("b/{id}"), Subscription("c")
        boxes = {one.address: Mailbox() for one in (whole, pattern, other)}
        for one in (whole, pattern, other):
            await link.subscribe(one, boxes[one.address])
        gone = BrokerError("connect", "gone")
        link.lose_channel(whole, "a", gone)
        link.lose_channel(pattern, "b/1", gone)
        losses = {
            name: [address for address in ("a", "b/1", "b/2", "c") if box.loss(address)]
            for name, box in boxes.items()
        }
        assert losses == {"a": ["a"], "b/{id}": ["b/1"], "c": []}
        # Who comes later listens anew; the addresses of a pattern are opened one by one.
        later = Mailbox()
        for one in (whole, pattern, other):
            await link.subscribe(one, later)
        assert (subscribed, later.loss("a"), link.lost) == (["a", "b/{id}", "c", "a"], None, None)

    with with_protocol("memory", connect):
        asyncio.run(use())


def test_a_channel_that_is_refused_is_not_listened_to():
    class Connection:
        refuses = True

        async def subscribe(self, subscription):
            if self.refuses:
                raise BrokerError("refused", "no")

    connection = Connection()

    async def connect(_endpoint, _receiver):
        return connection

    async def use():
        link, box, subscription = BrokerLink(ENDPOINT), Mailbox(), Subscription("a")
        with pytest.raises(BrokerError, match="no"):
            await link.subscribe(subscription, box)
        link.deliver(subscription, Delivery("a", b"1"))
        assert box.size == 0
        connection.refuses = False
        await link.subscribe(subscription, box)
        await link.subscribe(subscription, other := Mailbox())
        link.deliver(subscription, Delivery("a", b"1"))
        link.deliver(Subscription("b"), Delivery("b", b"1"))
        assert (box.size, other.size) == (1, 1)
        link.deliver(subscription, Delivery("a", b"x" * (ENDPOINT.max_message + 1)))
        link.deliver(subscription, Delivery("a", b"x" * ENDPOINT.max_message))
        assert (box.size, box.refusals) == (2, {"larger than 1,048,576 bytes": 1})
        assert box.take(lambda _: True)
        assert other.take(lambda _: True)
        link.detach(box)
        link.deliver(subscription, Delivery("a", b"2"))
        assert (box.size, other.size) == (1, 2)

    with with_protocol("memory", connect):
        asyncio.run(use())


def test_protocols():
    async def connect(_endpoint, _receiver):
        raise BrokerError("connect", "no")

    async def other(_endpoint, _receiver):
        raise BrokerError("connect", "no")

    assert not is_supported("memory")
    with with_protocol("memory", connect):
        with with_protocol("memory", other):
            assert connect_function("memory") is other
        assert connect_function("memory") is connect
        assert is_supported("memory")
    with pytest.raises(BrokerError, match="the protocol `memory` is not supported"):
        connect_function("memory")
