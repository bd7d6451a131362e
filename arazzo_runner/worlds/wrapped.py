"""A world round another one: all calls go through, and what differs is overridden."""

from __future__ import annotations

from arazzo_runner.executor.world import (
    PublishCall,
    ReceiveCall,
    ReceivedMessage,
    SendCall,
    TransportFailure,
    World,
)
from arazzo_runner.operation.message import HttpResponse


class WrappedWorld:
    """Does what the wrapped world does."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send through the wrapped world."""
        return await self._world.send(call)

    async def sleep(self, key: str, seconds: float) -> None:
        """Wait through the wrapped world."""
        await self._world.sleep(key, seconds)

    async def publish(self, call: PublishCall) -> TransportFailure | None:
        """Publish through the wrapped world."""
        return await self._world.publish(call)

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """Receive through the wrapped world."""
        return await self._world.receive(call)
