"""Signals before and after a run, which has its own (``cli/run/signals.py``): no traceback, ever.

It is the first that the command imports, and imports nothing that takes time. While modules are
loaded and nothing has begun, a signal ends the process where it stands; an exception could come up
within anything, also where Python only prints it. Once a command works, it is an exception, so that
temporary files go and terminals are as they were.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


class TerminatedError(KeyboardInterrupt):
    """A SIGTERM, which ends a command as SIGINT does, with another exit code."""


def exit_at_signals() -> None:
    """Let signals end the process at once: nothing has begun, or all is over."""
    for number in _NUMBERS:
        signal.signal(number, _exit)


def raise_at_signals() -> None:
    """Let signals be exceptions from now on, where they would end the process."""
    for number in _NUMBERS:
        if signal.getsignal(number) is _exit:
            signal.signal(number, _raise)


def interrupted_code(reason: BaseException) -> int:
    """The exit code of what a signal ended (docs/exit-codes.md)."""
    cause = reason.__cause__ or reason
    return 128 + (signal.SIGTERM if isinstance(cause, TerminatedError) else signal.SIGINT)


def end_abandoned(code: int) -> None:
    """End the process if threads go on with what nobody waits for: its end would wait for them."""
    threads = sys.modules.get("arazzo_runner.worlds.threads")
    if threads is None or not threads.is_thread_abandoned():
        return
    atexit._run_exitfuncs()  # noqa: SLF001 - `os._exit` would leave them out
    for stream in (sys.stdout, sys.stderr):
        try:  # noqa: SIM105 - as above
            stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(code)


def _exit(number: int, _frame: FrameType | None) -> None:
    try:  # noqa: SIM105 - `contextlib` takes its time to import
        os.write(2, b"interrupted\n")
    except OSError:
        pass
    os._exit(128 + number)


def _raise(number: int, _frame: FrameType | None) -> None:
    raise TerminatedError if number == signal.SIGTERM else KeyboardInterrupt
