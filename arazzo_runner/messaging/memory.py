"""A broker within the process: for tests, which then need no other.

Parts of an address are divided by ``/``; ``{name}`` in a subscription stands for one of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Lock

from msgspec.structs import replace

from arazzo_runner.messaging.connection import Receiver
from arazzo_runner.messaging.match import matches_address
from arazzo_runner.messaging.model import (
    BrokerError,
    Delivery,
    Endpoint,
    OutgoingMessage,
    Subscription,
)


class MemoryBroker:
    """Hands messages on to all that have subscribed; ``connect`` is a protocol's function.

    ``sent`` is what was published by connections, in order. ``react`` is called for each such
    message and ``opened`` for each subscription; both may :meth:`deliver`. Threads may share a
    broker.
    """

    def __init__(
        self,
        react: Callable[[OutgoingMessage], None] = lambda _message: None,
        opened: Callable[[Subscription], None] = lambda _subscription: None,
    ) -> None:
        self.sent: list[OutgoingMessage] = []
        self.react = react
        self.opened = opened
        self.is_down = False
        self._retained: dict[str, Delivery] = {}
        self._connections: list[MemoryConnection] = []
        self._lock = Lock()

    async def connect(self, endpoint: Endpoint, receiver: Receiver) -> MemoryConnection:
        """Open a connection. Raises BrokerError where the broker is down."""
        if self.is_down:
            raise BrokerError("connect", f"`{endpoint.label}` cannot be reached")
        opened = MemoryConnection(self, receiver, endpoint)
        with self._lock:
            self._connections.append(opened)
        return opened

    def deliver(self, delivery: Delivery) -> None:
        """Hand a message on; one that is retained is kept for who subscribes later, too."""
        with self._lock:
            if delivery.is_retained:
                self._retained[delivery.address] = delivery
            connections = list(self._connections)
        for one in connections:
            one.pass_on(replace(delivery, is_retained=False))

    def break_down(self) -> None:
        """Drop all connections, and accept no other."""
        self.is_down = True
        with self._lock:
            connections, self._connections = self._connections, []
        for one in connections:
            one.break_off()

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._connections)

    def retained(self) -> list[Delivery]:
        """The messages that are kept for later."""
        with self._lock:
            return list(self._retained.values())

    def forget(self, connection: MemoryConnection) -> None:
        """Hand nothing more on to a connection."""
        with self._lock:
            if connection in self._connections:
                self._connections.remove(connection)


class MemoryConnection:
    """An open connection to a broker in the process."""

    def __init__(self, broker: MemoryBroker, receiver: Receiver, endpoint: Endpoint) -> None:
        self._broker = broker
        self._receiver = receiver
        self._endpoint = endpoint
        self._loop = asyncio.get_running_loop()
        self._subscriptions: list[Subscription] = []

    async def subscribe(self, subscription: Subscription) -> None:
        """Listen to a channel, and get what is retained there."""
        self._subscriptions.append(subscription)
        for one in self._broker.retained():
            if matches_address(subscription.address, one.address):
                self._receiver.deliver(subscription, one)
        self._broker.opened(subscription)

    async def publish(self, message: OutgoingMessage) -> None:
        """Hand a message over. Raises BrokerError where it is too large."""
        limit = self._endpoint.max_message
        if len(message.payload) > limit:
            raise BrokerError("limit", f"the message is larger than {limit:,} bytes")
        self._broker.sent.append(message)
        self._broker.deliver(
            Delivery(message.address, message.payload, message.headers, message.content_type)
        )
        self._broker.react(message)

    async def close(self) -> None:
        """Disconnect."""
        self._broker.forget(self)

    # --- from any thread --------------------------------------------------------------------------

    def pass_on(self, delivery: Delivery) -> None:
        """Let a message come, by each subscription that it fits."""
        for one in list(self._subscriptions):
            if matches_address(one.address, delivery.address):
                self._loop.call_soon_threadsafe(self._receiver.deliver, one, delivery)

    def break_off(self) -> None:
        """Lose the connection."""
        reason = BrokerError("connect", f"the connection to `{self._endpoint.label}` was lost")
        self._loop.call_soon_threadsafe(self._receiver.lose, reason)
