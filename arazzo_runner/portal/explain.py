"""`explain_code`: the page of a diagnostic code, as `arazzo explain` shows it."""

from __future__ import annotations

from arazzo_runner.explain.pages import read_explanation, render_text
from arazzo_runner.portal.model import ToolResult
from arazzo_runner.report.terminal.style import PLAIN
from arazzo_runner.text.codes import CODES
from arazzo_runner.text.diagnostic import nearest, shorten


def explain_code(text: str) -> ToolResult:
    """What a code means and how to fix it; its case does not count, nor a missing `AZ`."""
    code = text.strip().upper()
    code = f"AZ{code}" if code.isdecimal() else code
    if code not in CODES:
        match = nearest(code, CODES)
        hint = f"; did you mean `{match}`?" if match else "; a code is such as `AZ304`"
        message = f"no diagnostic code is called `{shorten(text)}`{hint}"
        return ToolResult(message, None, is_error=True)
    found = read_explanation(code)
    data = {
        "code": code,
        "title": found.title,
        "severity": found.severity,
        "meaning": found.meaning,
        "fix": found.mend,
    }
    return ToolResult(render_text(found, PLAIN).rstrip(), data)
