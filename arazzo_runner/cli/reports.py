"""``--report KIND[=PATH]`` and ``--json``"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import click
from msgspec import Struct

from arazzo_runner import running
from arazzo_runner.errors import DiagnosedError, UsageError
from arazzo_runner.executor.result import RunResult
from arazzo_runner.report.mask import Masker
from arazzo_runner.report.model import RunReport
from arazzo_runner.version import VERSION

KINDS = {"json": "arazzo-report.json"}


class Reports(Struct, frozen=True):
    """What is to be written: (kind, path) pairs, and whether one goes to standard output."""

    files: tuple[tuple[str, str], ...]
    on_stdout: bool

    def write(
        self,
        circumstances: Mapping[str, Any],
        prepared: running.Prepared,
        result: RunResult,
        code: int,
        masker: Masker,
    ) -> None:
        """Write the reports of a run."""
        description = prepared.description
        report = RunReport(
            tool_version=VERSION,
            exit_code=code,
            result=result,
            sources=description.source_infos(),
            diagnostics=tuple(description.warnings),
            operations=description.operation_names(),
            **circumstances,
        )
        self._write(report, masker)

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
            self._write(report, Masker(()))

    def check(self) -> None:
        """Raise UsageError for a file that cannot be written, before anything is sent."""
        if self.files:
            from arazzo_runner.report.write import check_writable

            for _, path in self.files:
                check_writable(path)

    def _write(self, report: RunReport, masker: Masker) -> None:
        if not self.files and not self.on_stdout:
            return
        from arazzo_runner.report.json import report_bytes
        from arazzo_runner.report.write import write_atomically

        data = report_bytes(report, masker)
        if self.on_stdout:
            sys.stdout.write(data.decode())
            sys.stdout.flush()
        for _, path in self.files:
            write_atomically(path, data)


def read_reports(texts: Iterable[str], as_json: bool) -> Reports:  # noqa: FBT001 - the flag itself
    """The reports asked for. Raises click.BadParameter for a kind that there is not."""
    files = []
    for text in texts:
        kind, _, path = text.partition("=")
        if kind not in KINDS:
            kinds = ", ".join(f"`{one}`" for one in KINDS)
            raise click.UsageError(f"`--report {text}`: the kinds of reports are {kinds}")
        files.append((kind, path or KINDS[kind]))
    return Reports(tuple(files), as_json)
