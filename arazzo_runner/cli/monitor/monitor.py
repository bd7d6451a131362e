"""``--every`` and ``--on-failure``: a line for each run, and what failed is handed on.

A server that fails, or a document that is broken for a while, makes runs that fail, and the next
one comes all the same. What is wrong before the first run has begun ends the command at once.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from msgspec.structs import replace

from arazzo_runner.cli.diagnostics import show_diagnostics
from arazzo_runner.cli.monitor.schedule import Schedule
from arazzo_runner.cli.options.color import terminal_style
from arazzo_runner.cli.run.reports import read_reports, start_code
from arazzo_runner.cli.run.signals import Signals, catching_signals
from arazzo_runner.errors import DiagnosedError, UsageError
from arazzo_runner.executor.result import RunResult
from arazzo_runner.http.network import LONGEST_WAIT
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.report.exit_code import ExitCode
from arazzo_runner.report.failure import explain_run
from arazzo_runner.report.files import renderer
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.safe_text import count_text
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.style import plain_look
from arazzo_runner.report.terminal.verdict import report_verdict
from arazzo_runner.text.diagnostic import Diagnostic, Severity, error
from arazzo_runner.version import VERSION

if TYPE_CHECKING:
    from arazzo_runner.cli.run.watch import RunOnce
    from arazzo_runner.telemetry.metrics import RunMetrics

_STOPPED: Final = (ExitCode.INTERRUPTED, ExitCode.TERMINATED)
_REFUSED: Final = {
    "watch": ("--watch", "both say when to run again"),
    "dry_run": ("--dry-run", "nothing is sent that could fail"),
    "journal": ("--journal", "it keeps one run"),
}


def monitor_runs(named: Sequence[str], given: Mapping[str, Any], run: RunOnce) -> int:
    """Run, with ``--every`` until a signal comes, and hand on what failed. Returns the exit code.

    With ``--every`` it is that of the signal, or of what was wrong before the first run had begun.
    Raises UsageError for options that do not go with these.
    """
    _refuse_others(named, given)
    every: float | None = given["every"]
    with catching_signals() as signals, _monitor(given, signals) as monitor:
        if every is None:
            return monitor.run(named, run)
        schedule = Schedule(time.monotonic(), every)
        due = schedule.first
        while True:
            code = monitor.run(named, run)
            if code in _STOPPED or not monitor.has_begun:
                return code
            due, skipped = schedule.after(due, time.monotonic())
            monitor.note_skipped(skipped)
            gc.collect()  # seldom done by itself in a process of the command (cli/process.py)
            _wait(due, signals)
            if signals.code is not None:
                return signals.code


def _wait(due: float, signals: Signals) -> None:
    """Sleep until a moment, or a signal."""
    try:
        with signals:
            while (left := due - time.monotonic()) > 0:
                time.sleep(min(left, LONGEST_WAIT))
    except KeyboardInterrupt:
        return


def _refuse_others(named: Sequence[str], given: Mapping[str, Any]) -> None:
    flag = "--every" if given["every"] is not None else "--on-failure"
    for name, (other, why) in _REFUSED.items():
        if given[name]:
            message = f"`{flag}` and `{other}` do not go together: {why}"
            raise UsageError(error("AZ906", message, help=f"remove `{other}`"))
    if given["on_failure"] is not None and given["show_secrets"]:
        message = (
            "`--on-failure` hands a report to another program, and `--show-secrets` unmasks it"
        )
        raise UsageError(error("AZ906", message, help="remove `--show-secrets`"))
    if given["every"] is not None and ("-" in named or given["inputs_file"] == "-"):
        message = "`--every` runs again, and standard input can be read once"
        raise UsageError(error("AZ906", message, help="write it to a file"))


@contextmanager
def _monitor(given: Mapping[str, Any], signals: Signals) -> Iterator[Monitor]:
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        yield Monitor(given, signals, nowhere)


class Monitor:
    """What the runs have in common; sessions ask it by the flag `monitor`.

    ``nowhere`` is where the text of a run goes that has a line instead. ``has_begun``: nothing was
    wrong before a run, and requests could be sent.
    """

    def __init__(self, given: Mapping[str, Any], signals: Signals, nowhere: TextIO) -> None:
        self._given = given
        self._signals = signals
        self._metrics = _metrics(given)
        self._report: RunReport | None = None
        self._payload: bytes | None = None
        self._first_line = ""
        self.nowhere = nowhere if given["every"] is not None else None
        self.has_begun = False
        self.warned: set[Diagnostic] = set()

    def run(self, named: Sequence[str], run: RunOnce) -> int:
        """Run once, tell it, and hand on what failed. Returns the exit code."""
        self._report = self._payload = None
        was_begun, started, since = self.has_begun, time.time(), time.perf_counter()
        own = {**self._given, "every": None, "on_failure": None, "monitor": self}
        try:
            code = run(named, own)
        except DiagnosedError as reason:
            if not was_begun:
                raise
            code = start_code(reason)
            show_diagnostics(reason.diagnostics, secrets=reason.secrets)
        if not self.has_begun:
            return code
        report = self._report or _lost_run(named, code, started, time.perf_counter() - since)
        if self.nowhere is not None:
            self._say(report)
        if code != ExitCode.PASSED and code not in _STOPPED:
            self._hand_on(report)
        return code

    def receive(self, report: RunReport, masker: Masker) -> None:
        """Take the report of a run that has ended, before it is written."""
        self._report = report
        if self._metrics is not None and report.exit_code not in _STOPPED:
            self._metrics.record(report, masker)
        failures = explain_run(report.result, masker) if report.exit_code else ""
        messages = (masker.text(one.message) for one in report.diagnostics)
        self._first_line = failures.partition("\n")[0] or next(messages, "")
        if self._given["on_failure"] is not None and report.exit_code != ExitCode.PASSED:
            self._payload = b"".join(renderer("json")(report, masker))

    def unshown_findings(self, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings that were not shown before an earlier run."""
        found = [one for one in findings if one not in self.warned]
        self.warned.update(found)
        return found

    def check_documents(self, prepare: Callable[[str], object], documents: Iterable[str]) -> None:
        """Let what is wrong with any document come up before the first run."""
        if not self.has_begun:
            for one in documents:
                prepare(one)

    def note_skipped(self, count: int) -> None:
        """Say that runs were skipped, since the last one was at work when they were due."""
        if count:
            runs = count_text(count, "run")
            sys.stderr.write(f"note: {runs} skipped: the last one took too long for `--every`\n")

    def _say(self, report: RunReport) -> None:
        reports = read_reports(self._given["reports"], self._given["as_json"])
        out = sys.stderr if reports.has_stdout else sys.stdout
        look = plain_look(Masker(), terminal_style(out))
        reason = f": {self._first_line}" if report.exit_code and self._first_line else ""
        out.write(f"{report.started_at} {report_verdict(report, look)}{reason}\n")
        out.flush()

    def _hand_on(self, report: RunReport) -> None:
        command = self._given["on_failure"]
        if command is None:
            return
        from arazzo_runner.cli.credentials import credential_stores
        from arazzo_runner.cli.monitor.failure_command import call_command, command_environment

        aliases = [*credential_stores(self._given).aliases.values()]
        payload = self._payload or b"".join(renderer("json")(report, Masker()))
        variables = command_environment(os.environ, report, aliases)
        problem = call_command(command, variables, payload, self._signals)
        if problem is not None:
            sys.stderr.write(f"warning: the command of `--on-failure` {problem}\n")


def _lost_run(named: Sequence[str], code: int, started: float, duration: float) -> RunReport:
    """What is known of a run that ended without a report."""
    when = pipeline.rfc3339(started)
    return RunReport(VERSION, ", ".join(named), code, when, duration, RunResult((), duration))


def _metrics(given: Mapping[str, Any]) -> RunMetrics | None:
    """What counts the runs of ``--every``, as `--otel` or the environment says."""
    if given["every"] is None or given["otel"] is False:
        return None
    if given["otel"] is None and not any(name.startswith("OTEL_") for name in os.environ):
        return None
    from arazzo_runner.telemetry.setup import is_enabled, is_installed, is_off, meter_provider

    asked = given["otel"] or (is_enabled(os.environ, "metrics") and is_installed())
    if not asked or is_off(os.environ, "metrics"):
        return None
    try:
        provider = meter_provider(os.environ)
    except UsageError as reason:
        if given["otel"]:
            raise
        # Others may have set the variables; it is said, and the runs go on.
        show_diagnostics(replace(one, severity=Severity.WARNING) for one in reason.diagnostics)
        return None
    from arazzo_runner.telemetry.metrics import RunMetrics

    return RunMetrics(provider)
