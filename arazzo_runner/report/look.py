"""How a text rendering looks: what is shown, how wide, in which colours and signs."""

from __future__ import annotations

from typing import Literal as Choice
from typing import TypeAlias

from msgspec import Struct

from arazzo_runner.report.mask import Masker
from arazzo_runner.report.shown import SafeText
from arazzo_runner.report.style import PLAIN, UNICODE, AnsiStyle, Marks

Verbosity: TypeAlias = Choice["quiet", "normal", "verbose", "bodies"]

LABEL = 6
"""The width of the words at the left of a step's lines: ``sent``, ``got``, ``out``, a mark."""


class TextStyle(Struct, frozen=True):
    """The settings of one rendering; ``width`` is in characters, for lines that may be cut."""

    shown: SafeText
    style: AnsiStyle = PLAIN
    marks: Marks = UNICODE
    width: int = 100
    verbosity: Verbosity = "normal"

    def label_lines(self, label: str, lines: list[str]) -> list[str]:
        """Lines behind a word in the left column; none for no lines."""
        if not lines:
            return []
        first = self.style.paint(self.style.dim, label.ljust(LABEL)) + lines[0]
        return [first, *(" " * LABEL + line if line else "" for line in lines[1:])]

    @property
    def room(self) -> int:
        """The characters left for a value in a step's line."""
        return max(self.width - LABEL - 6, 20)


def plain_look(masker: Masker, style: AnsiStyle = PLAIN) -> TextStyle:
    """The look of a text that goes into an exception or a test's output."""
    return TextStyle(SafeText(masker), style)
