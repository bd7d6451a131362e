"""What a diagnostic code means: read from the page of its name beside this file.

A page is Markdown: a line ``Severity: …``, what the code means, then sections. Its examples are
fenced blocks that are called after their files, and a ``console`` block with the command that is
run on them and what it says. `arazzo explain`, docs/diagnostics and the tests all read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Final

from msgspec import Struct

from arazzo_runner.text.codes import CODES

WHY: Final = "Why it matters"
MEND: Final = "How to mend it"
FAILING: Final = "Failing"
MENDED: Final = "Mended"
BESIDE: Final = "Beside both"
SECTIONS: Final = (WHY, MEND, FAILING, MENDED, BESIDE)

_HEADER: Final = re.compile(r"(?P<name>[A-Z][a-z]+): (?P<value>.+)\n")
_SECTION: Final = re.compile(r"^## (.+)$", re.MULTILINE)
_BLOCK: Final = re.compile(
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
