"""A text with carets under parts of it, in the manner of the diagnostics."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from arazzo_runner.report.look import Look


class Mark(Struct, frozen=True):
    """A part of the text, by offsets; its line in the document; the words beside its carets."""

    start: int
    end: int
    line: int
    words: str


def frame(text: str, marks: Sequence[Mark], look: Look) -> list[str]:
    """The lines of ``text`` that are marked, each followed by its carets."""
    width = max(len(str(mark.line)) for mark in marks)
    gutter = " " * width + " |"
    lines = [gutter]
    start = 0
    for content in text.split("\n"):
        here = [mark for mark in marks if start <= mark.start <= start + len(content)]
        if here:
            lines.append(f"{here[0].line:>{width}} | {look.shown.text(content)}")
        lines += (f"{gutter} {_carets(content, start, mark, look)}" for mark in here)
        start += len(content) + 1
    return [*lines, gutter]


def _carets(content: str, start: int, mark: Mark, look: Look) -> str:
    """Carets below the part as it is shown: escaped characters take more room."""
    before = look.shown.text(content[: mark.start - start])
    part = look.shown.text(content[mark.start - start : mark.end - start])
    carets = look.style.paint(look.style.bad, f"{'^' * max(len(part), 1)} {mark.words}".rstrip())
    return " " * len(before) + carets
