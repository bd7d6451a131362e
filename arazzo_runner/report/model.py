"""A run as its reports show it: the result, and the circumstances around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING
from typing import Literal as Choice

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.executor.plan import WorkflowPlan
from arazzo_runner.executor.result import RunResult, Status
from arazzo_runner.report.exit_code import (
    NO_SUMMARY,
    Summary,
    status_of,
    sum_summaries,
    summarize_run,
)
from arazzo_runner.report.safe_text import count_text
from arazzo_runner.report.traversal import OperationName
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.source import SourceFile

if TYPE_CHECKING:
    from arazzo_runner.report.coverage.measure import Coverage
    from arazzo_runner.report.formats.flowchart import Flowchart, Position


class SourceInfo(Struct, frozen=True):
    """A source description that the run used: ``sha256`` of its bytes, in hexadecimal."""

    name: str
    type: str
    url: str
    version: str
    sha256: str


def source_info(
    name: str, source: SourceFile, version: str, kind: Choice["openapi", "asyncapi"] = "openapi"
) -> SourceInfo:
    """What is said of an API description with its version, by the text that was read."""
    text = source.text if source.original is None else source.original
    return SourceInfo(name, kind, source.uri, version, source_hash(text))


_LARGE = 2**20


def source_hash(text: str) -> str:
    """The SHA-256 of the text of a source in UTF-8, in hexadecimal.

    ``hashlib`` loads OpenSSL, which takes 4 MiB, a tenth of the memory of a run, and is worth it
    for a large text alone. What Python has of its own serves the others, as it serves ``random``.
    """
    octets = text.encode()
    for name in () if len(octets) > _LARGE else ("_sha2", "_sha256"):
        try:
            digest: str = import_module(name).sha256(octets).hexdigest()
        except ImportError:  # the one is of Python 3.12 and later, the other of 3.11
            continue
        return digest
    from hashlib import sha256

    return sha256(octets).hexdigest()


class FailedWorkflow(Struct, frozen=True):
    """A workflow that did not pass, by its title, and the step that is to blame for it."""

    title: str
    step_id: str | None = None


class DocumentReport(Struct, frozen=True):
    """What came of one of several documents, without its workflows; secrets are masked.

    ``diagnostics`` are what was found in it, ``coverage`` is None where it did not run.
    """

    document: str
    exit_code: int
    status: Status
    duration: float = 0.0
    sources: tuple[SourceInfo, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    summary: Summary = NO_SUMMARY
    failed: tuple[FailedWorkflow, ...] = ()
    coverage: Coverage | None = None


class RunReport(Struct, frozen=True):
    """All that a report is rendered from.

    ``document`` is the path or URL as the user gave it; ``started_at`` is RFC 3339 in UTC;
    ``duration`` is in seconds; ``operations`` are all those of the source descriptions, and
    ``workflows`` what could run, bound. ``notes`` are sentences about how the run was made. Where
    several documents were to run they are in ``documents``, and ``document`` is empty; the masked
    ``charts`` of their workflows are there where a report is to draw them.
    """

    tool_version: str
    document: str
    exit_code: int
    started_at: str
    duration: float
    result: RunResult
    sources: tuple[SourceInfo, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    operations: tuple[OperationName, ...] = ()
    workflows: tuple[WorkflowPlan, ...] = ()
    notes: tuple[str, ...] = ()
    documents: tuple[DocumentReport, ...] = ()
    charts: Mapping[Position, Flowchart] = {}

    @property
    def title(self) -> str:
        """The document, or how many there are."""
        return count_text(len(self.documents), "document") if self.documents else self.document

    @property
    def summary(self) -> Summary:
        """The counts of all that ran."""
        if self.documents:
            return sum_summaries(one.summary for one in self.documents)
        return summarize_run(self.result)

    @property
    def all_notes(self) -> tuple[str, ...]:
        """The notes, with the seed of the inputs that were generated, if there are any."""
        seeds = dict.fromkeys(one.seed for one in self.result.workflows if one.generated)
        shown = ", ".join(f"`--seed {one}`" for one in seeds if one is not None)
        made = (f"inputs were generated; {shown} generates them again",) if shown else ()
        return (*self.notes, *made)

    @property
    def status(self) -> Status:
        """The verdict in words; it follows the exit code, so that they never disagree."""
        return status_of(self.exit_code)

    @property
    def coverage(self) -> Coverage:
        """What of ``operations`` and ``workflows`` was gone through."""
        if self.documents:
            from arazzo_runner.report.documents.coverage import merge_coverages

            return merge_coverages(
                (one.document, {each.name: each.sha256 for each in one.sources}, one.coverage)
                for one in self.documents
                if one.coverage is not None
            )
        from arazzo_runner.report.coverage.measure import measure_coverage

        return measure_coverage(self.result, self.operations, self.workflows)


def document_runs(run: RunReport) -> Iterator[RunReport]:
    """The run of each document as if it were the only one."""
    if not run.documents:
        yield run
        return
    workflows = iter(run.result.workflows)
    for one in run.documents:
        own = tuple(islice(workflows, sum(one.summary.workflows.values())))
        yield replace(
            run,
            document=one.document,
            exit_code=one.exit_code,
            duration=one.duration,
            result=RunResult(own, one.duration),
            sources=one.sources,
            diagnostics=one.diagnostics,
            documents=(),
        )
