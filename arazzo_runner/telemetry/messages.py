"""Spans of messages, by OpenTelemetry's semantic conventions for messaging."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from msgspec.structs import replace
from opentelemetry import propagate, trace
from opentelemetry.trace import Span

from arazzo_runner.executor.world import (
    PublishCall,
    ReceiveCall,
    ReceivedMessage,
    TransportFailure,
)
from arazzo_runner.http_semantics.headers import Headers

MessageAttributes: TypeAlias = dict[str, str | int | float | bool]

_SYSTEMS: Final[Mapping[str, str]] = {
    "amqp": "rabbitmq",
    "amqps": "rabbitmq",
    "kafka-secure": "kafka",
    "mqtts": "mqtt",
    "mqtt5": "mqtt",
    "secure-mqtt": "mqtt",
    "nats+tls": "nats",
    "tls": "nats",
    "rediss": "redis",
    "ws": "websocket",
    "wss": "websocket",
    "https": "http",
}
_WITH_HEADERS: Final = frozenset({"rabbitmq", "kafka", "nats"})


def message_attributes(call: PublishCall | ReceiveCall) -> MessageAttributes:
    """What is known of a message before it is sent or received."""
    operation = "send" if isinstance(call, PublishCall) else "receive"
    found: MessageAttributes = {
        "messaging.system": system_of(call.protocol) or "unknown",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.destination.name": call.address,
        "arazzo.call.key": call.key,
        "arazzo.source": call.source,
        "arazzo.channel": call.channel,
    }
    if isinstance(call, PublishCall):
        found["messaging.message.body.size"] = len(call.payload)
    elif call.correlation is not None:
        found["messaging.message.conversation_id"] = call.correlation.value
    return found


def system_of(protocol: str) -> str:
    """``messaging.system`` of a protocol: ``secure-mqtt/5`` is ``mqtt``."""
    name = protocol.partition("/")[0]
    return _SYSTEMS.get(name, name)


def span_name(call: PublishCall | ReceiveCall) -> str:
    """``send orders``: the operation, and the channel, of which there are not many."""
    return f"{'send' if isinstance(call, PublishCall) else 'receive'} {call.channel}"


def has_headers(protocol: str) -> bool:
    """Whether a message of a protocol has a place for headers: of MQTT since version 5."""
    name, _, version = protocol.partition("/")
    is_mqtt = system_of(name) == "mqtt" and (name == "mqtt5" or version.startswith("5"))
    return is_mqtt or system_of(name) in _WITH_HEADERS


def with_trace(call: PublishCall) -> PublishCall:
    """The message with the headers of the current span, if it has none of them."""
    fields = {name.lower() for name in propagate.get_global_textmap().fields}
    if not has_headers(call.protocol) or fields & {name.lower() for name, _ in call.headers}:
        return call
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return replace(call, headers=(*call.headers, *carrier.items()))


def outcome_attributes(outcome: object) -> MessageAttributes:
    """What came of it."""
    match outcome:
        case TransportFailure(code=code):
            return {"error.type": code}
        case ReceivedMessage(address=address, payload=payload):
            return {
                "messaging.destination.name": address,
                "messaging.message.body.size": len(payload),
            }
        case _:
            return {}


def link_sender(span: Span, headers: Headers) -> None:
    """Link a span with that of whoever sent the message, where it says so."""
    carrier = {name.lower(): value for name, value in headers}
    sender = trace.get_current_span(propagate.extract(carrier)).get_span_context()
    if sender.is_valid and sender.is_remote:
        span.add_link(sender)
