"""NATS against a real server; what that cannot do, against a few lines."""

from __future__ import annotations

import asyncio
import json
import ssl
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest

from arazzo_runner.messaging.connection import Connection
from arazzo_runner.messaging.model import (
    BrokerCredentials,
    BrokerError,
    OutgoingMessage,
    Subscription,
)
from brokers.connections import connected, endpoint, failure, listening, run
from brokers.inbox import Inbox
from brokers.kinds import MAX_MESSAGE
from brokers.programs import shared_broker

INFO = {"server_id": "x", "version": "2.9.10", "headers": True, "max_payload": 100}


def where(broker: str = "nats", **changes: Any) -> Any:
    return endpoint(shared_broker(broker), **({"protocol": "nats"} | changes))


def subject() -> str:
    return f"t{uuid4().hex}"


def test_headers() -> None:
    address = subject()
    sent = (("a", "1"), ("a", "2"), ("correlationId", "k"))

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address))
        await connection.publish(OutgoingMessage(address, b"", sent, "text/plain"))
        delivery = await inbox.delivery()
        assert delivery.headers == (
            ("a", "1, 2"),
            ("correlationId", "k"),
            ("Content-Type", "text/plain"),
        )
        assert delivery.content_type == "text/plain"
        own = (("content-type", "text/csv"),)
        await connection.publish(OutgoingMessage(address, b"", own, "text/plain"))
        delivery = await inbox.delivery()
        assert (delivery.headers, delivery.content_type) == (own, "text/csv")
        await connection.publish(OutgoingMessage(address, b"x"))
        delivery = await inbox.delivery()
        assert (delivery.headers, delivery.content_type) == ((), None)

    run(where(), work)


def test_subject_for_replies_is_a_header() -> None:
    """In a request of another client too, which says it by its protocol alone."""
    address = subject()

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address))
        other = connection._client  # type: ignore[attr-defined] # the library's
        await other.publish(address, b"x", reply="answers.7")
        assert (await inbox.delivery()).headers == (("replyTo", "answers.7"),)
        await connection.publish(OutgoingMessage(address, b"x", (("replyTo", "mine"),)))
        assert (await inbox.delivery()).headers == (("replyTo", "mine"),)

    run(where(), work)


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ((("a", "1\r\nb: 2"),), "the header `a` of the message has several lines"),
        ((("a b", "1"),), "NATS has no such names of headers"),
    ],
)
def test_headers_that_cannot_be_sent(headers: tuple[tuple[str, str], ...], message: str) -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage(subject(), b"x", headers))

    error = failure(where(), work)
    assert error.code == "refused"
    assert message in error.message


@pytest.mark.parametrize("address", ["a b", "", "a..b", "a.*b"])
def test_subject_that_cannot_be(address: str) -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address))

    error = failure(where(), work)
    assert (error.code, error.message) == ("refused", f"`{address}` is not a subject of NATS")


def test_address_with_slashes_is_one_token() -> None:
    root = subject()

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(f"{root}.orders/{{id}}/paid"))
        await connection.publish(OutgoingMessage(f"{root}.orders/1/paid", b"1"))
        assert (await inbox.delivery()).address == f"{root}.orders/1/paid"

    run(where(), work)


def test_group_of_receivers() -> None:
    """One of them gets a message, as with `queue` of the binding."""
    address, count = subject(), 20
    member = Subscription(address, operation={"nats": {"queue": "workers"}})

    async def main() -> None:
        async with (
            connected(where()) as (first, one),
            connected(where()) as (second, two),
        ):
            await first.subscribe(member)
            await second.subscribe(member)
            await first.subscribe(Subscription(address))
            for _ in range(count):
                await first.publish(OutgoingMessage(address, b"x"))
            entries = [await one.entry() for _ in range(count)]
            while sum(known == member for known, _ in entries) + two._deliveries.qsize() < count:
                await asyncio.sleep(0.01)
                while not one.is_empty:
                    entries.append(await one.entry())
            assert sum(known != member for known, _ in entries) == count

    asyncio.run(main())


def test_refused_subscription() -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription("secret"))

    error = failure(where(), work)
    assert error.code == "credentials"
    assert "does not allow to receive from `secret`" in error.message


@pytest.mark.parametrize("spare", [0, 1])
def test_headers_count_for_the_limit_of_the_server(spare: int) -> None:
    address, headers = subject(), (("a", "x" * 1000),)
    payload = b"x" * (MAX_MESSAGE - len("NATS/1.0\r\na: \r\n\r\n") - 1000 + 1 - spare)

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address))
        await connection.publish(OutgoingMessage(address, payload, headers))
        assert (await inbox.delivery()).payload == payload

    if spare:
        run(where(max_message=2 * MAX_MESSAGE), work)
        return
    error = failure(where(max_message=2 * MAX_MESSAGE), work)
    assert error.code == "limit"
    assert f"has {MAX_MESSAGE + 1:,} bytes; `nats://" in error.message


def test_server_with_tls() -> None:
    broker, address = shared_broker("nats with TLS"), subject()

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address))
        await connection.publish(OutgoingMessage(address, b"x"))
        assert (await inbox.delivery()).payload == b"x"

    for protocol in ("nats+tls", "tls"):
        run(where("nats with TLS", protocol=protocol, tls=broker.trust()), work)
    untrusted = ssl.create_default_context()
    error = failure(where("nats with TLS", protocol="nats+tls", tls=untrusted))
    assert error.code == "tls"
    assert "certificate" in error.message


def test_server_that_requires_tls() -> None:
    error = failure(where("nats with TLS"))
    assert error.code == "tls"
    assert error.message.endswith("requires TLS")
    assert error.hint == "the protocol of a server with TLS is `nats+tls`"


def test_credentials_are_not_sent_without_tls() -> None:
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"INFO " + json.dumps(INFO).encode() + b"\r\n")
        got.append(await reader.read())

    async def main() -> BrokerError:
        credentials = BrokerCredentials("clerk", "open")
        async with listening(serve) as port:
            with pytest.raises(BrokerError) as caught:
                async with connected(
                    where(
                        protocol="nats+tls",
                        tls=ssl.create_default_context(),
                        credentials=credentials,
                        port=port,
                    )
                ):
                    pass
            return caught.value

    error = asyncio.run(main())
    assert error.code == "tls"
    assert error.message.endswith("does not encrypt connections: nothing was sent to it")
    assert got == [b""]


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As far as a connection."""
    writer.write(b"INFO " + json.dumps(INFO).encode() + b"\r\n")
    await reader.readuntil(b"PING\r\n")
    writer.write(b"PONG\r\n")


def scripted(work: Any, line: bytes, **changes: Any) -> BrokerError:
    """What work on a connection raises; ``line`` is all that the server says after a greeting."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await greet(reader, writer)
        await reader.read(10)
        writer.write(line)
        await reader.read()

    async def main() -> None:
        async with AsyncExitStack() as stack:
            port = await stack.enter_async_context(listening(serve))
            await work(*await stack.enter_async_context(connected(where(port=port, **changes))))

    with pytest.raises(BrokerError) as caught:
        asyncio.run(main())
    return caught.value


async def publish(connection: Connection, inbox: Inbox) -> None:
    await connection.publish(OutgoingMessage("a", b"x"))


def test_confirmation_that_does_not_come() -> None:
    error = scripted(publish, b"", connect_timeout=0.3)
    assert error.code == "timeout"
    assert error.message.endswith("has not confirmed `a` within 0.3 s")


def test_server_that_complains_and_closes() -> None:
    error = scripted(publish, b"-ERR 'Unknown Protocol Operation'\r\n")
    assert error.code == "connect"
    assert error.message.endswith("was lost: unknown protocol operation")


def test_payload_above_the_limit_that_the_server_names() -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage("a", b"x" * 101))

    error = scripted(work, b"")
    assert error.code == "limit"
    assert "has 101 bytes; `nats://127.0.0.1:" in error.message
    assert error.message.endswith("` accepts up to 100")
