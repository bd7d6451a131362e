"""What `validate` prints: text for people, JSON, annotations of GitHub, and JUnit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape as xml_escape

from arazzo_runner.report.diagnostics.located import LocatedFinding, ValidationReport
from arazzo_runner.report.formats.github import annotation
from arazzo_runner.report.formats.junit import failure_element, legal_text, start_tag
from arazzo_runner.report.safe_text import count_text, escape, escape_lines
from arazzo_runner.report.terminal.style import AnsiStyle

_COMMANDS: Final = {"error": "error", "warning": "warning", "hint": "notice"}


def render_summary_text(done: ValidationReport, style: AnsiStyle) -> str:
    """Each finding with its source line, and a last line that counts."""
    return "".join(f"{one.text}\n" for one in done.findings) + summary_line(done, style) + "\n"


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


def render_json(done: ValidationReport) -> str:
    """``{"diagnostics": […]}``, each as it stands in the report of a run, with its fix."""
    found = [one.to_json() for one in done.findings]
    content = {"diagnostics": found, "mended": done.mended, "known": done.known}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


# --- GitHub ---------------------------------------------------------------------------------------


def render_github(done: ValidationReport) -> str:
    """A workflow command for each finding, so that it is shown at its line of a pull request."""
    return "".join(f"{_annotation(one)}\n" for one in done.findings)


def _annotation(one: LocatedFinding) -> str:
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


def render_junit(done: ValidationReport, failing: frozenset[str]) -> str:
    """A suite for each document, a case for each finding; one that passes where there is none.

    ``failing`` are the severities that make a case fail; the others stand in its output.
    """
    names = dict.fromkeys([*done.documents, *(one.file for one in done.findings)])
    by_file: dict[str, list[LocatedFinding]] = {name: [] for name in names}
    for one in done.findings:
        by_file[one.file].append(one)
    suites = [line for name, found in by_file.items() for line in _suite(name, found, failing)]
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return "\n".join([head, "<testsuites>", *suites, "</testsuites>", ""])


def _suite(name: str, found: list[LocatedFinding], failing: frozenset[str]) -> Iterator[str]:
    name = escape(name)
    counts = {
        "tests": str(len(found) or 1),
        "failures": str(sum(one.severity in failing for one in found)),
        "errors": "0",
        "skipped": "0",
    }
    yield start_tag("testsuite", name=name, **counts)
    if not found:
        yield start_tag("testcase", classname=name, name="valid", time="0") + "</testcase>"
    for one in found:
        yield _case(name, one, failing)
    yield "</testsuite>"


def _case(suite: str, one: LocatedFinding, failing: frozenset[str]) -> str:
    where = f" at {one.line}:{one.column}" if one.line else ""
    begin = start_tag("testcase", classname=suite, name=f"{one.code}{where}", time="0")
    said = (
        failure_element("failure", one.severity, one.text)
        if one.severity in failing
        else f"<system-out>{xml_escape(legal_text(one.text))}</system-out>"
    )
    return f"{begin}{said}</testcase>"
