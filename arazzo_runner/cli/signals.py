"""Stopping a run politely: the first signal ends it with a report, the second at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Signals:
    """What was received: ``code`` is the exit code to end with, None while nothing came."""

    def __init__(self) -> None:
        self.code: int | None = None

    def interrupted(self) -> bool:
        """Whether the run should stop."""
        return self.code is not None

    def receive(self, number: int, _frame: FrameType | None) -> None:
        """Remember the first signal and wake whatever is waiting; let the second one through."""
        again = self.code is not None
        self.code = 128 + number
        if again:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        raise KeyboardInterrupt


@contextmanager
def catching_signals() -> Iterator[Signals]:
    """Catch SIGINT and SIGTERM for as long as the block runs."""
    received = Signals()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, received.receive) for number in numbers}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
