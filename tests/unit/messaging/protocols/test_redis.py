"""Redis against a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from arazzo_runner.messaging.connection import AddressedConnection, Connection
from arazzo_runner.messaging.model import (
    BrokerCredentials,
    BrokerError,
    Delivery,
    Endpoint,
    OutgoingMessage,
    Subscription,
)
from arazzo_runner.messaging.protocols.redis import connect
from brokers.inbox import Inbox
from brokers.kinds import PASSWORD, USER
from brokers.programs import RunningBroker, private_broker, shared_broker

STREAM = {"redis": {"x-redis-stream": True}}
OTHER_FIELD = {"redis": {"x-redis-stream": {"payload": "data"}}}


def endpoint(broker: RunningBroker, **changes: Any) -> Endpoint:
    return Endpoint(
        **{
            "name": "cache",
            "protocol": "redis",
            "protocol_version": None,
            "host": broker.host,
            "port": broker.port,
        }
        | changes
    )


@asynccontextmanager
async def connected(where: Endpoint) -> AsyncIterator[tuple[Connection, Inbox]]:
    inbox = Inbox()
    connection = await connect(where, inbox)
    try:
        yield connection, inbox
    finally:
        await connection.close()
        await connection.close()


def run(work: Callable[[Connection, Inbox], Awaitable[Any]], **changes: Any) -> Any:
    async def main() -> Any:
        async with connected(endpoint(shared_broker("redis"), **changes)) as (connection, inbox):
            return await work(connection, inbox)

    return asyncio.run(main())


def failure(work: Awaitable[Any]) -> BrokerError:
    async def main() -> None:
        await work

    with pytest.raises(BrokerError) as caught:
        asyncio.run(main())
    return caught.value


def ask(broker: RunningBroker, *command: str) -> Any:
    """Another client's command."""
    from redis import Redis

    with Redis(host=broker.host, port=broker.port) as client:
        return client.execute_command(*command)


@pytest.mark.parametrize(
    ("address", "sent", "matches"),
    [
        ("orders/1", "orders/1", True),
        ("orders/1", "orders/2", False),
        ("orders.{id}.done", "orders.7.done", True),
        ("orders.{id}.done", "orders.7.open", False),
        ("{shop}:orders:{id}", "münchen:orders:9", True),
        ("a*b[c]?\\.{id}", "a*b[c]?\\.1", True),
        ("a*b[c]?\\.{id}", "aXXbc?\\.1", False),
    ],
)
def test_channels_and_patterns(address: str, sent: str, matches: bool) -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address))
        await connection.subscribe(Subscription("end-of-test"))
        await connection.publish(OutgoingMessage(sent, b"\x00one"))
        await connection.publish(OutgoingMessage("end-of-test", b"two"))
        if matches:
            assert await inbox.entry() == (Subscription(address), Delivery(sent, b"\x00one"))
        assert (await inbox.delivery()).payload == b"two"
        assert inbox.is_empty

    run(work)


def test_both_subscriptions_of_a_channel_get_its_message() -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        both = [Subscription("both"), Subscription("both", operation={"redis": {}})]
        for subscription in both:
            await connection.subscribe(subscription)
        await connection.publish(OutgoingMessage("both", b"1"))
        assert [(await inbox.entry())[0] for _ in both] == both

    run(work)


def test_stream_whose_name_is_known_later() -> None:
    """It is read from when it was subscribed to, and not from its present end."""

    async def work(connection: Connection, inbox: Inbox) -> None:
        ask(shared_broker("redis"), "DEL", "of.7")
        await connection.publish(OutgoingMessage("of.7", b"old", channel=STREAM))
        await asyncio.sleep(0.02)  # the server's clock has milliseconds
        later, pattern = Subscription("of.{id}", STREAM), Subscription("told.{id}")
        await connection.subscribe(later)
        await connection.subscribe(pattern)
        await connection.publish(OutgoingMessage("of.7", b"1", channel=STREAM))
        assert isinstance(connection, AddressedConnection)
        for _ in range(2):
            await connection.enter(later, "of.7")
        await connection.enter(pattern, "told.7")
        await connection.publish(OutgoingMessage("of.7", b"2", channel=STREAM))
        for payload in (b"1", b"2"):
            assert await inbox.entry() == (later, Delivery("of.7", payload))
        await connection.publish(OutgoingMessage("told.7", b"3"))
        assert await inbox.entry() == (pattern, Delivery("told.7", b"3"))

    run(work)


def test_stream_begins_at_its_end() -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        for key in ("began-before", "begins-later"):
            ask(shared_broker("redis"), "DEL", key)
        await connection.publish(OutgoingMessage("began-before", b"old", channel=STREAM))
        for key in ("began-before", "begins-later"):
            await connection.subscribe(Subscription(key, STREAM))
        headers = (("requestId", "é1"), ("sum", "3"))
        await connection.publish(OutgoingMessage("began-before", b"\xff", headers, channel=STREAM))
        assert await inbox.delivery() == Delivery("began-before", b"\xff", headers)
        for number in range(250):  # more than one reading brings
            await connection.publish(
                OutgoingMessage("begins-later", b"%d" % number, channel=STREAM)
            )
        payloads = [(await inbox.delivery()).payload for _ in range(250)]
        assert payloads == [b"%d" % number for number in range(250)]

    run(work)


def test_field_of_the_payload() -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription("fields", OTHER_FIELD))
        ask(shared_broker("redis"), "XADD", "fields", "*", "data", "{}", "payload", "no")
        assert await inbox.delivery() == Delivery("fields", b"{}", (("payload", "no"),))
        await connection.publish(OutgoingMessage("fields", b"[]", channel=OTHER_FIELD))
        assert await inbox.delivery() == Delivery("fields", b"[]")
        ask(shared_broker("redis"), "XADD", "fields", "*", "status", "paid", "sum", "3")
        whole = Delivery("fields", b'{"status":"paid","sum":"3"}', content_type="application/json")
        assert await inbox.delivery() == whole

    run(work)


def test_credentials_and_tls() -> None:
    broker = shared_broker("redis")
    who = BrokerCredentials(username=USER, password=PASSWORD)
    changes = {"port": broker.ports["tls"], "tls": broker.trust(), "credentials": who}

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription("secured"))
        await connection.publish(OutgoingMessage("secured", b"1"))
        assert (await inbox.delivery()).payload == b"1"

    run(work, path="/2", protocol="rediss", **changes)


NOBODY = BrokerCredentials()


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        (
            {"credentials": BrokerCredentials(username=USER, password="wrong-94")},
            "credentials",
            "`redis://127.0.0.1:PORT` does not accept the credentials",
        ),
        ({"path": "/99"}, "protocol", "`redis://127.0.0.1:PORT` reports: DB index is out of range"),
        ({"path": "/a"}, "refused", "the path `/a` of `redis://127.0.0.1:PORT` names no database"),
        ({"host": "no.host.invalid"}, "connect", "the host `no.host.invalid` is not known"),
        (
            {"connect_timeout": 0.0},
            "timeout",
            "no connection to `redis://127.0.0.1:PORT` within 0 s",
        ),
    ],
)
def test_no_connection(changes: dict[str, Any], code: str, words: str) -> None:
    broker = shared_broker("redis")
    reason = failure(connect(endpoint(broker, **changes), Inbox()))
    assert reason.code == code
    assert reason.message.startswith(words.replace("PORT", str(broker.port)))
    assert "wrong-94" not in str(vars(reason))


def test_broker_that_is_down() -> None:
    with private_broker("redis") as broker:
        pass
    reason = failure(connect(endpoint(broker), Inbox()))
    assert reason.code == "connect"
    assert reason.message == (
        f"no broker is listening at `redis://{broker.address}`: the connection was refused"
    )


def test_what_is_not_to_be_trusted() -> None:
    import ssl

    broker = shared_broker("redis")
    where = endpoint(broker, port=broker.ports["tls"], tls=ssl.create_default_context())
    reason = failure(connect(where, Inbox()))
    assert reason.code == "tls"
    assert "self-signed certificate in certificate chain" in reason.message


def test_passwords_that_are_required() -> None:
    with private_broker("redis") as broker:
        ask(broker, "CONFIG", "SET", "requirepass", "sesame")
        reason = failure(connect(endpoint(broker), Inbox()))
        words = f"`redis://{broker.address}` requires credentials, and there are none"
        assert (reason.code, reason.message) == ("credentials", words)
        known = BrokerCredentials(password="sesame")

        async def work() -> None:
            async with connected(endpoint(broker, credentials=known)) as (connection, _):
                await connection.publish(OutgoingMessage("a", b""))

        asyncio.run(work())


def test_what_a_user_may_not_do() -> None:
    broker = shared_broker("redis")
    rules = ("+@all", "resetchannels", "&open:*", "resetkeys", "~open:*")
    ask(broker, "ACL", "SETUSER", "guest", "on", ">guest-pass", *rules)
    where = endpoint(broker, credentials=BrokerCredentials("guest", "guest-pass"))

    async def refusals(connection: Connection) -> AsyncIterator[BrokerError]:
        for work in (
            connection.publish(OutgoingMessage("shut", b"")),
            connection.publish(OutgoingMessage("shut", b"", channel=STREAM)),
            connection.subscribe(Subscription("shut")),
            connection.subscribe(Subscription("shut", STREAM)),
        ):
            with pytest.raises(BrokerError) as caught:
                await work
            yield caught.value

    async def main() -> None:
        async with connected(where) as (connection, inbox):
            told = [one async for one in refusals(connection)]
            await connection.subscribe(Subscription("open:a"))  # still of use
            await connection.publish(OutgoingMessage("open:a", b"1"))
            assert await inbox.delivery() == Delivery("open:a", b"1")
        label = f"`redis://{broker.address}`"
        assert {one.code for one in told} == {"credentials"}
        actions = ["send to", "send to", "receive from", "receive from"]
        assert [one.message for one in told] == [
            f"{label} does not allow to {action} `shut` with these credentials"
            for action in actions
        ]

    asyncio.run(main())


def test_what_cannot_be_sent_or_followed() -> None:
    ask(shared_broker("redis"), "SET", "a-string", "1")

    async def work(connection: Connection, inbox: Inbox) -> list[str]:
        messages = []
        later = Subscription("{later}", STREAM)
        await connection.subscribe(later)

        def entered(address: str) -> Awaitable[None]:
            assert isinstance(connection, AddressedConnection)
            return connection.enter(later, address)

        for attempt in (
            connection.publish(OutgoingMessage("a", b"1", (("requestId", "secret-7"),))),
            connection.publish(OutgoingMessage("a", b"123456")),
            connection.publish(OutgoingMessage("a-string", b"1", channel=STREAM)),
            connection.subscribe(Subscription("a-string", STREAM)),
            entered("orders.{id}"),
            entered("a-string"),
        ):
            with pytest.raises(BrokerError) as caught:
                await attempt
            messages.append(f"{caught.value.code}: {caught.value.message}")
        assert inbox.is_empty
        return messages

    label = f"redis://{shared_broker('redis').address}"
    assert run(work, max_message=5) == [
        "refused: Redis pub/sub has no headers: the header `requestId` of the message cannot be sent",
        "limit: the message to `a` has 6 bytes; the limit is 5",
        f"refused: the key `a-string` at `{label}` is not a stream",
        f"refused: the key `a-string` at `{label}` is not a stream",
        "refused: the stream `orders.{id}` is not known by its whole name",
        f"refused: the key `a-string` at `{label}` is not a stream",
    ]


@pytest.mark.parametrize("channel", [{}, STREAM], ids=["pub/sub", "stream"])
def test_message_over_the_limit(channel: Any) -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription("large", channel))
        command = ["XADD", "large", "*", "payload"] if channel else ["PUBLISH", "large"]
        ask(shared_broker("redis"), *command, "12345")
        assert (await inbox.delivery()).payload == b"12345"
        ask(shared_broker("redis"), *command, "123456")
        # It is for the hub to count; the connection goes on.
        assert (await inbox.delivery()).payload == b"123456"
        ask(shared_broker("redis"), *command, "1")
        assert (await inbox.delivery()).payload == b"1"
        assert inbox.is_empty

    run(work, max_message=5)


@pytest.mark.parametrize("channel", [{}, STREAM], ids=["pub/sub", "stream"])
def test_connection_that_is_lost(channel: Any) -> None:
    async def main() -> None:
        with private_broker("redis") as broker:
            async with connected(endpoint(broker)) as (connection, inbox):
                await connection.subscribe(Subscription("a", channel))
                broker.end()
                reason = await inbox.loss()
                words = f"the connection to `redis://{broker.address}` was lost"
                assert (reason.code, reason.message) == ("connect", words)
                assert inbox.is_empty  # said once
                with pytest.raises(BrokerError, match="was lost"):
                    await connection.publish(OutgoingMessage("a", b"1"))

    asyncio.run(main())


def test_publishing_that_is_cancelled_breaks_nothing() -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription("cancelled"))
        task = asyncio.create_task(connection.publish(OutgoingMessage("cancelled", b"1")))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await connection.publish(OutgoingMessage("cancelled", b"2"))
        while (await inbox.delivery()).payload != b"2":
            pass

    run(work)


@pytest.mark.parametrize("time", [b"+OK", b":5", b"*2\r\n$1\r\nx\r\n$1\r\n1", b"*0", b"*1\r\n:7"])
def test_a_clock_that_is_none(time: bytes) -> None:
    """What is no server of Redis, or a proxy before one, may say anything."""

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            if line.startswith(b"*"):
                words = [await reader.readline() for _ in range(2 * int(line[1:]))]
                writer.write((time if words[1] == b"TIME\r\n" else b"+OK") + b"\r\n")
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(respond, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            connection = await connect(Endpoint("cache", "redis", None, "127.0.0.1", port), Inbox())
            try:
                with pytest.raises(BrokerError, match="reports: its `TIME` is none"):
                    await connection.subscribe(Subscription("orders/{id}", STREAM))
            finally:
                await connection.close()

    asyncio.run(main())
