"""Which module speaks a protocol, and which extra brings its library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Final, cast

from msgspec import Struct

from arazzo_runner.messaging.connection import Connect
from arazzo_runner.messaging.model import BrokerError


class ProtocolModule(Struct, frozen=True):
    """A module of this folder with its function ``connect``; ``extra`` is what pip installs."""

    module: str
    extra: str
    title: str


_MQTT: Final = ProtocolModule("mqtt", "mqtt", "MQTT")
_KAFKA: Final = ProtocolModule("kafka", "kafka", "Kafka")
_HTTP: Final = ProtocolModule("sse", "", "HTTP")
_REDIS: Final = ProtocolModule("redis", "redis", "Redis")
_WEBSOCKET: Final = ProtocolModule("websocket", "websocket", "WebSocket")
_NATS: Final = ProtocolModule("nats", "nats", "NATS")
_AMQP: Final = ProtocolModule("amqp", "amqp", "AMQP")

PROTOCOLS: Final[Mapping[str, ProtocolModule]] = {
    "mqtt": _MQTT,
    "mqtts": _MQTT,
    "secure-mqtt": _MQTT,
    "mqtt5": _MQTT,
    "kafka": _KAFKA,
    "kafka-secure": _KAFKA,
    "redis": _REDIS,
    "rediss": _REDIS,
    "ws": _WEBSOCKET,
    "wss": _WEBSOCKET,
    "nats": _NATS,
    "nats+tls": _NATS,
    "tls": _NATS,
    "amqp": _AMQP,
    "amqps": _AMQP,
    "http": _HTTP,
    "https": _HTTP,
}
"""By the name that AsyncAPI's Server Object gives it, in lower case."""


_REGISTERED: dict[str, Connect] = {}


@contextmanager
def with_protocol(protocol: str, connect: Connect) -> Iterator[None]:
    """Let a function of the caller's own open the connections of a protocol, for a while."""
    before = _REGISTERED.get(protocol)
    _REGISTERED[protocol] = connect
    try:
        yield
    finally:
        del _REGISTERED[protocol]
        if before is not None:
            _REGISTERED[protocol] = before


def is_supported(protocol: str) -> bool:
    """Whether there is a module for a protocol, with its library or without."""
    return protocol in _REGISTERED or protocol in PROTOCOLS


def connect_function(protocol: str) -> Connect:
    """What opens connections of a protocol; raises BrokerError where it or its library lacks."""
    if protocol in _REGISTERED:
        return _REGISTERED[protocol]
    known = PROTOCOLS.get(protocol)
    if known is None:
        names = ", ".join(f"`{one}`" for one in PROTOCOLS)
        message = f"the protocol `{protocol}` is not supported"
        raise BrokerError("refused", message, f"supported: {names}")
    try:
        module = import_module(f"arazzo_runner.messaging.protocols.{known.module}")
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("arazzo_runner"):
            raise
        message = f"{known.title} needs the package `{missing.name}`"
        way_out = f"pip install 'arazzo[{known.extra}]'"
        raise BrokerError("refused", message, way_out) from missing
    return cast("Connect", module.connect)
