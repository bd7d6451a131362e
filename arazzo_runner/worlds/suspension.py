"""Whether a caller's world can suspend: one that cannot needs no event loop.

A coroutine suspends by one instruction alone, which every ``await``, ``async for`` and
``async with`` is compiled to. Trying it out would prove less: what is begun without an event loop
and turns out to need one cannot be taken back.
"""

from __future__ import annotations

from inspect import CO_COROUTINE
from opcode import opmap
from threading import RLock
from types import FunctionType, MethodType
from typing import Final

from arazzo_runner.executor.world import SendCall, TransportFailure, World
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.worlds.wrappers import WrappedWorld

_CALLS: Final = ("send", "sleep", "open_channels", "publish", "receive")
_SUSPEND: Final = opmap["YIELD_VALUE"]


def may_suspend(world: World) -> bool:
    """Whether a call of the world may wait for an event loop: one of them has an ``await``.

    A call that is no plain ``async def`` of Python counts as one that may.
    """
    calls = [getattr(world, name, None) for name in _CALLS]
    return any(call is not None and _has_await(call) for call in calls)


def _has_await(call: object) -> bool:
    function = call.__func__ if isinstance(call, MethodType) else call
    if not isinstance(function, FunctionType) or not function.__code__.co_flags & CO_COROUTINE:
        return True
    # Instructions are at even offsets, their arguments at odd ones.
    return _SUSPEND in function.__code__.co_code[::2]


class ExclusiveWorld(WrappedWorld):
    """Wraps a world that never suspends: one thread at a time is in it, as in an event loop."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._lock = RLock()

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send, when no other thread does."""
        with self._lock:
            return await self._world.send(call)

    async def sleep(self, key: str, seconds: float) -> None:
        """Wait, when no other thread does."""
        with self._lock:
            await self._world.sleep(key, seconds)
