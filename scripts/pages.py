"""What pages have in common that scripts/docs writes: tables, files, their navigation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

PROJECT = Path(__file__).parents[1]
SITE = PROJECT / "mkdocs.yml"


def note(source: str) -> str:
    """The first line of a page: where to change it."""
    return f"<!-- Written by scripts/docs from {source}; a change there is a change here. -->"


def table(names: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table with a heading for each column."""
    heading = row(names)
    return heading + "|" + "---|" * heading.count(" |") + "\n" + "".join(map(row, rows))


def row(cells: Iterable[str]) -> str:
    """A row; a bar in a cell is none between cells."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def write_folder(folder: Path, pages: Mapping[str, str]) -> None:
    """Write all pages of a folder by file name, and remove those that are no longer among them."""
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


def write_section(name: str, entries: Iterable[str]) -> None:
    """Renew a section of the site's navigation."""
    text = with_section(SITE.read_text(encoding="utf-8"), name, entries)
    SITE.write_text(text, encoding="utf-8")


def with_section(settings: str, name: str, entries: Iterable[str]) -> str:
    """The settings of the site with these entries in a section; an inner one is indented."""
    begin = f"      - {name}:\n"
    assert begin in settings, f"mkdocs.yml has no section {name}"
    lines = "".join(f"          {entry}\n" for entry in entries)
    return re.sub(rf"(?<=\n{re.escape(begin)})(?: {{10}}.*\n)*", lambda _: lines, settings)
