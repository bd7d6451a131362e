"""A world whose calls may be broken off by the user: KeyboardInterrupt becomes a failure."""

from __future__ import annotations

from contextlib import AbstractContextManager

from arazzo_runner.executor.world import (
    PublishCall,
    ReceiveCall,
    ReceivedMessage,
    SendCall,
    TransportFailure,
    World,
)
from arazzo_runner.operation.message import HttpResponse

_CANCELLED = TransportFailure("cancelled", "the run was interrupted")


class SignalWorld:
    """Wraps a world so that an interrupted call is a value, and the core can end in order.

    ``waiting`` stands round each call: inside of it alone a signal raises KeyboardInterrupt.
    """

    def __init__(self, world: World, waiting: AbstractContextManager[object]) -> None:
        self._world = world
        self._waiting = waiting

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send through the wrapped world."""
        try:
            with self._waiting:
                return await self._world.send(call)
        except KeyboardInterrupt:
            return _CANCELLED

    async def sleep(self, key: str, seconds: float) -> None:
        """Sleep, or less: the core asks afterwards whether the run was interrupted."""
        try:
            with self._waiting:
                await self._world.sleep(key, seconds)
        except KeyboardInterrupt:
            return

    async def publish(self, call: PublishCall) -> TransportFailure | None:
        """Publish through the wrapped world."""
        return await self._world.publish(call)

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """Receive through the wrapped world."""
        return await self._world.receive(call)
