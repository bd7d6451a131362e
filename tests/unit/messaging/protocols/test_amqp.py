"""AMQP 0.9.1 against a real RabbitMQ."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any
from uuid import uuid4

import aio_pika
import pytest

from arazzo_runner.asyncapi.model import Bindings
from arazzo_runner.messaging.connection import AddressedConnection, Connection
from arazzo_runner.messaging.model import (
    BrokerCredentials,
    BrokerError,
    Delivery,
    OutgoingMessage,
    Subscription,
)
from arazzo_runner.messaging.protocols.amqp import virtual_host
from brokers.connections import connected, endpoint, failure, run
from brokers.inbox import Inbox
from brokers.kinds import MAX_MESSAGE, PASSWORD, USER
from brokers.programs import shared_broker


def where(**changes: Any) -> Any:
    return endpoint(shared_broker("rabbitmq"), **({"protocol": "amqp"} | changes))


def name() -> str:
    return f"t{uuid4().hex}"


def on_exchange(kind: str, exchange: str | None = None, **members: Any) -> Bindings:
    described = {"name": exchange or name(), "type": kind, "autoDelete": True} | members
    return {"amqp": {"is": "routingKey", "exchange": described}}


def on_queue(queue: str | None = None, **members: Any) -> Bindings:
    return {"amqp": {"is": "queue", "queue": {"name": queue or name()} | members}}


async def other() -> Any:
    """Another client."""
    broker = shared_broker("rabbitmq")
    return await aio_pika.connect(host=broker.host, port=broker.port, login=USER, password=PASSWORD)


def exchange_of(channel: Bindings) -> str:
    return str(channel["amqp"]["exchange"]["name"])


@pytest.mark.parametrize(
    ("kind", "address", "sent", "arrives"),
    [
        ("topic", "orders.{id}.paid", "orders.1.paid", True),
        ("topic", "orders.{id}.paid", "orders.1.open", False),
        ("direct", "orders.paid", "orders.paid", True),
        ("direct", "orders.paid", "orders.open", False),
        ("fanout", "orders.{id}", "anything.else", True),
        ("headers", "orders.{id}", "orders.1", True),
    ],
)
def test_exchanges(kind: str, address: str, sent: str, arrives: bool) -> None:
    channel, end = on_exchange(kind), on_queue()

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address, channel))
        await connection.subscribe(Subscription("end", end))
        await connection.publish(OutgoingMessage(sent, b"x", channel=channel))
        if arrives:
            assert await inbox.entry() == (Subscription(address, channel), Delivery(sent, b"x"))
        await connection.publish(OutgoingMessage("end", b"", channel=end))
        assert (await inbox.delivery()).address == "end"

    run(where(), work)


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        (on_exchange("direct", "desk"), "the routing key of the exchange `desk`"),
        ({}, "the queue"),
    ],
)
def test_key_without_wildcards_has_no_value(channel: Bindings, words: str) -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription("orders.{id}", channel))
        assert isinstance(connection, AddressedConnection)
        await connection.enter(Subscription("orders.{id}", channel), "orders.{id}")

    error = failure(where(), work)
    assert error.code == "refused"
    assert error.message == f"{words} has a parameter without a value: `orders.{{id}}`"
    assert error.hint == "only an exchange of type `topic` has wildcards"


@pytest.mark.parametrize("is_queue", [True, False])
def test_key_that_is_known_later(is_queue: bool) -> None:
    """A queue keeps what was sent before; a direct exchange does not."""
    place = f"{name()}.7"
    channel = {} if is_queue else on_exchange("direct", name())

    async def work(connection: Connection, inbox: Inbox) -> None:
        later = Subscription(place.removesuffix("7") + "{id}", channel)
        await connection.subscribe(later)
        await connection.publish(OutgoingMessage(place, b"1", channel=channel))
        assert isinstance(connection, AddressedConnection)
        for _ in range(2):
            await connection.enter(later, place)
        await connection.publish(OutgoingMessage(place, b"2", channel=channel))
        for payload in (b"1", b"2") if is_queue else (b"2",):
            assert await inbox.entry() == (later, Delivery(place, payload))
        assert inbox.is_empty

    run(where(), work)


@pytest.mark.parametrize(
    "channel",
    [{}, {"amqp": {"is": "queue"}}, {"amqp": {"exchange": {"name": "", "type": "direct"}}},
     {"amqp": {"exchange": {"name": "x", "type": "default"}}}, {"amqp": {"exchange": "odd"}}],
)  # fmt: skip
def test_address_is_a_queue_where_no_exchange_is_named(channel: Bindings) -> None:
    address = name()

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage(address, b"before", channel=channel))
        await connection.subscribe(Subscription(address, channel))
        assert await inbox.delivery() == Delivery(address, b"before")

    run(where(), work)


@pytest.mark.parametrize(
    "members", [{}, {"durable": True}, {"exclusive": True}, {"autoDelete": True}]
)
def test_queue_has_the_name_of_its_binding(members: dict[str, object]) -> None:
    """The address of its messages is that of the channel."""
    channel = on_queue(**members)

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription("orders/new", channel))
        await connection.publish(OutgoingMessage("orders/new", b"x", channel=channel))
        assert await inbox.delivery() == Delivery("orders/new", b"x")

    run(where(), work)


def test_what_is_there_is_used_whatever_it_is() -> None:
    """Declaring it otherwise would be an error (RabbitMQ: PRECONDITION_FAILED)."""
    exchange, queue = name(), name()

    async def main() -> None:
        connection = await other()
        async with connection, connection.channel() as channel:
            await channel.declare_exchange(exchange, "direct", durable=True)
            await channel.declare_queue(queue, durable=True)
        async with connected(where()) as (ours, inbox):
            for binding in (on_exchange("topic", exchange), on_queue(queue)):
                await ours.subscribe(Subscription("a", binding))
                await ours.publish(OutgoingMessage("a", b"x", channel=binding))
                assert (await inbox.delivery()).payload == b"x"

    asyncio.run(main())


def test_exchange_is_declared_as_described() -> None:
    channel = on_exchange("topic", durable=True, autoDelete=False)

    async def main() -> None:
        async with connected(where()) as (ours, _):
            await ours.publish(OutgoingMessage("a", b"x", channel=channel))
        connection = await other()
        async with connection, connection.channel() as own:
            await own.declare_exchange(exchange_of(channel), "topic", durable=True)

    asyncio.run(main())


@pytest.mark.parametrize(("is_kept", "remains"), [(True, 0), (False, 0), (None, 0)])
def test_acknowledgement(is_kept: bool | None, remains: int) -> None:
    channel = on_queue(durable=True)
    operation = {} if is_kept is None else {"amqp": {"ack": is_kept}}

    async def main() -> None:
        async with connected(where()) as (ours, inbox):
            await ours.subscribe(Subscription("a", channel, operation))
            for payload in (b"1", b"2"):
                await ours.publish(OutgoingMessage("a", payload, channel=channel))
            assert [(await inbox.delivery()).payload for _ in range(2)] == [b"1", b"2"]
        connection = await other()
        async with connection, connection.channel() as own:
            queue = await own.declare_queue(channel["amqp"]["queue"]["name"], passive=True)
            assert queue.declaration_result.message_count == remains
            await queue.delete()

    asyncio.run(main())


def test_properties_of_a_message() -> None:
    """As another client sees what the bindings say."""
    exchange = name()
    operation = {
        "amqp": {"deliveryMode": 2, "priority": 7, "expiration": 90_000, "replyTo": "answers"}
    }
    message = {"amqp": {"messageType": "order.placed"}}

    async def main() -> None:
        connection = await other()
        async with connection, connection.channel() as channel:
            queue = await channel.declare_queue(exclusive=True)
            await queue.bind(await channel.declare_exchange(exchange, "topic"), "#")
            async with connected(where()) as (ours, _):
                await ours.publish(
                    OutgoingMessage(
                        "orders.1",
                        b"{}",
                        (("a", "1"), ("a", "2"), ("correlationId", "k")),
                        "application/json",
                        on_exchange("topic", exchange),
                        operation,
                        message,
                    )
                )
                plain = OutgoingMessage("orders.2", b"", channel=on_exchange("topic", exchange))
                await ours.publish(plain)
            came = await queue.get()
            assert came.headers == {"a": "1, 2", "correlationId": "k"}
            assert (came.delivery_mode, came.priority) == (2, 7)
            assert came.expiration == dt.timedelta(seconds=90).total_seconds()
            assert (came.correlation_id, came.reply_to) == ("k", "answers")
            assert (came.content_type, came.type) == ("application/json", "order.placed")
            came = await queue.get()
            assert (came.delivery_mode, came.priority, came.expiration) == (1, 0, None)
            assert (came.correlation_id, came.reply_to, came.headers) == (None, None, {})

    asyncio.run(main())


def test_headers_of_other_types_are_text() -> None:
    exchange = name()
    when = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    headers = {
        "n": 7,
        "yes": True,
        "when": when,
        "list": [1, {"a": None}],
        "raw": bytearray("ü", "utf-8"),
    }

    async def main() -> None:
        connection = await other()
        async with connection, connection.channel() as channel:
            theirs = await channel.declare_exchange(exchange, "topic")
            async with connected(where()) as (ours, inbox):
                await ours.subscribe(Subscription("{any}", on_exchange("topic", exchange)))
                message = aio_pika.Message(
                    b"x", headers=headers, correlation_id="k", reply_to="r", type="order.paid"
                )
                await theirs.publish(message, "a")
                delivery = await inbox.delivery()
                came = dict(delivery.headers)
        assert delivery.type_name == "order.paid"
        assert came == {
            "n": "7",
            "yes": "true",
            "when": "2026-01-02T03:04:05+00:00",
            "list": '[1,{"a":null}]',
            "raw": "ü",
            "correlationId": "k",
            "replyTo": "r",
        }

    asyncio.run(main())


def test_mandatory() -> None:
    """Without it, the broker drops what no queue takes."""
    channel = on_exchange("topic")
    operation = {"amqp": {"mandatory": True}}

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage("orders.1", b"x", channel=channel))
        with pytest.raises(BrokerError) as caught:
            await connection.publish(
                OutgoingMessage("orders.1", b"x", channel=channel, operation=operation)
            )
        assert caught.value.code == "refused"
        assert "takes messages with the routing key `orders.1`" in caught.value.message
        await connection.subscribe(Subscription("orders.1", channel))
        await connection.publish(
            OutgoingMessage("orders.1", b"y", channel=channel, operation=operation)
        )
        assert (await inbox.delivery()).payload == b"y"

    run(where(), work)


def test_queue_that_is_full() -> None:
    queue = name()

    async def main() -> None:
        connection = await other()
        async with connection, connection.channel() as channel:
            full = {"x-max-length": 0, "x-overflow": "reject-publish"}
            await channel.declare_queue(queue, arguments=full, auto_delete=True)
            async with connected(where()) as (ours, _):
                with pytest.raises(BrokerError) as caught:
                    await ours.publish(OutgoingMessage(queue, b"x"))
            assert caught.value.code == "protocol"
            assert caught.value.message.endswith(f"reports: no message to `{queue}` is taken")

    asyncio.run(main())


def test_queue_of_another_connection_alone() -> None:
    queue = name()

    async def main() -> None:
        connection = await other()
        async with connection, connection.channel() as channel:
            await channel.declare_queue(queue, exclusive=True)
            async with connected(where()) as (ours, _):
                with pytest.raises(BrokerError) as caught:
                    await ours.subscribe(Subscription(queue))
            assert caught.value.code == "refused"
            assert caught.value.message.endswith("belongs to another connection alone")

    asyncio.run(main())


def test_exchange_of_an_unknown_type() -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage("a", b"x", channel=on_exchange("cloud")))

    error = failure(where(), work)
    assert "cloud" in error.message


def test_message_above_the_limit_of_the_broker() -> None:
    address = name()

    async def work(connection: Connection, inbox: Inbox) -> None:
        with pytest.raises(BrokerError) as caught:
            await connection.publish(OutgoingMessage(address, b"x" * (MAX_MESSAGE + 1)))
        assert caught.value.message.endswith(
            f"message size {MAX_MESSAGE + 1} is larger than configured max size {MAX_MESSAGE}"
        )
        await connection.subscribe(Subscription(address))
        await connection.publish(OutgoingMessage(address, b"small"))
        assert (await inbox.delivery()).payload == b"small"

    run(where(max_message=4 * MAX_MESSAGE), work)


def test_refused_subscription() -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription("secret", on_queue("secret", exclusive=True)))

    error = failure(where(), work)
    assert error.code == "credentials"
    assert "does not allow to receive from `secret`" in error.message
    run(where(credentials=BrokerCredentials(USER, PASSWORD)), work)


@pytest.mark.parametrize(
    ("path", "host"),
    [("", "/"), ("/", "/"), ("/%2f", "/"), ("/other", "other"), ("/a%2Fb", "a/b")],
)
def test_virtual_host(path: str, host: str) -> None:
    assert virtual_host(where(path=path)) == host


@pytest.mark.parametrize("path", ["/other", "/none"])
def test_virtual_host_that_is_not_there_or_not_allowed(path: str) -> None:
    error = failure(where(path=path))
    assert error.code == "refused"
    assert f"has no virtual host `{path[1:]}` for this user" in error.message


def test_virtual_host_of_a_binding() -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage("a", b"x", channel=on_queue(vhost="/")))
        await connection.publish(OutgoingMessage("a", b"x", channel=on_queue(vhost="other")))

    error = failure(where(), work)
    assert error.code == "refused"
    assert error.message == "the channel is on the virtual host `other`, its server on `/`"
    assert error.hint is not None
    assert error.hint.endswith("`/other`")


def test_many_messages_at_once() -> None:
    address = name()

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address))
        sent = [OutgoingMessage(address, str(number).encode()) for number in range(50)]
        await asyncio.gather(*map(connection.publish, sent))
        came = [(await inbox.delivery()).payload for _ in sent]
        assert came == [one.payload for one in sent]

    run(where(), work)
