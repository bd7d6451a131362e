"""MQTT against a real mosquitto; what that cannot do, against a few bytes."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import aiomqtt
import pytest
from paho.mqtt import publish as paho_publish
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from arazzo_runner.messaging.connection import Connection
from arazzo_runner.messaging.model import BrokerError, OutgoingMessage, Subscription
from brokers.connections import connected, endpoint, failure, listening, run
from brokers.inbox import Inbox
from brokers.kinds import MAX_MESSAGE
from brokers.programs import shared_broker

VERSIONS = pytest.mark.parametrize("version", ["5", "3.1.1"])
ACCEPTED = {"5": bytes([0x20, 3, 0, 0, 0]), "3.1.1": bytes([0x20, 2, 0, 0])}


def where(version: str | None = "5", **changes: Any) -> Any:
    given = {"protocol": "mqtt", "protocol_version": version} | changes
    return endpoint(shared_broker("mosquitto"), **given)


def topic() -> str:
    return f"t{uuid4().hex}"


def retain(address: str, payload: bytes) -> None:
    """As another client does, before."""
    broker = shared_broker("mosquitto")
    paho_publish.single(address, payload, 1, True, hostname=broker.host, port=broker.port)


def test_retained_message_does_not_come() -> None:
    """MQTT 5.0, section 3.8.3.1: Retain Handling."""
    address = topic()
    retain(address, b"old")

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address))
        await connection.publish(OutgoingMessage(address, b"new"))
        assert (await inbox.delivery()).payload == b"new"

    run(where(), work)


@VERSIONS
@pytest.mark.parametrize("is_wanted", [True, False])
def test_retained_message_is_marked(version: str, is_wanted: bool) -> None:
    address = topic()
    retain(address, b"old")

    async def work(connection: Connection, inbox: Inbox) -> None:
        operation = {"mqtt": {"retain": is_wanted}}
        await connection.subscribe(Subscription(address, operation=operation))
        await connection.publish(OutgoingMessage(address, b"new"))
        deliveries = [(await inbox.delivery())]
        if is_wanted or version == "3.1.1":
            deliveries.append(await inbox.delivery())
            assert (deliveries[0].payload, deliveries[0].is_retained) == (b"old", True)
        assert (deliveries[-1].payload, deliveries[-1].is_retained) == (b"new", False)

    run(where(version), work)


@VERSIONS
def test_message_that_is_to_be_retained(version: str) -> None:
    address = topic()
    operation = {"mqtt": {"retain": True, "qos": 0}}

    async def send(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage(address, b"kept", operation=operation))

    async def receive(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address, operation=operation))
        assert (await inbox.delivery()).is_retained

    run(where(version), send)
    run(where("3.1.1"), receive)


@VERSIONS
@pytest.mark.parametrize("qos", [0, 1, 2, 7, "1", None])
def test_quality_of_service(version: str, qos: object) -> None:
    address = topic()
    operation = {"mqtt": {"qos": qos}}

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address, operation=operation))
        for payload in (b"1", b"2"):
            await connection.publish(OutgoingMessage(address, payload, operation=operation))
        assert [(await inbox.delivery()).payload for _ in range(2)] == [b"1", b"2"]

    run(where(version), work)


def test_higher_quality_of_a_second_subscription_is_asked_for() -> None:
    address = topic()

    async def work(connection: Connection, inbox: Inbox) -> None:
        low, high = (Subscription(address, operation={"mqtt": {"qos": qos}}) for qos in (0, 1))
        await connection.subscribe(low)
        await connection.subscribe(high)
        await connection.publish(OutgoingMessage(address, b"x"))
        assert {(await inbox.entry())[0].operation["mqtt"]["qos"] for _ in range(2)} == {0, 1}
        assert inbox.is_empty

    run(where(), work)


def test_properties_of_version_5() -> None:
    """Headers that have a property are both; a property without a header becomes one."""
    address = topic()
    message = {"mqtt": {"responseTopic": "answers/all"}}

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address))
        await connection.publish(OutgoingMessage(address, b"", (("a", "1"), ("a", "2"))))
        assert (await inbox.delivery()).headers == (("a", "1"), ("a", "2"))
        await connection.publish(OutgoingMessage(address, b"", message=message))
        assert (await inbox.delivery()).headers == (("replyTo", "answers/all"),)
        own = (("replyTo", "mine"), ("correlationId", "ü"))
        await connection.publish(OutgoingMessage(address, b"", own, message=message))
        assert (await inbox.delivery()).headers == own

    run(where("5"), work)


def test_properties_of_another_client() -> None:
    address, broker = topic(), shared_broker("mosquitto")
    properties = Properties(PacketTypes.PUBLISH)
    properties.CorrelationData = b"k-\xff"
    properties.ResponseTopic = "back"

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address))
        version = aiomqtt.ProtocolVersion.V5
        async with aiomqtt.Client(broker.host, broker.port, protocol=version) as other:
            await other.publish(address, b"x", properties=properties)
        expected = (("correlationId", "k-\N{REPLACEMENT CHARACTER}"), ("replyTo", "back"))
        assert (await inbox.delivery()).headers == expected

    run(where("5"), work)


def test_version_3_has_no_headers() -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage(topic(), b"x", (("requestId", "1"),)))

    error = failure(where("3.1.1"), work)
    assert error.code == "refused"
    assert error.message == (
        "MQTT 3.1.1 has no headers: the header `requestId` of the message cannot be sent"
    )
    assert error.hint == "`protocolVersion: '5'` of the server chooses MQTT 5, which has them"


@pytest.mark.parametrize("address", ["a/+", "a/#", ""])
def test_topic_that_cannot_be_published_to(address: str) -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage(address, b"x"))

    error = failure(where(), work)
    assert error.code == "refused"
    assert error.message.startswith(f"MQTT has no place for the message to `{address}`: ")


def test_topic_that_cannot_be_subscribed_to() -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription("a/#/b"))

    assert failure(where(), work).code == "refused"


@pytest.mark.parametrize("large", [2 * MAX_MESSAGE, MAX_MESSAGE])
def test_message_above_the_limit_of_the_broker(large: int) -> None:
    """Version 5 says the limit of a packet, which the topic and properties count for too."""

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage(topic(), b"x" * large))

    error = failure(where("5", max_message=4 * MAX_MESSAGE), work)
    assert error.code == "limit"
    assert f"accepts packets of up to {MAX_MESSAGE:,}" in error.message
    error = failure(where("3.1.1", max_message=4 * MAX_MESSAGE), work)
    assert error.code == "connect"
    assert f"while a message of {large:,} bytes was sent" in error.message


def test_larger_message_does_not_come_with_version_5() -> None:
    """The broker is told how much is read, and omits what is larger."""
    address = topic()

    async def main() -> None:
        async with (
            connected(where("5", max_message=10)) as (receiver, inbox),
            connected(where("5")) as (sender, _),
        ):
            await receiver.subscribe(Subscription(address))
            await sender.publish(OutgoingMessage(address, b"x" * 100_000))
            await sender.publish(OutgoingMessage(address, b"y"))
            assert (await inbox.delivery()).payload == b"y"

    asyncio.run(main())


def test_binding_of_the_server() -> None:
    bindings = {"mqtt": {"clientId": f"c{uuid4().hex}", "cleanSession": True, "keepAlive": 0}}

    async def main() -> BrokerError:
        async with (
            connected(where("5", bindings=bindings)) as (_, inbox),
            connected(where("5", bindings=bindings)),
        ):
            return await inbox.loss()

    assert asyncio.run(main()).message.endswith("was lost")


def test_session_that_is_kept() -> None:
    address = topic()
    bindings = {"mqtt": {"clientId": f"c{uuid4().hex}", "cleanSession": False}}

    async def subscribe(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address))

    async def publish(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage(address, b"meanwhile"))

    async def receive(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address))
        assert (await inbox.delivery()).payload == b"meanwhile"

    run(where("3.1.1", bindings=bindings), subscribe)
    run(where("3.1.1"), publish)
    run(where("3.1.1", bindings=bindings), receive)


def test_newest_version_without_one_in_the_description() -> None:
    address = topic()

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription(address))
        await connection.publish(OutgoingMessage(address, b"x", (("has", "headers"),)))
        assert (await inbox.delivery()).headers == (("has", "headers"),)

    run(where(None), work)


# --- what mosquitto cannot do ---------------------------------------------------------------------


class Script:
    """A broker that responds to each packet with the next bytes; an empty one closes."""

    def __init__(self, *connections: list[bytes]) -> None:
        self._connections = list(connections)
        self.versions: list[int] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for index, response in enumerate(self._connections.pop(0)):
            packet = await reader.read(1000)
            if index == 0:
                self.versions.append(packet[8])
            writer.write(response)
        await reader.read()

    def failure(self, work: Any = None, **changes: Any) -> BrokerError:
        async def main() -> None:
            async with AsyncExitStack() as stack:
                port = await stack.enter_async_context(listening(self.serve))
                pair = connected(where(**({"port": port} | changes)))
                await work(*await stack.enter_async_context(pair))

        with pytest.raises(BrokerError) as caught:
            asyncio.run(main())
        return caught.value


def test_older_version_is_tried_where_a_broker_has_not_the_newer() -> None:
    script = Script([bytes([0x20, 2, 0, 1])], [ACCEPTED["3.1.1"]])

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage("a", b"x", (("has", "headers"),)))

    assert script.failure(work, version=None).message.startswith("MQTT 3.1.1 has no headers")
    assert script.versions == [5, 4]


@pytest.mark.parametrize(
    ("version", "response", "message"),
    [
        ("5", [0x20, 2, 0, 1], "does not speak MQTT 5"),
        ("5", [0x20, 3, 0, 132, 0], "does not speak MQTT 5"),
        ("3.1.1", [0x20, 2, 0, 1], "closed the connection without a response"),
        ("3.1.1", [0x20, 2, 0, 3], "reports: server unavailable"),
        ("5", [0x20, 3, 0, 151, 0], "reports: quota exceeded"),
        ("3.1.1", [0x20, 2, 0, 5], "requires credentials, and there are none"),
    ],
)
def test_refused_connection(version: str, response: list[int], message: str) -> None:
    error = Script([bytes(response)]).failure(version=version)
    assert message in error.message


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_refused_subscription(version: str) -> None:
    """mosquitto accepts every subscription, and sends nothing to who may not read."""
    codes = {"5": bytes([0x90, 4, 0, 1, 0, 135]), "3.1.1": bytes([0x90, 3, 0, 1, 128])}
    script = Script([ACCEPTED[version], codes[version]])

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription("locked"))

    error = script.failure(work, version=version)
    assert error.code == "credentials"
    assert "does not allow to receive from `locked`" in error.message


def test_refused_message() -> None:
    script = Script([ACCEPTED["5"], bytes([0x40, 4, 0, 1, 151, 0])])

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage("a", b"x"))

    assert script.failure(work).message.endswith("reports: quota exceeded")


def test_reason_of_a_broker_that_disconnects() -> None:
    script = Script([ACCEPTED["5"], bytes([0xE0, 2, 142, 0])])

    async def work(connection: Connection, inbox: Inbox) -> None:
        with pytest.raises(BrokerError) as caught:
            await connection.publish(OutgoingMessage("a", b"x"))
        assert caught.value.message == (await inbox.loss()).message
        raise caught.value

    assert script.failure(work).message.endswith("was lost: session taken over")


def test_confirmation_that_does_not_come() -> None:
    script = Script([ACCEPTED["5"], b""])

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.publish(OutgoingMessage("a", b"x"))

    error = script.failure(work, connect_timeout=0.3)
    assert error.code == "timeout"
    assert error.message.endswith("has not confirmed the message to `a` within 0.3 s")


def test_message_without_identifier_goes_by_its_topic() -> None:
    """A broker need not know subscription identifiers."""
    topic_bytes = b"\x00\x03a/1"
    published = bytes([0x30, len(topic_bytes) + 2]) + topic_bytes + b"\x00x"
    script = Script([ACCEPTED["5"], bytes([0x90, 4, 0, 1, 0, 1]) + published])

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription("a/{id}"))
        assert (await inbox.delivery()).payload == b"x"
        raise BrokerError("cancelled", "it came")

    assert script.failure(work).message == "it came"
