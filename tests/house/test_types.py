"""The public names have types that checkers of programs see: tests/typed is such a program."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "tests" / "typed" / "embedding.py"
CHECKERS = {
    "mypy": ["mypy", "--strict", "--no-error-summary", "--hide-error-context"],
    "pyright": ["pyright", "--pythonpath", sys.executable],
}


@pytest.mark.parametrize("checker", CHECKERS)
def test_mistakes_are_found_and_nothing_else(checker: str) -> None:
    command = [sys.executable, "-m", *CHECKERS[checker], str(PROGRAM)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = re.findall(r"embedding\.py:(\d+)(?::\d+)?(?: -|:) error", done.stdout)
    lines = PROGRAM.read_text(encoding="utf-8").splitlines()
    wanted = [str(number) for number, line in enumerate(lines, 1) if "# error:" in line]
    assert sorted(set(found), key=int) == wanted, done.stdout + done.stderr
