"""Ends a worker that hangs, so that whatever runs it begins it anew, and others take its chunks."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import Final

LIMIT: Final = 45.0
"""Seconds: three times what a worker may be silent before others take its chunks."""

_HUNG_CODE: Final = 70


def _end() -> None:
    sys.stderr.write("the worker hangs, and ends\n")
    sys.stderr.flush()
    os._exit(_HUNG_CODE)


class Watchdog:
    """A thread that looks whether the event loop has said lately that it is there."""

    def __init__(
        self,
        limit: float = LIMIT,
        end: Callable[[], None] = _end,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._end = end
        self._clock = clock
        self._seen = clock()
        self._is_over = Event()
        self._thread = Thread(target=self._watch, name="watchdog", daemon=True)

    def alive(self) -> None:
        """Say that the event loop is there."""
        self._seen = self._clock()

    def __enter__(self) -> Watchdog:
        """Begin to watch."""
        self.alive()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Watch no more."""
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        pause, before = min(1.0, self._limit / 4), self._clock()
        while not self._is_over.wait(pause):
            now = self._clock()
            if now - before > self._limit / 2:  # the whole process stood still, and goes on
                self._seen = now
            before = now
            if now - self._seen > self._limit:
                self._end()
                return
