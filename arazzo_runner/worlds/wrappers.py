"""Wrappers round a world: all calls go through, and what differs is overridden.

:class:`HookedWorld` has the caller's functions before a request, after a response, and for waiting;
in :class:`SignalWorld` a KeyboardInterrupt becomes a failure; in :class:`CancellableWorld` anything
with ``is_set``, asked often, ends waits and requests.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.executor.world import (
    OpenCall,
    PublishCall,
    PublishedMessage,
    ReceiveCall,
    ReceivedMessage,
    SendCall,
    TransportFailure,
    World,
)
from arazzo_runner.openapi.message import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from anyio import CancelScope


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

    async def open_channels(self, call: OpenCall) -> TransportFailure | None:
        """Open them through the wrapped world."""
        return await self._world.open_channels(call)

    async def publish(self, call: PublishCall) -> PublishedMessage | TransportFailure | None:
        """Publish through the wrapped world."""
        return await self._world.publish(call)

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """Receive through the wrapped world."""
        return await self._world.receive(call)


class InProcessWorld(WrappedWorld):
    """Wraps a world whose requests reach no server, but an application in this process."""

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send, and say so of what comes."""
        return replace(await self._world.send(call), in_process=True)


T = TypeVar("T")
MaybeAwaitable: TypeAlias = T | Awaitable[T]

BeforeRequest: TypeAlias = Callable[[HttpRequest], MaybeAwaitable[HttpRequest | None]]
AfterResponse: TypeAlias = Callable[
    [HttpRequest, HttpResponse], MaybeAwaitable[HttpResponse | None]
]
Sleep: TypeAlias = Callable[[float], MaybeAwaitable[Any]]
AwaitHook: TypeAlias = Callable[[MaybeAwaitable[Any]], Awaitable[Any]]


class Hooks(Struct, frozen=True):
    """What a caller wants to do by itself; None leaves it to the world.

    A hook returns what shall go on in place of what it was given, or None for no change. One
    that is asynchronous needs a run within an event loop.
    """

    before_request: BeforeRequest | None = None
    after_response: AfterResponse | None = None
    sleep: Sleep | None = None


class HookedWorld(WrappedWorld):
    """Wraps a world; what a hook raises ends the run and reaches the caller.

    ``settle`` makes a value of what a hook gives: :func:`settled` within an event loop, else
    :func:`at_once`.
    """

    def __init__(self, world: World, hooks: Hooks, settle: AwaitHook) -> None:
        super().__init__(world)
        self._hooks = hooks
        self._settle = settle

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send what the first hook makes of the request; the second one sees the answer."""
        sent = await self._before(call.request)
        outcome = await self._world.send(call if sent is None else replace(call, request=sent))
        if isinstance(outcome, HttpResponse):
            outcome = await self._after(sent or call.request, outcome)
        return outcome if sent is None else replace(outcome, request=sent)

    async def _before(self, request: HttpRequest) -> HttpRequest | None:
        hook = self._hooks.before_request
        if hook is None:
            return None
        return _check_type(await self._settle(hook(request)), HttpRequest, "before_request")

    async def _after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        hook = self._hooks.after_response
        if hook is None:
            return response
        changed = await self._settle(hook(request, response))
        return _check_type(changed, HttpResponse, "after_response") or response

    async def sleep(self, key: str, seconds: float) -> None:
        """Wait as the caller does."""
        if self._hooks.sleep is None:
            await self._world.sleep(key, seconds)
        else:
            await self._settle(self._hooks.sleep(seconds))


async def await_hook(outcome: MaybeAwaitable[Any]) -> Any:
    """What a hook gives, now or later."""
    return await outcome if isinstance(outcome, Awaitable) else outcome


async def call_hook(outcome: MaybeAwaitable[Any]) -> Any:
    """What a hook gives; RuntimeError where it has to be waited for."""
    if isinstance(outcome, Coroutine):
        outcome.close()
    if isinstance(outcome, Awaitable):
        raise RuntimeError(  # noqa: TRY004 - not the type is wrong, but where it is used
            "a hook returned an awaitable: make the hook an `async def`, or use `arun`"
        )
    return outcome


def _check_type(value: T | None, kind: type[T], hook: str) -> T | None:
    if value is None or isinstance(value, kind):
        return value
    raise TypeError(
        f"`{hook}` returned a {type(value).__name__}: return the {kind.__name__} to use,"
        " or None for no change"
    )


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
        if call.is_final:
            return await self._world.send(call)
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

    async def open_channels(self, call: OpenCall) -> TransportFailure | None:
        """Open them through the wrapped world."""
        try:
            with self._waiting:
                return await self._world.open_channels(call)
        except KeyboardInterrupt:
            return _CANCELLED

    async def publish(self, call: PublishCall) -> PublishedMessage | TransportFailure | None:
        """Publish through the wrapped world."""
        if call.is_final:
            return await self._world.publish(call)
        try:
            with self._waiting:
                return await self._world.publish(call)
        except KeyboardInterrupt:
            return _CANCELLED

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """Receive through the wrapped world."""
        if call.is_final:
            return await self._world.receive(call)
        try:
            with self._waiting:
                return await self._world.receive(call)
        except KeyboardInterrupt:
            return _CANCELLED


class SignalCompute(Struct, frozen=True):
    """Does work of the core; a signal breaks it off, and then it is done again.

    It has no effect, so that it can be; and by then the core knows that the run was interrupted, so
    that each query ends at once. ``waiting`` is as for :class:`SignalWorld`.
    """

    waiting: AbstractContextManager[object]

    async def __call__(self, work: Callable[[], T], /) -> T:
        """What the work gives."""
        try:
            with self.waiting:
                return work()
        except KeyboardInterrupt:
            return work()


_POLL = 0.05


class StopEvent(Protocol):
    """``threading.Event``, ``asyncio.Event`` and ``anyio.Event`` are such."""

    def is_set(self) -> bool:
        """Whether the run should end."""
        ...


_STOPPED = TransportFailure("cancelled", "the run was stopped")


class CancellableWorld(WrappedWorld):
    """Wraps a world for runs within an event loop; a request that is broken off is a failure."""

    def __init__(self, world: World, stop: StopEvent) -> None:
        super().__init__(world)
        self._stop = stop

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send through the wrapped world, until stopped."""
        if call.is_final:
            return await self._world.send(call)
        return await self._until_stopped(partial(self._world.send, call))

    async def open_channels(self, call: OpenCall) -> TransportFailure | None:
        """Open them through the wrapped world, until stopped."""
        return await self._until_stopped(partial(self._world.open_channels, call))

    async def publish(self, call: PublishCall) -> PublishedMessage | TransportFailure | None:
        """Publish through the wrapped world, until stopped."""
        if call.is_final:
            return await self._world.publish(call)
        return await self._until_stopped(partial(self._world.publish, call))

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """Receive through the wrapped world, until stopped."""
        if call.is_final:
            return await self._world.receive(call)
        return await self._until_stopped(partial(self._world.receive, call))

    async def _until_stopped(self, make: Callable[[], Awaitable[T]]) -> T | TransportFailure:
        outcome: T | TransportFailure = _STOPPED
        if self._stop.is_set():
            return replace(_STOPPED, unsent=True)
        from anyio import create_task_group

        async with create_task_group() as both:
            both.start_soon(watch_stop, self._stop, both.cancel_scope)
            outcome = await make()
            both.cancel_scope.cancel()
        return outcome

    async def sleep(self, key: str, seconds: float) -> None:
        """Wait through the wrapped world, until stopped."""
        from anyio import create_task_group

        async with create_task_group() as both:
            both.start_soon(watch_stop, self._stop, both.cancel_scope)
            await self._world.sleep(key, seconds)
            both.cancel_scope.cancel()


async def watch_stop(stop: StopEvent, scope: CancelScope) -> None:
    """Cancel a scope as soon as the run is to stop."""
    from anyio import sleep

    while not stop.is_set():
        await sleep(_POLL)
    scope.cancel()
