"""Where a channel leads in AMQP: an exchange with a routing key, or a queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aio_pika import exceptions as amqp_errors
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractQueue
from msgspec import Struct

from arazzo_runner.asyncapi.model import Bindings
from arazzo_runner.expression.value import Value
from arazzo_runner.messaging.model import BrokerError
from arazzo_runner.messaging.protocols.address import has_parameters, wildcard_address

_TOPIC: Final = "topic"


class AmqpEntity(Struct, frozen=True):
    """An exchange or a queue as a description has it; ``kind`` is that of an exchange."""

    name: str
    kind: str = _TOPIC
    durable: bool = False
    exclusive: bool = False
    auto_delete: bool = False
    virtual_host: str | None = None


class AmqpRoute(Struct, frozen=True):
    """``key`` is the routing key, which may hold ``{parameters}``; that of a queue is its name.

    Messages get to a queue by the default exchange, which every broker has and nobody declares.
    """

    key: str
    entity: AmqpEntity
    is_queue: bool


def channel_route(channel: Bindings, address: str) -> AmqpRoute:
    """The route of a channel's binding; without one, the address is the name of a queue."""
    binding = channel.get("amqp", {})
    exchange = _entity(binding.get("exchange"), "")
    if binding.get("is") != "queue" and exchange.name and exchange.kind != "default":
        return AmqpRoute(address, exchange, is_queue=False)
    queue = _entity(binding.get("queue"), address)
    return AmqpRoute(queue.name, queue, is_queue=True)


def _entity(described: Value, name: str) -> AmqpEntity:
    members: Mapping[str, Value] = described if isinstance(described, dict) else {}
    given, kind, host = (members.get(one) for one in ("name", "type", "vhost"))
    return AmqpEntity(
        given if isinstance(given, str) and given else name,
        kind if isinstance(kind, str) else _TOPIC,
        members.get("durable") is True,
        members.get("exclusive") is True,
        members.get("autoDelete") is True,
        host if isinstance(host, str) else None,
    )


def check_host(route: AmqpRoute, virtual_host: str) -> None:
    """A connection is to one virtual host. Raises BrokerError where a binding names another one.

    ``/`` stands in bindings whatever the server is, as it is their default.
    """
    named = route.entity.virtual_host
    if named not in {None, "/", virtual_host}:
        text = f"the channel is on the virtual host `{named}`, its server on `{virtual_host}`"
        hint = f"the path of the server in its description names the virtual host: `/{named}`"
        raise BrokerError("refused", text, hint)


def binding_key(route: AmqpRoute) -> str:
    """The key to bind a queue of our own with, or the name of a queue that is there.

    Raises BrokerError where it holds a parameter, and there are no wildcards.
    """
    if not needs_whole_key(route):
        return wildcard_address(route.key, ".", "*")
    what = (
        "the queue" if route.is_queue else f"the routing key of the exchange `{route.entity.name}`"
    )
    text = f"{what} has a parameter without a value: `{route.key}`"
    raise BrokerError("refused", text, "only an exchange of type `topic` has wildcards")


def needs_whole_key(route: AmqpRoute) -> bool:
    """Whether a key with a parameter can be received from only when its value is known."""
    return has_parameters(route.key) and (route.is_queue or route.entity.kind == "direct")


async def declare_exchange(
    connection: AbstractConnection, channel: AbstractChannel, exchange: AmqpEntity
) -> AbstractExchange:
    """The exchange, as it is there, else as it is described. Raises AMQPError."""
    try:
        async with connection.channel() as trial:
            await trial.declare_exchange(exchange.name, exchange.kind, passive=True)
    except amqp_errors.ChannelNotFoundEntity:
        return await channel.declare_exchange(
            exchange.name,
            exchange.kind,
            durable=exchange.durable,
            auto_delete=exchange.auto_delete,
        )
    return await channel.get_exchange(exchange.name, ensure=False)


async def declare_queue(
    connection: AbstractConnection, channel: AbstractChannel, queue: AmqpEntity
) -> AbstractQueue:
    """The queue, as it is there, else as it is described. Raises AMQPError."""
    try:
        async with connection.channel() as trial:
            await trial.declare_queue(queue.name, passive=True)
    except amqp_errors.ChannelNotFoundEntity:
        return await channel.declare_queue(
            queue.name,
            durable=queue.durable,
            exclusive=queue.exclusive,
            auto_delete=queue.auto_delete,
        )
    return await channel.get_queue(queue.name, ensure=False)
