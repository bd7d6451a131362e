"""Every diagnostic code has a case that shows it: tests/cases/invalid/<code>/, or folders in it."""

from pathlib import Path

from arazzo_runner.text.codes import CODES
from case_runner.case import ROOT, find

INVALID = ROOT / "invalid"
OUTPUTS = ("stdout", "stderr", "stdout.json", "report.json")


def is_shown(code: str) -> bool:
    """Whether a case of the code expects it in an output."""
    files = [INVALID / code / name / output for name in find(INVALID / code) for output in OUTPUTS]
    return any(code in path.read_text(encoding="utf-8") for path in files if path.exists())


def test_every_code_is_shown_by_a_case() -> None:
    lacking = [code for code in CODES if not is_shown(code)]
    assert not lacking, " ".join(lacking)


def test_every_case_is_of_a_known_code() -> None:
    assert {Path(name).parts[0] for name in find(INVALID)} - CODES.keys() == set()
