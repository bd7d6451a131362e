"""How an explanation is shown: text for people, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from difflib import unified_diff
from typing import Any, Final

from arazzo_runner.explain.explanation import BESIDE, FAILING, MEND, MENDED, WHY, Explanation
from arazzo_runner.report.terminal.style import AnsiStyle

GROUPS: Final = {
    "AZ1": "the document",
    "AZ2": "references",
    "AZ3": "agreement with the API description",
    "AZ4": "flow",
    "AZ5": "style",
    "AZ9": "the call",
}
"""What the codes that begin alike are about."""

_CONTEXT: Final = 3


def render_list(every: Iterable[Explanation], style: AnsiStyle) -> str:
    """All codes with their titles, by what they are about."""
    lines: list[str] = []
    group = ""
    for one in every:
        if one.code[:3] != group:
            group = one.code[:3]
            lines += ["", style.paint(style.bold, f"{group}xx {GROUPS[group]}")]
        lines.append(f"  {one.code}  {one.title}")
    return "\n".join(lines[1:]) + "\n\nhelp: `arazzo explain AZ304` says more of one\n"


def render_text(one: Explanation, style: AnsiStyle) -> str:
    """All of an explanation; of the mended files, what changed."""
    title = style.paint(style.bold, f"{one.code}: {one.title}")
    parts = [title, f"severity: {one.severity}", "", one.meaning]
    for heading, words in ((WHY, one.why), (MEND, one.mend)):
        parts += ["", style.paint(style.bold, heading), words]
    examples = (*_failing_lines(one, style), *_fixed_lines(one, style), *_side_files(one, style))
    return "\n".join([*parts, *examples]) + "\n"


def _failing_lines(one: Explanation, style: AnsiStyle) -> Iterator[str]:
    own = [name for name in one.failing.files if name not in _shared_files(one)]
    for name in own:
        yield from _heading(FAILING, name, style)
        yield _indent(one.failing.files[name])
    yield from ("",) if own else _heading(FAILING, "", style)
    yield f"    $ {one.failing.command}\n{_indent(one.failing.output)}"


def _fixed_lines(one: Explanation, style: AnsiStyle) -> Iterator[str]:
    for name, content in one.mended.files.items():
        if content != one.failing.files.get(name):
            yield from _heading(MENDED, name, style)
            yield "\n".join(_changes(one.failing.files.get(name, ""), content, style))
    if one.mended.command != one.failing.command:
        yield from _heading(MENDED, "", style)
        yield f"    $ {one.mended.command}"


def _changes(before: str, after: str, style: AnsiStyle) -> Iterator[str]:
    colours = {"+": style.good, "-": style.bad}
    lines = unified_diff(before.splitlines(), after.splitlines(), n=_CONTEXT, lineterm="")
    for line in list(lines)[2:]:
        shown = "  …" if line.startswith("@@") else f"  {line[:1]} {line[1:]}"
        yield style.paint(colours.get(line[:1], ""), shown).rstrip()


def _side_files(one: Explanation, style: AnsiStyle) -> Iterator[str]:
    for name in _shared_files(one):
        yield from _heading(BESIDE, name, style)
        yield _indent(one.failing.files[name])


def _shared_files(one: Explanation) -> list[str]:
    """The files that are the same in both examples."""
    return [name for name, held in one.failing.files.items() if one.mended.files.get(name) == held]


def _heading(words: str, name: str, style: AnsiStyle) -> tuple[str, str]:
    return "", style.paint(style.bold, f"{words}: {name}" if name else words)


def _indent(block: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in block.splitlines())


def render_json(one: Explanation) -> str:
    """An explanation as JSON, its examples with all files."""
    return _dump_json({**_summary_json(one), **_details_json(one)})


def render_list_json(every: Iterable[Explanation]) -> str:
    """All codes with title and severity as JSON."""
    return _dump_json({"codes": [_summary_json(one) for one in every]})


def _summary_json(one: Explanation) -> dict[str, Any]:
    return {"code": one.code, "title": one.title, "severity": one.severity}


def _details_json(one: Explanation) -> dict[str, Any]:
    examples = {
        kind: {"files": dict(example.files), "command": example.command, "output": example.output}
        for kind, example in (("failing", one.failing), ("mended", one.mended))
    }
    return {"meaning": one.meaning, "why": one.why, "mend": one.mend, **examples}


def _dump_json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
