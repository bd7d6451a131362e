"""What makes a CloudEvent the same one, when it is delivered again.

CloudEvents 1.0.2, "id": source and id together are unique for each distinct event. The attributes
stand in the payload (structured mode) or in headers (binary mode of each protocol binding).
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.messaging.model import Delivery

_PREFIXES: Final = ("ce-", "ce_", "cloudEvents:", "cloudEvents_", "")
"""Of headers: HTTP and NATS, Kafka, both of AMQP, and MQTT 5."""
_MARK: Final = b"\xef\xbb\xbf"


class _Attributes(Struct):
    """The attributes of an event that are required, as far as they matter here."""

    specversion: str
    id: str
    source: str
    type: str


def event_identity(delivery: Delivery) -> tuple[str, str] | None:
    """The source and id of an event in binary or in structured mode; None of what is no event."""
    for prefix in _PREFIXES:
        if header_value(delivery.headers, f"{prefix}specversion") is not None:
            names = (f"{prefix}{name}" for name in ("type", "source", "id"))
            kind, source, name = (header_value(delivery.headers, one) for one in names)
            if kind and source and name:
                return source, name
    return payload_identity(delivery.payload)


def payload_identity(text: bytes) -> tuple[str, str] | None:
    """The source and id of an event in structured mode."""
    plain = text.removeprefix(_MARK)
    if plain.lstrip(b" \t\r\n")[:1] != b"{":
        return None
    try:
        found = msgspec.json.decode(plain, type=_Attributes)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found.source, found.id


def plain_event_type(headers: Headers) -> str | None:
    """The type of an event in the binary mode of MQTT 5, whose attributes have no prefix."""
    names = ("specversion", "source", "id", "type")
    values = [header_value(headers, one) for one in names]
    return values[-1] if all(values) else None
