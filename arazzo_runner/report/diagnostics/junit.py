"""The findings of `validate` as JUnit XML."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape as xml_escape

from arazzo_runner.report.diagnostics.located import LocatedFinding, ValidationReport
from arazzo_runner.report.formats.junit import failure_element, legal_text, start_tag
from arazzo_runner.report.safe_text import escape


def junit_pieces(done: ValidationReport, failing: frozenset[str]) -> Iterator[str]:
    """A suite for each document, a case for each finding; one that passes where there is none.

    ``failing`` are the severities that make a case fail; the others stand in its output.
    """
    names = dict.fromkeys([*done.documents, *(one.file for one in done.reported)])
    by_file: dict[str, list[LocatedFinding]] = {name: [] for name in names}
    for one in done.reported:
        by_file[one.file].append(one)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    for name, found in by_file.items():
        yield from (f"{line}\n" for line in _suite(name, found, failing))
    yield "</testsuites>\n"


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
