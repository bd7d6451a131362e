"""A text with carets under parts of it, in the manner of the diagnostics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from arazzo_runner.report.look import TextStyle


class Caret(Struct, frozen=True):
    """A part of the text, by offsets; its line in the document; the words beside its carets."""

    start: int
    end: int
    line: int
    words: str


MAX_LINE: Final = 120
"""The characters of a line that are shown; of a longer one, those around the marked part."""

_BEFORE: Final = 40


class _Line(Struct, frozen=True):
    """A line of the text, or what is shown of it: ``start`` is where that begins in the text."""

    content: str
    start: int
    cut: tuple[str, str] = ("", "")


def caret_block(text: str, marks: Sequence[Caret], look: TextStyle) -> list[str]:
    """The lines of ``text`` that are marked, each followed by its carets."""
    width = max(len(str(mark.line)) for mark in marks)
    gutter = " " * width + " |"
    lines = [gutter]
    start = 0
    for content in text.split("\n"):
        here = [mark for mark in marks if start <= mark.start <= start + len(content)]
        for line, marked in _cut_lines(_Line(content, start), here):
            before, after = line.cut
            shown = f"{before}{look.shown.text(line.content)}{after}"
            lines.append(f"{marked[0].line:>{width}} | {shown}")
            lines += (f"{gutter} {_carets(line, mark, look)}" for mark in marked)
        start += len(content) + 1
    return [*lines, gutter]


def _cut_lines(line: _Line, marks: list[Caret]) -> Iterator[tuple[_Line, list[Caret]]]:
    """A line with its marks; of a long one, for each mark what is round it."""
    if marks and len(line.content) <= MAX_LINE:
        yield line, marks
        return
    for mark in marks:
        last = len(line.content) - MAX_LINE
        left = min(max(mark.start - line.start - _BEFORE, 0), last)
        right = left + MAX_LINE
        cut = ("…" if left else "", "…" if left < last else "")
        yield _Line(line.content[left:right], line.start + left, cut), [mark]


def _carets(line: _Line, mark: Caret, look: TextStyle) -> str:
    """Carets below the part as it is shown: escaped characters take more room."""
    before = line.cut[0] + look.shown.text(line.content[: mark.start - line.start])
    part = look.shown.text(line.content[mark.start - line.start : mark.end - line.start])
    carets = look.style.paint(look.style.bad, f"{'^' * max(len(part), 1)} {mark.words}".rstrip())
    return " " * len(before) + carets
