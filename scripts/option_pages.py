"""Write docs/options.md from the table of options: flags, their names in Python and pytest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from arazzo_runner.embed.documents import in_python
from arazzo_runner.options.model import Option
from arazzo_runner.options.table import OPTIONS, Table

PAGE = Path(__file__).parents[1] / "docs" / "options.md"
NOTE = (
    "<!-- Written by scripts/docs from arazzo_runner/options; a change there is a change here. -->"
)
TOP = f"""{NOTE}

# Options

All flags of all commands, under the headings of `--help`. Each has an environment variable, its
long name in capitals with `ARAZZO_` before it (`--max-steps` is `ARAZZO_MAX_STEPS`), and a key of
the same name in `arazzo.toml` ([configuration](configuration.md)). Beside them stands what they are
called in [Python](python-api.md) and in [pytest](pytest.md).
"""
ALONE = """
## Python alone

| keyword | of | type | what it is |
|---|---|---|---|
"""
COLUMNS = """
| flag | what it does | default | commands | Python | pytest |
|---|---|---|---|---|---|
"""


def option_page(table: Table = OPTIONS) -> str:
    """The text of the page."""
    flags = [option for option in table if option.commands]
    headings = list(dict.fromkeys(heading(option) for option in flags))
    sections = (
        section(one, [each for each in flags if heading(each) == one], table) for one in headings
    )
    keywords = "".join(_keyword_row(option) for option in table if not option.commands)
    return TOP + "".join(sections) + ALONE + keywords


def heading(option: Option) -> str:
    """The heading of `--help`; options without one are those of a command."""
    return option.section or f"`arazzo {option.commands[0]}`"


def section(title: str, options: Iterable[Option], table: Table) -> str:
    """A heading and its table."""
    return f"\n## {title}\n{COLUMNS}" + "".join(
        _row(_flag_cells(option, table)) for option in options
    )


def _flag_cells(option: Option, table: Table) -> Iterator[str]:
    names = " ".join(filter(None, [option.flag, option.metavar or "|".join(option.choices)]))
    yield ", ".join(f"`{name}`" for name in [*_short(option), names])
    yield f"{option.help}{'' if option.has_variable else ' No environment variable.'}"
    yield "" if option.default is None else f"`{option.default}`"
    yield ", ".join(f"`{command}`" for command in option.commands)
    yield _in_python(option, table)
    yield f"`--arazzo-{option.name}`" if option.pytest else ""


def _short(option: Option) -> list[str]:
    return [f"-{option.short}"] if option.short else []


def _in_python(option: Option, table: Table) -> str:
    keyword = in_python(f"`{option.flag}`", table)
    if not option.keyword and not option.member:
        return ""
    several = option.keyword and option.keyword.by_name
    return f"{keyword}, `{several}`" if several else keyword


def _keyword_row(option: Option) -> str:
    keyword = option.keyword
    assert keyword is not None
    function, annotation = f"`{keyword.function}`", f"`{keyword.annotation}`"
    return _row([f"`{keyword.name}`", function, annotation, option.help])


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    PAGE.write_text(option_page(), encoding="utf-8")
