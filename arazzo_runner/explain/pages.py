"""Explanations of diagnostic codes: read from the page of its name beside this file, and rendered.

A page is Markdown: a line ``Severity: …``, what the code means, then sections. Its examples are
fenced blocks that are called after their files, and a ``console`` block with the command that is
run on them and what it prints. `arazzo explain`, docs/diagnostics and the tests all read it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import unified_diff
from importlib.resources import files
from typing import Any, Final

from msgspec import Struct

from arazzo_runner.report.terminal.style import AnsiStyle
from arazzo_runner.text.codes import CODES
from arazzo_runner.text.pattern import lazy_pattern

WHY: Final = "Why it matters"
MEND: Final = "How to fix it"
FAILING: Final = "Failing"
MENDED: Final = "Fixed"
BESIDE: Final = "Files of both"
SECTIONS: Final = (WHY, MEND, FAILING, MENDED, BESIDE)

_HEADER: Final = lazy_pattern(r"(?P<name>[A-Z][a-z]+): (?P<value>.+)\n")
_SECTION: Final = lazy_pattern(r"^## (.+)$", re.MULTILINE)
_BLOCK: Final = lazy_pattern(
    r"^```(?P<kind>\w+) *(?P<name>\S*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_PROMPT: Final = "$ "


class Example(Struct, frozen=True):
    """Files by name, the command that is run beside them, and what it says (may be empty)."""

    files: Mapping[str, str]
    command: str
    output: str


class Explanation(Struct, frozen=True):
    """A code in words, with an example that has the mistake and the same one mended.

    ``also`` are the codes of hints that the examples bear besides; ``encoding`` is that of the
    failing files.
    """

    code: str
    title: str
    severity: str
    meaning: str
    why: str
    mend: str
    failing: Example
    mended: Example
    also: tuple[str, ...]
    encoding: str
    page: str


def read_explanation(code: str) -> Explanation:
    """The explanation of a known code; raises KeyError for another one."""
    title = CODES[code]
    return parse_page(code, title, _text(code))


def _text(code: str) -> str:
    return files("arazzo_runner.explain").joinpath(f"{code}.md").read_text(encoding="utf-8")


def parse_page(code: str, title: str, text: str) -> Explanation:
    """Read a page; raises KeyError where a part of it is missing."""
    headers, page = _headers(text)
    meaning, *rest = _SECTION.split(page)
    sections = {name: body.strip() for name, body in zip(rest[::2], rest[1::2], strict=True)}
    failing, mended, beside = (_blocks(sections.get(name, "")) for name in SECTIONS[2:])
    shared = _files(beside)
    command, output = _console(failing)
    return Explanation(
        code,
        title,
        headers["Severity"],
        meaning.strip(),
        sections[WHY],
        sections[MEND],
        Example({**_files(failing), **shared}, command, output),
        Example({**_files(mended), **shared}, *_console(mended, command)),
        tuple(headers.get("Also", "").split()),
        headers.get("Encoding", "utf-8"),
        page.strip(),
    )


def _headers(text: str) -> tuple[dict[str, str], str]:
    found: dict[str, str] = {}
    while match := _HEADER.match(text):
        found[match["name"]] = match["value"]
        text = text[match.end() :]
    return found, text


def _blocks(text: str) -> list[re.Match[str]]:
    return list(_BLOCK.finditer(text))


def _files(blocks: Iterable[re.Match[str]]) -> dict[str, str]:
    return {one["name"]: one["text"] for one in blocks if one["name"]}


def _console(blocks: Iterable[re.Match[str]], command: str = "") -> tuple[str, str]:
    """The command of a console block and its output; the command of the other one without it."""
    for one in blocks:
        if one["kind"] == "console":
            first, _, output = one["text"].removeprefix(_PROMPT).partition("\n")
            return first, output
    return command, ""


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


def render_list(explanations: Iterable[Explanation], style: AnsiStyle) -> str:
    """All codes with their titles, by what they are about."""
    lines: list[str] = []
    group = ""
    for one in explanations:
        if one.code[:3] != group:
            group = one.code[:3]
            lines += ["", style.paint(style.bold, f"{group}xx {GROUPS[group]}")]
        lines.append(f"  {one.code}  {one.title}")
    return "\n".join(lines[1:]) + "\n\nhelp: `arazzo explain AZ304` shows one in full\n"


def render_text(explanation: Explanation, style: AnsiStyle) -> str:
    """All of an explanation; of the mended files, what changed."""
    title = style.paint(style.bold, f"{explanation.code}: {explanation.title}")
    parts = [title, f"severity: {explanation.severity}", "", explanation.meaning]
    for heading, words in ((WHY, explanation.why), (MEND, explanation.mend)):
        parts += ["", style.paint(style.bold, heading), words]
    examples = (
        *_failing_lines(explanation, style),
        *_fixed_lines(explanation, style),
        *_side_files(explanation, style),
    )
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


def render_json(explanation: Explanation) -> str:
    """An explanation as JSON, its examples with all files."""
    return _dump_json({**_summary_json(explanation), **_details_json(explanation)})


def render_list_json(explanations: Iterable[Explanation]) -> str:
    """All codes with title and severity as JSON."""
    return _dump_json({"codes": [_summary_json(one) for one in explanations]})


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
