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

ENDING_SIGNALS: tuple[signal.Signals, ...] = (signal.SIGINT, signal.SIGTERM)
if sys.platform == "win32":  # a program has no other way there to ask another to end
    ENDING_SIGNALS = (*ENDING_SIGNALS, signal.SIGBREAK)


class TerminatedError(KeyboardInterrupt):
    """A SIGTERM, which ends a command as SIGINT does, with another exit code."""


def exit_at_signals() -> None:
    """Let signals end the process at once: nothing has begun, or all is over."""
    for number in ENDING_SIGNALS:
        signal.signal(number, _exit)


def raise_at_signals() -> None:
    """Let signals be exceptions from now on, where they would end the process."""
    for number in ENDING_SIGNALS:
        if signal.getsignal(number) is _exit:
            signal.signal(number, _raise)


def interrupted_code(reason: BaseException) -> int:
    """The exit code of what a signal ended (docs/exit-codes.md)."""
    cause = reason.__cause__ or reason
    return 128 + (signal.SIGTERM if isinstance(cause, TerminatedError) else signal.SIGINT)


def signal_code(number: int) -> int:
    """The exit code of what a signal ended: 130 for Ctrl-C, 143 for all others."""
    return 128 + (signal.SIGINT if number == signal.SIGINT else signal.SIGTERM)


def end_by_signal(number: int) -> None:
    """End this process by a signal, at once.

    Windows knows no such end: what its C library does by default is an end with exit code 3.
    """
    if sys.platform == "win32":
        os._exit(signal_code(number))
    else:
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)


def end_process(code: int) -> None:
    """End the process here, with all that is registered for its end.

    Python would first take all modules and objects apart, a twentieth of a short run. It may do so
    where it has to wait for threads, or where a profiler, a debugger or ``-X dev`` watches.
    """
    if not _is_thread_abandoned() and (_has_threads() or _is_watched()):
        return
    atexit._run_exitfuncs()  # noqa: SLF001 - `os._exit` would leave them out
    for stream in (sys.stdout, sys.stderr):
        try:  # noqa: SIM105 - `contextlib` takes its time to import
            stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(code)


def _is_thread_abandoned() -> bool:
    """Whether a thread goes on with what nobody waits for: Python would wait for it."""
    threads = sys.modules.get("arazzo_runner.worlds.threads")
    return threads is not None and threads.is_thread_abandoned()


def _has_threads() -> bool:
    threading = sys.modules.get("threading")
    if threading is None:
        return False
    main = threading.main_thread()
    return any(one is not main and not one.daemon for one in threading.enumerate())


def _is_watched() -> bool:
    return bool(sys.getprofile() or sys.gettrace() or sys.flags.dev_mode)


def _exit(number: int, _frame: FrameType | None) -> None:
    try:  # noqa: SIM105 - `contextlib` takes its time to import
        os.write(2, b"interrupted\n")
    except OSError:
        pass
    os._exit(signal_code(number))


def _raise(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt if number == signal.SIGINT else TerminatedError
