"""AMQP 0.9.1, as RabbitMQ speaks it. AsyncAPI's AMQP bindings 0.3.0.

What a description names is used as it is there, and declared as described where it is not.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, Final
from urllib.parse import unquote

import aio_pika
from aio_pika import exceptions as amqp_errors
from aio_pika.abc import (
    AbstractChannel,
    AbstractConnection,
    AbstractExchange,
    AbstractIncomingMessage,
)
from aiormq.exceptions import ChannelAccessRefused, ChannelLockedResource, ConnectionNotAllowed

from arazzo_runner.asyncapi.model import Bindings
from arazzo_runner.messaging.connection import Receiver
from arazzo_runner.messaging.model import BrokerError, Endpoint, OutgoingMessage, Subscription
from arazzo_runner.messaging.protocols import failures
from arazzo_runner.messaging.protocols.amqp_message import (
    acknowledges,
    publish_message,
    requires_queue,
    to_delivery,
)
from arazzo_runner.messaging.protocols.amqp_route import (
    AmqpEntity,
    AmqpRoute,
    binding_key,
    channel_route,
    check_host,
    declare_exchange,
    declare_queue,
    needs_whole_key,
)
from arazzo_runner.messaging.protocols.library_logs import silence

PORT: Final = 5672
TLS_PORT: Final = 5671
_GOODBYE: Final = 0.5
_GUEST: Final = "guest"  # of every broker, on its own machine (AMQP 0.9.1 has no anonymous users)


async def connect(endpoint: Endpoint, receiver: Receiver) -> AmqpConnection:
    """Connect to the virtual host that the server's path names. Raises BrokerError."""
    for library in ("aiormq", "aio_pika"):
        silence(library)
    shown = endpoint.credentials
    try:
        async with asyncio.timeout(endpoint.connect_timeout):
            connection = await aio_pika.connect(
                host=endpoint.host,
                port=endpoint.port or (TLS_PORT if endpoint.protocol == "amqps" else PORT),
                login=shown.username or _GUEST,
                password=shown.password or shown.token or ("" if shown.username else _GUEST),
                virtualhost=virtual_host(endpoint),
                ssl=endpoint.tls is not None,
                ssl_context=endpoint.tls,
            )
    except (*amqp_errors.CONNECTION_EXCEPTIONS, TimeoutError) as reason:
        raise _open_error(endpoint, reason) from None
    return AmqpConnection(endpoint, receiver, connection)


def virtual_host(endpoint: Endpoint) -> str:
    """``/`` where the path names no other one: ``/production``."""
    return unquote(endpoint.path.removeprefix("/")) or "/"


def _open_error(endpoint: Endpoint, reason: BaseException) -> BrokerError:
    if isinstance(reason, amqp_errors.ProbableAuthenticationError):
        return failures.credentials_error(endpoint)
    # The library wants `Connection.OpenOk` and gets `Connection.Close`.
    if isinstance(reason, ConnectionNotAllowed) or "Connection.OpenOk" in str(reason):
        text = f"`{endpoint.label}` has no virtual host `{virtual_host(endpoint)}` for this user"
        return BrokerError("refused", text, "the path of the server in its description names it")
    is_cut = isinstance(reason, amqp_errors.AMQPConnectionError) and reason.errno is None
    if is_cut or isinstance(reason, amqp_errors.ProtocolSyntaxError):
        text = f"`{endpoint.label}` does not respond in AMQP 0.9.1"
        return BrokerError("protocol", text, "it may speak another protocol, or require TLS")
    # The library wraps what the system says.
    return failures.connect_error(endpoint, reason.__cause__ or reason)


class AmqpConnection:
    """A connection to one virtual host: a channel for what is sent, and one a subscription."""

    def __init__(
        self, endpoint: Endpoint, receiver: Receiver, connection: AbstractConnection
    ) -> None:
        self._endpoint = endpoint
        self._receiver = receiver
        self._connection = connection
        self._is_open = True
        self._turn = asyncio.Lock()
        self._sending: AbstractChannel | None = None
        self._declared: set[AmqpEntity] = set()
        self._entered: list[tuple[Subscription, str]] = []
        connection.close_callbacks.add(self._lose)

    async def subscribe(self, subscription: Subscription) -> None:
        """Bind a queue of our own to an exchange, or consume the queue that is described."""
        route = self._route(subscription.channel, subscription.address)
        if needs_whole_key(route):
            return
        address = subscription.address
        work = self._consume(subscription, route, binding_key(route), address)
        await self._done(work, "receive from", address)

    async def enter(self, subscription: Subscription, address: str) -> None:
        """Receive from a queue, or by a routing key, that was not known before."""
        if (subscription, address) in self._entered or not needs_whole_key(
            self._route(subscription.channel, subscription.address)
        ):
            return
        route = self._route(subscription.channel, address)
        work = self._consume(subscription, route, binding_key(route), address)
        await self._done(work, "receive from", address)
        self._entered.append((subscription, address))

    async def _consume(
        self, subscription: Subscription, route: AmqpRoute, key: str, place: str
    ) -> None:
        is_kept = acknowledges(subscription.operation)

        async def deliver(message: AbstractIncomingMessage) -> None:
            if self._is_open:
                address = place if route.is_queue else message.routing_key
                self._receiver.deliver(subscription, to_delivery(address or "", message))
                if is_kept:
                    await message.ack()

        channel = await self._connection.channel()
        if route.is_queue:
            queue = await declare_queue(self._connection, channel, route.entity)
        else:
            exchange = await declare_exchange(self._connection, channel, route.entity)
            queue = await channel.declare_queue(exclusive=True, auto_delete=True)
            await queue.bind(exchange, key)
        await queue.consume(deliver, no_ack=not is_kept)

    async def publish(self, message: OutgoingMessage) -> None:
        """Publish, and wait for the broker's confirmation."""
        failures.check_size(self._endpoint, message)
        route = self._route(message.channel, message.address)
        await self._done(self._publish(message, route), "send to", message.address)

    async def _publish(self, message: OutgoingMessage, route: AmqpRoute) -> None:
        async with self._turn:
            if self._sending is None or self._sending.is_closed:  # a refusal closes it
                self._sending = await self._connection.channel(on_return_raises=True)
            exchange = await self._exchange(self._sending, route)
            is_mandatory = requires_queue(message.operation)
            await exchange.publish(publish_message(message), route.key, mandatory=is_mandatory)

    async def _exchange(self, channel: AbstractChannel, route: AmqpRoute) -> AbstractExchange:
        """Where to publish; what it leads to is there afterwards."""
        if route.entity not in self._declared:
            declare = declare_queue if route.is_queue else declare_exchange
            with contextlib.suppress(ChannelLockedResource):
                # A queue of another connection alone, such as that for its replies: it is there.
                await declare(self._connection, channel, route.entity)
            self._declared.add(route.entity)
        if route.is_queue:
            return channel.default_exchange
        return await channel.get_exchange(route.entity.name, ensure=False)

    def _route(self, channel: Bindings, address: str) -> AmqpRoute:
        route = channel_route(channel, address)
        check_host(route, virtual_host(self._endpoint))
        return route

    async def _done(self, work: Coroutine[Any, Any, None], action: str, address: str) -> None:
        """Do it in time. Raises BrokerError."""
        try:
            async with asyncio.timeout(self._endpoint.connect_timeout):
                await work
        except TimeoutError:
            raise failures.response_timeout_error(self._endpoint, f"`{address}`") from None
        except amqp_errors.CONNECTION_EXCEPTIONS as reason:
            raise self._failure(reason, action, address) from None

    def _failure(self, reason: BaseException, action: str, address: str) -> BrokerError:
        label = self._endpoint.label
        match reason:
            case ChannelAccessRefused():
                return failures.permission_error(self._endpoint, action, address)
            case ChannelLockedResource():
                text = f"`{address}` at `{label}` belongs to another connection alone"
                return BrokerError("refused", text)
            case amqp_errors.PublishError():
                text = f"no queue at `{label}` takes messages with the routing key `{address}`"
                hint = "the binding of the operation says `mandatory`; bind a queue first"
                return BrokerError("refused", text, hint)
            case amqp_errors.DeliveryError():
                return failures.protocol_error(
                    self._endpoint, f"no message to `{address}` is taken"
                )
            case amqp_errors.ChannelClosed(args=[*_, str(words)]):
                return failures.protocol_error(self._endpoint, _words(words))
            case _:
                return self._lost_error(reason)

    def _lost_error(self, reason: object) -> BrokerError:
        match reason:
            case amqp_errors.ConnectionClosed(args=[*_, str(words)]):
                return failures.lost_error(self._endpoint, _words(words))
            case _:
                return failures.lost_error(self._endpoint)

    def _lose(self, _: object, reason: BaseException | None) -> None:
        if self._is_open:
            self._is_open = False
            self._receiver.lose(self._lost_error(reason))

    async def close(self) -> None:
        """Disconnect."""
        self._is_open = False
        try:
            async with asyncio.timeout(_GOODBYE):
                await self._connection.close()
        except (*amqp_errors.CONNECTION_EXCEPTIONS, TimeoutError):
            return


def _words(text: str) -> str:
    """What RabbitMQ says after its code: ``PRECONDITION_FAILED - message size …``."""
    return text.partition(" - ")[2] or text.lower()
