"""A line of PowerShell up to the cursor as words, and candidates as PowerShell has to read them.

The script hands the line over as base64 and gets JSON of ASCII alone: Windows PowerShell loses
quotation marks in the arguments of programs, and reads what they print in the console's code page.
"""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from typing import Final, NamedTuple

from arazzo_runner.cli.completion.candidates import complete_words
from arazzo_runner.cli.completion.command_line import Candidate
from arazzo_runner.cli.completion.paths import path_candidates

# PowerShell takes typographic quotation marks for plain ones.
_SINGLE: Final = "'\u2018\u2019\u201a\u201b"
_DOUBLE: Final = '"\u201c\u201d\u201e'
_OPERATORS: Final = ("&", ".")


class PowerShellLine(NamedTuple):
    """``words`` stand behind the program's name, the last is the one at the cursor.

    ``cut`` is how much of that word PowerShell does not replace: an argument with commas is an
    array, of which it completes one element.
    """

    words: Sequence[str]
    cut: int


def powershell_reply(encoded: str) -> str | None:
    """What the script gets: a JSON object in ASCII; None for what no script asks.

    `paths` is true where PowerShell shall complete paths by itself. `words` have the text
    that replaces the word at the cursor, what the list shows, and a tooltip.
    """
    import json

    try:
        line = split_powershell_line(binascii.a2b_base64(encoded, strict_mode=True).decode())
    except ValueError:
        return None
    completion = complete_words(line.words)
    if completion.kind == "files" and not completion.prefix:
        return json.dumps({"paths": True, "words": []})
    if completion.kind != "words":
        completion = path_candidates(completion, line.words[-1])
    words = [_result(one, line.cut) for one in completion.candidates if one.value.isprintable()]
    return json.dumps({"paths": False, "words": words})


def _result(candidate: Candidate, cut: int) -> dict[str, str]:
    text = candidate.description
    return {
        "text": quote_for_powershell(candidate.value[cut:]),
        "shown": candidate.value[cut:],
        "tip": text if text and text.isprintable() else candidate.value,
    }


def quote_for_powershell(word: str) -> str:
    """The word as PowerShell hands it on unchanged: in single quotes where it has to be."""
    is_plain = all(character.isalnum() or character in "_-+=./:\\" for character in word)
    # A dot or colon would end a parameter such as -iname=a.b.
    is_parameter = word.startswith("-") and not word.startswith("--")
    if word and is_plain and not (is_parameter and not word[1:].isalnum()):
        return word
    return "'" + "".join(one * 2 if one in _SINGLE else one for one in word) + "'"


def split_powershell_line(line: str) -> PowerShellLine:
    """Split a command up to the cursor, however unfinished it is; variables stay as typed."""
    reader = _Reader()
    for character in line:
        reader.read(character)
    words = [*reader.words, reader.word]
    program = 1 if words[0] in _OPERATORS else 0
    return PowerShellLine(words[program + 1 :] or [""], reader.cut)


class _Reader:
    """Reads a line character by character."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.word = ""
        self.cut = 0
        self._quotes = ""
        self._closed = ""
        self._has_word = False
        self._is_escaped = False

    def read(self, character: str) -> None:
        if self._is_escaped:
            self._read_escaped(character)
        elif character == "`" and self._quotes != _SINGLE:
            self._is_escaped = True
        elif self._quotes:
            self._read_quoted(character)
        elif character in _SINGLE or character in _DOUBLE:
            self._open(_SINGLE if character in _SINGLE else _DOUBLE)
        elif character.isspace():
            self._end()
        else:
            self._add(character)
            if character == ",":
                self.cut = len(self.word)

    def _read_escaped(self, character: str) -> None:
        self._is_escaped = False
        # A grave accent at the end of a line goes on with the next one.
        if character in "\r\n" and not self._quotes:
            self._end()
        else:
            self._add(character)

    def _read_quoted(self, character: str) -> None:
        if character in self._quotes:
            self._quotes, self._closed = "", self._quotes
        else:
            self._add(character)

    def _open(self, quotes: str) -> None:
        if self._closed == quotes:  # two of them inside quotes are one
            self._add(quotes[0])
        self._quotes, self._closed = quotes, ""
        self._has_word = True

    def _add(self, character: str) -> None:
        self.word += character
        self._has_word = True
        self._closed = ""

    def _end(self) -> None:
        if self._has_word:
            self.words.append(self.word)
        self.word = ""
        self.cut = 0
        self._closed = ""
        self._has_word = False
