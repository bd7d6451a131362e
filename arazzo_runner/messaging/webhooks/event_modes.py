"""Events as requests: structured, batched and binary, the other side of ``cloudevents.py``.

CloudEvents 1.0.2, HTTP Protocol Binding: section 3.1 (binary), 3.2 (structured), 3.3 (batched).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias
from typing import Literal as Choice
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.http_semantics.media_type import is_json
from arazzo_runner.messaging.webhooks.cloudevents import BATCH, EVENT
from arazzo_runner.text.json_write import ASCII, write_json

EventMode: TypeAlias = Choice["structured", "batched", "binary"]
REQUIRED: Final = ("specversion", "id", "source", "type")
_PLAIN: Final = "".join(chr(one) for one in range(0x21, 0x7F) if chr(one) not in '"%')
"""Section 3.1.3.2: what is not percent-encoded in a field."""


class EventContent(Struct, frozen=True):
    """The body of a request with its content type, and the fields that belong to it."""

    body: bytes
    content_type: str
    headers: Headers = ()


def is_event(value: Value) -> bool:
    """Whether a value has the attributes that each event has."""
    return isinstance(value, dict) and all(isinstance(value.get(one), str) for one in REQUIRED)


def structured_content(event: Value) -> EventContent:
    """One event as it stands."""
    return EventContent(_json(event), EVENT)


def batched_content(events: Sequence[Value]) -> EventContent:
    """Several events in one request."""
    return EventContent(_json([*events]), BATCH)


def binary_content(event: Mapping[str, Value]) -> EventContent:
    """The data of an event as the body, its attributes as header fields."""
    apart = ("data", "data_base64", "datacontenttype")
    named = [(name, value) for name, value in event.items() if name not in apart]
    headers = tuple((f"ce-{name}", _field(value)) for name, value in named)
    kind = event.get("datacontenttype")
    content = _data(event, kind if isinstance(kind, str) else "application/json")
    return replace(content, headers=headers)


def _data(event: Mapping[str, Value], content_type: str) -> EventContent:
    """Section 3.1.1 of the JSON Event Format: ``data_base64`` are bytes, text is text."""
    coded, data = event.get("data_base64"), event.get("data")
    if isinstance(coded, str):
        return EventContent(base64.b64decode(coded), content_type)
    if isinstance(data, str) and not is_json(content_type):
        return EventContent(data.encode(), content_type)
    return EventContent(_json(data) if "data" in event else b"", content_type)


def _field(value: Value) -> str:
    return quote(value if isinstance(value, str) else write_json(value, ASCII), safe=_PLAIN)


def _json(value: Value) -> bytes:
    return write_json(value, ASCII).encode()
