"""A run as its reports tell it: the result, and the circumstances around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from arazzo_runner.executor.result import RunResult, Status
from arazzo_runner.operation.model import Operation
from arazzo_runner.report.verdict import status_of
from arazzo_runner.report.walk import steps_of
from arazzo_runner.text.diagnostic import Diagnostic


class SourceInfo(Struct, frozen=True):
    """A source description that the run used: ``sha256`` of its bytes, in hexadecimal."""

    name: str
    type: str
    url: str
    version: str
    sha256: str


class OperationName(Struct, frozen=True):
    """How reports name an operation of a source description."""

    source: str | None
    operation_id: str | None
    method: str
    path: str


def operation_name(source: str | None, operation: Operation) -> OperationName:
    """The name of an operation of the source description ``source``."""
    return OperationName(source, operation.operation_id, operation.method, operation.path)


class Coverage(Struct, frozen=True):
    """Which of the known operations answered at least once."""

    exercised: int
    total: int
    unexercised: tuple[OperationName, ...]


def coverage(result: RunResult, operations: Iterable[OperationName]) -> Coverage:
    """Hold the ``operations`` of all source descriptions against those that gave a response."""
    known = tuple(operations)
    answered = set(_answered(result))
    unexercised = tuple(one for one in known if one not in answered)
    return Coverage(len(known) - len(unexercised), len(known), unexercised)


def _answered(result: RunResult) -> Iterator[OperationName]:
    for step in steps_of(result.workflows):
        if step.operation and any(one.response for one in step.attempts):
            yield operation_name(step.source, step.operation)


class RunReport(Struct, frozen=True):
    """All that a report is rendered from.

    ``document`` is the path or URL as the user gave it; ``started_at`` is RFC 3339 in UTC;
    ``duration`` is in seconds; ``operations`` are all those of the source descriptions.
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

    @property
    def status(self) -> Status:
        """The verdict in words; it follows the exit code, so that they never disagree."""
        return status_of(self.exit_code)

    @property
    def coverage(self) -> Coverage:
        """Which of ``operations`` were exercised."""
        return coverage(self.result, self.operations)
