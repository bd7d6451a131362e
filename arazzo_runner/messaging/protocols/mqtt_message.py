"""Messages of MQTT: headers are user properties, which came with MQTT 5."""

from __future__ import annotations

from paho.mqtt.client import MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.messaging.model import Delivery, OutgoingMessage
from arazzo_runner.messaging.protocols.mqtt_client import make_properties, mqtt_binding
from arazzo_runner.messaging.protocols.property_headers import PropertyHeaders


def publish_properties(message: OutgoingMessage) -> Properties:
    """Headers as user properties; those with a property of their own, as that too."""
    properties = make_properties(PacketTypes.PUBLISH)
    if message.content_type:
        properties.ContentType = message.content_type
    if message.headers:
        properties.UserProperty = list(message.headers)
    correlation = header_value(message.headers, "correlationId")
    if correlation is not None:
        properties.CorrelationData = correlation.encode()
    described = mqtt_binding(message.message).get("responseTopic")
    topic = header_value(message.headers, "replyTo") or described
    if topic and isinstance(topic, str):
        properties.ResponseTopic = topic
    return properties


def packet_size(message: OutgoingMessage, properties: Properties) -> int:
    """Bytes of a PUBLISH packet, at most."""
    packed: bytes = properties.pack()  # type: ignore[no-untyped-call]
    return len(message.payload) + len(message.address.encode()) + len(packed) + _FRAME


_FRAME = 9
"""The fixed header, the length of the topic, and the packet identifier."""


def to_delivery(message: MQTTMessage) -> Delivery:
    """What came; its properties are headers, where no user property is of the same name."""
    properties = message.properties
    headers = PropertyHeaders(getattr(properties, "UserProperty", ()))
    correlation: bytes | None = getattr(properties, "CorrelationData", None)
    if correlation is not None:
        headers.add("correlationId", correlation.decode("utf-8", "replace"))
    headers.add("replyTo", getattr(properties, "ResponseTopic", None))
    return Delivery(
        message.topic,
        bytes(message.payload),
        headers.fields,
        getattr(properties, "ContentType", None),
        is_retained=message.retain,
    )
