"""Write docs/diagnostics: a page for each diagnostic code, and the list of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pages import PROJECT, note, write_folder, write_section

from arazzo_runner.explain.pages import GROUPS, Explanation, read_explanation
from arazzo_runner.text.codes import CODES

FOLDER = PROJECT / "docs" / "diagnostics"
NOTE = note("arazzo_runner/explain")
SECTION = "Diagnostics"
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


def entries() -> Iterator[str]:
    """The navigation of the pages."""
    yield f"- diagnostics/{INDEX}"
    for group, title in GROUPS.items():
        yield f"- {group}xx, {title}:"
        yield from (
            f"    - {code}: diagnostics/{code}.md" for code in CODES if code.startswith(group)
        )


if __name__ == "__main__":
    write_folder(FOLDER, pages())
    write_section(SECTION, entries())
