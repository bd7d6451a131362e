"""What every protocol does alike, against its real broker."""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from arazzo_runner.asyncapi.model import Bindings
from arazzo_runner.messaging.connection import Connection
from arazzo_runner.messaging.model import (
    BrokerCredentials,
    BrokerError,
    Endpoint,
    OutgoingMessage,
    Subscription,
)
from brokers import programs
from brokers.connections import connected, endpoint, failure, listening, run
from brokers.inbox import Inbox
from brokers.kinds import MAX_MESSAGE, PASSWORD, TOKEN, USER
from brokers.programs import free_ports, private_broker, shared_broker

HEADERS = (("correlationId", "k-1"), ("replyTo", "answers"), ("x-tenant", "münchen"))


@dataclass(frozen=True)
class Case:
    """A protocol, with the broker that speaks it; ``channel`` has addresses with wildcards."""

    broker: str
    protocol: str
    separator: str
    channel: Bindings = field(default_factory=dict)
    version: str | None = None
    headers: tuple[tuple[str, str], ...] = HEADERS
    secured: tuple[str, str] | None = None

    def where(self, **changes: Any) -> Endpoint:
        given = {"protocol_version": self.version} | changes
        return endpoint(shared_broker(self.broker), self.protocol, **given)

    def address(self, *parts: str) -> str:
        return self.separator.join(parts)


EXCHANGE = {"amqp": {"is": "routingKey", "exchange": {"name": "orders", "type": "topic"}}}
CASES = [
    Case("mosquitto", "mqtt", "/", version="5", secured=("mqtts", "tls")),
    Case("mosquitto", "mqtt", "/", version="3.1.1", headers=(), secured=("secure-mqtt", "tls")),
    Case("nats", "nats", "."),
    Case("rabbitmq", "amqp", ".", EXCHANGE, secured=("amqps", "tls")),
]
each = pytest.mark.parametrize("case", CASES, ids=["mqtt-5", "mqtt-3.1.1", "nats", "amqp"])


def name() -> str:
    """A part of an address that no other test has."""
    return f"t{uuid4().hex}"


@each
def test_message_arrives_as_it_was_sent(case: Case) -> None:
    address = case.address("orders", name())
    payload = '{"text": "grüße"}'.encode()

    async def work(connection: Connection, inbox: Inbox) -> None:
        subscription = Subscription(address, case.channel)
        await connection.subscribe(subscription)
        content_type = "application/json" if case.headers else None
        await connection.publish(
            OutgoingMessage(address, payload, case.headers, content_type, case.channel)
        )
        known, delivery = await inbox.entry()
        assert known == subscription
        assert (delivery.address, delivery.payload) == (address, payload)
        assert set(case.headers) <= set(delivery.headers)
        assert delivery.content_type == content_type
        assert not delivery.is_retained

    run(case.where(), work)


@each
@pytest.mark.parametrize(
    ("address", "arriving"),
    [
        (("{shop}", "new"), {"a", "b-1"}),
        (("b-{id}", "new"), {"a", "b-1"}),  # a wildcard is a whole part; the rest is filtered later
        (("a", "new"), {"a"}),
    ],
)
def test_parameters_are_wildcards(case: Case, address: tuple[str, ...], arriving: set[str]) -> None:
    root = name()

    async def work(connection: Connection, inbox: Inbox) -> None:
        wanted = Subscription(case.address(root, *address), case.channel)
        await connection.subscribe(wanted)
        end = Subscription(case.address(root, "end"), case.channel)
        await connection.subscribe(end)
        for middle in ("a", "b-1"):
            for last in ("new", "old"):
                to = case.address(root, middle, last)
                await connection.publish(OutgoingMessage(to, b"", channel=case.channel))
        await connection.publish(OutgoingMessage(end.address, b"", channel=case.channel))
        entries = [await inbox.entry() for _ in range(len(arriving) + 1)]
        came = {delivery.address for subscription, delivery in entries if subscription == wanted}
        assert came == {case.address(root, one, "new") for one in arriving}
        assert {one.address for one, _ in entries} == {wanted.address, end.address}
        assert inbox.is_empty

    run(case.where(), work)


@each
def test_all_subscriptions_of_a_message_get_it_once(case: Case) -> None:
    root = name()

    async def work(connection: Connection, inbox: Inbox) -> None:
        address = case.address(root, "1")
        both = [
            Subscription(address, case.channel),
            Subscription(address, case.channel, {"other": {}}),
            Subscription(case.address(root, "{id}"), case.channel),
        ]
        for one in both:
            await connection.subscribe(one)
        for payload in (b"1", b"2"):
            await connection.publish(OutgoingMessage(address, payload, channel=case.channel))
        entries = [await inbox.entry() for _ in range(6)]
        for one in both:
            assert [it.payload for known, it in entries if known == one] == [b"1", b"2"]
        assert inbox.is_empty

    run(case.where(), work)


@each
def test_subscription_is_there_when_it_returns(case: Case) -> None:
    """Another connection publishes at once, many times."""
    times = 25 if case.protocol == "amqp" else 100  # whose connections take the longest

    async def main() -> None:
        async with connected(case.where()) as (sender, _):
            for count in range(times):
                async with connected(case.where()) as (receiver, inbox):
                    address = case.address(name(), str(count))
                    await receiver.subscribe(Subscription(address, case.channel))
                    await sender.publish(OutgoingMessage(address, b"x", channel=case.channel))
                    assert (await inbox.delivery()).address == address

    asyncio.run(main())


@each
def test_broker_that_is_down(case: Case) -> None:
    error = failure(case.where(port=free_ports(["none"])["none"]))
    assert error.code == "connect"
    assert error.message.startswith(f"no broker is listening at `{case.protocol}://127.0.0.1:")
    assert error.hint is not None
    assert "start the broker" in error.hint


@each
def test_unknown_host(case: Case) -> None:
    error = failure(case.where(host="nowhere.invalid"))
    assert error.code == "connect"
    assert error.message.startswith("the host `nowhere.invalid` is not known")


@each
@pytest.mark.parametrize("password", ["wrong", "", PASSWORD])
def test_credentials(case: Case, password: str) -> None:
    where = case.where(credentials=BrokerCredentials(USER, password))
    if password == PASSWORD:

        async def work(connection: Connection, inbox: Inbox) -> None:
            await connection.publish(OutgoingMessage(name(), b"x"))

        run(where, work)
        return
    error = failure(where)
    assert error.code == "credentials"
    assert "does not accept the credentials" in error.message
    assert USER not in error.message
    assert "wrong" not in error.message


@each
def test_other_program_at_the_port(case: Case) -> None:
    async def respond(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def main() -> BrokerError:
        async with listening(respond) as port:
            with pytest.raises(BrokerError) as caught:
                async with connected(case.where(port=port)):
                    pass
            return caught.value

    assert asyncio.run(main()).code in {"connect", "protocol"}


@each
def test_silent_program_at_the_port(case: Case) -> None:
    async def main() -> BrokerError:
        done = asyncio.Event()

        async def keep(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await done.wait()

        async with listening(keep) as port:
            with pytest.raises(BrokerError) as caught:
                async with connected(case.where(port=port, connect_timeout=0.2)):
                    pass
            done.set()
            return caught.value

    error = asyncio.run(main())
    assert error.code == "timeout"
    assert "within 0.2 s" in error.message


@each
def test_broker_that_ends_in_the_middle(case: Case) -> None:
    with private_broker(case.broker) as broker:

        async def work(connection: Connection, inbox: Inbox) -> None:
            address = name()
            await connection.subscribe(Subscription(address))
            broker.end()
            loss = await inbox.loss()
            assert loss.code == "connect"
            assert loss.message == f"the connection to `{where.label}` was lost"
            for again in (
                connection.publish(OutgoingMessage(address, b"x")),
                connection.subscribe(Subscription(name())),
            ):
                with pytest.raises(BrokerError) as caught:
                    await again
                assert caught.value.message == loss.message
            assert inbox.is_empty, "it is said once"

        where = endpoint(broker, case.protocol, protocol_version=case.version)
        run(where, work)


@each
def test_message_above_our_limit(case: Case) -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage("large", b"x" * 101))

    error = failure(case.where(max_message=100), work)
    assert error.code == "limit"
    assert error.message == "the message to `large` has 101 bytes; the limit is 100"


@each
def test_message_above_the_limit_of_the_broker(case: Case) -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage(name(), b"x" * (2 * MAX_MESSAGE)))

    error = failure(case.where(max_message=4 * MAX_MESSAGE), work)
    assert str(2 * MAX_MESSAGE) in error.message.replace(",", "")
    assert f"{case.protocol}://127.0.0.1:" in error.message


@each
def test_connection_that_was_refused_something_goes_on(case: Case) -> None:
    """By what its user must not do."""
    address = name()

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address))
        if case.version != "3.1.1":  # it has no way to say so
            with pytest.raises(BrokerError) as caught:
                await connection.publish(OutgoingMessage("secret", b"x"))
            assert caught.value.code == "credentials"
            assert "does not allow to send to `secret`" in caught.value.message
        await connection.publish(OutgoingMessage(address, b"x"))
        assert (await inbox.delivery()).payload == b"x"

    run(case.where(), work)


encrypted = pytest.mark.parametrize("case", [one for one in CASES if one.secured])


@encrypted
def test_tls(case: Case) -> None:
    assert case.secured is not None
    broker = shared_broker(case.broker)
    protocol, port = case.secured
    changes: dict[str, Any] = {"port": broker.ports[port], "protocol_version": case.version}
    address = name()

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address))
        await connection.publish(OutgoingMessage(address, b"x"))
        assert (await inbox.delivery()).payload == b"x"

    run(endpoint(broker, protocol, tls=broker.trust(), **changes), work)
    careless = ssl._create_unverified_context()
    run(endpoint(broker, protocol, tls=careless, **changes), work)
    error = failure(endpoint(broker, protocol, tls=ssl.create_default_context(), **changes))
    assert error.code == "tls"
    assert "certificate" in error.message
    wrong_name = changes | {"host": "localhost.localdomain"}
    assert failure(endpoint(broker, protocol, tls=broker.trust(), **wrong_name)).code in {
        "tls",
        "connect",
    }


@encrypted
def test_tls_at_the_wrong_port(case: Case) -> None:
    assert case.secured is not None
    broker = shared_broker(case.broker)
    plain = endpoint(broker, case.protocol, port=broker.ports["tls"], protocol_version=case.version)
    error = failure(plain)
    assert error.code == "protocol"
    assert error.hint is not None
    assert "TLS" in error.hint
    secured = endpoint(broker, case.secured[0], tls=broker.trust(), protocol_version=case.version)
    assert failure(secured).code in {"tls", "connect"}


@each
def test_connection_that_is_cancelled_while_it_opens(case: Case) -> None:
    async def main() -> None:
        task = asyncio.create_task(_open(case))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


async def _open(case: Case) -> None:
    async with connected(case.where()):
        await asyncio.sleep(60)


@each
def test_closing_is_quick(case: Case) -> None:
    async def main() -> float:
        async with connected(case.where()) as (connection, _):
            await connection.subscribe(Subscription(name(), case.channel))
            begun = time.monotonic()
        return time.monotonic() - begun

    assert asyncio.run(main()) < programs.READY_SECONDS


@each
def test_nothing_is_said_beside(
    case: Case, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Libraries warn of what a BrokerError says."""
    failure(case.where(port=free_ports(["none"])["none"]))
    failure(case.where(credentials=BrokerCredentials(USER, "wrong")))
    assert caplog.text == ""
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""


@pytest.mark.parametrize("token", [TOKEN, "wrong", ""])
def test_token_of_nats(token: str) -> None:
    where = endpoint(
        shared_broker("nats with a token"), "nats", credentials=BrokerCredentials(token=token)
    )
    if token == TOKEN:

        async def work(connection: Connection, inbox: Inbox) -> None:
            await connection.publish(OutgoingMessage(name(), b"x"))

        run(where, work)
        return
    error = failure(where)
    assert error.code == "credentials"
    wanted = "does not accept the credentials" if token else "requires credentials"
    assert wanted in error.message
