"""Which channels over HTTP are event streams: a client asks for them, and gets events."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arazzo_runner.executor.channels.call import ChannelCall


def check_http_channel(call: ChannelCall) -> None:
    """Raise BrokerError where a channel over HTTP is received from, and is no event stream."""
    from arazzo_runner.messaging.model import BrokerError

    if call.action == "send" or call.is_event_stream:
        return
    text = f"the channel `{call.channel.name}` is received from over HTTP, and no event stream"
    hint = "that has the binding `sse`, or an operation with `bindings: {http: {method: GET}}`"
    raise BrokerError("refused", text, hint)
