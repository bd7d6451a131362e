"""Messages of AMQP 0.9.1: headers of any type become text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from aio_pika import Message
from aio_pika.abc import AbstractIncomingMessage
from msgspec.json import encode as json_encode

from arazzo_runner.asyncapi.model import Bindings
from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.messaging.model import Delivery, OutgoingMessage
from arazzo_runner.messaging.protocols.property_headers import PropertyHeaders

_PERSISTENT: Final = 2


def _binding(bindings: Bindings) -> Mapping[str, Value]:
    return bindings.get("amqp", {})


def _number(binding: Mapping[str, Value], name: str) -> int | None:
    value = binding.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def acknowledges(operation: Bindings) -> bool:
    """Whether messages are acknowledged one by one: unless ``ack`` is false."""
    return _binding(operation).get("ack") is not False


def requires_queue(operation: Bindings) -> bool:
    """Whether a message that no queue takes is an error: ``mandatory``."""
    return _binding(operation).get("mandatory") is True


def publish_message(message: OutgoingMessage) -> Message:
    """Headers as they are; those that have a property of their own, as that too."""
    operation = _binding(message.operation)
    reply = header_value(message.headers, "replyTo") or operation.get("replyTo")
    kind = _binding(message.message).get("messageType")
    expiration = _number(operation, "expiration")
    headers: dict[str, str] = {}
    for name, value in message.headers:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Message(
        message.payload,
        headers=dict(headers),
        content_type=message.content_type,
        delivery_mode=_PERSISTENT if operation.get("deliveryMode") == _PERSISTENT else None,
        priority=_number(operation, "priority"),
        correlation_id=header_value(message.headers, "correlationId"),
        reply_to=reply if isinstance(reply, str) else None,
        expiration=None if expiration is None else dt.timedelta(milliseconds=expiration),
        type=kind if isinstance(kind, str) else None,
    )


def to_delivery(address: str, message: AbstractIncomingMessage) -> Delivery:
    """What came; its properties are headers, where no header is of the same name."""
    headers = PropertyHeaders((name, _text(value)) for name, value in message.headers.items())
    headers.add("correlationId", message.correlation_id)
    headers.add("replyTo", message.reply_to)
    return Delivery(
        address,
        message.body,
        headers.fields,
        message.content_type or None,
        type_name=message.type or "",
    )


def _text(value: object) -> str:
    match value:
        case str():
            return value
        case bytes() | bytearray():
            return value.decode("utf-8", "replace")
        case dt.datetime():
            return value.isoformat()
        case _:
            return json_encode(value, enc_hook=str).decode()
