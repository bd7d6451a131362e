"""The reports of several documents: what came of each, in their order, and one verdict.

Results are spooled, so that memory does not grow with their number; where no report is wanted, they
are dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.cli.options.overwrite import OverwriteError, foreign_file_error
from arazzo_runner.cli.run.ordered_output import OrderedOutput
from arazzo_runner.cli.run.reports import OpenSink, ReportTarget, open_sink
from arazzo_runner.cli.run.session import RunSession, write_problems
from arazzo_runner.errors import DiagnosedError, UsageError
from arazzo_runner.executor.events import Event, WorkflowFinished
from arazzo_runner.executor.result import RunResult, Status
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.report.coverage.measure import measure_coverage
from arazzo_runner.report.documents.spool import SpooledWorkflows
from arazzo_runner.report.exit_code import ExitCode, first_code, status_of, summarize_run
from arazzo_runner.report.formats.ndjson import EventLines
from arazzo_runner.report.mask import mask_value
from arazzo_runner.report.model import DocumentReport, RunReport
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.verdict import failed_workflows
from arazzo_runner.report.traversal import OperationName
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.version import VERSION

if TYPE_CHECKING:
    from arazzo_runner.report.formats.flowchart import Flowchart, Position


class _Ended(Struct, frozen=True):
    """A document that is over, and its results where a report is to have them."""

    entry: DocumentReport
    result: RunResult | None = None


class DocumentsReport:
    """Gathers what came of documents, by their numbers; used by ``with``, round the run."""

    def __init__(self, session: RunSession, documents: Sequence[str]) -> None:
        self._session = session
        self._documents = documents
        self._begun: dict[int, float] = {}
        self._over: dict[int, _Ended] = {}
        self._entries: list[DocumentReport] = []
        self._workflows = SpooledWorkflows()
        self._operations: dict[OperationName, OperationName] = {}
        self._charts: dict[Position, Flowchart] = {}
        self._live: list[tuple[ReportTarget, OpenSink]] = []
        self._since = time.perf_counter()
        self._has_refused_files = False
        self._covers = session.covers or bool(session.reports.targets)

    def __enter__(self) -> DocumentsReport:
        """Begin the reports that grow. Raises UsageError (AZ906, AZ907)."""
        try:
            for target in self._session.reports.targets:
                if target.kind == "ndjson":
                    self._begin_lines(target)
        except UsageError:
            self._workflows.close()
            raise
        return self

    def _begin_lines(self, target: ReportTarget) -> None:
        _check_replaceable(target)
        sink = open_sink(target)
        self._live.append((target, sink))
        lines = EventLines(sink.write, Masker(), self._elapsed)
        lines.begin(replace(self._report(ExitCode.PASSED), documents=self._planned()))

    def _planned(self) -> tuple[DocumentReport, ...]:
        return tuple(DocumentReport(one, ExitCode.PASSED, Status.PASSED) for one in self._documents)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Report what ended the run; a reader that has gone, or a full disk, is no bug."""
        if isinstance(error, Exception) and not isinstance(error, OSError):
            with suppress(UsageError, OSError):
                self._write(self._report(ExitCode.BUG))
        if error is not None:
            self._workflows.close()

    def _elapsed(self) -> float:
        return time.perf_counter() - self._since

    def begin(self, number: int) -> None:
        """A document has begun."""
        self._begun[number] = time.perf_counter()

    def lines(self, number: int, masker: Masker, output: OrderedOutput) -> Callable[[Event], None]:
        """An observer that writes the events of a document to the reports that grow."""
        document = self._documents[number]
        written = [
            EventLines(_ordered_write(output, number, sink), masker, self._elapsed, document)
            for _, sink in self._live
        ]

        def observe(event: Event) -> None:
            if isinstance(event, WorkflowFinished) and event.depth == 0:
                event = replace(event, result=replace(event.result, document=document))
            for one in written:
                one(event)

        return observe

    def skip(self, number: int) -> None:
        """A document is not run: another failed, or a signal came."""
        entry = DocumentReport(self._documents[number], ExitCode.NOTHING, Status.SKIPPED)
        self._over[number] = _Ended(entry)

    def refuse(self, number: int, reason: DiagnosedError, code: int) -> None:
        """A document could not be run."""
        # No report takes the place of what was read.
        self._has_refused_files |= isinstance(reason, OverwriteError)
        masker = Masker(reason.secrets)
        found = tuple(_masked(one, masker) for one in reason.diagnostics)
        entry = DocumentReport(
            self._documents[number], code, status_of(code), self._duration(number), (), found
        )
        self._over[number] = _Ended(entry)

    def add(
        self,
        number: int,
        prepared: pipeline.PreparedRun,
        masker: Masker,
        result: RunResult,
        code: int,
    ) -> None:
        """A document has run."""
        document, description = self._documents[number], prepared.description
        own = [replace(one, document=document) for one in result.workflows]
        masked = mask_value(RunResult(tuple(own), result.duration), masker)
        wanted = self._session.reports.has_recipients
        coverage = None
        if self._covers:
            names = (self._operations.setdefault(one, one) for one in description.operation_names())
            coverage = measure_coverage(masked, names, [*prepared.plan.workflows.values()])
        entry = DocumentReport(
            document,
            code,
            status_of(code),
            self._duration(number),
            description.source_infos() if self._covers else (),
            prepared.warnings if wanted else (),
            summarize_run(masked),
            tuple(failed_workflows(masked)),
            coverage,
        )
        self._over[number] = _Ended(entry, masked if wanted else None)
        if self._session.reports.draws:
            from arazzo_runner.report.formats.flowchart import charts_of

            found = charts_of(prepared.plan.workflows.values(), masked.workflows)
            self._charts |= {place: chart.mask(masker) for place, chart in found.items()}

    def _duration(self, number: int) -> float:
        return time.perf_counter() - self._begun[number]

    def advance(self) -> None:
        """Take over the documents whose turn it is."""
        while len(self._entries) in self._over:
            ended = self._over.pop(len(self._entries))
            self._entries.append(ended.entry)
            if ended.result is not None:
                self._workflows.add(ended.result.workflows)

    def end(self) -> int:
        """Say how all ended, and write all that is to be written. Returns the exit code."""
        received = self._session.signals.code
        ran = [one.exit_code for one in self._entries if one.status is not Status.SKIPPED]
        code = first_code([*ran, *([] if received is None else [received])])
        report = self._report(code)
        console = self._session.console(Masker())
        if self._session.covers:
            console.cover(report.coverage)
        console.conclude(report)
        code = first_code([code, *write_problems(lambda: self._write(report))])
        self._workflows.close()
        return code

    def _report(self, code: int) -> RunReport:
        entries = tuple(self._entries)
        circumstances = {**self._session.circumstances(), "documents": entries}
        return RunReport(
            tool_version=VERSION,
            exit_code=code,
            result=RunResult(self._workflows, circumstances["duration"]),
            sources=tuple(dict.fromkeys(one for each in entries for one in each.sources)),
            diagnostics=tuple(dict.fromkeys(one for each in entries for one in each.diagnostics)),
            charts=self._charts,
            **circumstances,
        )

    def _write(self, report: RunReport) -> None:
        """Write all reports. Raises UsageError (AZ907)."""
        live, self._live = self._live, []
        for _, sink in live:
            EventLines(sink.write, Masker(), self._elapsed).finish(report)
        reports = self._session.reports
        if self._has_refused_files:
            reports = reports.without_files()
        if reports.has_recipients:
            reports.write(report, Masker(), [target for target, _ in live])
        for _, sink in live:
            sink.close()


def _check_replaceable(target: ReportTarget) -> None:
    """Raise OverwriteError for a file with other content than such a report.

    It is emptied before the documents are read, which may name it.
    """
    path = Path(target.path)
    if not path.is_file():
        return
    with suppress(OSError), path.open("rb") as file:
        if file.read(len(_BEGIN)) not in (b"", _BEGIN):
            raise foreign_file_error(f"--report {target.kind}", target.path)


_BEGIN: Final = b'{"event": '


def _ordered_write(output: OrderedOutput, number: int, sink: OpenSink) -> Callable[[bytes], None]:
    def write(data: bytes) -> None:
        output.put(number, sink.write, data)

    return write


def _masked(finding: Diagnostic, masker: Masker) -> Diagnostic:
    return replace(finding, message=masker.text(finding.message))
