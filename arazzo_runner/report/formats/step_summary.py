"""The summary of a step of a GitHub job: the Markdown report, within what GitHub takes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from arazzo_runner.report.files import append_file
from arazzo_runner.report.formats.markdown import brief_bytes, report_pieces
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.secrets import Masker

LIMIT: Final = 1024 * 1024
"""The octets that GitHub takes of a step's summary; of more it shows nothing."""


def append_summary(path: str | Path, run: RunReport, masker: Masker) -> None:
    """Add the report to the file that ``GITHUB_STEP_SUMMARY`` names, whole or in brief.

    Raises UsageError (AZ907) when it cannot be written.
    """
    file = Path(path)
    taken = file.stat().st_size if file.exists() else 0
    data = b"".join(report_pieces(run, masker))
    append_file(file, data if taken + len(data) <= LIMIT else brief_bytes(run, masker))
