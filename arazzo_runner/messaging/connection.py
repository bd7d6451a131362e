"""The seam to the protocols: one connection to one broker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias, runtime_checkable

from arazzo_runner.messaging.model import (
    BrokerError,
    Delivery,
    Endpoint,
    OutgoingMessage,
    Subscription,
)


class Receiver(Protocol):
    """What a connection tells, on its event loop; no call blocks or raises."""

    def deliver(self, subscription: Subscription, delivery: Delivery) -> None:
        """A message came."""
        ...

    def refuse(self, subscription: Subscription, reason: str) -> None:
        """A message came that is not taken, such as one whose signature is wrong."""
        ...

    def lose(self, reason: BrokerError) -> None:
        """The connection is gone: nothing more is delivered."""
        ...

    def lose_channel(self, subscription: Subscription, address: str, reason: BrokerError) -> None:
        """What was open to one address is gone, and the others are not."""
        ...


class Connection(Protocol):
    """An open connection; all calls come from the event loop of asyncio that opened it.

    What is too large or not to be used raises BrokerError; nothing else is raised.
    """

    async def subscribe(self, subscription: Subscription) -> None:
        """Listen to a channel: on return no message that is sent from now on is missed."""
        ...

    async def publish(self, message: OutgoingMessage) -> None:
        """Hand a message over to the broker, and wait until it has it where the protocol tells."""
        ...

    async def close(self) -> None:
        """Disconnect within a second; safe to call twice, and on a lost connection."""
        ...


@runtime_checkable
class AddressedConnection(Connection, Protocol):
    """A connection to a server whose channels are each opened by their whole address.

    Subscribing to an address with ``{parameters}`` waits for :meth:`enter`.
    """

    async def enter(self, subscription: Subscription, address: str) -> None:
        """Open one address of a subscription; nothing happens where it is open."""
        ...


Connect: TypeAlias = Callable[[Endpoint, Receiver], Awaitable[Connection]]
"""Opens a connection, within the endpoint's ``connect_timeout``. Raises BrokerError."""
