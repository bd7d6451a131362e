"""The seam to the protocols: one connection to one broker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

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


Connect: TypeAlias = Callable[[Endpoint, Receiver], Awaitable[Connection]]
"""Opens a connection, within the endpoint's ``connect_timeout``. Raises BrokerError."""
