"""Write docs/diagnostics: a page for each diagnostic code, and the list of them."""

from __future__ import annotations

import re
from pathlib import Path

from arazzo_runner.explain.pages import GROUPS, Explanation, read_explanation
from arazzo_runner.text.codes import CODES

FOLDER = Path(__file__).parents[1] / "docs" / "diagnostics"
SITE = FOLDER.parents[1] / "mkdocs.yml"
# The last section of the site's navigation that is written; another heading ends it.
SECTION = re.compile(r"(?<=\n      - Diagnostics:\n)(?: {10}.*\n)*")
NOTE = (
    "<!-- Written by scripts/docs from arazzo_runner/explain; a change there is a change here. -->"
)
INDEX = "README.md"
INTRODUCTION = """# Diagnostics

Every finding has a code that keeps its meaning. `arazzo explain AZ304` shows these pages without a
network. Severities say how certain a finding is: an **error** cannot work, a **warning** is
probably wrong, a **hint** is a matter of style. [What validate checks](../validate.md), and how to
leave out what you do not want to hear.
"""


def pages() -> dict[str, str]:
    """All pages by file name."""
    every = [read_explanation(code) for code in CODES]
    return {INDEX: _index(every), **{f"{one.code}.md": _page(one) for one in every}}


def _index(every: list[Explanation]) -> str:
    lines = [NOTE, "", INTRODUCTION]
    group = ""
    for one in every:
        if one.code[:3] != group:
            group = one.code[:3]
            lines += ["", f"## {group}xx: {GROUPS[group]}", "", "| code | means | severity |"]
            lines.append("|---|---|---|")
        lines.append(f"| [{one.code}]({one.code}.md) | {one.title} | {one.severity} |")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _page(one: Explanation) -> str:
    # The name of a file stands above its text: a fence shows its first word at most.
    named = re.sub(r"^```(\w+) +(\S+)$", r"`\2`:\n\n```\1", one.page, flags=re.MULTILINE)
    top = f"{NOTE}\n\n# {one.code}: {one.title}\n\nSeverity: {one.severity}"
    return f"{top}\n\n{named}\n\n[All diagnostics]({INDEX})\n"


def with_navigation(settings: str) -> str:
    """The settings of the site, with all pages in the section of diagnostics."""
    lines = [f"          - diagnostics/{INDEX}\n"]
    for group, title in GROUPS.items():
        lines.append(f"          - {group}xx, {title}:\n")
        codes = [code for code in CODES if code.startswith(group)]
        lines += [f"              - {code}: diagnostics/{code}.md\n" for code in codes]
    return SECTION.sub("".join(lines), settings)


def write() -> None:
    """Write all pages, and remove those of codes that are gone."""
    FOLDER.mkdir(exist_ok=True)
    found = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in found:
            path.unlink()
    for name, text in found.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    SITE.write_text(with_navigation(SITE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()
