"""One string in the spelling of the scalar that holds it: plain, quoted, block, or JSON.

YAML 1.2.2, chapters 7.3 (flow scalars) and 8.1 (block scalars); RFC 8259, section 7.
"""

from __future__ import annotations

import json
import re
from typing import Final
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.text.positions import part_of_scalar, properties_end
from arazzo_runner.text.source import Extent
from arazzo_runner.text.yaml_reader import FIRST, ScalarError, resolve_plain

Style = Choice["plain", "single", "double", "block"]

_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
# What ends a plain scalar, or keeps it from being one.
_NOT_PLAIN: Final = re.compile(r":(?:\s|\Z)|\s#|^[-?:](?:\s|\Z)|^[,\[\]{}#&*!|>'\"%@`]|^\s|\s\Z")
_NOT_PLAIN_IN_FLOW: Final = re.compile(r"[,\[\]{}]|:(?=[,\[\]{}])|^[-?:](?=[,\[\]{}])")


class TextEdit(Struct, frozen=True):
    """A stretch of the source text, by offsets, and what to put there."""

    start: int
    end: int
    text: str


class ScalarText(Struct, frozen=True):
    """A string in a text: where its spelling begins and ends, and whether in brackets."""

    source: str
    extent: Extent
    in_flow: bool

    @property
    def start(self) -> int:
        """Where the spelling begins, after an anchor and a tag."""
        return properties_end(self.source, self.extent)

    @property
    def style(self) -> Style:
        """How the string is written."""
        match self.source[self.start : self.start + 1]:
            case "'":
                return "single"
            case '"':
                return "double"
            case "|" | ">":
                return "block"
            case _:
                return "plain"

    def with_part(self, part: tuple[int, int], text: str) -> TextEdit | None:
        """``text`` instead of a part, by offsets in the string; None where it cannot be spelled."""
        start, end = part_of_scalar(self.source, self.extent, part)
        match self.style:
            case "double":
                return TextEdit(start, end, _escape(text))
            case _ if _UNPRINTABLE.search(text):
                return None
            case "single":
                return TextEdit(start, end, text.replace("'", "''"))
            case "block":
                return TextEdit(start, end, text)
            case _:
                return self._plain(start, end, text)

    def _plain(self, start: int, end: int, text: str) -> TextEdit:
        raw = self.source[self.start : start] + text + self.source[end : self.extent.end]
        if can_be_plain(raw, self.in_flow):
            return TextEdit(start, end, text)
        # The lines of a single quoted scalar fold like those of a plain one.
        quoted = "'" + raw.replace("'", "''") + "'"
        return TextEdit(self.start, self.extent.end, quoted)


def quote_string(text: str, *, in_flow: bool) -> str:
    """A string of one line in the simplest spelling that YAML has for it."""
    if _UNPRINTABLE.search(text):
        return f'"{_escape(text)}"'
    return text if can_be_plain(text, in_flow) else "'" + text.replace("'", "''") + "'"


def can_be_plain(raw: str, in_flow: bool) -> bool:  # noqa: FBT001 - a fact about the place
    """Whether a text without quotes is read as this string."""
    if _NOT_PLAIN.search(raw) or (in_flow and _NOT_PLAIN_IN_FLOW.search(raw)):
        return False
    return raw[:1] not in FIRST or _is_text(raw)


def _is_text(raw: str) -> bool:
    try:
        return isinstance(resolve_plain(raw), str)
    except ScalarError:
        return False


def _escape(text: str) -> str:
    """The inside of a double quoted string, in JSON as in YAML."""
    spelled = json.dumps(text, ensure_ascii=False)[1:-1]
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", spelled)


def respell_key(raw: str, name: str) -> str | None:
    """A key in the quotes of the one that stands there; None for a form that is no simple key."""
    match raw[:1]:
        case '"':
            return f'"{_escape(name)}"'
        case first if first in "&!*?|>" or _UNPRINTABLE.search(name):
            return None
        case "'":
            return "'" + name.replace("'", "''") + "'"
        case _:
            return quote_string(name, in_flow=True)
