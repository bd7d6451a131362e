"""Levels and wildcards of addresses, by protocol: what a value may not bring into one.

MQTT 5.0, section 4.7; NATS subjects; AMQP 0.9.1, section 3.1.3.3; RFC 3986, sections 3.3 and 5.2.4.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from msgspec import Struct

from arazzo_runner.asyncapi.model import Direction
from arazzo_runner.messaging.model import BrokerError, ChannelRoute
from arazzo_runner.messaging.protocols.address import literal_parts


class AddressGrammar(Struct, frozen=True):
    """``reserved`` are the characters that divide or stand for levels, or end a path.

    ``levels`` are whole levels that mean another one. ``start`` is what begins an address that
    belongs to the broker itself, such as ``$SYS`` and ``$share`` of MQTT.
    """

    title: str
    separator: str
    reserved: str
    levels: frozenset[str] = frozenset()
    start: str = ""


_MQTT: Final = AddressGrammar("MQTT", "/", "/+#", start="$")
_NATS: Final = AddressGrammar("NATS", ".", ".*> ", start="$")
_AMQP: Final = AddressGrammar("AMQP", ".", ".", frozenset({"*", "#"}))
_URL: Final = AddressGrammar("a URL", "/", "/?#%\\", frozenset({".", ".."}))

_ENCODED_URL: Final = AddressGrammar("a URL", "/", "/?#\\", frozenset({".", "..", "%2e%2e"}))

_BY_PROTOCOL: Final = {
    **dict.fromkeys(("mqtt", "mqtts", "secure-mqtt", "mqtt5"), _MQTT),
    **dict.fromkeys(("nats", "nats+tls", "tls"), _NATS),
    **dict.fromkeys(("ws", "wss", "http", "https"), _URL),
}


def grammar_of(route: ChannelRoute) -> AddressGrammar | None:
    """How addresses of a channel are divided; None where a name is taken as it stands."""
    protocol = route.endpoint.protocol
    if protocol in {"amqp", "amqps"}:
        return _AMQP if _is_topic_exchange(route) else None
    return _BY_PROTOCOL.get(protocol)


def _is_topic_exchange(route: ChannelRoute) -> bool:
    from arazzo_runner.messaging.protocols.amqp_route import channel_route

    found = channel_route(route.channel, route.template)
    return not found.is_queue and found.entity.kind == "topic"


def check_address(route: ChannelRoute, address: str, action: Direction) -> None:
    """See that the values of parameters stay in their levels. Raises BrokerError.

    What the template has itself is meant so; all that comes on top is from values. In the URL that
    a message is sent to they are percent-encoded already, where the description says that it is one
    (``executor/channels/message.py``): with ``--server`` of another protocol they are not.
    """
    grammar = grammar_of(route)
    if grammar is _URL and action == "send":
        grammar = _ENCODED_URL
    if grammar is None or address == route.template:
        return
    fault = _fault(grammar, route.template, address)
    if fault is not None:
        message = f"`{address}` is no address of the channel `{route.template}`: a parameter"
        raise BrokerError("rejected", f"{message} {fault} in {grammar.title}")


def _fault(grammar: AddressGrammar, template: str, address: str) -> str | None:
    known = Counter("".join(literal_parts(template)))
    for one in grammar.reserved:
        if address.count(one) > known[one]:
            return f"has `{one}`, which has a meaning of its own"
    described = template.split(grammar.separator)
    for level, own in zip(address.split(grammar.separator), described, strict=False):
        if level in grammar.levels and level != own:
            return f"is `{level}`, which has a meaning of its own"
    if grammar.start and address.startswith(grammar.start) > template.startswith(grammar.start):
        return f"begins with `{grammar.start}`, which has a meaning of its own"
    return None
