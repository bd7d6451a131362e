"""What a runner holds open: connections, and the thread with an event loop for blocking callers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    contextmanager,
)
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from arazzo_runner.embed.options import ParsedOptions
from arazzo_runner.embed.worlds import NewWorld, open_blocking, open_suspending

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal
    from anyio.lowlevel import RunVar

T = TypeVar("T")
Portal: TypeAlias = "tuple[BlockingPortal, NewWorld]"
"""An event loop in a thread of its own, and the worlds that are open in it."""


class RunnerConnections:
    """Opens worlds: for one run, or, between entering and leaving, for all of them.

    Threads and event loops may share one; each event loop that enters has what it holds itself.
    """

    def __init__(self, chosen: ParsedOptions) -> None:
        self._chosen = chosen
        self._lock = Lock()
        self._stack: ExitStack | None = None
        self._held: dict[object, Any] = {}
        self._with_brokers: list[AsyncExitStack] = []
        self._by_loop: RunVar[tuple[NewWorld, AsyncExitStack]] | None = None

    # --- without an event loop --------------------------------------------------------------------

    def enter(self) -> None:
        """Hold what is opened from now on."""
        if self._stack is not None:
            raise RuntimeError("the runner is in a `with` block already")
        self._stack = ExitStack()

    def leave(self) -> None:
        """Close what is held."""
        stack, self._stack = self._stack, None
        self._held.clear()
        if stack is not None:
            stack.close()

    def blocking(self) -> AbstractContextManager[NewWorld]:
        """The worlds for runs without an event loop."""
        return self._open(self._open_blocking)

    def portal(self) -> AbstractContextManager[Portal]:
        """The worlds for runs that need an event loop where the caller has none, or is in one."""
        return self._open(self._open_portal)

    @contextmanager
    def _open(self, open_: Callable[[], AbstractContextManager[T]]) -> Iterator[T]:
        stack = self._stack
        if stack is None:
            with open_() as opened:
                yield opened
            return
        with self._lock:
            if open_ not in self._held:
                self._held[open_] = stack.enter_context(open_())
            held: T = self._held[open_]
        yield held

    def _open_blocking(self) -> AbstractContextManager[NewWorld]:
        chosen = self._chosen
        return open_blocking(chosen.route, chosen.http, chosen.options.environment)

    @contextmanager
    def _open_portal(self) -> Iterator[Portal]:
        from anyio.from_thread import start_blocking_portal

        with (
            start_blocking_portal() as portal,
            portal.wrap_async_context_manager(self._open_suspending()) as begin,
        ):
            yield portal, begin

    def hold_brokers(self) -> None:
        """Keep connections to brokers from now on, where anything is held."""
        from arazzo_runner.messaging.world import hold_connections_here

        if self._stack is not None:
            with self._open(hold_connections_here):
                return

    # --- within an event loop ---------------------------------------------------------------------

    async def enter_loop(self) -> None:
        """Hold what is opened for the runs of this event loop."""
        from anyio.lowlevel import RunVar

        if self._by_loop is None:
            self._by_loop = RunVar("what a runner holds open")
        if self._by_loop.get(None) is not None:
            raise RuntimeError("the runner is in an `async with` block already")
        stack = AsyncExitStack()
        begin = await stack.enter_async_context(self._open_suspending())
        stack.callback(self._by_loop.reset, self._by_loop.set((begin, stack)))

    async def hold_brokers_in_loop(self) -> None:
        """Do what :meth:`hold_brokers` does, for the runs of this event loop."""
        held = self._by_loop.get(None) if self._by_loop is not None else None
        if held is None or held[1] in self._with_brokers:
            return
        from arazzo_runner.messaging.world import hold_connections

        self._with_brokers.append(held[1])
        await held[1].enter_async_context(hold_connections())

    async def leave_loop(self) -> None:
        """Close what this event loop holds."""
        assert self._by_loop is not None
        _, stack = self._by_loop.get()
        if stack in self._with_brokers:
            self._with_brokers.remove(stack)
        await stack.aclose()

    @asynccontextmanager
    async def suspending(self) -> AsyncIterator[NewWorld]:
        """The worlds for runs within the running event loop."""
        held = self._by_loop.get(None) if self._by_loop is not None else None
        if held is not None:
            yield held[0]
            return
        async with self._open_suspending() as begin:
            yield begin

    def _open_suspending(self) -> AbstractAsyncContextManager[NewWorld]:
        chosen = self._chosen
        return open_suspending(chosen.route, chosen.http, chosen.options.environment)
