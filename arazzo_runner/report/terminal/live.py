"""The console of a terminal: like that of a log, with passed steps folded and live lines below.

Live lines are the bottom of a terminal, redrawn while a run goes on: what it is doing; what is
written stands above them. Most runs are over before there is anything to look at: the lines, and
what draws them, are loaded only after a moment.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock, Timer
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, TextIO

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.executor.events import (
    Event,
    MessageAwaited,
    MessageReceived,
    MessageSent,
    RequestSent,
    StepFinished,
    StepRetried,
    StepStarted,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.executor.result import WorkflowResult
from arazzo_runner.openapi.model import Operation
from arazzo_runner.report.safe_text import count_text
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.console import Console
from arazzo_runner.report.terminal.steps import step_head, warning_lines
from arazzo_runner.report.terminal.style import AnsiStyle, TextStyle, Verbosity

if TYPE_CHECKING:
    from rich.live import Live

WINDOW: Final = 4
"""So many of the latest folded steps are shown."""

_SPINNER: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_SPINNER: Final = "-\\|/"
_FRAMES_A_SECOND: Final = 8


class LiveLines(Protocol):
    """What is shown while something goes on."""

    def lines(self, now: float) -> list[str]:
        """The lines at a moment, in seconds on a monotonic clock."""
        ...


class _Visit(Struct):
    """A visit of a step; ``until`` is when its wait before the next attempt ends.

    ``awaited`` is the channel that it waits for a message of, ``waiting`` since when.
    """

    step_id: str
    operation: Operation | None
    since: float
    attempt: int = 1
    until: float | None = None
    awaited: str | None = None
    waiting: float = 0.0
    timeout: float | None = None


class LiveRun:
    """An observer that knows where a run stands; ``clock`` is monotonic, in seconds."""

    def __init__(self, look: TextStyle, clock: Callable[[], float]) -> None:
        self._look = look
        self._clock = clock
        self._workflows: list[tuple[str, float]] = []
        self._visits: list[_Visit] = []
        self._steps = 0
        self._requests = 0
        self._messages = 0
        self.folded = 0
        self.latest: deque[str] = deque(maxlen=WINDOW)

    def __call__(self, event: Event) -> None:
        """Take note of an event."""
        match event:
            case WorkflowStarted(workflow, _, _):
                self._workflows.append((workflow.workflow_id, self._clock()))
            case WorkflowFinished():
                self._workflows.pop()
            case StepStarted():
                self._steps += 1
                self._visits.append(_Visit(event.step.step_id, event.operation, self._clock()))
            case StepFinished():
                self._visits.pop()
            case RequestSent():
                self._requests += 1
                self._visits[-1].until = None
            case MessageAwaited(_, channel, timeout):
                self._await(channel, timeout)
            case MessageSent() | MessageReceived():
                self._messages += 1
                self._visits[-1].awaited = self._visits[-1].until = None
            case StepRetried(_, attempt, action, _):
                self._wait(attempt, action.wait or 0.0)
            case _:
                pass

    def _wait(self, attempt: int, seconds: float) -> None:
        visit = self._visits[-1]
        visit.attempt = attempt + 1
        visit.until = self._clock() + seconds

    def _await(self, channel: str, timeout: float | None) -> None:
        visit = self._visits[-1]
        visit.awaited, visit.timeout = channel, timeout
        visit.waiting, visit.until = self._clock(), None

    def fold(self, head: str) -> None:
        """Take note of a step that passed and is not written."""
        self.folded += 1
        self.latest.append(head)

    def unfold(self) -> int:
        """How many steps were folded since this was asked last; they are shown no more."""
        count, self.folded = self.folded, 0
        self.latest.clear()
        return count

    def lines(self, now: float) -> list[str]:
        """The latest folded steps, the step that is going on, and how far the run is."""
        lines = [f"  {head}" for head in (*self.latest,)]
        if len(lines) < self.folded:
            lines.insert(
                0,
                f"  {self._look.marks.cut} {count_text(self.folded - len(lines), 'earlier step')}",
            )
        return [*lines, *(self._step(one, now) for one in self._visits[-1:]), self._run(now)]

    def _step(self, visit: _Visit, now: float) -> str:
        look = self._look
        head = look.style.paint(look.style.bold, look.shown.text(visit.step_id))
        if visit.operation:
            head += f"  {look.shown.text(visit.operation.title)}"
        # The times first: in a narrow window it is the names that are cut.
        if visit.until is not None and visit.until > now:
            left = whole_seconds_text(visit.until - now + 0.999)
            return f"  {look.marks.retry} attempt {visit.attempt} in {left}  {head}"
        again = f" (attempt {visit.attempt})" if visit.attempt > 1 else ""
        if visit.awaited is not None:
            spent = whole_seconds_text(now - visit.waiting)
            most = "" if visit.timeout is None else f" of {whole_seconds_text(visit.timeout)}"
            waiting = f"waiting for `{look.shown.text(visit.awaited)}`, {spent}{most}"
            return f"  {spinner(look, now)} {waiting}{again}  {head}"
        return f"  {spinner(look, now)} {whole_seconds_text(now - visit.since)}{again}  {head}"

    def _run(self, now: float) -> str:
        look = self._look
        way = " > ".join(
            f"{whole_seconds_text(now - since)} {look.shown.text(name)}"
            for name, since in self._workflows
        )
        counts = f"{count_text(self._steps, 'step')}, {count_text(self._requests, 'request')}"
        if self._messages:
            counts += f", {count_text(self._messages, 'message')}"
        return look.style.paint(look.style.dim, f"    {counts}; {way}")


class LiveItems:
    """How far the cases of a file are, or several documents: ``noun`` is what one is called."""

    def __init__(self, look: TextStyle, clock: Callable[[], float], total: int, noun: str) -> None:
        self._look = look
        self._since = clock()
        self._total = total
        self._noun = noun
        self._running: dict[str, None] = {}
        self._over = 0
        self._failed = 0

    def begin(self, name: str) -> None:
        """One has begun."""
        self._running[name] = None

    def end(self, name: str, *, failed: bool) -> None:
        """One is over, or was left out."""
        self._running.pop(name, None)
        self._over += 1
        self._failed += failed

    def lines(self, now: float) -> list[str]:
        """One line: how many are over, how many failed, which are running."""
        look = self._look
        failed = f", {self._failed:,} failed" if self._failed else ""
        names = ", ".join(_visible_lines(list(self._running), look))
        elapsed = whole_seconds_text(now - self._since)
        counts = f"{self._over:,} of {count_text(self._total, self._noun)} done{failed}, {elapsed}"
        return [f"  {spinner(look, now)} {counts}" + (f"; running: {names}" if names else "")]


def _visible_lines(names: Sequence[str], look: TextStyle) -> list[str]:
    more = [look.marks.cut] if len(names) > WINDOW else []
    return [*(look.shown.line(one, 20) for one in names[:WINDOW]), *more]


def spinner(look: TextStyle, now: float) -> str:
    """A sign that turns, so that one sees that the program lives."""
    frames = _SPINNER if look.marks.cut == "…" else _PLAIN_SPINNER
    return frames[int(now * _FRAMES_A_SECOND) % len(frames)]


def whole_seconds_text(duration: float) -> str:
    """``7 s``, ``2 min 5 s``, ``1 h 0 min 3 s``: steady while it counts."""
    minutes, rest = divmod(int(max(duration, 0.0)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min {rest} s"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


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
        self.progress: LiveLines | None = None

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
            shown = self.progress.lines(self._clock()) if self.progress else []
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


UNFOLDED: Final = 30
"""After so many visits, steps that pass are counted, the latest shown; ``-v`` keeps them all."""


class TerminalConsole(Console):
    """Tells a run to a terminal whose last lines are redrawn, and whose ``width`` may change."""

    def __init__(
        self,
        out: LiveStream,
        masker: Masker,
        verbosity: Verbosity,
        colour: AnsiStyle,
        width: Callable[[], int],
        again: Callable[[str], str] | None,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(out, masker, verbosity, colour, width(), again)
        self._width = width
        self._progress = out.progress = LiveRun(self.look, clock)

    def __call__(self, event: Event) -> None:
        """Take note of an event, and write what is to be said about it."""
        self._progress(event)
        if isinstance(event, StepStarted | StepFinished):
            self.look = replace(self.look, width=self._width())
        super().__call__(event)

    @property
    def _folds(self) -> bool:
        return self.look.verbosity == "normal" and self._visited >= UNFOLDED

    def _start_step(self, event: StepStarted) -> None:
        if self._folds:
            self._operations.append(event.operation)
        else:
            super()._start_step(event)

    def _retry(self, event: StepRetried) -> None:
        if not self._folds:
            super()._retry(event)

    def _finish_step(self, event: StepFinished) -> None:
        last = event.result.attempts[-1:]
        warned = any(warning_lines(one, self.look) for one in last)
        if self._folds and event.result.passed and not warned:
            self._operations.pop()
            self._visited += 1
            self._progress.fold(step_head(event.result, self.look))
            return
        self.write(self._title_of(event.workflow))
        super()._finish_step(event)

    def _finish_workflow(self, result: WorkflowResult, depth: int) -> None:
        if self._folds and depth and result.passed:
            self._running.remove(self._workflow_in_progress(result))
        else:
            super()._finish_workflow(result, depth)

    def write(self, lines: list[str]) -> None:
        """Write lines, and before them how many steps were folded."""
        count = self._progress.unfold() if lines else 0
        if count:
            mark = self.look.style.paint(self.look.style.good, self.look.marks.passed)
            folded = f"  {mark} {count_text(count, 'step')} passed (hidden; `-v` shows each)"
            lines = [folded, "", *lines]
        super().write(lines)
