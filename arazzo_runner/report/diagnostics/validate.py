"""What `validate` prints: text for people, JSON, and annotations of GitHub.

All of it in pieces, so that of many findings only one is spelled at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from arazzo_runner.report.diagnostics.located import LocatedFinding, ValidationReport
from arazzo_runner.report.safe_text import count_text, escape, escape_lines
from arazzo_runner.report.terminal.style import AnsiStyle

_COMMANDS: Final = {"error": "error", "warning": "warning", "hint": "notice"}


def summary_text_pieces(done: ValidationReport, style: AnsiStyle) -> Iterator[str]:
    """Each finding with its source line, and a last line that counts."""
    yield from (f"{one.text}\n" for one in done.reported)
    yield summary_line(done, style) + "\n"


def summary_line(done: ValidationReport, style: AnsiStyle) -> str:
    """One line that counts what was found, and what can be done about it."""
    where = count_text(len(done.documents), "document")
    parts = [
        count_text(count, word)
        for word in ("error", "warning", "hint")
        if (count := done.count(word))
    ]
    found = ", ".join(parts) or style.paint(style.good, "no findings")
    more = [
        f"{done.mended} fixed" if done.mended else "",
        f"{done.known} in the baseline" if done.known else "",
        f"{done.omitted:,} omitted" if done.omitted else "",
        _fixable_text(done),
    ]
    return "; ".join([f"{where}: {found}", *filter(None, more)])


def _fixable_text(done: ValidationReport) -> str:
    safe, unsafe = done.fixable_count("safe"), done.fixable_count("unsafe")
    if not unsafe:
        return f"{safe} can be fixed with `--fix`" if safe else ""
    if not safe:
        return f"{unsafe} can be fixed with `--fix --unsafe-fixes`"
    return f"{safe} can be fixed with `--fix`, {unsafe} more with `--unsafe-fixes`"


def diff_summary(mended: Sequence[int]) -> str:
    """The line below a diff; ``mended`` are the findings of each document that would change."""
    if not mended:
        return "nothing would be fixed\n"
    where = count_text(len(mended), "document")
    return f"{count_text(sum(mended), 'finding')} would be fixed in {where}\n"


def stale_baseline_line(count: int, path: str) -> str:
    """The line about entries of a baseline that are no longer true."""
    entries = count_text(count, "finding")
    verb = "occurs" if count == 1 else "occur"
    return f"{entries} of `{escape(path)}` no longer {verb}; `--write-baseline` removes them\n"


def json_pieces(done: ValidationReport) -> Iterator[str]:
    """``{"diagnostics": […]}``, each as it stands in the report of a run, with its fix."""
    from arazzo_runner.report.formats.json_stream import OpenArray, OpenObject, json_text_stream

    counts = {"mended": done.mended, "known": done.known, "omitted": done.omitted}
    found = OpenArray(one.to_json() for one in done.reported)
    yield from json_text_stream(OpenObject(diagnostics=found, **counts))


# --- GitHub ---------------------------------------------------------------------------------------


def github_pieces(done: ValidationReport) -> Iterator[str]:
    """A workflow command for each finding, so that it is shown at its line of a pull request."""
    yield from (f"{_annotation(one)}\n" for one in done.reported)


def _annotation(one: LocatedFinding) -> str:
    from arazzo_runner.report.formats.github import annotation

    where = (
        {
            "file": escape(one.file),
            "line": str(one.line),
            "col": str(one.column),
            "endLine": str(one.end_line),
            "endColumn": str(one.end_column),
        }
        if one.line
        else {}
    )
    way_out = f"\nhelp: {escape_lines(one.help)}" if one.help else ""
    message = escape(one.message) + way_out
    return annotation(_COMMANDS[one.severity], {**where, "title": one.code}, message)


def escape_commands(text: str) -> str:
    """Text for the log of a job, in which no line can be a workflow command."""
    lines = text.splitlines(keepends=True)
    return "".join(f"| {one}" if one.lstrip().startswith("::") else one for one in lines)


# --- JUnit ----------------------------------------------------------------------------------------
