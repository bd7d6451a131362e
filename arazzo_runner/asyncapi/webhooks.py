"""The webhooks and callbacks of an OpenAPI description, as operations on channels.

OpenAPI Specification 3.1.1, "OpenAPI Object" (``webhooks``) and "Callback Object". The API sends
them, as the application of an AsyncAPI description does. A webhook has no address: its channel is
``/<name>``, and that of a callback ``/<name>`` with what stands behind the first expression.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from msgspec import Struct

from arazzo_runner.asyncapi.description import read_location
from arazzo_runner.asyncapi.model import (
    AsyncApiDescription,
    AsyncOperation,
    Channel,
    CorrelationId,
    Message,
    MessageSchema,
)
from arazzo_runner.asyncapi.signatures import operation_signature, read_signature
from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.description import entries, object_at
from arazzo_runner.openapi.lookup import METHODS, operation_entries
from arazzo_runner.openapi.model import ApiDescription, MediaType, Operation
from arazzo_runner.openapi.references import resolve_reference
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place, Pointer

CORRELATION: Final = "x-correlation-id"
_FIRST: Final = lazy_pattern(r"^\{[^{}]*\}|^[a-z]+://[^/?{]*")
_EXPRESSION: Final = lazy_pattern(r"\{[^{}]*\}")


class WebhookEntry(Struct, frozen=True):
    """An operation of a webhook or callback that is there but not built."""

    name: str
    address: str
    method: str
    pointer: Pointer
    item: tuple[dict[str, Value], Place]
    node: dict[str, Value]
    place: Place

    @property
    def operation_id(self) -> str:
        """Its ``operationId``, empty without one."""
        written = self.node.get("operationId")
        return written if isinstance(written, str) else ""


def webhook_entries(api: ApiDescription) -> tuple[WebhookEntry, ...]:
    """All of a description, read once; raises DocumentError AZ214, AZ217."""
    key = ("webhooks",)
    if key not in api.memo:
        api.memo[key] = (*_webhooks(api), *_callbacks(api))
    found: tuple[WebhookEntry, ...] = api.memo[key]
    return found


def _webhooks(api: ApiDescription) -> Iterator[WebhookEntry]:
    root = Place(api.source).at("webhooks")
    for name, node in entries(object_at(api.raw.get("webhooks"), root, "`webhooks`")):
        yield from _operations(api, name, f"/{name}", ("webhooks", name), node, root.at(name))


def _callbacks(api: ApiDescription) -> Iterator[WebhookEntry]:
    if api.version < (3, 0):
        return
    for entry in operation_entries(api):
        at = entry.place.at("callbacks")
        for name, node in entries(object_at(entry.node.get("callbacks"), at, "`callbacks`")):
            held, there = resolve_reference(api, node, at.at(name))
            for url, item in entries(object_at(held, there, f"the callback `{name}`")):
                pointer = ("paths", entry.path, entry.method.lower(), "callbacks", name, url)
                address = _callback_address(name, url)
                yield from _operations(api, name, address, pointer, item, there.at(url))


def _callback_address(name: str, url: str) -> str:
    rest = _FIRST.sub("", url, count=1).partition("?")[0].rstrip("/")
    parts = iter(range(1, len(rest) + 1))
    return f"/{name}" + _EXPRESSION.sub(lambda _match: f"{{part{next(parts)}}}", rest)


def _operations(
    api: ApiDescription, name: str, address: str, pointer: Pointer, node: Value, place: Place
) -> Iterator[WebhookEntry]:
    held, at = resolve_reference(api, node, place)
    item = object_at(held, at, "a path item")
    for method in item:
        if method in METHODS:
            operation = object_at(item[method], at.at(method), f"`{method}`")
            own = (*pointer, method)
            yield WebhookEntry(
                name, address, method.upper(), own, (item, at), operation, at.at(method)
            )


def find_webhook(api: ApiDescription, name: str) -> AsyncOperation | None:
    """The operation of an ``operationId``, else the first of a webhook or callback of this name."""
    every = webhook_entries(api)
    named = [one for one in every if one.operation_id == name]
    found = next(iter(named or [one for one in every if one.name == name]), None)
    return None if found is None else _build(api, found)


def find_webhook_at(api: ApiDescription, pointer: Pointer) -> AsyncOperation | None:
    """The operation at a pointer, ``("webhooks", "newPet", "post")``."""
    found = (one for one in webhook_entries(api) if one.pointer == pointer)
    entry = next(found, None)
    return None if entry is None else _build(api, entry)


def webhook_ids(api: ApiDescription) -> list[str]:
    """The operationIds of webhooks and callbacks."""
    return [one.operation_id for one in webhook_entries(api) if one.operation_id]


def webhook_messages(api: ApiDescription, address: str) -> Iterator[Message]:
    """The messages of all webhooks and callbacks at an address; none of those that are broken."""
    for entry in webhook_entries(api):
        if entry.address == address:
            with suppress(DocumentError):
                yield from _build(api, entry).messages


def _build(api: ApiDescription, entry: WebhookEntry) -> AsyncOperation:
    key = ("webhook", *entry.pointer)
    if key not in api.memo:
        from arazzo_runner.openapi.openapi3 import read_operation

        own = (entry.node, entry.place)
        operation = read_operation(api, entry.method, entry.address, entry.item, own)
        api.memo[key] = _async_operation(api, entry, operation)
    found: AsyncOperation = api.memo[key]
    return found


def _async_operation(
    api: ApiDescription, entry: WebhookEntry, operation: Operation
) -> AsyncOperation:
    correlation = _correlation_id(entry)
    body = operation.request_body
    messages = tuple(
        _message(entry, one, correlation) for one in (body.content if body is not None else ())
    )
    signature = read_signature(entry.node, entry.place)
    if signature is None and "security" in entry.node:
        signature = operation_signature(operation)
    channel = Channel(
        name=entry.name,
        address=entry.address,
        parameters=(),
        messages=messages,
        brokers=(),
        bindings={},
        place=entry.place,
        description=AsyncApiDescription((3, 0), api.title, api.raw, api.source, api),
        signature=signature,
        is_webhook=True,
    )
    bindings: dict[str, dict[str, Value]] = {"http": {"method": entry.method}}
    name = entry.operation_id or entry.name
    return AsyncOperation(name, "send", channel, messages, None, bindings, entry.place)


def _message(entry: WebhookEntry, media: MediaType, correlation: CorrelationId | None) -> Message:
    payload = None
    if media.schema is not None and media.description is not None:
        payload = MessageSchema("OpenAPI", media.schema, media.description)
    return Message(
        name=entry.operation_id or entry.name,
        payload=payload,
        headers=(),
        correlation_id=correlation,
        content_type=media.name,
        bindings={},
        examples=tuple((None, one) for one in media.examples),
        place=media.place,
    )


def _correlation_id(entry: WebhookEntry) -> CorrelationId | None:
    """``x-correlation-id``, an extension: OpenAPI does not say where a message has its id."""
    written = entry.node.get(CORRELATION)
    place = entry.place.at(CORRELATION)
    return CorrelationId(read_location(written, place), place) if isinstance(written, str) else None
