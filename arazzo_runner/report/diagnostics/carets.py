"""A line of a text with carets below parts of it, as everything shows it that points into a text.

The line is masked before it is cut, so that no part of a secret is left at a cut, and what is
spelled otherwise (controls, tabs) has carets below its spelling. Columns are those of a terminal:
a wide character takes two, a combining mark none, an emoji of several characters two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.report.safe_text import display_width, escape
from arazzo_runner.report.secrets import MASK, Masker
from arazzo_runner.report.terminal.style import AnsiStyle

MAX_LINE: Final = 120
"""The characters of a line that are shown; of a longer one, those around the carets."""

BEFORE_CARET: Final = 40
TAB: Final = "    "


class Caret(Struct, frozen=True):
    """A part of a line, by offsets, the words beside its carets, and their colour."""

    start: int
    end: int
    words: str = ""
    colour: str = ""


class Gutter(Struct, frozen=True):
    """The left margin: as wide as the longest number of a line."""

    width: int
    style: AnsiStyle

    def text(self, number: int | None = None) -> str:
        """The margin of a line with its number, or of one without."""
        shown = "" if number is None else number
        return self.style.paint(self.style.dim, f"{shown:>{self.width}} |")


def caret_lines(
    line: str, number: int, carets: Sequence[Caret], gutter: Gutter, masker: Masker
) -> Iterator[str]:
    """The line, and below it a line of carets for each part; nothing without parts.

    Of a line longer than ``MAX_LINE``, what is around each part, one after the other.
    """
    shown, carets = _masked(line, carets, masker)
    is_whole = len(shown) <= MAX_LINE
    for group in ([carets] if carets else []) if is_whole else [[one] for one in carets]:
        last = max(len(shown) - MAX_LINE, 0)
        left = min(max(group[0].start - BEFORE_CARET, 0), last)
        yield f"{gutter.text(number)} {_window(shown, left)}"
        for caret in group:
            words = escape(masker.text(caret.words))
            yield f"{gutter.text()} {_under(shown, left, caret, words, gutter.style)}"


def _masked(line: str, carets: Iterable[Caret], masker: Masker) -> tuple[str, list[Caret]]:
    """A line without its secrets, and where parts of it are then."""
    spans = masker.line_spans(line)

    def shifted(at: int, *, is_end: bool) -> int:
        shift = 0
        for start, end in spans:
            if at >= end:
                shift += len(MASK) - (end - start)
            elif at > start:
                return start + shift + len(MASK) * is_end
        return at + shift

    pieces: list[str] = []
    at = 0
    for start, end in spans:
        pieces += line[at:start], MASK
        at = end
    return "".join([*pieces, line[at:]]), [
        replace(one, start=shifted(one.start, is_end=False), end=shifted(one.end, is_end=True))
        for one in carets
    ]


def _window(line: str, left: int) -> str:
    right = left + MAX_LINE
    cut = "…" if right < len(line) else ""
    return (("…" if left else "") + _visible_text(line[left:right]) + cut).rstrip()


def _under(line: str, left: int, caret: Caret, words: str, style: AnsiStyle) -> str:
    """The carets of a part below the window that begins at ``left``; at least one."""
    before = ("…" if left else "") + _visible_text(line[left : caret.start])
    part = _visible_text(line[caret.start : min(caret.end, left + MAX_LINE)])
    indent = display_width(before)
    # Measured together: what stands before may be the first half of an emoji.
    carets = "^" * max(display_width(before + part) - indent, 1)
    return " " * indent + style.paint(caret.colour, f"{carets} {words}".rstrip())


def _visible_text(text: str) -> str:
    return TAB.join(escape(part) for part in text.split("\t"))
