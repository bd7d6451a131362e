"""One use of a command that runs workflows: when it began, and how it ends when it cannot start."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct, field

from arazzo_runner import running
from arazzo_runner.cli.notes import report_notes
from arazzo_runner.cli.performing import RunSession
from arazzo_runner.cli.reports import Reports, read_reports
from arazzo_runner.cli.show import show_diagnostics
from arazzo_runner.cli.signals import Signals, catching_signals
from arazzo_runner.errors import DiagnosedError, DocumentError, UsageError
from arazzo_runner.report.exit_code import ExitCode

StartedRun: TypeAlias = Callable[[RunSession], int]
"""What is left to do when nothing can go wrong any more before something is sent."""


class CommandSession(Struct):
    """``document`` is what reports call it; ``given`` are the flags by name."""

    document: str
    given: Mapping[str, Any]
    started_at: float = field(default_factory=time.time)
    started: float = field(default_factory=time.perf_counter)

    def to_the_end(self, start: Callable[[], StartedRun]) -> int:
        """Start, run, report; an early end is reported too. Returns the exit code."""
        reports = read_reports(self.given["reports"], self.given["as_json"])
        with catching_signals() as signals:
            try:
                with signals:
                    reports.check()
                    ready = start()
            except DiagnosedError as error:
                code = 3 if isinstance(error, DocumentError) else 2
                return self._failed_start(reports, error, code)
            except KeyboardInterrupt:
                return self._failed_start(reports, UsageError(), signals.code or 130)
            except Exception:
                reports.write_failed_start(self.circumstances(), ExitCode.BUG, UsageError())
                raise
            return ready(self._performance(reports, signals))

    def _performance(self, reports: Reports, signals: Signals) -> RunSession:
        return RunSession(self.given, reports, signals, self.circumstances)

    def _failed_start(self, reports: Reports, error: DiagnosedError, code: int) -> int:
        reports.write_failed_start(self.circumstances(), code, error)
        show_diagnostics(error.diagnostics)
        if not error.diagnostics:
            sys.stderr.write("interrupted before anything was sent\n")
        return code

    def circumstances(self) -> dict[str, Any]:
        """What reports say of the circumstances."""
        return {
            "document": self.document,
            "started_at": running.rfc3339(self.started_at),
            "duration": time.perf_counter() - self.started,
            "notes": report_notes(self.given),
        }
