"""Other programs: their words, what they are started with, and their end."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from subprocess import DEVNULL, Popen, run

from arazzo_runner.operating_system.signals import ending_signals


def split_words(command: str) -> list[str]:
    """The words of a command line. Raises ValueError for a quote without its end.

    As a POSIX shell splits it, but that on Windows a backslash is one: it stands in paths.
    """
    words = shlex.shlex(command, posix=True, punctuation_chars=False)
    words.whitespace_split = True
    words.commenters = ""
    if sys.platform == "win32":
        words.escape = ""
    return list(words)


def startable_words(words: Sequence[str]) -> Sequence[str]:
    """The words with a program that can be started.

    Windows finds programs alone by their name; many tools are scripts (``.cmd``) there.
    """
    if sys.platform == "win32":
        from shutil import which

        return [which(words[0]) or words[0], *words[1:]]
    else:
        return words


def has_sessions() -> bool:
    """Whether a process can begin a session of its own, which is ended with all that is in it."""
    return sys.platform != "win32"


def run_instead(words: Sequence[str]) -> int:
    """Run a program in the place of this one, which waits; its exit code.

    Ctrl-C reaches both, and it is the other's to end in order.
    """
    for number in ending_signals():
        signal.signal(number, _leave_to_other)
    return Popen(words).wait()  # noqa: S603 - this program


def _leave_to_other(_number: int, _frame: object) -> None:
    pass


def end_tree(started: Popen[bytes]) -> None:
    """End a process, which leads a session where there are sessions, with all that it started."""
    if sys.platform == "win32":
        folder = os.environ.get("SYSTEMROOT", r"C:\Windows")
        words = (rf"{folder}\System32\taskkill.exe", "/F", "/T", "/PID", str(started.pid))
        with suppress(OSError):
            run(words, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, check=False)  # noqa: S603
        started.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
