"""What `validate` prints: text for people, and JSON."""

from __future__ import annotations

import json

from arazzo_runner.report.located import Validation
from arazzo_runner.report.shown import counted
from arazzo_runner.report.style import Style


def text(done: Validation, style: Style) -> str:
    """Each finding with its source line, and a last line that counts."""
    return "".join(f"{one.text}\n" for one in done.findings) + _summary(done, style) + "\n"


def _summary(done: Validation, style: Style) -> str:
    where = counted(len(done.documents), "document")
    parts = [
        counted(count, word) for word in ("error", "warning", "hint") if (count := done.count(word))
    ]
    if not parts:
        return style.paint(style.good, f"{where}: nothing found")
    return f"{where}: {', '.join(parts)}"


def as_json(done: Validation) -> str:
    """``{"diagnostics": […]}``, each as it stands in the report of a run."""
    found = [one.to_json() for one in done.findings]
    return json.dumps({"diagnostics": found}, ensure_ascii=False, indent=2) + "\n"
