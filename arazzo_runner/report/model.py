"""A run as its reports show it: the result, and the circumstances around it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from msgspec import Struct

from arazzo_runner.executor.plan import WorkflowPlan
from arazzo_runner.executor.result import RunResult, Status
from arazzo_runner.report.exit_code import status_of
from arazzo_runner.report.traversal import OperationName
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.source import SourceFile

if TYPE_CHECKING:
    from arazzo_runner.report.coverage import Coverage


class SourceInfo(Struct, frozen=True):
    """A source description that the run used: ``sha256`` of its bytes, in hexadecimal."""

    name: str
    type: str
    url: str
    version: str
    sha256: str


def source_info(name: str, source: SourceFile, version: str) -> SourceInfo:
    """What is said of an API description of a version of OpenAPI, by the text that was read."""
    return SourceInfo(name, "openapi", source.uri, version, source_hash(source.text))


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


class RunReport(Struct, frozen=True):
    """All that a report is rendered from.

    ``document`` is the path or URL as the user gave it; ``started_at`` is RFC 3339 in UTC;
    ``duration`` is in seconds; ``operations`` are all those of the source descriptions, and
    ``workflows`` what could run, bound. ``notes`` are sentences about how the run was made.
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
        from arazzo_runner.report.coverage import measure_coverage

        return measure_coverage(self.result, self.operations, self.workflows)
