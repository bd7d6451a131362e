"""A world with the caller's own functions before a request, after a response, and for waiting."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.executor.world import SendCall, TransportFailure, World
from arazzo_runner.operation.message import HttpRequest, HttpResponse
from arazzo_runner.worlds.wrapped import WrappedWorld

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

    A hook returns what shall go on in place of what it was given, or None to change nothing. One
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


async def await_hook(given: MaybeAwaitable[Any]) -> Any:
    """What a hook gives, now or later."""
    return await given if isinstance(given, Awaitable) else given


async def call_hook(given: MaybeAwaitable[Any]) -> Any:
    """What a hook gives; RuntimeError where it has to be waited for."""
    if isinstance(given, Coroutine):
        given.close()
    if isinstance(given, Awaitable):
        raise RuntimeError(  # noqa: TRY004 - not the type is wrong, but where it is used
            "a hook gave something to wait for: make the hook an `async def`, or use `arun`"
        )
    return given


def _check_type(value: T | None, kind: type[T], hook: str) -> T | None:
    if value is None or isinstance(value, kind):
        return value
    raise TypeError(
        f"`{hook}` returned a {type(value).__name__}: return the {kind.__name__} that shall go on,"
        " or None to change nothing"
    )
