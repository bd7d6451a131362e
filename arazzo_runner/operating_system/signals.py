"""Signals that end servers and loads; those of commands are in ``cli/signals.py``."""

from __future__ import annotations

import signal
import sys
from typing import Final

ENDING_SIGNALS: Final[tuple[signal.Signals, ...]] = (signal.SIGINT, signal.SIGTERM)
"""What ends a command in order. Windows has SIGBREAK as well (:func:`ending_signals`)."""


def ending_signals() -> tuple[signal.Signals, ...]:
    """The signals that end a command: Ctrl-C, SIGTERM, and on Windows Ctrl-Break.

    There nobody can send SIGTERM: a program asks another to end by CTRL_BREAK_EVENT, and so does a
    console that is closed.
    """
    if sys.platform == "win32":
        return (*ENDING_SIGNALS, signal.SIGBREAK)
    else:
        return ENDING_SIGNALS


def signal_code(number: int) -> int:
    """The exit code of what a signal ended: 130 for Ctrl-C, 143 for all others."""
    return 128 + (signal.SIGINT if number == signal.SIGINT else signal.SIGTERM)
