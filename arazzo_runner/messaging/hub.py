"""All connections to brokers of a process: one thread with an event loop, shared by all runs.

A connection is opened by the first run that needs it and closed when the last run has ended.
What comes over a channel goes into the mailboxes of all runs that have it open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from threading import Lock

from msgspec.structs import replace

from arazzo_runner.messaging.connection import AddressedConnection, Connect, Connection
from arazzo_runner.messaging.event_identity import event_identity
from arazzo_runner.messaging.loop import LoopThread
from arazzo_runner.messaging.mailbox import Mailbox
from arazzo_runner.messaging.model import (
    WEBHOOK,
    BrokerError,
    Delivery,
    Endpoint,
    OutgoingMessage,
    Subscription,
)
from arazzo_runner.messaging.protocols.address import has_parameters
from arazzo_runner.messaging.protocols.registry import connect_function


class MessageHub:
    """The thread, as long as there are users, and the connections in it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._users = 0
        self._thread: LoopThread | None = None
        self._links: list[BrokerLink] = []

    def enter(self) -> LoopThread:
        """One user more; the thread begins with the first."""
        with self._lock:
            self._users += 1
            if self._thread is None:
                self._thread, self._links = LoopThread(), []
            return self._thread

    def leave(self) -> Future[None] | None:
        """One user less; what is returned is done when the last one's connections are closed."""
        with self._lock:
            self._users -= 1
            if self._users or self._thread is None:
                return None
            thread, self._thread = self._thread, None
            links, self._links = self._links, []
        done = thread.submit(_close_all(links))
        done.add_done_callback(lambda _: thread.stop())
        return done

    @property
    def users(self) -> int:
        """How many runs have channels open."""
        return self._users

    async def link(self, endpoint: Endpoint) -> BrokerLink:
        """The connection to an endpoint, in the loop; one that was lost is opened anew."""
        self._links = [one for one in self._links if one.lost is None]
        for one in self._links:
            if one.endpoint == endpoint and one.is_current():
                return one
        opened = BrokerLink(endpoint)
        self._links.append(opened)
        return opened


HUB = MessageHub()
"""That of the process."""


class BrokerLink:
    """A connection with its subscriptions, in the event loop of the hub."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.lost: BrokerError | None = None
        self._connection: Connection | None = None
        self._opener: Connect | None = None
        self._closing: asyncio.Future[None] | None = None
        self._turn = asyncio.Lock()
        self._boxes: list[tuple[Subscription, list[Mailbox]]] = []

    def is_current(self) -> bool:
        """Whether its protocol is still opened by what has opened it (``with_protocol``)."""
        try:
            return self._opener is None or self._opener == _connector(self.endpoint)
        except BrokerError:
            return False

    async def connection(self) -> Connection:
        """Connect, once. Raises BrokerError."""
        async with self._turn:
            if self.lost is not None:
                raise self.lost
            if self._connection is None:
                try:
                    self._connection = await self._connect()
                except BrokerError as reason:
                    self.lose(reason)
                    raise
            return self._connection

    async def _connect(self) -> Connection:
        endpoint = self.endpoint
        try:
            async with asyncio.timeout(endpoint.connect_timeout):
                self._opener = _connector(endpoint)
                return await self._opener(endpoint, self)
        except TimeoutError:
            message = f"`{endpoint.label}` did not respond within {endpoint.connect_timeout:g} s"
            raise BrokerError("timeout", message) from None

    async def subscribe(self, subscription: Subscription, box: Mailbox) -> None:
        """Let what comes over a channel go into a mailbox too. Raises BrokerError."""
        connection = await self.connection()
        async with self._turn:
            for known, boxes in self._boxes:
                if known == subscription:
                    boxes.append(box)
                    return
            # What comes while it is being subscribed to is there already.
            entry = (subscription, [box])
            self._boxes.append(entry)
            try:
                await connection.subscribe(subscription)
            except BrokerError:
                self._boxes.remove(entry)
                raise

    async def enter(self, subscription: Subscription, address: str) -> None:
        """Open an address that was not known when it was subscribed to. Raises BrokerError."""
        connection = await self.connection()
        if has_parameters(subscription.address) and isinstance(connection, AddressedConnection):
            await connection.enter(subscription, address)

    async def publish(self, message: OutgoingMessage) -> None:
        """Hand a message over. Raises BrokerError."""
        connection = await self.connection()
        await connection.publish(message)

    def detach(self, box: Mailbox) -> None:
        """Put nothing more into a mailbox."""
        for _, boxes in self._boxes:
            if box in boxes:
                boxes.remove(box)

    async def close(self) -> None:
        """Disconnect, within a second or not at all."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                async with asyncio.timeout(1.0):
                    await connection.close()
            except (BrokerError, TimeoutError):
                return

    # --- what the connection tells ----------------------------------------------------------------

    def deliver(self, subscription: Subscription, delivery: Delivery) -> None:
        """A message came; one above the limit is counted, and no step gets it."""
        if max(len(delivery.payload), delivery.header_size) > self.endpoint.max_message:
            self.refuse(subscription, self.endpoint.size_refusal)
            return
        if delivery.identity is None and not delivery.is_retained:
            delivery = replace(delivery, identity=event_identity(delivery))
        for known, boxes in self._boxes:
            if known == subscription:
                for box in boxes:
                    box.put(delivery)

    def refuse(self, subscription: Subscription, reason: str) -> None:
        """A message came that is not taken."""
        for known, boxes in self._boxes:
            if known == subscription:
                for box in boxes:
                    box.refusals[reason] += 1

    def lose_channel(self, subscription: Subscription, address: str, reason: BrokerError) -> None:
        """One address is gone; who subscribes to it later opens it anew."""
        for entry in list(self._boxes):
            if entry[0] == subscription:
                for box in entry[1]:
                    box.lose_address(address, reason)
                if not has_parameters(subscription.address):
                    self._boxes.remove(entry)

    def lose(self, reason: BrokerError) -> None:
        """The connection is gone."""
        self.lost = self.lost or reason
        for _, boxes in self._boxes:
            for box in boxes:
                box.lose(reason)
        self._closing = asyncio.ensure_future(self.close())


def _connector(endpoint: Endpoint) -> Connect:
    if endpoint.protocol != WEBHOOK:
        return connect_function(endpoint.protocol)
    from arazzo_runner.messaging.webhooks.listener import connect

    return connect


async def _close_all(links: Sequence[BrokerLink]) -> None:
    await asyncio.gather(*(one.close() for one in links))
