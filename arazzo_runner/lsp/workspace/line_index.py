"""Offsets of a text as positions of the protocol, and back.

Language Server Protocol 3.17, "Text Documents": lines end at line feeds, carriage returns, or both
together; what is counted in a line are the code units of the encoding that was agreed upon.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Final

from lsprotocol import types

from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.positions import locate_place
from arazzo_runner.text.source import Place, line_starts

_BREAK: Final = lazy_pattern(r"\r\n|\n|\r")

DEFAULT_ENCODING: Final = "utf-16"
"""What counts where a client says nothing."""


def _utf8_units(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


_UNITS: Final[Mapping[str, Callable[[str], int]]] = {
    "utf-8": _utf8_units,
    "utf-16": _utf16_units,
    "utf-32": len,
}


class LineIndex:
    """The lines of one text, made once for each version of it."""

    def __init__(self, text: str, encoding: str = DEFAULT_ENCODING) -> None:
        self.text = text
        self._starts = [0, *(found.end() for found in _BREAK.finditer(text))]
        self._units = len if text.isascii() else _UNITS[encoding]

    def position(self, offset: int) -> types.Position:
        """The position of an offset."""
        line = bisect_right(self._starts, offset) - 1
        return types.Position(line, self._units(self.text[self._starts[line] : offset]))

    def range(self, start: int, end: int) -> types.Range:
        """The range between two offsets."""
        return types.Range(self.position(start), self.position(end))

    def offset(self, position: types.Position) -> int:
        """The offset of a position; one beyond its line, or the text, is the end of that.

        A position within a character is where the character begins.
        """
        if position.line >= len(self._starts):
            return len(self.text)
        start, end = self._starts[position.line], self.line_end(position.line)
        if self._units is len:
            return min(start + position.character, end)
        return start + self._characters(self.text[start:end], position.character)

    def _characters(self, line: str, units: int) -> int:
        """How many characters of a line are within so many code units."""
        if line.isascii():
            return min(units, len(line))
        counted = 0
        for at, character in enumerate(line):
            counted += self._units(character)
            if counted > units:
                return at
        return len(line)

    def line_of(self, offset: int) -> int:
        """The number of the line, from 0, that an offset is in."""
        return bisect_right(self._starts, offset) - 1

    def line_start(self, line: int) -> int:
        """The offset where a line begins."""
        return self._starts[line]

    def line_end(self, line: int) -> int:
        """The offset of the end of a line, before what ends it."""
        if line + 1 >= len(self._starts):
            return len(self.text)
        end = self._starts[line + 1]
        return end - (2 if self.text[end - 2 : end] == "\r\n" else 1)

    @property
    def count(self) -> int:
        """How many lines there are; what comes after the last line break is one."""
        return len(self._starts)


def place_offsets(place: Place) -> tuple[int, int]:
    """The offsets of a place in its text."""
    span = locate_place(place)
    starts = line_starts(place.source)
    start = starts[span.line - 1] + span.column - 1
    return start, max(starts[span.end_line - 1] + span.end_column - 1, start)


def place_range(place: Place, index: LineIndex) -> types.Range:
    """The range of a place, in a text that ``index`` is of."""
    return index.range(*place_offsets(place))
