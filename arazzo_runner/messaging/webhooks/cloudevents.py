"""What a request holds: one message, or the events of a batch.

CloudEvents 1.0.2, HTTP Protocol Binding: section 3.1 (binary), 3.2 (structured), 3.3 (batched).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

import msgspec

from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.http_semantics.media_type import essence, is_json
from arazzo_runner.messaging.event_identity import payload_identity
from arazzo_runner.messaging.model import Delivery
from arazzo_runner.messaging.webhooks.message import WebhookRequest
from arazzo_runner.openapi.response.body import BodyError, decode_body

EVENT: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
_DEPTH: Final = 512


class MalformedBodyError(Exception):
    """A body that is not what its content type says."""


def to_deliveries(
    request: WebhookRequest, address: str, described: str | None = None
) -> list[Delivery]:
    """The messages of a request that came to ``address``, the events of a batch one by one.

    Some send batches as ``application/json`` (Twilio Event Streams): an array of nothing but events
    is one. A request that says no content type has the one that is ``described``.
    Raises MalformedBodyError.
    """
    content_type = request.header("content-type") or described or ""
    match essence(content_type).lower():
        case kind if kind == BATCH:
            return [_event(one, request, address) for one in _elements(request.body)]
        case kind if kind == EVENT:
            _check_object(request.body)
            return [_event(request.body, request, address)]
        case _ if is_json(content_type):
            _check_json(content_type, request.body)
            if _is_array(request.body):
                return [*_json_array(request, address)]
            return [_message(request, address, _message_identity(request, content_type))]
        case _:
            return [_message(request, address, _message_identity(request, content_type))]


def _json_array(request: WebhookRequest, address: str) -> Iterator[Delivery]:
    """The events of an array; one message where it is of anything else."""
    try:
        events = _elements(request.body)
    except MalformedBodyError:
        events = []
    if events and all(payload_identity(one) for one in events):
        yield from (_event(one, request, address) for one in events)
    else:
        yield _message(request, address, _delivery_id(request))


def _check_json(content_type: str, body: bytes) -> None:
    """See that a body can be read as JSON; one that is empty is no body."""
    try:
        decode_body(content_type, body, _DEPTH)
    except BodyError:
        raise MalformedBodyError("the body is not JSON, as its content type says") from None


def _event(text: bytes, request: WebhookRequest, address: str) -> Delivery:
    return Delivery(address, text, request.headers, EVENT, identity=payload_identity(text))


def _message(request: WebhookRequest, address: str, identity: tuple[str, ...] | None) -> Delivery:
    content_type = request.header("content-type")
    return Delivery(address, request.body, request.headers, content_type, identity=identity)


def _elements(body: bytes) -> list[bytes]:
    """The elements of an array, each as it was written."""
    try:
        elements = msgspec.json.decode(_unmarked(body), type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedBodyError("the body is not an array of JSON") from None
    for one in elements:
        _check_object(bytes(one))
    return [bytes(one) for one in elements]


def _check_object(body: bytes) -> None:
    try:
        msgspec.json.decode(_unmarked(body), type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedBodyError("an event is not an object of JSON") from None


def _unmarked(body: bytes) -> bytes:
    return body.removeprefix(b"\xef\xbb\xbf")


def _is_array(body: bytes) -> bool:
    return _unmarked(body).lstrip(b" \t\r\n")[:1] == b"["


def _message_identity(request: WebhookRequest, content_type: str) -> tuple[str, ...] | None:
    """That of an event in binary mode, or of one that is sent as plain JSON."""
    marks = [
        header_value(request.headers, f"ce-{name}") for name in ("specversion", "source", "id")
    ]
    if all(marks):
        # Section 3.1.3.2: values are percent-encoded UTF-8.
        return tuple(unquote(one or "") for one in marks[1:])
    if is_json(content_type) and (identity := payload_identity(request.body)):
        return identity
    return _delivery_id(request)


def _delivery_id(request: WebhookRequest) -> tuple[str, ...] | None:
    """Standard Webhooks: ``webhook-id`` stays the same when a webhook is sent again."""
    name = request.header("webhook-id")
    return ("webhook-id", name) if name else None
