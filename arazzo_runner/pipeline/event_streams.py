"""Which channels over HTTP are event streams: a client asks for them, and gets events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arazzo_runner.http_semantics.media_type import is_event_stream

if TYPE_CHECKING:
    from arazzo_runner.executor.channels.call import ChannelCall


def is_event_channel(call: ChannelCall) -> bool:
    """Whether a step receives from an event stream.

    The channel has the binding ``sse`` (AsyncAPI SSE Bindings 0.1.0), or the operation the method
    ``GET`` in its HTTP binding, or a message the content type of event streams.
    """
    operation = call.operation.bindings if call.operation else {}
    method = operation.get("http", {}).get("method")
    is_described = "sse" in call.channel.bindings or (
        isinstance(method, str) and method.upper() == "GET"
    )
    kinds = (one.content_type for one in call.messages)
    return call.action == "receive" and (
        is_described or any(is_event_stream(one or "") for one in kinds)
    )


def check_http_channel(call: ChannelCall) -> None:
    """Raise BrokerError where a channel over HTTP is received from, and is no event stream."""
    from arazzo_runner.messaging.model import BrokerError

    if call.action == "send" or is_event_channel(call):
        return
    text = f"the channel `{call.channel.name}` is received from over HTTP, and no event stream"
    hint = "that has the binding `sse`, or an operation with `bindings: {http: {method: GET}}`"
    raise BrokerError("refused", text, hint)
