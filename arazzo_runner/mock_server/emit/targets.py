"""What can be sent: webhooks and callbacks of OpenAPI, channels over HTTP of AsyncAPI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.asyncapi.model import AsyncApiDescription, AsyncOperation, Channel
from arazzo_runner.asyncapi.operations import (
    async_operation_ids,
    channel_names,
    find_async_operation,
    find_channel,
)
from arazzo_runner.asyncapi.signatures import HTTP
from arazzo_runner.asyncapi.webhooks import WebhookEntry, find_webhook_at, webhook_entries
from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.mock.problem import Problem, ProblemError
from arazzo_runner.mock_server.emit.order import EmitOrder
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.text.diagnostic import did_you_mean

_SHOWN: Final = 8


class EmitTarget(Struct, frozen=True):
    """Something that can be sent; ``entry`` is what it is in an OpenAPI description."""

    source: str
    kind: Choice["webhook", "callback", "channel"]
    name: str
    operation_id: str
    method: str
    operation: AsyncOperation | None = None
    entry: WebhookEntry | None = None

    def is_named(self, order: EmitOrder) -> bool:
        """Whether an order is for it."""
        own = self.operation_id if order.kind == "operationId" else self.name
        return (
            own == order.name
            and order.kind in ("operationId", self.kind)
            and order.source in ("", self.source)
            and order.method in ("", self.method)
        )

    def has_message(self, name: str) -> bool:
        """Whether it sends a message of a name or content type: operations may share a channel."""
        messages = self.operation.messages if self.operation is not None else ()
        return any(name in (one.name, one.content_type) for one in messages)

    def as_json(self) -> dict[str, Value]:
        """What it is, as plain data."""
        named: dict[str, Value] = {"source": self.source, self.kind: self.name}
        if self.operation_id:
            named["operationId"] = self.operation_id
        return {**named, "method": self.method}


class EmitSources(Struct, frozen=True):
    """The descriptions of a server by the names of their sources."""

    apis: Mapping[str, ApiDescription]
    channels: Mapping[str, AsyncApiDescription]

    def targets(self) -> Iterator[EmitTarget]:
        """All that can be sent; what is broken in a description cannot."""
        for name, api in self.apis.items():
            with suppress(DocumentError):
                yield from (_of_webhook(name, one) for one in webhook_entries(api))
        for name, described in self.channels.items():
            with suppress(DocumentError):
                yield from _of_channels(name, described)

    def counts(self) -> dict[str, int]:
        """How many there are of each source, those of AsyncAPI without any too."""
        found = dict.fromkeys(self.channels, 0)
        for one in self.targets():
            found[one.source] = found.get(one.source, 0) + 1
        return found

    def find(self, order: EmitOrder) -> EmitTarget:
        """What an order is for. Raises ProblemError, 404 and 400, and DocumentError."""
        targets = list(self.targets())
        found = [one for one in targets if one.is_named(order)]
        if not found:
            raise ProblemError(Problem(404, _unknown_detail(order, targets)))
        sources = dict.fromkeys(one.source for one in found)
        if len(sources) > 1:
            listed = " and ".join(f"`{one}`" for one in sources)
            detail = f"the {order.kind} `{order.name}` is in {listed}: say which with `source`"
            raise ProblemError(Problem(400, detail))
        return next((one for one in found if one.has_message(order.message)), found[0])

    def operation_of(self, target: EmitTarget) -> AsyncOperation:
        """The operation of a target. Raises DocumentError."""
        if target.operation is not None:
            return target.operation
        assert target.entry is not None
        found = find_webhook_at(self.apis[target.source], target.entry.pointer)
        assert found is not None
        return found


def _of_webhook(source: str, entry: WebhookEntry) -> EmitTarget:
    kind: Choice["webhook", "callback"] = (
        "webhook" if entry.pointer[0] == "webhooks" else "callback"
    )
    return EmitTarget(source, kind, entry.name, entry.operation_id, entry.method, entry=entry)


def _of_channels(source: str, described: AsyncApiDescription) -> Iterator[EmitTarget]:
    """The operations by which the application sends, then channels that none of them is on."""
    seen = set[str]()
    for name in async_operation_ids(described):
        operation = find_async_operation(described, name)
        if operation is not None and operation.action == "send" and _is_sent(operation):
            seen.add(operation.channel.name)
            yield _of_operation(source, operation, name)
    for name in channel_names(described):
        channel = find_channel(described, name)
        if channel is not None and name not in seen:
            operation = _channel_operation(channel)
            if _is_sent(operation):
                yield _of_operation(source, operation, "")


def _of_operation(source: str, operation: AsyncOperation, name: str) -> EmitTarget:
    method = operation.bindings.get("http", {}).get("method")
    spelled = method.upper() if isinstance(method, str) else "POST"
    return EmitTarget(source, "channel", operation.channel.name, name, spelled, operation)


def _channel_operation(channel: Channel) -> AsyncOperation:
    return AsyncOperation(channel.name, "send", channel, channel.messages, None, {}, channel.place)


def _is_sent(operation: AsyncOperation) -> bool:
    """Whether it is sent to a webhook: over HTTP, and no event stream that a client asks for."""
    channel = operation.channel
    over_http = not channel.brokers or channel.brokers[0].protocol in HTTP
    method = operation.bindings.get("http", {}).get("method")
    return over_http and "sse" not in channel.bindings and str(method).upper() != "GET"


def _unknown_detail(order: EmitOrder, targets: list[EmitTarget]) -> str:
    is_id = order.kind == "operationId"
    own = [
        one
        for one in targets
        if (is_id or one.kind == order.kind)
        and order.source in ("", one.source)
        and order.method in ("", one.method)
    ]
    names = [one.operation_id if is_id else one.name for one in own]
    known = [*dict.fromkeys(one for one in names if one)]
    listed = ", ".join(f"`{one}`" for one in known[:_SHOWN])
    hint = did_you_mean(order.name, known) or (f"there are {listed}" if known else "there is none")
    within = f" of `{order.source}`" if order.source else ""
    method = f" with {order.method}" if order.method else ""
    noun = "operation" if is_id else order.kind
    return f"no {noun}{within} that can be sent is called `{order.name}`{method}: {hint}"
