"""A line of bash up to the cursor as words, however unfinished it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_ASSIGNMENT: Final = re.compile(r"\w+=")
# `rl_special_prefixes` of readline: these stay with the word that they begin.
_PREFIXES: Final = "$@"


class ShellLine(NamedTuple):
    """``words`` stand behind the program's name, the last is the one at the cursor.

    ``cut`` is how much of that word bash does not replace: all up to the last of the characters
    that break words. ``quote`` is the quotation mark that is open, or empty.
    """

    words: Sequence[str]
    cut: int
    quote: str


def split_line(line: str, breaks: str) -> ShellLine:
    """Split a line as a shell does; ``breaks`` are the characters of ``COMP_WORDBREAKS``."""
    reader = _Reader(breaks)
    for character in line:
        reader.read(character)
    words = [*reader.words, reader.word]
    program = next((n for n, word in enumerate(words) if not _ASSIGNMENT.match(word)), 0)
    return ShellLine(words[program + 1 :] or [""], reader.cut, reader.quote)


class _Reader:
    """Reads a line character by character."""

    def __init__(self, breaks: str) -> None:
        self.words: list[str] = []
        self.word = ""
        self.cut = 0
        self.quote = ""
        self._breaks = breaks
        self._has_word = False
        self._is_escaped = False

    def read(self, character: str) -> None:
        if self._is_escaped:
            self._is_escaped = False
            self._add(character)
        elif character == "\\" and self.quote != "'":
            self._is_escaped = True
        elif self.quote:
            self._read_quoted(character)
        elif character in "'\"":
            self._open(character)
        elif character.isspace():
            self._end()
        else:
            self._add(character)
            if character in self._breaks:
                self.cut = len(self.word) - (character in _PREFIXES)

    def _read_quoted(self, character: str) -> None:
        if character == self.quote:
            self.quote = ""
        else:
            self._add(character)

    def _open(self, quote: str) -> None:
        self.quote = quote
        self.cut = len(self.word)
        self._has_word = True

    def _add(self, character: str) -> None:
        self.word += character
        self._has_word = True

    def _end(self) -> None:
        if self._has_word:
            self.words.append(self.word)
        self.word = ""
        self.cut = 0
        self._has_word = False
