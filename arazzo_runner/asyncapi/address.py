"""All messages that go over an address, whichever channels and webhooks describe them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from arazzo_runner.asyncapi.model import Channel, Message
from arazzo_runner.asyncapi.operations import channel_names, find_channel
from arazzo_runner.asyncapi.webhooks import webhook_messages
from arazzo_runner.errors import DocumentError


def messages_at_address(channel: Channel) -> tuple[Message, ...]:
    """Those of a channel and of others at its address, each once.

    In 3.x several channels may share one; in OpenAPI, webhooks and the callbacks of several
    operations. What is broken beside the channel is not its matter.
    """
    key = ("address", channel.address, channel.name)
    memo = channel.description.memo
    if key not in memo:
        listed = {one.place: one for one in _messages(channel)}
        memo[key] = tuple(listed.values())
    found: tuple[Message, ...] = memo[key]
    return found


def _messages(channel: Channel) -> Iterator[Message]:
    yield from channel.messages
    description = channel.description
    if channel.is_webhook:
        yield from webhook_messages(description.schemas, channel.address or "")
        return
    if channel.address is None or description.version < (3, 0):
        return
    for name in channel_names(description):
        with suppress(DocumentError):
            other = find_channel(description, name)
            if other is not None and other.address == channel.address:
                yield from other.messages
