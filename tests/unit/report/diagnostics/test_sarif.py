"""SARIF 2.1.0, held against its schema.

The schema is the one that SchemaStore publishes (Apache-2.0), without its descriptions.
"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from arazzo_runner.report.diagnostics.located import (
    LocatedFinding,
    LocatedFix,
    TextChange,
    ValidationReport,
)
from arazzo_runner.report.diagnostics.sarif import fingerprint, sarif_pieces
from arazzo_runner.text.codes import CODES

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas" / "sarif-2.1.0.json").read_text())
VALIDATOR = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def finding(code: str = "AZ304", **other: Any) -> LocatedFinding:
    given = {"severity": "error", "message": "wrong", "help": None, "file": "a b/ä.yaml", "line": 3,
             "column": 5, "end_line": 3, "end_column": 8, "pointer": "/a/0"} | other  # fmt: skip
    return LocatedFinding(code=code, **given)


def run_of(*findings: LocatedFinding) -> dict[str, Any]:
    log = json.loads("".join(sarif_pieces(ValidationReport(("a b/ä.yaml",), findings))))
    VALIDATOR.validate(log)
    (run,) = log["runs"]
    return run


def test_nothing_found() -> None:
    run = run_of()
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])
    assert run["artifacts"] == [{"location": {"uri": "a%20b/%C3%A4.yaml"}}]


def test_every_code_is_a_rule() -> None:
    run = run_of(*(finding(code) for code in reversed(CODES)))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(CODES)
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    assert all(rule["shortDescription"]["text"] == CODES[rule["id"]] for rule in rules)


@pytest.mark.parametrize(
    ("severity", "level"), [("error", "error"), ("warning", "warning"), ("hint", "note")]
)
def test_place_and_level(severity: str, level: str) -> None:
    (result,) = run_of(finding(severity=severity))["results"]
    assert result["level"] == level
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b/%C3%A4.yaml"},
        "region": {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 8},
    }
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "/a/0"


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a.yaml", "a.yaml"),
        ("../a#b?c.yaml", "../a%23b%3Fc.yaml"),
        ("/tmp/a b.yaml", "file:///tmp/a%20b.yaml"),
        ("https://example.com/a.yaml?v=1 2", "https://example.com/a.yaml?v=1%202"),
        ("<stdin>", "%3Cstdin%3E"),
    ],
)
def test_files_are_uris(file: str, uri: str) -> None:
    (result,) = run_of(finding(file=file))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri}


def test_places_that_are_not_in_the_text() -> None:
    no_line, no_pointer, nowhere = run_of(
        finding(line=0), finding(pointer=""), finding(file="", line=0)
    )["results"]
    assert "region" not in no_line["locations"][0]["physicalLocation"]
    assert "logicalLocations" not in no_pointer["locations"][0]
    assert nowhere["locations"] == []


@pytest.mark.parametrize("is_safe", [True, False])
def test_fix(is_safe: bool) -> None:
    changes = (TextChange(1, 2, 1, 2, "new"), TextChange(3, 1, 4, 1, ""))
    (result,) = run_of(finding(fix=LocatedFix(is_safe, changes)))["results"]
    (fix,) = result["fixes"]
    assert fix["description"]["text"].startswith("safe" if is_safe else "unsafe")
    assert [
        one["insertedContent"]["text"] for one in fix["artifactChanges"][0]["replacements"]
    ] == ["new", ""]


def test_words_of_documents_are_inert() -> None:
    (result,) = run_of(finding(message="`[a](https://evil.example)\x1b`", help="one\ntwo"))[
        "results"
    ]
    assert result["message"]["text"] == "`[a] (https://evil.example)\\x1b`\none\ntwo"


def test_fingerprint_outlives_lines() -> None:
    assert fingerprint(finding(line=3)) == fingerprint(finding(line=30))
    assert fingerprint(finding(pointer="/a/0")) == fingerprint(finding(pointer="/a/1"))
    assert fingerprint(finding(message="wrong")) == fingerprint(finding(message="not right"))


@pytest.mark.parametrize(
    "other", [{"code": "AZ305"}, {"file": "b.yaml"}, {"stable_place": "/a/b"}, {"subject": "x"}]
)
def test_fingerprint_tells_findings_apart(other: dict[str, Any]) -> None:
    assert fingerprint(finding()) != fingerprint(finding(**other))
