"""Every diagnostic code is explained, its examples do what they say, and docs/diagnostics is up to date."""

import re
import runpy
import shlex
from pathlib import Path

import pytest

import arazzo_runner.explain
from arazzo_runner.cli.main import main
from arazzo_runner.explain.pages import Example, Explanation, read_explanation
from arazzo_runner.text.codes import CODES
from case_runner import outcome
from case_runner.case import Case

ROOT = Path(__file__).parents[2]
PAGES = Path(arazzo_runner.explain.__path__[0])
SAID = re.compile(r"^(error|warning|hint)\[(AZ\d{3})\]", re.MULTILINE)


def told(example: Example, folder: Path, encoding: str = "utf-8") -> tuple[int, str]:
    """Run the command of an example beside its files: the exit code, and all that is printed."""
    beside = folder / "beside"
    beside.mkdir()
    for name, text in example.files.items():
        (beside / name).write_text(text, encoding=encoding)
    words = shlex.split(example.command)
    at = words.index("arazzo")
    env = dict(word.split("=", 1) for word in words[:at])
    done = outcome.run(Case(beside, tuple(words[at + 1 :]), 0, env=env), main, folder)
    lines = (done.stdout + done.stderr).splitlines()
    return done.exit, "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def rewrite(one: Explanation, actual: str) -> None:
    page = PAGES / f"{one.code}.md"
    block, new = f"{one.failing.command}\n{one.failing.output}", f"{one.failing.command}\n{actual}"
    page.write_text(page.read_text(encoding="utf-8").replace(block, new), encoding="utf-8")


@pytest.mark.parametrize("code", CODES)
def test_failing_example_is_told_so(
    code: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    one = read_explanation(code)
    _, actual = told(one.failing, tmp_path, one.encoding)
    if request.config.getoption("--update"):
        rewrite(one, actual)
        one = read_explanation(code)
    assert actual == one.failing.output
    said = SAID.findall(actual)
    assert {name for _, name in said} == {code, *one.also}
    assert {severity for severity, name in said if name == code} <= set(
        re.findall(r"\w+", one.severity)
    )
    assert {severity for severity, name in said if name != code} <= {"hint"}


@pytest.mark.parametrize("code", CODES)
def test_mended_example_is_well(code: str, tmp_path: Path) -> None:
    one = read_explanation(code)
    status, actual = told(one.mended, tmp_path)
    assert status == 0, actual
    assert {name for _, name in SAID.findall(actual)} <= set(one.also)


@pytest.mark.parametrize("code", CODES)
def test_examples_are_one_change_apart(code: str) -> None:
    one = read_explanation(code)
    assert one.failing != one.mended
    assert one.meaning
    assert one.why
    assert one.mend


def test_no_page_is_of_another_code() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == set(CODES)


def test_documentation_is_up_to_date() -> None:
    """`scripts/docs` renews it."""
    script = runpy.run_path(str(ROOT / "scripts" / "diagnostic_pages.py"))
    folder, wanted = script["FOLDER"], script["pages"]()
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    assert sorted(found) == sorted(wanted)
    assert [name for name in wanted if found[name] != wanted[name]] == []
