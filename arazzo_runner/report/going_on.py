"""What a run is doing at a moment, in a few lines: the bottom of a terminal while it goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from msgspec import Struct

from arazzo_runner.executor.events import (
    Event,
    RequestSent,
    StepFinished,
    StepRetried,
    StepStarted,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.openapi.model import Operation
from arazzo_runner.report.look import TextStyle
from arazzo_runner.report.shown import count_text

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
    """A visit of a step; ``until`` is when its wait before the next attempt ends."""

    step_id: str
    operation: Operation | None
    since: float
    attempt: int = 1
    until: float | None = None


class LiveRun:
    """An observer that knows where a run stands; ``clock`` is monotonic, in seconds."""

    def __init__(self, look: TextStyle, clock: Callable[[], float]) -> None:
        self._look = look
        self._clock = clock
        self._workflows: list[tuple[str, float]] = []
        self._visits: list[_Visit] = []
        self._steps = 0
        self._requests = 0
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
            case StepRetried(_, attempt, action, _):
                self._wait(attempt, action.wait or 0.0)
            case _:
                pass

    def _wait(self, attempt: int, seconds: float) -> None:
        visit = self._visits[-1]
        visit.attempt = attempt + 1
        visit.until = self._clock() + seconds

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
                0, f"  {self._look.marks.cut} {count_text(self.folded - len(lines), 'step')} before"
            )
        return [*lines, *(self._step(one, now) for one in self._visits[-1:]), self._run(now)]

    def _step(self, visit: _Visit, now: float) -> str:
        look = self._look
        head = look.style.paint(look.style.bold, look.shown.text(visit.step_id))
        if visit.operation:
            head += f"  {look.shown.text(f'{visit.operation.method} {visit.operation.path}')}"
        # The times first: in a narrow window it is the names that are cut.
        if visit.until is not None and visit.until > now:
            left = whole_seconds_text(visit.until - now + 0.999)
            return f"  {look.marks.retry} attempt {visit.attempt} in {left}  {head}"
        again = f" (attempt {visit.attempt})" if visit.attempt > 1 else ""
        return f"  {spinner(look, now)} {whole_seconds_text(now - visit.since)}{again}  {head}"

    def _run(self, now: float) -> str:
        look = self._look
        way = " > ".join(
            f"{whole_seconds_text(now - since)} {look.shown.text(name)}"
            for name, since in self._workflows
        )
        counts = f"{count_text(self._steps, 'step')}, {count_text(self._requests, 'request')}"
        return look.style.paint(look.style.dim, f"    {counts}; {way}")


class LiveCases:
    """How far the cases of a file are."""

    def __init__(self, look: TextStyle, clock: Callable[[], float], total: int) -> None:
        self._look = look
        self._since = clock()
        self._total = total
        self._running: dict[str, None] = {}
        self._over = 0
        self._failed = 0

    def begin(self, name: str) -> None:
        """A case has begun."""
        self._running[name] = None

    def end(self, name: str, *, failed: bool) -> None:
        """A case is over, or was left out."""
        self._running.pop(name, None)
        self._over += 1
        self._failed += failed

    def lines(self, now: float) -> list[str]:
        """One line: how many are over, how many failed, which are running."""
        look = self._look
        failed = f", {self._failed:,} failed" if self._failed else ""
        names = ", ".join(_visible_lines(list(self._running), look))
        elapsed = whole_seconds_text(now - self._since)
        counts = f"{self._over:,} of {count_text(self._total, 'case')} over{failed}, {elapsed}"
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
