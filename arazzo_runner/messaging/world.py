"""A world whose channels are those of real brokers, round one that sends requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from typing import Protocol, TypeVar, runtime_checkable

from arazzo_runner.executor.plan import step_text
from arazzo_runner.executor.world import (
    OpenCall,
    PublishCall,
    ReceiveCall,
    ReceivedMessage,
    TransportFailure,
    World,
    run_coroutine,
)
from arazzo_runner.messaging.endpoint import with_token
from arazzo_runner.messaging.hub import HUB
from arazzo_runner.messaging.loop import wait_here, wait_in_loop
from arazzo_runner.messaging.model import BrokerError, ChannelRoute, OutgoingMessage
from arazzo_runner.messaging.session import MessageSession
from arazzo_runner.openapi.security.credentials import variable_name
from arazzo_runner.openapi.security.token_need import TokenNeed
from arazzo_runner.worlds.wrappers import WrappedWorld

T = TypeVar("T")


class WaitForFuture(Protocol):
    """Waits for a future of another thread, as a run's colour has it."""

    def __call__(self, future: Future[T], /) -> Awaitable[T]:
        """What the future gives or raises."""
        ...


@runtime_checkable
class TokenWorld(Protocol):
    """A world that fetches tokens (``auth/world.py``)."""

    async def token(self, need: TokenNeed, timeout: float | None) -> str | TransportFailure:
        """A token, or why there is none; ``timeout`` is in seconds."""
        ...


class MessagingWorld(WrappedWorld):
    """Wraps a world: messages go to brokers, all else to the wrapped one.

    ``timeout`` is that of a step without one of its own, in seconds.
    """

    def __init__(
        self, world: World, routes: Iterable[ChannelRoute], timeout: float, wait: WaitForFuture
    ) -> None:
        super().__init__(world)
        self._routes = {one.step: one for one in routes}
        self._session = MessageSession(self._routes)
        self._timeout = timeout
        self._wait = wait

    async def open_channels(self, call: OpenCall) -> TransportFailure | None:
        """Connect to the brokers, and listen to what is received from."""
        failure = await self._add_tokens(call)
        if failure is not None:
            return failure
        try:
            await self._wait(self._session.open(call))
        except BrokerError as reason:
            return _failure(reason)
        return None

    async def _add_tokens(self, call: OpenCall) -> TransportFailure | None:
        """Let servers be shown what was fetched, or what the wrapped world can fetch, for them."""
        tokens = dict(call.tokens)
        for name, route in self._routes.items():
            if route.need is None:
                continue
            token = tokens.get(name) or await self._token(route.need, call.timeout)
            if isinstance(token, TransportFailure):
                return token
            self._routes[name] = with_token(route, token)
        return None

    async def _token(self, need: TokenNeed, timeout: float) -> str | TransportFailure:
        if isinstance(self._world, TokenWorld):
            return await self._world.token(need, timeout)
        message = f"{need.label} needs a token, and there is no way to fetch one"
        way_out = f"set `{variable_name(need.source, need.scheme, 'token')}`"
        return TransportFailure("credentials", message, way_out)

    async def publish(self, call: PublishCall) -> TransportFailure | None:
        """Hand a message over to its broker."""
        step = step_text(call.key)
        route = self._routes[step]
        outgoing = OutgoingMessage(
            call.address,
            call.payload,
            call.headers,
            call.content_type,
            route.channel,
            route.operation,
            route.messages.get(call.message, {}),
        )
        try:
            await self._wait(self._session.publish(step, call.timeout, outgoing))
        except BrokerError as reason:
            return _failure(reason)
        return None

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """Take a message that came, or wait for it."""
        own = self._timeout if call.timeout is None else call.timeout
        seconds = min(own, call.left)
        try:
            return await self._wait(self._session.receive(step_text(call.key), call, seconds))
        except BrokerError as reason:
            return _failure(reason)

    async def close(self) -> None:
        """Leave the channels; connections that nobody else uses are closed."""
        closing = self._session.close()
        if closing is not None:
            await self._wait(closing)


def _failure(reason: BrokerError) -> TransportFailure:
    is_unsent = reason.code == "rejected"
    return TransportFailure(reason.code, reason.message, reason.hint, unsent=is_unsent)


Wrap = Callable[[World], World]


@asynccontextmanager
async def hold_connections() -> AsyncIterator[None]:
    """Keep connections to brokers open between runs within an event loop."""
    from anyio import CancelScope

    HUB.enter()
    try:
        yield
    finally:
        closing = HUB.leave()
        if closing is not None:
            with CancelScope(shield=True):
                await wait_in_loop(closing)


@contextmanager
def hold_connections_here() -> Iterator[None]:
    """Keep connections to brokers open between runs without an event loop."""
    HUB.enter()
    try:
        yield
    finally:
        closing = HUB.leave()
        if closing is not None:
            closing.result()


@contextmanager
def blocking_messages(routes: tuple[ChannelRoute, ...], timeout: float) -> Iterator[Wrap]:
    """Gives what adds the channels of one run to its world, for runs without an event loop."""
    worlds: list[MessagingWorld] = []

    def wrap(world: World) -> World:
        worlds.append(MessagingWorld(world, routes, timeout, wait_here))
        return worlds[-1]

    try:
        yield wrap
    finally:
        for one in worlds:
            run_coroutine(one.close())


@asynccontextmanager
async def suspending_messages(
    routes: tuple[ChannelRoute, ...], timeout: float
) -> AsyncIterator[Wrap]:
    """Like :func:`blocking_messages`, for runs within an event loop."""
    from anyio import CancelScope

    worlds: list[MessagingWorld] = []

    def wrap(world: World) -> World:
        worlds.append(MessagingWorld(world, routes, timeout, wait_in_loop))
        return worlds[-1]

    try:
        yield wrap
    finally:
        with CancelScope(shield=True):
            for one in worlds:
                await one.close()
