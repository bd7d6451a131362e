"""What is told of the cases of `--cases`: a line each, one report of all."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from arazzo_runner import running
from arazzo_runner.cli.credentials import check_person
from arazzo_runner.cli.occasion import StartedRun
from arazzo_runner.cli.performing import RunSession, maskers_of
from arazzo_runner.cli.repeating import RerunCommand, typed_command
from arazzo_runner.cli.row_running import CaseBatch, CaseResult, run_cases
from arazzo_runner.cli.rows import CaseRun, prepare_cases
from arazzo_runner.cli.telling import ReportObserver
from arazzo_runner.cli.tracing import TracesFactory
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.result import RunResult, WorkflowResult
from arazzo_runner.loading import Description
from arazzo_runner.report.safe_text import count_text, escape
from arazzo_runner.report.secrets import Masker, mask_value
from arazzo_runner.report.terminal.cases import names_width, row_lines
from arazzo_runner.report.terminal.console import Console
from arazzo_runner.report.terminal.live import LiveCases
from arazzo_runner.report.terminal.style import TextStyle
from arazzo_runner.text.diagnostic import error

if TYPE_CHECKING:
    from arazzo_runner.report.terminal.live import LiveStream


def ready_cases(
    description: Description,
    given: Mapping[str, Any],
    options: running.RunConfig,
    new_traces: TracesFactory,
) -> StartedRun:
    """Read the file of cases and check all of them. Raises UsageError and InputError."""
    if given["record"] is not None:
        message = "`--record` keeps one run, and `--cases` makes several"
        raise UsageError(
            error("AZ906", message, help="to keep one case, give its inputs with `-i`")
        )
    cases = prepare_cases(description, given, options)
    if not cases:
        raise UsageError(error("AZ906", f"`{given['cases']}` holds no case"))
    if options.needs_credentials:
        check_person(cases[0].prepared.plan)
    return CaseSet(cases, options, new_traces).perform


class CaseSet(Struct, frozen=True):
    """Cases that are ready to run, at least one."""

    cases: Sequence[CaseRun]
    options: running.RunConfig
    new_traces: TracesFactory

    def perform(self, performance: RunSession) -> int:
        """Run all, tell each, report them together. Returns the exit code."""
        prepared, given = self.cases[0].prepared, performance.given
        if given["dry_run"]:
            return self._rehearse(given)
        # Each case masks its own secrets before anything is told of it.
        masker = Masker() if not given["show_secrets"] else maskers_of(prepared, given).shown
        told = ReportObserver(performance.reports, performance.circumstances, prepared, masker)
        width = names_width([one.name for one in self.cases])
        settings, stop = self.options.settings, performance.signals.interrupted
        with performance.live() as stream, told:
            teller = _CaseReporter(performance, told, width, stream)
            going_on = self._going_on(performance.console(masker, out=stream).look, stream)
            batch = CaseBatch(
                self.cases,
                given,
                settings,
                stop,
                teller.tell,
                self.new_traces,
                going_on.begin,
                _on_case_end(going_on),
            )
            run_cases(batch)
        console = performance.console(masker)
        if teller.left_out:
            left_out = count_text(teller.left_out, "case")
            console.write([f"  {console.look.marks.skipped} {left_out} left out"])
        if teller.left_out or not teller.blank:
            console.write([""])
        result = RunResult(tuple(teller.entries), performance.circumstances()["duration"])
        console.know(result)
        return performance.end(result, told, console)

    def _going_on(self, look: TextStyle, stream: LiveStream | None) -> LiveCases:
        going_on = LiveCases(look, time.monotonic, len(self.cases))
        if stream is not None:
            stream.going_on = going_on
        return going_on

    def _rehearse(self, given: Mapping[str, Any]) -> int:
        from arazzo_runner.cli.dry_run import show_dry_run

        for number, case in enumerate(self.cases):
            masker = maskers_of(case.prepared, given).shown
            title = f"case {masker.text(escape(case.name))}: "
            sys.stdout.write(("\n" if number else "") + title)
            show_dry_run(case.prepared, masker, self.options.settings, sys.stdout)
        return 0


def _on_case_end(going_on: LiveCases) -> Callable[[CaseResult], None]:
    def end(ran: CaseResult) -> None:
        passed = all(one.passed for one in ran.result.workflows)
        going_on.end(ran.case.name, failed=ran.began and not passed)

    return end


class _CaseReporter(Struct):
    """Tells case after case, each with its own secrets masked; ``entries`` are for the report."""

    performance: RunSession
    told: ReportObserver
    width: int
    out: LiveStream | None
    again: RerunCommand = field(default_factory=lambda: typed_command().without("--case"))
    entries: list[WorkflowResult] = field(default_factory=list)
    left_out: int = 0
    blank: bool = True

    def tell(self, ran: CaseResult) -> None:
        masker = ran.masked.shown
        self.entries += mask_value(ran.result, masker).workflows
        if not ran.began:
            self.left_out += 1
            return
        for event in ran.events:
            self.told(mask_value(event, masker))
        self._show(ran, self.performance.console(masker, out=self.out))

    def _show(self, ran: CaseResult, console: Console) -> None:
        if console.look.verbosity == "quiet":
            return
        if console.look.verbosity != "normal":
            for event in ran.events:
                console(event)
        again = self.again.line(ran.masked.recording, "--case", ran.case.name)
        lines = row_lines(ran.case.name, ran.result, again, console.look, self.width)
        console.write(lines)
        self.blank = not lines[-1]
