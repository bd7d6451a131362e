"""The words that people read are the field's own (the table of terms is in CONTRIBUTING.md)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from arazzo_runner.cli.main import main
from arazzo_runner.cli.options.command_list import COMMANDS
from arazzo_runner.text.codes import CODES

PROJECT = Path(__file__).parents[2]

BANNED = {
    "did not pass": "failed; Failures",
    "never answered": "not returned",
    "gone through": "covered, exercised",
    "found on the way": "findings",
    "does not hold": "failed; is not true",
    "did not hold": "failed",
    "always held": "always passed",
    "never held": "never passed",
    "always holds": "is always true",
    "can never hold": "is never true",
    "was never judged": "was never evaluated",
    "went out": "was sent",
    "occasion": "run",
    "made up": "generated",
    "stands twice": "duplicate",
    "leads nowhere": "cannot be resolved",
    "nothing leads to": "unreachable",
    "goes in a circle": "cycle",
    "closes the circle": "closes the cycle",
    "mend": "fix",
    "mends": "fixes",
    "mended": "fixed",
    "answers with": "returns",
    "without an answer": "without a response",
    "nothing found": "no findings",
    "told": "reported, shown, sent",
    "came": "was returned, was received",
    "went on": "continued",
    "left out": "skipped; omitted; not reported",
    "takes them out": "removes them",
    "held against": "checked against",
    "hidden": "masked; not reported",
    "circle": "cycle",
    "circles": "cycles",
    "twin": "environment variable, option of pytest",
    "twins": "options of pytest",
    "exchange": "request, response",
    "answers": "responses; returns, responds",
}
"""What no text for users says, and what it says instead."""

_WORDS = re.compile(
    # Within a name, such as `check-circle` or `answers.openapi.yaml`, they are no words of ours.
    rf"(?<![\w-])({'|'.join(sorted(map(re.escape, BANNED), key=len, reverse=True))})(?![\w-]|\.\w)",
    re.IGNORECASE,
)


def banned_words(text: str) -> Iterator[str]:
    """Each banned phrase in a text with its line, in any case and across line breaks."""
    spaced = re.sub(r"[ \t]*\n[ \t]*", "\n", text)
    flat = spaced.replace("\n", " ")
    for found in _WORDS.finditer(flat):
        line = spaced.count("\n", 0, found.start()) + 1
        term = next(old for old in BANNED if old.lower() == found[0].lower())
        yield f"line {line}: `{found[0]}` (write: {BANNED[term]})"


def _without_code(text: str) -> str:
    """The prose of a page: field names and programs of its examples are not words."""
    blocks = re.compile(r"^```(?!console|text)\w*[^\n]*\n.*?^```$", re.MULTILINE | re.DOTALL)
    text = blocks.sub(lambda block: "\n" * block[0].count("\n"), text)
    return re.sub(r"`[^`\n]+`", "`…`", text)


def _pages() -> list[Path]:
    folders = ("docs", "arazzo_runner/explain", "examples")
    pages = [page for folder in folders for page in sorted((PROJECT / folder).rglob("*.md"))]
    return [*pages, PROJECT / "README.md", PROJECT / "CHANGELOG.md", PROJECT / "action.yml"]


def _outputs() -> list[Path]:
    cases = PROJECT / "tests" / "cases"
    written = [one for one in cases.glob("**/written/**/*") if one.is_file()]
    return sorted([*cases.rglob("stdout"), *cases.rglob("stderr"), *written])


def _named(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("page", _pages(), ids=_named)
def test_pages(page: Path) -> None:
    assert list(banned_words(_without_code(page.read_text("utf-8")))) == []


def test_expected_outputs() -> None:
    found = {
        _named(path): words
        for path in _outputs()
        if (words := list(banned_words(path.read_text("utf-8", "replace"))))
    }
    assert found == {}


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--help"]) == 0
    shown = click.unstyle(capsys.readouterr().out)
    assert "Usage: arazzo" in shown
    assert list(banned_words(shown)) == []


def test_titles_of_diagnostics() -> None:
    assert list(banned_words("\n".join(CODES.values()))) == []


def test_the_page_of_the_html_report() -> None:
    modules = sorted((PROJECT / "arazzo_runner" / "report" / "formats").glob("html*.py"))
    nodes = [one for module in modules for one in ast.walk(ast.parse(module.read_text("utf-8")))]
    texts = [one.value for one in nodes if isinstance(one, ast.Constant)]
    templates = [one for one in texts if isinstance(one, str) and re.search(r"<\w", one)]
    prose = re.sub(r"<[^>]*>", " ", "\n".join(templates))
    assert "Skip to the workflows" in prose
    assert list(banned_words(prose)) == []


@pytest.mark.parametrize("phrase", BANNED)
def test_each_banned_phrase_is_found(phrase: str) -> None:
    (found,) = banned_words(f"some text\nand here {phrase}, in a sentence")
    assert found.startswith(f"line 2: `{phrase}`")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What Did\nNot Pass", ["line 1: `Did Not Pass` (write: failed; Failures)"]),
        (
            "the criterion does\n    not hold",
            ["line 1: `does not hold` (write: failed; is not true)"],
        ),
        ("a recommended amendment, check-circle and answers.openapi.yaml", []),
        ("passed 0, failed 1", []),
    ],
)
def test_case_line_breaks_and_parts_of_words(text: str, found: list[str]) -> None:
    assert list(banned_words(text)) == found


def test_code_of_a_page_is_no_prose() -> None:
    page = '`mended`\n```json\n{"mended": 1}\n```\n```console\n1 mended\n```\n'
    assert list(banned_words(_without_code(page))) == ["line 6: `mended` (write: fixed)"]
