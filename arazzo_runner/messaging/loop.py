"""An event loop of asyncio in a thread of its own, and waiting for what is done in it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future, wait
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar

from arazzo_runner.http.network import LONGEST_WAIT

T = TypeVar("T")


class LoopThread:
    """Runs coroutines for callers of any colour; ends with the process, or when it is stopped."""

    def __init__(self) -> None:
        from arazzo_runner.operating_system.sockets import selector_loop

        self._loop = selector_loop()
        self._thread = Thread(target=self._run, name="arazzo messages", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin a coroutine; cancelling what is returned cancels it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def stop(self) -> None:
        """End the loop, from any thread: what is still going on in it is cancelled."""
        asyncio.run_coroutine_threadsafe(self._cancel_all(), self._loop)

    async def _cancel_all(self) -> None:
        own = asyncio.current_task()
        others = [one for one in asyncio.all_tasks() if one is not own]
        for one in others:
            one.cancel()
        if others:
            await asyncio.wait(others, timeout=1.0)
        self._loop.call_soon(self._loop.stop)


async def wait_here(future: Future[T]) -> T:
    """Wait in this thread, which a signal may end: for runs without an event loop."""
    try:
        while not future.done():
            wait([future], LONGEST_WAIT)
        return future.result()
    except BaseException:
        future.cancel()
        raise


async def wait_in_loop(future: Future[T]) -> T:
    """Wait within an event loop of asyncio or trio, and let it go on."""
    import anyio

    from arazzo_runner.worlds.threads import call_soon_function

    done, call_soon = anyio.Event(), call_soon_function()

    def wake(_: object) -> None:
        with suppress(RuntimeError):  # the loop has ended, and nobody waits
            call_soon(done.set)

    future.add_done_callback(wake)
    try:
        await done.wait()
    except BaseException:
        future.cancel()
        raise
    return future.result()
