"""The bottom of a terminal, redrawn while a run goes on; what is written stands above it.

Most runs are over before there is anything to look at: the lines, and what draws them, come only
after a moment.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from threading import Lock, Timer
from types import TracebackType
from typing import TYPE_CHECKING, Final, TextIO

from arazzo_runner.report.going_on import LiveLines

if TYPE_CHECKING:
    from rich.live import Live

DELAY: Final = 0.4
"""Seconds before the first line."""

SHOW_CURSOR: Final = "\x1b[?25h"


class LiveStream:
    """A stream to a terminal that keeps a few lines below all that is written; used by ``with``."""

    def __init__(self, out: TextIO, clock: Callable[[], float], delay: float = DELAY) -> None:
        self._out = out
        self._clock = clock
        self._lock = Lock()
        self._timer = Timer(delay, self._begin)
        self._timer.daemon = True
        self._live: Live | None = None
        self._over = False
        self.going_on: LiveLines | None = None

    @property
    def encoding(self) -> str:
        """The encoding of the stream."""
        return self._out.encoding

    def write(self, text: str) -> None:
        """Write above the lines."""
        with self._lock:
            if self._live is None:
                self._out.write(text)
            else:
                self._live.console.out(text, highlight=False, end="")

    def flush(self) -> None:
        """Send what was written on its way."""
        self._out.flush()

    def restore(self) -> None:
        """Give the cursor back at once, for an end in which nothing else is done."""
        if self._live is not None:
            self._out.write(f"{SHOW_CURSOR}\n")
            self._out.flush()

    def __enter__(self) -> LiveStream:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._over = True
            if self._live is not None:
                self._live.stop()
                self._live = None

    def _begin(self) -> None:
        from rich.console import Console as RichConsole
        from rich.live import Live
        from rich.text import Text

        def drawn() -> Text:
            shown = self.going_on.lines(self._clock()) if self.going_on else []
            lines = [Text.from_ansi(line) for line in shown]
            return Text("\n", no_wrap=True, overflow="ellipsis").join(lines)

        console = RichConsole(file=self._out, highlight=False, markup=False, emoji=False)
        live = Live(
            console=console,
            get_renderable=drawn,
            refresh_per_second=8,
            transient=True,
            # Standard output may be a report's; what else is said stands above the lines.
            redirect_stdout=False,
            redirect_stderr=sys.stderr.isatty(),
        )
        with self._lock:
            if not self._over:
                live.start()
                self._live = live
