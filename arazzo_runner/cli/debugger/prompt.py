"""Lines that the user types: at a terminal, or from a pipe, whose lines are shown as if typed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final, TextIO

from arazzo_runner.report.terminal.style import TextStream

PROMPT: Final = "(arazzo) "


class Prompt:
    """Asks for a line; ``waiting`` stands round what a signal may break off."""

    def __init__(
        self, source: TextIO, out: TextStream, waiting: AbstractContextManager[object]
    ) -> None:
        self._source = source
        self._out = out
        self._waiting = waiting

    def ask(self, masked: Callable[[str], str]) -> str | None:
        """The next line; None where there is none any more, or a signal came.

        ``masked`` gives the line as it may be shown.
        """
        line = self._line()
        if line is None:
            self._out.write("\n")
        elif not self._source.isatty():
            self._out.write(f"{masked(line)}\n")
        return line

    def _line(self) -> str | None:
        try:
            with self._waiting:
                if _is_edited(self._source, self._out):
                    return input(PROMPT)
                self._out.write(PROMPT)
                self._out.flush()
                line = self._source.readline()
        except (EOFError, KeyboardInterrupt):
            return None
        return line.rstrip("\r\n") if line else None


def _is_edited(source: TextIO, out: TextStream) -> bool:
    """Whether the line can be edited and called back, which takes the terminal of the process."""
    import sys

    if source is not sys.stdin or id(out) != id(sys.stdout):
        return False
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    try:
        import readline  # noqa: F401 - `input` uses it where it is there
    except ImportError:  # Windows, whose console edits lines itself
        return True
    return True
