"""MQTT 5, and MQTT 3.1.1 where a broker has nothing newer or the description says so.

Specifications: OASIS MQTT 5.0 and 3.1.1; AsyncAPI's MQTT bindings 0.2.0.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import aiomqtt
from paho.mqtt.client import MQTTMessage, topic_matches_sub
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from arazzo_runner.asyncapi.model import Bindings
from arazzo_runner.messaging.connection import Receiver
from arazzo_runner.messaging.model import BrokerError, Endpoint, OutgoingMessage, Subscription
from arazzo_runner.messaging.protocols import failures
from arazzo_runner.messaging.protocols.address import wildcard_address
from arazzo_runner.messaging.protocols.mqtt_client import (
    MqttClient,
    UnansweredError,
    is_count,
    make_properties,
    mqtt_binding,
)
from arazzo_runner.messaging.protocols.mqtt_message import (
    packet_size,
    publish_properties,
    to_delivery,
)

_QOS: Final = 1
"""Unless a binding says otherwise: the broker confirms that it has a message."""
_GOODBYE: Final = 0.5
_LARGE: Final = 100_000
"""Bytes of a message that a broker may not accept, as far as anybody can guess."""

# OASIS MQTT 5.0, section 2.4: from 128 on they are failures.
_FAILURE: Final = 128
_UNSUPPORTED_VERSION: Final = 132
_BAD_PASSWORD: Final = 134
_NOT_AUTHORIZED: Final = 135


async def connect(endpoint: Endpoint, receiver: Receiver) -> MqttConnection:
    """Connect with the newest version of MQTT that the description allows and the broker speaks."""
    *newer, last = _versions(endpoint)
    for version in newer:
        try:
            return await _open(endpoint, receiver, version)
        except UnsupportedVersion:
            continue
    return await _open(endpoint, receiver, last)


class UnsupportedVersion(BrokerError):
    """The broker does not speak this version of MQTT."""


def _versions(endpoint: Endpoint) -> tuple[aiomqtt.ProtocolVersion, ...]:
    """Those to try; ``protocolVersion`` of a Server Object is free text."""
    text = (endpoint.protocol_version or "").lower().removeprefix("mqtt").strip(" v")
    if endpoint.protocol == "mqtt5" or text.startswith("5"):
        return (aiomqtt.ProtocolVersion.V5,)
    if text.startswith("3"):
        return (aiomqtt.ProtocolVersion.V311,)
    return (aiomqtt.ProtocolVersion.V5, aiomqtt.ProtocolVersion.V311)


async def _open(
    endpoint: Endpoint, receiver: Receiver, version: aiomqtt.ProtocolVersion
) -> MqttConnection:
    client = MqttClient(endpoint, version)
    try:
        async with asyncio.timeout(endpoint.connect_timeout):
            await client.__aenter__()
    except BaseException as reason:
        client.abandon()
        if isinstance(reason, aiomqtt.MqttError):
            raise _open_error(endpoint, version, reason) from None
        if isinstance(reason, TimeoutError):
            raise failures.connect_timeout_error(endpoint) from None
        raise
    return MqttConnection(endpoint, receiver, client)


def _open_error(
    endpoint: Endpoint, version: aiomqtt.ProtocolVersion, reason: aiomqtt.MqttError
) -> BrokerError:
    if isinstance(reason, UnansweredError):
        text = f"`{endpoint.label}` closed the connection without a response"
        return BrokerError("protocol", text, "it may speak another protocol, or require TLS")
    code = getattr(reason, "rc", None)
    if not isinstance(code, ReasonCode):
        return failures.connect_error(endpoint, reason)
    if code.value in {_BAD_PASSWORD, _NOT_AUTHORIZED}:
        return failures.credentials_error(endpoint)
    if code.value == _UNSUPPORTED_VERSION:
        spelled = "5" if version is aiomqtt.ProtocolVersion.V5 else "3.1.1"
        text = f"`{endpoint.label}` does not speak MQTT {spelled}"
        hint = "`protocolVersion` of the server in its description chooses another version"
        return UnsupportedVersion("protocol", text, hint)
    return failures.protocol_error(endpoint, _words(code))


def _words(code: ReasonCode) -> str:
    return str(code).lower()


def _quality(operation: Bindings) -> int:
    qos = mqtt_binding(operation).get("qos")
    return qos if is_count(qos, 2) else _QOS


def _is_retained(operation: Bindings) -> bool:
    return mqtt_binding(operation).get("retain") is True


class MqttConnection:
    """A connection to one broker; one filter of topics may be of several subscriptions."""

    def __init__(self, endpoint: Endpoint, receiver: Receiver, client: MqttClient) -> None:
        self._endpoint = endpoint
        self._receiver = receiver
        self._client = client
        self._filters: list[_TopicFilter] = []
        self._is_open = True
        client.take = self._take
        client.disconnected.add_done_callback(self._lose)

    async def subscribe(self, subscription: Subscription) -> None:
        """Subscribe to a topic, with ``+`` for each level that is not known."""
        topic = self._filter_of(subscription)
        quality = _quality(subscription.operation)
        topic.subscriptions.append(subscription)
        self._take_early(topic, subscription)
        if quality <= topic.quality:
            return
        try:
            await self._subscribe(topic, subscription, quality)
        except BrokerError:
            topic.subscriptions.remove(subscription)
            raise
        topic.quality = quality

    def _filter_of(self, subscription: Subscription) -> _TopicFilter:
        name = wildcard_address(subscription.address, "/", "+")
        for one in self._filters:
            if one.name == name:
                return one
        self._filters.append(_TopicFilter(name, len(self._filters) + 1))
        return self._filters[-1]

    async def _subscribe(
        self, topic: _TopicFilter, subscription: Subscription, quality: int
    ) -> None:
        options = properties = None
        if self._client.is_five:
            handling = 0 if _is_retained(subscription.operation) else 2
            options = SubscribeOptions(qos=quality, retainHandling=handling)
            properties = make_properties(PacketTypes.SUBSCRIBE)
            properties.SubscriptionIdentifier = topic.identifier
        work = self._client.subscribe(topic.name, 0 if options else quality, options, properties)
        codes = await self._confirmed(work, f"the subscription to `{subscription.address}`")
        if any(one.value >= _FAILURE for one in codes):
            raise failures.permission_error(self._endpoint, "receive from", subscription.address)

    async def publish(self, message: OutgoingMessage) -> None:
        """Publish, and wait for the broker's confirmation where the quality of service has one."""
        failures.check_size(self._endpoint, message)
        properties = self._properties(message)
        work = self._client.send(
            message.address,
            message.payload,
            _quality(message.operation),
            properties,
            retain=_is_retained(message.operation),
        )
        what = f"the message to `{message.address}`"
        code = await self._confirmed(work, what, len(message.payload))
        if code is not None and code.value == _NOT_AUTHORIZED:
            raise failures.permission_error(self._endpoint, "send to", message.address)
        if code is not None and code.value >= _FAILURE:
            raise failures.protocol_error(self._endpoint, _words(code))

    def _properties(self, message: OutgoingMessage) -> Properties | None:
        if self._client.is_five:
            properties = publish_properties(message)
            self._check_packet(message, properties)
            return properties
        if message.headers:
            hint = "`protocolVersion: '5'` of the server chooses MQTT 5, which has them"
            raise failures.no_headers_error("MQTT 3.1.1", message, hint)
        return None

    def _check_packet(self, message: OutgoingMessage, properties: Properties) -> None:
        """Larger packets than a broker accepts end the connection (MQTT 5.0, section 3.2.2.3.6)."""
        limit = self._client.largest_packet
        if limit is not None and packet_size(message, properties) > limit:
            text = (
                f"the message to `{message.address}` has {len(message.payload):,} bytes;"
                f" `{self._endpoint.label}` accepts packets of up to {limit:,}"
            )
            raise BrokerError("limit", text)

    async def _confirmed(self, work: Any, what: str, size: int = 0) -> Any:
        """Wait for a confirmation of the broker, or for the end of the connection."""
        task = asyncio.ensure_future(work)
        waiting: set[asyncio.Future[Any]] = {task, self._client.disconnected}
        try:
            await asyncio.wait(
                waiting,
                timeout=self._endpoint.connect_timeout,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if task.done():
                return task.result()
            if self._client.disconnected.done():
                raise self._lost_error(size)
            raise failures.response_timeout_error(self._endpoint, what)
        except ValueError as reason:  # a topic that cannot be, such as one with a wildcard
            words = str(reason).rstrip(".")
            raise BrokerError("refused", f"MQTT has no place for {what}: {words}") from None
        except aiomqtt.MqttError:
            raise self._lost_error(size) from None
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _lost_error(self, size: int = 0) -> BrokerError:
        done = self._client.disconnected
        reason = done.exception() if done.done() else None
        code = getattr(reason, "rc", None)
        words = _words(code) if isinstance(code, ReasonCode) and code.value > _FAILURE else ""
        if size > _LARGE and not words:
            words = f"while a message of {size:,} bytes was sent; it may be larger than it accepts"
        return failures.lost_error(self._endpoint, words)

    def _lose(self, done: asyncio.Future[None]) -> None:
        done.exception()  # else Python prints that nobody has looked at it
        if self._is_open:
            self._is_open = False
            self._receiver.lose(self._lost_error())

    def _take(self, message: MQTTMessage) -> None:
        if not self._is_open:
            return
        topics = self._topics_of(message)
        if not topics:
            self._client.early.append(message)
        delivery = to_delivery(message)
        for topic in topics:
            for subscription in topic.subscriptions:
                self._receiver.deliver(subscription, delivery)

    def _topics_of(self, message: MQTTMessage) -> list[_TopicFilter]:
        """By the identifiers that version 5 sends along: it comes once for each of them."""
        identifiers = getattr(message.properties, "SubscriptionIdentifier", None)
        if identifiers and self._client.is_clean:  # else they may be those of another run
            return [one for one in self._filters if one.identifier in identifiers]
        return [one for one in self._filters if one.matches(message.topic)]

    def _take_early(self, topic: _TopicFilter, subscription: Subscription) -> None:
        """What a kept session had for a topic, before it was subscribed to."""
        early = self._client.early
        for message in [one for one in early if topic.matches(one.topic)]:
            early.remove(message)
            self._receiver.deliver(subscription, to_delivery(message))

    async def close(self) -> None:
        """Disconnect."""
        if not self._is_open:
            return
        self._is_open = False
        try:
            async with asyncio.timeout(_GOODBYE):
                await self._client.__aexit__(None, None, None)
        except (aiomqtt.MqttError, TimeoutError):
            self._client.abandon()


class _TopicFilter:
    """A filter of topics with its subscriptions; ``quality`` is -1 before the broker knows it."""

    def __init__(self, name: str, identifier: int) -> None:
        self.name = name
        self.identifier = identifier
        self.quality = -1
        self.subscriptions: list[Subscription] = []

    def matches(self, topic: str) -> bool:
        return topic_matches_sub(self.name, topic)
