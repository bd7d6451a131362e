"""``--report KIND[=PATH]`` and ``--json``: which reports a run writes, where, and their writing.

Lines of events are written during the run, everything else when it is over.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import click
from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.errors import DiagnosedError, DocumentError, ServerUnavailableError, UsageError
from arazzo_runner.executor.events import Event, WorkflowFinished
from arazzo_runner.executor.result import RunResult, WorkflowResult
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.report.exit_code import ExitCode
from arazzo_runner.report.files import KINDS, default_path, renderer
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.safe_text import escape_stream
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import Diagnostic, nearest
from arazzo_runner.version import VERSION

if TYPE_CHECKING:
    from arazzo_runner.report.formats.ndjson import EventLines

STDOUT = "-"
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


class ReportTarget(Struct, frozen=True):
    """A report that was asked for: its kind, and its path or ``-``."""

    kind: str
    path: str

    @property
    def is_stdout(self) -> bool:
        """Whether standard output is its own; annotations may stand among other lines."""
        return self.path == STDOUT and self.kind != "github"


ReportReceiver: TypeAlias = Callable[[RunReport, Masker], None]
"""Takes all that reports are rendered from, with what masks secrets, when a run has ended."""


class Reports(Struct, frozen=True):
    """All reports that were asked for; ``receive`` gets what they are made of."""

    targets: tuple[ReportTarget, ...]
    receive: ReportReceiver | None = None

    @property
    def has_recipients(self) -> bool:
        """Whether anything is to be made of what ran."""
        return bool(self.targets) or self.receive is not None

    @property
    def has_stdout(self) -> bool:
        """Whether standard output belongs to a report, and all else goes to standard error."""
        return any(one.is_stdout for one in self.targets)

    @property
    def draws(self) -> bool:
        """Whether a report draws workflows; that of `github` is a summary in Markdown as well."""
        return any(one.kind in ("html", "markdown", "github") for one in self.targets)

    def without_files(self) -> Reports:
        """Those on standard output."""
        return replace(self, targets=tuple(one for one in self.targets if one.path == STDOUT))

    def check(self) -> None:
        """Raise UsageError for a file that cannot be written, before anything is sent."""
        if self.targets:
            from arazzo_runner.report.files import check_writable

            for one in self.targets:
                if one.path != STDOUT:
                    check_writable(one.path)

    def write(self, run: RunReport, masker: Masker, targets: Iterable[ReportTarget] = ()) -> None:
        """Write every report but ``targets``, which are written already.

        Raises UsageError (AZ907) for those that could not be written, after all others are.
        """
        if self.receive is not None:
            self.receive(run, masker)
        problems: list[Diagnostic] = []
        for one in self.targets:
            try:
                if one not in targets:
                    self._put(one, renderer(one.kind)(run, masker))
                if one.kind == "github":
                    _summarize_step(run, masker)
            except UsageError as error:
                problems += error.diagnostics
        if problems:
            raise UsageError(*problems)

    def _put(self, target: ReportTarget, pieces: Iterable[bytes]) -> None:
        if target.path == STDOUT:
            # Where another report has standard output, annotations are read from the other stream.
            other = self.has_stdout and not target.is_stdout
            write_stream(pieces, target.kind, sys.stderr if other else sys.stdout)
            return
        from arazzo_runner.report.files import write_pieces

        write_pieces(target.path, pieces)

    def write_failed_start(
        self, circumstances: Mapping[str, Any], code: int, error: DiagnosedError
    ) -> None:
        """Write the reports of a run that could not start, as far as they can be written."""
        report = RunReport(
            tool_version=VERSION,
            exit_code=code,
            result=RunResult((), 0.0),
            diagnostics=error.diagnostics,
            **circumstances,
        )
        with suppress(UsageError):  # why it could not start matters more, and it may be this
            self.write(report, Masker(error.secrets))


def _summarize_step(run: RunReport, masker: Masker) -> None:
    path = os.environ.get(STEP_SUMMARY)
    if path:
        from arazzo_runner.report.formats.step_summary import append_summary

        append_summary(path, run, masker)


def write_stream(pieces: Iterable[bytes], kind: str, stream: Any) -> None:
    """Write a report to a standard stream, which takes every character (cli/main.py)."""
    for one in pieces:
        stream.write(escape_stream(one.decode("utf-8", "backslashreplace"), kind))
    stream.flush()


def read_reports(texts: Iterable[str], as_json: bool) -> Reports:  # noqa: FBT001 - the flag itself
    """The reports asked for.

    Raises click.UsageError for a kind that there is not, and for two in one place.
    """
    asked = [_read(text) for text in texts]
    targets = tuple(dict.fromkeys([*asked, *_of_json(as_json)]))
    taken: dict[str, ReportTarget] = {}
    for one in targets:
        place = _place(one)
        other = taken.setdefault(place, one) if place else one
        if other != one:
            where = "standard output" if one.path == STDOUT else f"`{one.path}`"
            raise click.UsageError(
                f"the reports `{other.kind}` and `{one.kind}` cannot both go to {where};"
                f" name a file of its own: `--report {one.kind}=PATH`"
            )
    return Reports(targets)


def _of_json(as_json: bool) -> Iterator[ReportTarget]:  # noqa: FBT001 - the flag itself
    if as_json:
        yield ReportTarget("json", STDOUT)


def _read(text: str) -> ReportTarget:
    kind, _, path = text.partition("=")
    if kind not in KINDS:
        _check_offered(kind, text)
    return ReportTarget(kind, path or default_path(kind))


def _check_offered(kind: str, text: str) -> None:
    """Raise click.UsageError for a kind that no other package has either."""
    from arazzo_runner.entry_points import plugin_names
    from arazzo_runner.plugins import REPORTS

    known = [*KINDS, *plugin_names(REPORTS)]
    if kind not in known:
        kinds = ", ".join(f"`{one}`" for one in known)
        match = nearest(kind, known)
        hint = f"; did you mean `{match}`?" if match else ""
        raise click.UsageError(f"`--report {text}`: the kinds of reports are {kinds}{hint}")


def _place(target: ReportTarget) -> str | None:
    """What two reports may not share; a device (`/dev/null`) takes whatever comes."""
    if target.path == STDOUT:
        return STDOUT if target.is_stdout else None
    from arazzo_runner.operating_system.files import real_path

    place = real_path(target.path)
    return None if os.path.exists(place) and not os.path.isfile(place) else place  # noqa: PTH110, PTH113


def reports_of_args(args: Sequence[str], environ: Mapping[str, str]) -> Reports:
    """The reports that a command line asks for, when the rest of it cannot be understood."""
    texts = [*environ.get("ARAZZO_REPORT", "").splitlines()]
    for word, after in zip(args, [*args[1:], ""], strict=True):
        if word == "--report":
            texts.append(after)
        elif word.startswith("--report="):
            texts.append(word.partition("=")[2])
    known = [text for text in texts if text.partition("=")[0] in KINDS]
    try:
        reports = read_reports(known, "--json" in args)
    except click.UsageError:
        return Reports(tuple(_of_json("--json" in args)))
    # A word may be what the command would have read: that stays as it is.
    kept = (one for one in reports.targets if not _is_word(one.path, args))
    return Reports(tuple(kept))


def _is_word(path: str, args: Sequence[str]) -> bool:
    from arazzo_runner.cli.options.overwrite import is_same_file

    return path != STDOUT and any(is_same_file(path, word) for word in args)


class NoDocumentError(UsageError):
    """A folder without a document: there is nothing to run."""


def start_code(error: DiagnosedError) -> ExitCode:
    """The exit code of what could not start for an error."""
    if isinstance(error, ServerUnavailableError):
        return ExitCode.NO_RESPONSE
    if isinstance(error, NoDocumentError):
        return ExitCode.NOTHING
    return ExitCode.INVALID if isinstance(error, DocumentError) else ExitCode.USAGE


ReportContext = Callable[[], Mapping[str, Any]]


class OpenSink(Protocol):
    """Where lines go while a run goes on."""

    def write(self, data: bytes) -> None:
        """Append lines."""
        ...

    def close(self) -> None:
        """End the report. Raises UsageError (AZ907)."""
        ...


class _Stdout:
    def write(self, data: bytes) -> None:
        write_stream((data,), "ndjson", sys.stdout)

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
        prepared: pipeline.PreparedRun,
        masker: Masker,
    ) -> None:
        self._reports = reports
        self._circumstances = circumstances
        self._prepared = prepared
        self._masker = masker
        self._live: list[tuple[ReportTarget, OpenSink, EventLines]] = []
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
            sink = open_sink(target)
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
        """Report what ended the run; a reader that has gone, or a full disk, is no bug."""
        if not isinstance(error, Exception) or isinstance(error, OSError):
            return
        result = RunResult(tuple(self._finished), self._elapsed())
        with suppress(UsageError, OSError):
            if isinstance(error, DiagnosedError):
                self.end(result, start_code(error), error.diagnostics)
            else:
                self.end(result, ExitCode.BUG)

    def end(self, result: RunResult, code: int, more: Sequence[Diagnostic] = ()) -> None:
        """Write all that is to be written of a run that is over, ``more`` among the diagnostics.

        Raises UsageError (AZ907).
        """
        if not self._reports.has_recipients:
            return
        report = self.report(result, code)
        report = replace(report, diagnostics=(*report.diagnostics, *more))
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
            diagnostics=self._prepared.warnings,
            operations=self._prepared.description.operation_names(),
            workflows=tuple(self._prepared.plan.workflows.values()),
            **self._circumstances(),
        )


def open_sink(target: ReportTarget) -> OpenSink:
    """Begin a report that grows. Raises UsageError (AZ907)."""
    if target.path == STDOUT:
        return _Stdout()
    from arazzo_runner.report.files import StreamedFile

    return StreamedFile(target.path)
