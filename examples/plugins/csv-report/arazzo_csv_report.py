"""A kind of report for arazzo: a line of CSV for each step."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any


class CsvReport:
    """Workflow, step, status, and seconds; the steps of called workflows come after their step."""

    file_name = "arazzo-report.csv"

    def pieces(self, report: Mapping[str, Any]) -> Iterable[bytes]:
        """A line at a time."""
        yield _line(["workflow", "step", "status", "seconds"])
        for workflow in report["workflows"]:
            yield from map(_line, _rows(workflow))


def _rows(workflow: Mapping[str, Any]) -> Iterator[list[str]]:
    for step in workflow["steps"]:
        seconds = f"{step['duration']:.3f}"
        yield [workflow["workflow_id"], step["step_id"], step["status"], seconds]
        if step["workflow"] is not None:
            yield from _rows(step["workflow"])


def _line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()
