"""Pages that `scripts/docs` writes from the program are up to date, and say what they are to say."""

import command_pages
import diagnostic_pages
import pages
import pytest
import python_pages
import report_pages

from house.markdown import ROOT

SETTINGS = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
SECTIONS = {one.SECTION: list(one.entries()) for one in (command_pages, diagnostic_pages)}


def test_pages_of_commands_are_up_to_date() -> None:
    wanted = command_pages.pages()
    found = {one.name: one.read_text("utf-8") for one in command_pages.FOLDER.glob("*.md")}
    assert sorted(found) == sorted(wanted)
    assert [name for name in wanted if found[name] != wanted[name]] == []


def test_the_page_of_python_is_up_to_date() -> None:
    assert python_pages.PAGE.read_text("utf-8") == python_pages.python_page()


def test_the_page_of_reports_is_up_to_date() -> None:
    assert report_pages.PAGE.read_text("utf-8") == report_pages.report_page()


@pytest.mark.parametrize("name", SECTIONS)
def test_the_navigation_is_up_to_date(name: str) -> None:
    assert pages.with_section(SETTINGS, name, SECTIONS[name]) == SETTINGS


def test_a_section_is_replaced_and_nothing_else() -> None:
    before = "      - One:\n          - a.md\n      - Two:\n          - Inner:\n              - b.md\n  - Three: c.md\n"
    after = "      - One:\n          - a.md\n      - Two:\n          - d.md\n  - Three: c.md\n"
    assert pages.with_section(f"nav:\n{before}", "Two", ["- d.md"]) == f"nav:\n{after}"
    with pytest.raises(AssertionError, match="no section Four"):
        pages.with_section(before, "Four", [])


def test_a_command_has_its_usage_help_and_flags() -> None:
    page = command_pages.page("journal")
    assert "arazzo journal [OPTIONS] {list|show|prune} [RUN_ID]" in page
    assert "## Options\n\n| flag | what it does | default |" in page
    assert "| `--keep DURATION` | With `prune`" in page
    assert "## `arazzo batch start`\n\n```text\narazzo batch start [OPTIONS] DOCUMENT\n```" in command_pages.page("batch")  # fmt: skip


def test_a_help_keeps_its_lines_where_it_asks_for_it() -> None:
    text = "Print a\nscript.\n\n\b\n  bash  a\n  zsh   b\n\nMore."
    assert list(command_pages.prose(text)) == ["Print a script.", "```text\nbash  a\nzsh   b\n```", "More."]  # fmt: skip


async def sample(first: "str | None", /, *rest: int, last: "float" = 1.5) -> "dict[str, int]":
    """Do what :func:`run` does with ``first``,
    in two lines.

    And more.
    """
    raise NotImplementedError


def test_a_function_is_shown_as_it_is_written() -> None:
    wanted = "f(first: str | None, /, *rest: int, last: float = 1.5) -> dict[str, int]"
    assert python_pages.signature("f", sample, "") == wanted
    wide = python_pages.signature("f" * 20, sample, "async def ")
    assert wide.splitlines()[:2] == ["async def ffffffffffffffffffff(", "    first: str | None,"]
    assert (
        python_pages.prose(sample) == "Do what `run` does with `first`, in two lines.\n\nAnd more."
    )


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"$ref": "#/$defs/step"}, "[step](#step)"),
        ({"const": "1.0"}, '`"1.0"`'),
        ({"enum": [0, None]}, "`0`, `null`"),
        ({"oneOf": [{"type": "null"}, {"$ref": "#/$defs/step"}]}, "null or [step](#step)"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"type": "array", "items": {"type": "integer"}}, "array of integer"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "object of number"),
        ({"type": "object", "additionalProperties": True}, "object"),
        ({"type": "string", "format": "date-time"}, "string (date-time)"),
        ({}, ""),
    ],
)
def test_types_are_said_in_words(schema: dict[str, object], words: str) -> None:
    assert report_pages.type_of(schema) == words


def test_members_stand_by_their_path() -> None:
    inner = {"type": "object", "required": ["c"], "properties": {"c": {"type": "string"}}}
    schema = {"required": ["a", "d"], "properties": {"a": {"type": "array", "items": inner}}}
    rows = list(report_pages.rows_of(schema, {"d": {"type": "integer", "description": "D"}}))
    assert rows == [
        ["`a`", "array of object", ""],
        ["`a[].c`", "string", ""],
        ["`d`", "integer", "D"],
    ]
