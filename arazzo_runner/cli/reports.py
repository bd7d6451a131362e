"""``--report KIND[=PATH]`` and ``--json``"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click
from msgspec import Struct

from arazzo_runner import api
from arazzo_runner.errors import DiagnosedError, DocumentError
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
        prepared: api.Prepared,
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

    def write_failed_start(self, circumstances: Mapping[str, Any], error: DiagnosedError) -> None:
        """Write the reports of a run that could not start."""
        report = RunReport(
            tool_version=VERSION,
            exit_code=3 if isinstance(error, DocumentError) else 2,
            result=RunResult((), 0.0),
            diagnostics=error.diagnostics,
            **circumstances,
        )
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
        for _, path in self.files:
            write_atomically(path, data)
        if self.on_stdout:
            sys.stdout.write(data.decode())
            sys.stdout.flush()


def read_reports(texts: Iterable[str], as_json: bool) -> Reports:  # noqa: FBT001 - the flag itself
    """The reports asked for. Raises click.BadParameter for a kind that there is not."""
    files = []
    for text in texts:
        kind, _, path = text.partition("=")
        if kind not in KINDS:
            raise click.BadParameter(f"`--report {text}`: the kinds are {', '.join(KINDS)}")
        files.append((kind, path or KINDS[kind]))
    return Reports(tuple(files), as_json)
