"""The reports of one run: lines of events while it goes on, everything else when it is over."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

from arazzo_runner import running
from arazzo_runner.cli.reports import STDOUT, Reports, ReportTarget, write_stream
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.events import Event, WorkflowFinished
from arazzo_runner.executor.result import RunResult, WorkflowResult
from arazzo_runner.report.exit_code import ExitCode
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.secrets import Masker
from arazzo_runner.version import VERSION

if TYPE_CHECKING:
    from arazzo_runner.report.formats.ndjson import EventLines

ReportContext = Callable[[], Mapping[str, Any]]


class _Sink(Protocol):
    """Where lines go while a run goes on."""

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class _Stdout:
    def write(self, data: bytes) -> None:
        write_stream(data, sys.stdout)

    def close(self) -> None:
        """It stays open."""


class ReportObserver:
    """An observer that tells a run to its reports; used by ``with``.

    A bug that ends the run is reported too, with the workflows that were over by then.
    """

    def __init__(
        self,
        reports: Reports,
        circumstances: ReportContext,
        prepared: running.PreparedRun,
        masker: Masker,
    ) -> None:
        self._reports = reports
        self._circumstances = circumstances
        self._prepared = prepared
        self._masker = masker
        self._live: list[tuple[ReportTarget, _Sink, EventLines]] = []
        self._finished: list[WorkflowResult] = []
        self._since = time.perf_counter()

    def __enter__(self) -> ReportObserver:
        """Begin the reports that grow. Raises UsageError (AZ907)."""
        growing = [one for one in self._reports.targets if one.kind == "ndjson"]
        if growing:
            self._begin(growing)
        return self

    def _begin(self, targets: list[ReportTarget]) -> None:
        from arazzo_runner.report.formats.ndjson import EventLines

        begun = self.report(RunResult((), 0.0), 0)
        for target in targets:
            sink = _open(target)
            lines = EventLines(sink.write, self._masker, self._elapsed)
            self._live.append((target, sink, lines))
            lines.begin(begun)

    def __call__(self, event: Event) -> None:
        """Tell of an event."""
        if isinstance(event, WorkflowFinished) and event.depth == 0:
            self._finished.append(event.result)
        for _, _, lines in self._live:
            lines(event)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Report a bug; a reader that has gone, or a full disk, is none."""
        if isinstance(error, Exception) and not isinstance(error, OSError):
            with suppress(UsageError, OSError):
                self.end(RunResult(tuple(self._finished), self._elapsed()), ExitCode.BUG)

    def end(self, result: RunResult, code: int) -> None:
        """Write all that is to be written of a run that is over. Raises UsageError (AZ907)."""
        if not self._reports.targets:
            return
        report = self.report(result, code)
        told = [target for target, _, _ in self._live]
        live, self._live = self._live, []
        for _, _, lines in live:
            lines.finish(report)
        self._reports.write(report, self._masker, told)
        for _, sink, _ in live:
            sink.close()

    def _elapsed(self) -> float:
        return time.perf_counter() - self._since

    def report(self, result: RunResult, code: int) -> RunReport:
        """All that reports are rendered from."""
        return RunReport(
            tool_version=VERSION,
            exit_code=code,
            result=result,
            sources=self._prepared.description.source_infos(),
            diagnostics=tuple(self._prepared.description.warnings),
            operations=self._prepared.description.operation_names(),
            workflows=tuple(self._prepared.plan.workflows.values()),
            **self._circumstances(),
        )


def _open(target: ReportTarget) -> _Sink:
    if target.path == STDOUT:
        return _Stdout()
    from arazzo_runner.report.files import StreamedFile

    return StreamedFile(target.path)
