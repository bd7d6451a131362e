"""Signals during a run: the first ends it with a report, the second at once."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

from arazzo_runner.cli.signals import ENDING_SIGNALS, end_by_signal, signal_code
from arazzo_runner.retrieve.temporary_file import discard_temporaries


class Signals:
    """What was received: ``code`` is the exit code to end with, None while nothing came.

    ``at_once`` is called before a second signal ends the process.

    A signal raises KeyboardInterrupt only inside ``with signals:``, which stands round what may
    take long. Anywhere else it is remembered, so that neither a step nor a report is torn apart.
    """

    def __init__(self) -> None:
        self.code: int | None = None
        self.at_once: Callable[[], None] = lambda: None
        self._waiting = False

    def __enter__(self) -> None:
        self._waiting = True
        if self.code is not None:  # it came before, and nothing has asked since
            self._waiting = False
            raise KeyboardInterrupt

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._waiting = False

    def stop(self) -> None:
        """End the run as an interruption does, without a signal."""
        self.code = self.code or 128 + signal.SIGINT

    def interrupted(self) -> bool:
        """Whether the run should stop."""
        return self.code is not None

    is_set = interrupted
    """For worlds that ask an event."""

    def receive(self, number: int, _frame: FrameType | None) -> None:
        """Remember the first signal and wake whatever is waiting; let the second one through."""
        again = self.code is not None
        self.code = signal_code(number)
        if again:
            self.at_once()
            discard_temporaries()
            end_by_signal(number)
        if self._waiting:
            raise KeyboardInterrupt


@contextmanager
def catching_signals() -> Iterator[Signals]:
    """Catch SIGINT and SIGTERM for as long as the block runs; one round it hears of them too."""
    received = Signals()
    usual = sys.unraisablehook

    def ignore_interrupts(unraisable: sys.UnraisableHookArgs) -> None:
        # Within callbacks of its own, such as those of an import, Python prints what is raised and
        # goes on. The signal is remembered, and ends the run where that is looked at next.
        if not isinstance(unraisable.exc_value, KeyboardInterrupt):
            usual(unraisable)

    before = {number: signal.signal(number, received.receive) for number in ENDING_SIGNALS}
    sys.unraisablehook = ignore_interrupts
    try:
        yield received
    finally:
        sys.unraisablehook = usual
        for number, handler in before.items():
            signal.signal(number, handler)
            outer = getattr(handler, "__self__", None)
            if isinstance(outer, Signals) and received.code is not None:
                outer.code = received.code
