"""The console of a terminal: like that of a log, but much that passes is folded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from arazzo_runner.executor.events import Event, StepFinished, StepRetried, StepStarted
from arazzo_runner.executor.result import WorkflowResult
from arazzo_runner.report.console import Console
from arazzo_runner.report.going_on import LiveRun
from arazzo_runner.report.live import LiveStream
from arazzo_runner.report.look import Verbosity
from arazzo_runner.report.mask import Masker
from arazzo_runner.report.progress import VisitInProgress
from arazzo_runner.report.shown import count_text
from arazzo_runner.report.step_text import step_head, warning_lines
from arazzo_runner.report.style import AnsiStyle

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
        self._going_on = out.going_on = LiveRun(self.look, clock)

    def __call__(self, event: Event) -> None:
        """Take note of an event, and write what is to be said about it."""
        self._going_on(event)
        if isinstance(event, StepStarted | StepFinished):
            self.look = replace(self.look, width=self._width())
        super().__call__(event)

    @property
    def _folds(self) -> bool:
        return self.look.verbosity == "normal" and self._visited >= UNFOLDED

    def _start_step(self, event: StepStarted) -> None:
        if self._folds:
            self._visits.append(VisitInProgress(event.operation))
        else:
            super()._start_step(event)

    def _retry(self, event: StepRetried) -> None:
        if self._folds:
            self._visits[-1] = VisitInProgress(self._visits[-1].operation)
        else:
            super()._retry(event)

    def _finish_step(self, event: StepFinished) -> None:
        last = event.result.attempts[-1:]
        warned = any(warning_lines(one, self.look) for one in last)
        if self._folds and event.result.passed and not warned:
            self._visits.pop()
            self._visited += 1
            self._going_on.fold(step_head(event.result, self.look))
            return
        self.write(self._title_of(event.workflow))
        super()._finish_step(event)

    def _finish_workflow(self, result: WorkflowResult, depth: int) -> None:
        if self._folds and depth and result.passed:
            self._running.remove(self._started(result.workflow_id))
        else:
            super()._finish_workflow(result, depth)

    def write(self, lines: list[str]) -> None:
        """Write lines, and before them how many steps were folded."""
        count = self._going_on.unfold() if lines else 0
        if count:
            mark = self.look.style.paint(self.look.style.good, self.look.marks.passed)
            folded = f"  {mark} {count_text(count, 'step')} passed, folded; `-v` shows each"
            lines = [folded, "", *lines]
        super().write(lines)
