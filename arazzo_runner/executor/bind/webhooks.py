"""Webhooks: steps that wait for one, and inputs with ``x-webhook``, whose default is an address.

A channel is named as in its description, or by an operation on it: ``events``, or
``<source>.events`` where several descriptions have one. Of an OpenAPI description it is a webhook,
a callback, or the ``operationId`` of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from arazzo_runner.asyncapi.operations import (
    async_operation_ids,
    channel_names,
    find_async_operation,
    find_channel,
)
from arazzo_runner.asyncapi.signatures import HTTP
from arazzo_runner.asyncapi.webhooks import find_webhook, webhook_entries, webhook_ids
from arazzo_runner.document.model import OperationById, OperationByPath
from arazzo_runner.errors import DocumentError
from arazzo_runner.executor.inputs_schema import InputsSchema, WebhookInput, WebhookName
from arazzo_runner.executor.plan import Unit
from arazzo_runner.openapi.lookup import find_by_id
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import Channel
    from arazzo_runner.executor.bind.operation import BindContext

_SOURCES = "$sourceDescriptions."


def bind_webhook_inputs(
    schema: InputsSchema, unit: Unit, binding: BindContext
) -> tuple[WebhookInput, ...]:
    """The inputs of a workflow that get the address of a channel; what is wrong is reported."""
    bound: list[WebhookInput] = []
    for name, webhook in schema.webhooks.items():
        try:
            found = list(_channels(webhook.text.removeprefix(_SOURCES), unit))
        except DocumentError as reason:
            for finding in reason.diagnostics:
                binding.report(finding)
            continue
        wrong = _problem(name, webhook, found, unit)
        if wrong is not None:
            if found or _is_whole(unit):  # what cannot be read may have it
                binding.report(wrong)
        else:
            source, channel = found[0]
            bound.append(WebhookInput(name, source, channel.name, _handed_address(channel)))
    return tuple(bound)


def _handed_address(channel: Channel) -> str:
    """What an API is told: it adds by itself what the key of a callback has behind its expression.

    OpenAPI Specification 3.1.1, "Key Expression".
    """
    return f"/{channel.name}" if channel.is_webhook else channel.address or ""


def _is_whole(unit: Unit) -> bool:
    """Whether all source descriptions could be read."""
    return all(one.name in unit.source_names for one in unit.document.source_descriptions)


def is_webhook_pointer(path: OperationByPath, unit: Unit) -> bool:
    """Whether a pointer leads to where webhooks or callbacks are."""
    is_there = path.pointer[:1] == ("webhooks",) or "callbacks" in path.pointer
    return path.source in unit.apis and is_there


def webhook_sources(target: OperationById, unit: Unit) -> list[str]:
    """The OpenAPI sources that have a webhook or callback with an operationId.

    What is broken in webhooks is no matter to an operation of a path.
    """
    apis = [one for one in unit.apis.items() if target.source in (None, one[0])]
    try:
        return [name for name, api in apis if target.operation_id in webhook_ids(api)]
    except DocumentError:
        if any(find_by_id(api, target.operation_id) for _, api in apis):
            return []
        raise


def _channels(text: str, unit: Unit) -> Iterator[tuple[str, Channel]]:
    """The channels that a name may mean, with their sources. Raises DocumentError."""
    for source in (*unit.async_apis, *unit.apis):
        for name in dict.fromkeys((text, text.removeprefix(f"{source}."))):
            channel = _find(name, source, unit)
            if channel is not None:
                yield source, channel
                break


def _find(name: str, source: str, unit: Unit) -> Channel | None:
    if source in unit.apis:
        webhook = find_webhook(unit.apis[source], name)
        return None if webhook is None else webhook.channel
    api = unit.async_apis[source]
    channel = find_channel(api, name)
    if channel is not None:
        return channel
    operation = find_async_operation(api, name)
    return None if operation is None else operation.channel


def _problem(
    name: str, webhook: WebhookName, found: list[tuple[str, Channel]], unit: Unit
) -> Diagnostic | None:
    what = f"`x-webhook` of the input `{name}` names the channel `{webhook.text}`"
    if not found:
        known = list(_names(unit))
        listed = ", ".join(f"`{one}`" for one in known[:8])
        hint = did_you_mean(webhook.text, known) or (f"there are {listed}" if known else None)
        return error("AZ113", f"{what}, which no description has", webhook.place, "", hint)
    if len(found) > 1:
        sources = " and ".join(f"`{source}`" for source, _ in found)
        hint = f"write `{found[0][0]}.{webhook.text}`"
        return error("AZ113", f"{what}, which {sources} have", webhook.place, "", hint)
    channel = found[0][1]
    protocols = dict.fromkeys(one.protocol for one in channel.brokers)
    if channel.brokers and protocols.keys().isdisjoint(HTTP):
        listed = " and ".join(f"`{one}`" for one in protocols)
        return error("AZ113", f"{what} of {listed}: a webhook comes over HTTP", webhook.place)
    if not channel.address:
        return error("AZ113", f"{what}, which has no address", webhook.place)
    return None


def _names(unit: Unit) -> Iterator[str]:
    for api in unit.async_apis.values():
        yield from channel_names(api)
        yield from async_operation_ids(api)
    for description in unit.apis.values():
        yield from (one.name for one in webhook_entries(description))
        yield from webhook_ids(description)
