"""What would change in a file, as a unified diff that `patch -p0` applies."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff

from arazzo_runner.report.safe_text import escape_lines
from arazzo_runner.report.terminal.style import AnsiStyle


def diff_text(name: str, before: str, after: str) -> str:
    """The lines that differ, with three lines round them; nothing when there is no difference."""
    lines = unified_diff(_lines(before), _lines(after), name, name)
    return "".join(_with_newline(line) for line in lines)


def _lines(text: str) -> list[str]:
    r"""Lines as `patch` has them: they end at ``\n`` alone, which they keep."""
    lines = [f"{line}\n" for line in text.split("\n")]
    return [*lines[:-1], lines[-1][:-1]] if lines[-1] != "\n" else lines[:-1]


def _with_newline(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def render_diff(text: str, style: AnsiStyle) -> str:
    """A diff for a terminal: coloured, and without what could steer it."""
    return "".join(_render_lines(text, style))


def _render_lines(text: str, style: AnsiStyle) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        colour = {"+": style.good, "-": style.bad, "@": style.dim}.get(line[:1], "")
        yield style.paint(colour, escape_lines(line.rstrip("\r\n"))) + "\n"
