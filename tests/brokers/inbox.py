"""What a connection tells, for tests: what came, by subscription, and how it was lost."""

from __future__ import annotations

import asyncio

from arazzo_runner.messaging.model import BrokerError, Delivery, Subscription

WAIT = 60.0  # generous: what is awaited comes within milliseconds


class Inbox:
    def __init__(self) -> None:
        self._deliveries: asyncio.Queue[tuple[Subscription, Delivery]] = asyncio.Queue()
        self._channels: asyncio.Queue[str] = asyncio.Queue()
        self.refusals: list[tuple[Subscription, str]] = []
        self._loss: asyncio.Queue[BrokerError] = asyncio.Queue()

    def deliver(self, subscription: Subscription, delivery: Delivery) -> None:
        self._deliveries.put_nowait((subscription, delivery))

    def lose(self, reason: BrokerError) -> None:
        self._loss.put_nowait(reason)

    def lose_channel(self, subscription: Subscription, address: str, reason: BrokerError) -> None:
        self._loss.put_nowait(reason)
        self._channels.put_nowait(address)

    def refuse(self, subscription: Subscription, reason: str) -> None:
        self.refusals.append((subscription, reason))

    async def entry(self) -> tuple[Subscription, Delivery]:
        return await asyncio.wait_for(self._deliveries.get(), WAIT)

    async def delivery(self) -> Delivery:
        return (await self.entry())[1]

    async def loss(self) -> BrokerError:
        return await asyncio.wait_for(self._loss.get(), WAIT)

    async def channel_loss(self) -> tuple[str, BrokerError]:
        reason = await self.loss()
        return self._channels.get_nowait(), reason

    @property
    def is_empty(self) -> bool:
        return self._deliveries.empty() and self._loss.empty()
