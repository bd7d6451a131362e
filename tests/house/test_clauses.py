"""docs/clauses.md names codes that exist, and leaves out none that is about the specification."""

import re
from pathlib import Path

from arazzo_runner.text.codes import CODES

PAGE = (Path(__file__).parents[2] / "docs" / "clauses.md").read_text(encoding="utf-8")
ROWS = [
    line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| clause")
]
# About bytes and limits, forms of API descriptions, and what cannot be done yet: no clause is behind them.
OTHERS = {"AZ101", "AZ102", "AZ106", "AZ109", "AZ214", "AZ215", "AZ217"}


def named() -> set[str]:
    return set(re.findall(r"AZ\d{3}", PAGE))


def test_each_clause_has_its_codes_or_a_reason() -> None:
    assert [row for row in ROWS if not re.search(r"AZ\d{3}|not said: \w+", row.split("|")[2])] == []


def test_codes_exist() -> None:
    assert named() - CODES.keys() == set()


def test_no_code_of_the_specification_is_missing() -> None:
    about = {code for code in CODES if code[:3] in ("AZ1", "AZ2")}
    assert about - named() - OTHERS == set()
