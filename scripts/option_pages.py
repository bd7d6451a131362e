"""Write docs/options.md from the table of options: flags, their names in Python and pytest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pages import PROJECT, note
from pages import table as markdown_table

from arazzo_runner.embed.documents import in_python
from arazzo_runner.options.model import Option
from arazzo_runner.options.table import OPTIONS, Table

PAGE = PROJECT / "docs" / "options.md"
NOTE = note("arazzo_runner/options")
COLUMNS = ("flag", "what it does", "default", "commands", "Python", "pytest")
TOP = f"""{NOTE}

# Options

All flags of all commands, under the headings of `--help`. Each has an environment variable, its
long name in capitals with `ARAZZO_` before it (`--max-steps` is `ARAZZO_MAX_STEPS`), and a key of
the same name in `arazzo.toml` ([configuration](configuration.md)). Beside them stands what they are
called in [Python](python-api.md) and in [pytest](pytest.md).
"""


def option_page(table: Table = OPTIONS) -> str:
    """The text of the page."""
    flags = [option for option in table if option.commands]
    headings = list(dict.fromkeys(heading(option) for option in flags))
    sections = (
        section(one, [each for each in flags if heading(each) == one], table) for one in headings
    )
    keywords = map(_keyword_cells, (option for option in table if not option.commands))
    alone = markdown_table(("keyword", "of", "type", "what it is"), keywords)
    return f"{TOP}{''.join(sections)}\n## Python alone\n\n{alone}"


def heading(option: Option) -> str:
    """The heading of `--help`; options without one are those of a command."""
    return option.section or f"`arazzo {option.commands[0]}`"


def section(title: str, options: Iterable[Option], table: Table) -> str:
    """A heading and its table."""
    rows = (_flag_cells(option, table) for option in options)
    return f"\n## {title}\n\n{markdown_table(COLUMNS, rows)}"


def names_cell(option: Option) -> str:
    """A flag as it is typed, with its short name and its value."""
    names = " ".join(filter(None, [option.flag, option.metavar or "|".join(option.choices)]))
    return ", ".join(f"`{name}`" for name in [*_short(option), names])


def default_cell(option: Option) -> str:
    """The default of a flag, where it has one."""
    return "" if option.default is None else f"`{option.default}`"


def _flag_cells(option: Option, table: Table) -> Iterator[str]:
    yield names_cell(option)
    yield f"{option.help}{'' if option.has_variable else ' No environment variable.'}"
    yield default_cell(option)
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


def _keyword_cells(option: Option) -> list[str]:
    keyword = option.keyword
    assert keyword is not None
    function, annotation = f"`{keyword.function}`", f"`{keyword.annotation}`"
    return [f"`{keyword.name}`", function, annotation, option.help]


if __name__ == "__main__":
    PAGE.write_text(option_page(), encoding="utf-8")
