"""Where a reply goes whose address its description leaves to the request.

AsyncAPI Specification 3.0.0, "Operation Reply Address Object": who asks says the address, such as
the reply subject of NATS, the Response Topic of MQTT 5 and the ``reply_to`` of AMQP.
"""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.messaging.model import OutgoingMessage, ReplyAddress, Subscription

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import Bindings
    from arazzo_runner.executor.channels.call import ChannelCall

_OCTETS: Final = 12
_PREFIXES: Final = {
    **dict.fromkeys(("mqtt", "mqtts", "secure-mqtt", "mqtt5"), "arazzo/replies/"),
    **dict.fromkeys(("nats", "nats+tls", "tls"), "_INBOX.arazzo."),
    **dict.fromkeys(("amqp", "amqps"), "arazzo.replies."),
}
"""Of addresses that a client may make up; the broker of another protocol knows none."""
_EXCLUSIVE: Final[Bindings] = {
    "amqp": {"is": "queue", "queue": {"exclusive": True, "autoDelete": True}}
}


def can_reply(protocol: str) -> bool:
    """Whether a client can say where the reply to its message goes."""
    return protocol in _PREFIXES


def reply_address(call: ChannelCall) -> ReplyAddress | None:
    """Where the request of a step's operation says its address; None where its reply has one.

    The address is a header of the request.
    """
    operation = call.operation
    reply = None if operation is None else operation.reply
    if operation is None or reply is None or reply.address is None:
        return None
    if operation.action == "send":  # the application asks, and the step would be what replies
        return None
    is_known = reply.channel is not None and reply.channel.address is not None
    if is_known or reply.address.part != "header" or len(reply.address.tokens) != 1:
        return None
    return ReplyAddress(f"{call.source}/{operation.operation_id}", reply.address.tokens[0])


def is_awaited_reply(call: ChannelCall) -> bool:
    """Whether a step waits for a reply at an address that its request says."""
    return call.action == "receive" and reply_address(call) is not None


def with_reply_address(
    message: OutgoingMessage, reply: ReplyAddress, protocol: str
) -> tuple[OutgoingMessage, str]:
    """A request that says where its reply goes, and that address: its own one, else a new one."""
    own = header_value(message.headers, reply.header)
    if own:
        return message, own
    made = _PREFIXES[protocol] + token_hex(_OCTETS)
    return replace(message, headers=(*message.headers, (reply.header, made))), made


def reply_subscription(address: str, channel: Bindings, operation: Bindings) -> Subscription:
    """What is listened to for it: in AMQP a queue of the run's own, unless a binding says more."""
    return Subscription(address, {**_EXCLUSIVE, **channel}, operation)
