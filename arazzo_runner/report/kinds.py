"""The kinds of report files, each rendered by its own module, loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final, TypeAlias

from arazzo_runner.report.mask import Masker
from arazzo_runner.report.model import RunReport

Render: TypeAlias = Callable[[RunReport, Masker], bytes]

KINDS: Final[dict[str, str]] = {
    "json": "arazzo-report.json",
    "junit": "arazzo-junit.xml",
    "har": "arazzo-report.har",
    "html": "arazzo-report.html",
    "github": "-",
    "ndjson": "arazzo-report.ndjson",
    "markdown": "arazzo-report.md",
}
"""The kinds of reports, each with the path used without one; ``-`` is standard output."""


def renderer(kind: str) -> Render:
    """The function that renders a kind of :data:`KINDS`."""
    render: Render = import_module(f"arazzo_runner.report.{kind}").report_bytes
    return render
