"""One use of a command that runs workflows: console, reports, recording and exit code.

A command that cannot start ends here too.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TextIO, TypeAlias

import click
from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.cli.bug import remember_masker
from arazzo_runner.cli.diagnostics import show_diagnostics
from arazzo_runner.cli.options.color import terminal_style
from arazzo_runner.cli.options.settings import report_notes
from arazzo_runner.cli.run.reports import (
    ReportObserver,
    Reports,
    read_reports,
    start_code,
)
from arazzo_runner.cli.run.rerun import RerunCommand, typed_command
from arazzo_runner.cli.run.signals import Signals, catching_signals
from arazzo_runner.errors import DiagnosedError, InputError, UsageError
from arazzo_runner.executor.events import Event, Observer
from arazzo_runner.executor.result import RunResult
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.report.exit_code import ExitCode, exit_code, first_code, status_of
from arazzo_runner.report.model import DocumentReport
from arazzo_runner.report.secrets import NO_MASK, Masker
from arazzo_runner.report.terminal.console import Console
from arazzo_runner.report.terminal.style import TextStream, Verbosity, is_live

if TYPE_CHECKING:
    from arazzo_runner.cli.debugger.debugger import TerminalDebugger
    from arazzo_runner.cli.monitor.monitor import Monitor
    from arazzo_runner.report.terminal.live import LiveStream

_WIDTH = 100
"""The columns of what is written where no terminal is."""


RunFunction: TypeAlias = Callable[[Observer], RunResult]
"""Runs to the end, and tells an observer while it does."""


class Maskers(Struct, frozen=True):
    """What hides secrets: in all that is ``shown``, and in what is ``kept`` to be replayed."""

    shown: Masker
    recording: Masker


def maskers_of(prepared: pipeline.PreparedRun, given: Mapping[str, Any]) -> Maskers:
    """Maskers of the credentials and inputs that are secret, or that ``--secret`` names.

    With ``--show-secrets`` they are shown; what is kept is masked all the same. The password of the
    key of a client certificate is one of them, wherever a server or a document writes it.
    """
    masker = remember_masker(prepared.masker())
    masker.learn(filter(None, [given.get("key_password")]))
    return Maskers(NO_MASK if given["show_secrets"] else masker, masker)


class RunSession(Struct, frozen=True):
    """What a run needs beside its plan: the flags, the reports, the signals, and when it began."""

    given: Mapping[str, Any]
    reports: Reports
    signals: Signals
    circumstances: Callable[[], Mapping[str, Any]]

    def perform(
        self,
        prepared: pipeline.PreparedRun,
        masked: Maskers,
        go: RunFunction,
        keep: Callable[[], None] = lambda: None,
        traces: Observer = lambda _event: None,
    ) -> int:
        """Run, tell, report, ``keep`` what is to be kept. Returns the exit code."""
        command = typed_command().with_seed(prepared.plan.seed)
        again = partial(_rerun_line, command, _names(prepared), masked.recording)
        told = ReportObserver(self.reports, self.circumstances, prepared, masked.shown)
        with self._stage(masked.shown, again) as console, told:
            learn = pipeline.secrets_observer(prepared, masked.recording)
            if self.debugger is not None:
                self.debugger.attach(console, learn, self.signals, sys.stdin)
            result = go(_show_all(learn, console, told, traces))
        return self.end(result, told, console, keep)

    def end(
        self,
        result: RunResult,
        observer: ReportObserver,
        console: Console,
        keep: Callable[[], None] = lambda: None,
    ) -> int:
        """Say how it ended, and write all that is to be written. Returns the exit code."""
        code = self._code(result)
        if self.covers:
            console.cover(observer.report(result, code).coverage)
        if self.debugger is not None:
            self.debugger.show_notes()
        console.finish(result, code)
        return first_code(
            [code, *write_problems(lambda: observer.end(result, code)), *write_problems(keep)]
        )

    @property
    def debugger(self) -> TerminalDebugger | None:
        """Who stops the run, where someone does."""
        return self.given.get("debugger")

    @property
    def out(self) -> TextIO:
        """The stream for people, which no report has."""
        monitor: Monitor | None = self.given.get("monitor")
        if monitor is not None and monitor.nowhere is not None and not self.given["verbose"]:
            return monitor.nowhere
        return sys.stderr if self.reports.has_stdout else sys.stdout

    @property
    def verbosity(self) -> Verbosity:
        """How much is told."""
        levels: tuple[Verbosity, ...] = ("normal", "verbose", "bodies")
        return "quiet" if self.given["quiet"] else levels[min(self.given["verbose"], 2)]

    @contextmanager
    def _stage(self, masker: Masker, again: Callable[[str], str]) -> Iterator[Console]:
        """What shows a run to people: on a terminal, with what goes on at its bottom."""
        with self.live() as stream:
            if stream is None:
                yield self.console(masker, again)
                return
            from arazzo_runner.report.terminal.live import TerminalConsole

            style = terminal_style(self.out)
            yield TerminalConsole(
                stream, masker, self.verbosity, style, _width, again, time.monotonic
            )

    @contextmanager
    def live(self) -> Iterator[LiveStream | None]:
        """The stream of a terminal whose last lines are redrawn; None where they cannot be."""
        is_redrawn = is_live(self.out, os.environ) and self.debugger is None
        if self.verbosity == "quiet" or not is_redrawn:
            yield None
            return
        from arazzo_runner.report.terminal.live import LiveStream

        with LiveStream(self.out, time.monotonic) as stream:
            self.signals.at_once = stream.restore
            yield stream

    def console(
        self,
        masker: Masker,
        again: Callable[[str], str] | None = None,
        out: TextStream | None = None,
    ) -> Console:
        """What shows a run to people, in lines that stay."""
        style = terminal_style(self.out)
        return Console(out or self.out, masker, self.verbosity, style, _width(), again)

    @property
    def covers(self) -> bool:
        """Whether to say how much was gone through."""
        return self.given["coverage"] or (self.given["verbose"] > 0 and not self.given["quiet"])

    def _code(self, result: RunResult) -> int:
        codes = [exit_code(result)]
        if self.signals.code is not None:
            codes.append(ExitCode(self.signals.code))
        return first_code(codes)


_MOST_DIGITS: Final = 5  # of a width that a terminal may have


def _width() -> int:
    """As `shutil.get_terminal_size` has it, whose module loads all kinds of compression."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and len(columns) <= _MOST_DIGITS and int(columns):
        return int(columns)
    stdout = sys.__stdout__
    try:
        return os.get_terminal_size(stdout.fileno() if stdout else -1).columns or _WIDTH
    except (OSError, ValueError):  # no terminal, or closed
        return _WIDTH


def _names(prepared: pipeline.PreparedRun) -> frozenset[str]:
    return frozenset(one.workflow_id for one in prepared.description.entry.document.workflows)


def _rerun_line(
    command: RerunCommand, names: Collection[str], masker: Masker, workflow_id: str
) -> str:
    """The command for a workflow; as it was where it is no run, or of another document."""
    if command.words[:1] != ("run",) or workflow_id not in names:
        return command.line(masker)
    return command.without("--workflow").line(masker, "--workflow", workflow_id)


def write_problems(write: Callable[[], None]) -> list[int]:
    """Write; what cannot be written is told, and is the user's."""
    try:
        write()
    except UsageError as error:
        show_diagnostics(error.diagnostics)
        return [ExitCode.USAGE]
    return []


def _show_all(*observers: Observer) -> Observer:
    def observe(event: Event) -> None:
        for tell in observers:
            tell(event)

    return observe


StartedRun: TypeAlias = Callable[[RunSession], int]
"""What is left to do when nothing can go wrong any more before something is sent."""


class CommandSession(Struct):
    """``document`` is what reports call it; ``given`` are the flags by name.

    Several ``documents`` have no name in common: ``document`` is empty.
    """

    document: str
    given: Mapping[str, Any]
    documents: tuple[str, ...] = ()
    started_at: float = field(default_factory=time.time)
    started: float = field(default_factory=time.perf_counter)

    def to_the_end(self, start: Callable[[], StartedRun]) -> int:
        """Start, run, report; an early end is reported too. Returns the exit code."""
        reports = read_reports(self.given["reports"], self.given["as_json"])
        monitor: Monitor | None = self.given.get("monitor")
        if monitor is not None:
            reports = replace(reports, receive=monitor.receive)
        with catching_signals() as signals:
            try:
                with signals:
                    reports.check()
                    ready = start()
            except DiagnosedError as error:
                return self._failed_start(reports, error, start_code(error))
            except click.ClickException as mistake:
                from arazzo_runner.cli.usage_errors import usage_diagnostic

                refusal = UsageError(usage_diagnostic(mistake))
                return self._failed_start(reports, refusal, ExitCode.USAGE)
            except KeyboardInterrupt:
                return self._failed_start(reports, UsageError(), signals.code or 130)
            except Exception:
                self._write_failed_start(reports, UsageError(), ExitCode.BUG)
                raise
            if monitor is not None:
                monitor.has_begun = True
            return ready(self._performance(reports, signals))

    def _performance(self, reports: Reports, signals: Signals) -> RunSession:
        return RunSession(self.given, reports, signals, self.circumstances)

    def _failed_start(self, reports: Reports, error: DiagnosedError, code: int) -> int:
        from arazzo_runner.cli.options.overwrite import OverwriteError

        if isinstance(error, OverwriteError):  # no report takes the place of what was read
            reports = reports.without_files()
        self._write_failed_start(reports, error, code)
        show_diagnostics(error.diagnostics, secrets=error.secrets)
        if isinstance(error, InputError) and error.missing:
            from arazzo_runner.cli.placeholders import command_with_inputs

            masker = Masker(error.secrets)
            line = command_with_inputs(typed_command(), error.missing, masker)
            sys.stderr.write(f"run: {line}\n")
        if not error.diagnostics:
            sys.stderr.write("interrupted before anything was sent\n")
        return code

    def _write_failed_start(self, reports: Reports, error: DiagnosedError, code: int) -> None:
        found, status = error.diagnostics, status_of(code)
        entries = (DocumentReport(one, code, status, diagnostics=found) for one in self.documents)
        circumstances = {**self.circumstances(), "documents": tuple(entries)}
        reports.write_failed_start(circumstances, code, error)

    def circumstances(self) -> dict[str, Any]:
        """What reports say of the circumstances."""
        return {
            "document": self.document,
            "started_at": pipeline.rfc3339(self.started_at),
            "duration": time.perf_counter() - self.started,
            "notes": report_notes(self.given),
        }
