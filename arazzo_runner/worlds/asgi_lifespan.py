"""The lifespan of an ASGI application: begun before its first request, ended after its last.

ASGI Specification, "Lifespan Protocol" 2.0.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias

import anyio

from arazzo_runner.http.anyio_network import start_task

AsgiMessage: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[AsgiMessage]]
Send: TypeAlias = Callable[[AsgiMessage], Awaitable[None]]
AsgiApp: TypeAlias = Callable[[AsgiMessage, Receive, Send], Awaitable[None]]

_SHUTDOWN_SECONDS: Final = 10.0


@asynccontextmanager
async def started_application(app: AsgiApp) -> AsyncIterator[AsgiApp]:
    """The application, with the state that it has made of its start, for as long as the block runs.

    One that knows no lifespan is as it is. What keeps one from starting is raised.
    """
    life = _Lifespan(app)
    await life.start()
    try:
        yield life.with_state
    finally:
        with anyio.CancelScope(shield=True):
            await life.end()


class _Lifespan:
    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self._state: dict[str, Any] = {}
        self._started = anyio.Event()
        self._ending = anyio.Event()
        self._ended = anyio.Event()
        self._is_requested = False
        self._failure: str | None = None
        self._error: BaseException | None = None
        self._task: object = None

    async def start(self) -> None:
        # Not in a task group: a fixture may begin and end a runner in two different tasks.
        self._task = start_task(self._live)
        await self._started.wait()
        if self._failure is not None:
            await self.end()

    async def end(self) -> None:
        self._ending.set()
        with anyio.move_on_after(_SHUTDOWN_SECONDS):
            await self._ended.wait()
        if self._failure is not None:
            raise self._error or RuntimeError(self._failure)

    async def with_state(self, scope: AsgiMessage, receive: Receive, send: Send) -> None:
        """The application as its requests reach it; each has a copy of the state."""
        await self._app({**scope, "state": dict(self._state)}, receive, send)

    async def _live(self) -> None:
        version = {"version": "3.0", "spec_version": "2.0"}
        scope = {"type": "lifespan", "asgi": version, "state": self._state}
        try:
            await self._app(scope, self._receive, self._send)
        # "If an exception is raised ..., the server must continue": it may know no lifespan.
        except BaseException as reason:
            self._error = reason
            if not isinstance(reason, Exception):
                raise
        finally:
            self._started.set()
            self._ended.set()

    async def _receive(self) -> AsgiMessage:
        if not self._is_requested:
            self._is_requested = True
            return {"type": "lifespan.startup"}
        await self._ending.wait()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: AsgiMessage) -> None:
        kind = message["type"]
        if kind.endswith(".failed"):
            phase = kind.split(".")[1]
            self._failure = message.get("message") or f"the application failed at its {phase}"
        if kind.startswith("lifespan.startup."):
            self._started.set()
