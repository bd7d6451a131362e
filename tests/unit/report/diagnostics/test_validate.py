"""What `validate` prints."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from arazzo_runner.report.diagnostics.junit import junit_pieces
from arazzo_runner.report.diagnostics.located import (
    LocatedFinding,
    LocatedFix,
    TextChange,
    ValidationReport,
    locate_findings,
)
from arazzo_runner.report.diagnostics.validate import (
    diff_summary,
    escape_commands,
    github_pieces,
    json_pieces,
    stale_baseline_line,
    summary_line,
    summary_text_pieces,
)
from arazzo_runner.report.terminal.style import PLAIN
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.source import Place, SourceFile
from arazzo_runner.text.suggested_fix import change_text, replace_text

JUNIT = xmlschema.XMLSchema(Path(__file__).parents[3] / "schemas" / "junit-10.xsd")
SAFE = LocatedFix(True, (TextChange(1, 2, 1, 3, "x"),))
UNSAFE = LocatedFix(False, (TextChange(1, 2, 1, 3, "x"),))


def finding(**other: Any) -> LocatedFinding:
    given = {"code": "AZ304", "severity": "error", "message": "wrong", "help": None, "file": "a.yaml",
             "line": 3, "column": 5, "end_line": 3, "end_column": 8, "pointer": "/a", "text": "said"} | other  # fmt: skip
    return LocatedFinding(**given)


def done(*findings: LocatedFinding, **other: Any) -> ValidationReport:
    return ValidationReport(("a.yaml",), findings, **other)


@pytest.mark.parametrize(
    ("validation", "line"),
    [
        (done(), "1 document: no findings"),
        (done(mended=2, known=3), "1 document: no findings; 2 fixed; 3 in the baseline"),
        (done(finding(), finding(severity="hint")), "1 document: 1 error, 1 hint"),
        (done(finding(fix=SAFE)), "1 document: 1 error; 1 can be fixed with `--fix`"),
        (
            done(finding(fix=UNSAFE)),
            "1 document: 1 error; 1 can be fixed with `--fix --unsafe-fixes`",
        ),
        (
            done(finding(fix=UNSAFE), finding(fix=SAFE)),
            "1 document: 2 errors; 1 can be fixed with `--fix`, 1 more with `--unsafe-fixes`",
        ),
    ],
)
def test_summary(validation: ValidationReport, line: str) -> None:
    assert summary_line(validation, PLAIN) == line
    assert "".join(summary_text_pieces(validation, PLAIN)).endswith(f"{line}\n")


def test_json_has_the_fix() -> None:
    found = json.loads("".join(json_pieces(done(finding(fix=UNSAFE), finding(line=0), mended=1))))
    assert found["mended"] == 1
    first, second = found["diagnostics"]
    assert first["fix"] == {
        "safety": "unsafe",
        "edits": [{"line": 1, "column": 2, "end_line": 1, "end_column": 3, "text": "x"}],
    }
    assert (second["fix"], second["location"]) == (None, None)


def test_annotations_stay_within_their_line() -> None:
    hostile = finding(
        severity="hint", file="a,b:c.yaml", message="x\n::error::100%", help="1\r\n2", pointer=""
    )
    assert "".join(github_pieces(done(hostile, finding(line=0, severity="warning")))) == (
        "::notice file=a%2Cb%3Ac.yaml,line=3,col=5,endLine=3,endColumn=8,title=AZ304"
        "::x\\x0a::error::100%25%0Ahelp: 1\\x0d%0A2\n"
        "::warning title=AZ304::wrong\n"
    )


def test_text_on_github_holds_no_command() -> None:
    assert escape_commands("a\n  ::error::b\n::c\nd ::e\n") == "a\n|   ::error::b\n| ::c\nd ::e\n"


def junit(validation: ValidationReport, *failing: str) -> ET.Element:
    said = "".join(junit_pieces(validation, frozenset(failing)))
    JUNIT.validate(said)
    return ET.fromstring(said)


def test_junit_suite_for_each_document() -> None:
    found = junit(
        ValidationReport(
            ("a.yaml", "b & c.yaml"),
            (
                finding(),
                finding(severity="warning", text="<b>\x00</b>"),
                finding(file="d.yaml", line=0),
            ),
        ),
        "error",
    )
    assert [suite.attrib["name"] for suite in found] == ["a.yaml", "b & c.yaml", "d.yaml"]
    first, fine, other = found
    assert (first.attrib["tests"], first.attrib["failures"]) == ("2", "1")
    assert [case.attrib["name"] for case in first] == ["AZ304 at 3:5", "AZ304 at 3:5"]
    assert [child.tag for case in first for child in case] == ["failure", "system-out"]
    assert first[1][0].text == "<b>\N{REPLACEMENT CHARACTER}</b>"
    assert [case.attrib["name"] for case in fine] == ["valid"]
    assert [case.attrib["name"] for case in other] == ["AZ304"]


def test_junit_warnings_fail_where_they_count() -> None:
    (suite,) = junit(done(finding(severity="warning")), "error", "warning")
    assert suite.attrib["failures"] == "1"


@pytest.mark.parametrize(
    ("mended", "line"),
    [
        ([], "nothing would be fixed\n"),
        ([1], "1 finding would be fixed in 1 document\n"),
        ([2, 3], "5 findings would be fixed in 2 documents\n"),
    ],
)
def test_line_below_a_diff(mended: list[int], line: str) -> None:
    assert diff_summary(mended) == line


def test_entries_that_are_gone() -> None:
    assert stale_baseline_line(1, "b.json").startswith("1 finding of `b.json` no longer occurs;")
    assert stale_baseline_line(2, "b.json").startswith("2 findings of `b.json` no longer occur;")


SOURCE = SourceFile("a.yaml", "a: 'old'\nb: 1\nc: {}\n", "file:///a.yaml")


def test_fixes_are_in_the_spelling_of_the_file() -> None:
    place = Place(SOURCE, ("a",))
    number, mapping = Place(SOURCE, ("b",)), Place(SOURCE, ("c",))
    safe, unsafe, quoted, none = locate_findings(
        [
            error("AZ204", "x", place, fix=replace_text(place, "it's")),
            error("AZ304", "x", place, fix=change_text(place.within(1, 3), "x")),
            error("AZ304", "x", number, fix=change_text(number, "2")),
            error("AZ304", "x", mapping, fix=change_text(mapping, "2")),
        ],
        PLAIN,
        "a.yaml",
    )
    assert safe.fix == LocatedFix(True, (TextChange(1, 5, 1, 8, "it''s"),))
    assert safe.text.endswith("fix: `--fix` writes it\n")
    assert unsafe.fix == LocatedFix(False, (TextChange(1, 6, 1, 8, "x"),))
    assert unsafe.text.endswith("fix: `--fix --unsafe-fixes` writes it\n")
    assert quoted.fix == LocatedFix(False, (TextChange(2, 4, 2, 5, '"2"'),))
    assert none.fix is None, "an object is not text"
    assert none.text.endswith("^\n")


def test_where_there_is_no_place_the_document_is_it() -> None:
    (one,) = locate_findings([error("AZ101", "lost")], None, "b.yaml")
    assert (one.file, one.line, one.text) == ("b.yaml", 0, "")


def test_text_that_cannot_be_read_has_no_fix() -> None:
    broken = SourceFile("a.yaml", "a: [", "file:///a.yaml")
    place = Place(broken, ("a",))
    (one,) = locate_findings(
        [error("AZ103", "x", place, fix=replace_text(place, "y"))], None, "a.yaml"
    )
    assert one.fix is None
