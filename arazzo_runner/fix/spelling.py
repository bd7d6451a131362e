"""From an edit of a document's data to an edit of its text, in the spelling of the scalar there.

Scalars are plain, quoted, block, or JSON: YAML 1.2.2, chapters 7.3 (flow scalars) and 8.1 (block
scalars); RFC 8259, section 7.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.expression.value import Value
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.positions import extent_of, part_of_scalar, properties_end
from arazzo_runner.text.source import Extent, Place, Pointer, SourceFile
from arazzo_runner.text.suggested_fix import Edit
from arazzo_runner.text.yaml_scalars import FIRST, ScalarError, resolve_plain

Style = Choice["plain", "single", "double", "block"]

_UNPRINTABLE: Final = lazy_pattern(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]"
)
# What ends a plain scalar, or keeps it from being one.
_NOT_PLAIN: Final = lazy_pattern(r":(?:\s|\Z)|\s#|^[-?:](?:\s|\Z)|^[,\[\]{}#&*!|>'\"%@`]|^\s|\s\Z")
_NOT_PLAIN_IN_FLOW: Final = lazy_pattern(r"[,\[\]{}]|:(?=[,\[\]{}])|^[-?:](?=[,\[\]{}])")


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
    """Whether an unquoted string is read as this string."""
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


_COMMENT: Final = lazy_pattern(r"(?:^|\s)#")


def text_edits(edits: Iterable[Edit], value: Value) -> tuple[TextEdit, ...] | None:
    """The edits of the text that make edits of data; None where one cannot be spelled.

    ``value`` is the data of the document. Whether the text with them holds what was meant is for
    ``fix/apply.py`` to find out: where it stands apart from what was judged here, nothing is lost.
    """
    every = tuple(edits)
    gone = frozenset(one.place.pointer for one in every if one.text is None)
    found: list[TextEdit] = []
    for edit in every:
        one = _text_edit(edit, value, gone)
        if one is None:
            return None
        found.append(one)
    return tuple(found)


def _text_edit(edit: Edit, value: Value, gone: frozenset[Pointer]) -> TextEdit | None:
    place = edit.place
    extent = extent_of(place.source, place.pointer)
    if extent is None:
        return None
    if edit.text is None:
        return _without_member(place, extent, value, gone)
    if place.target == "key":
        return _other_key(place.source.text, extent, edit.text)
    return _other_string(place, extent, edit.text, value)


def _other_key(text: str, extent: Extent, name: str) -> TextEdit | None:
    if extent.key is None:
        return None
    start, end = extent.key
    key = respell_key(text[start:end], name)
    return None if key is None else TextEdit(start, end, key)


def _other_string(place: Place, extent: Extent, text: str, value: Value) -> TextEdit | None:
    written = value_at(value, place.pointer)
    if isinstance(written, bool | int | float):
        start = properties_end(place.source.text, extent)
        # Double quotes, which JSON has too.
        return TextEdit(start, extent.end, f'"{_escape(text)}"')
    if not isinstance(written, str):
        return None
    in_flow = _is_in_flow(place.source, place.pointer)
    if extent.target is not None:  # an alias: only here something else is meant
        start, end = part_of(place, written)
        whole = written[:start] + text + written[end:]
        return TextEdit(extent.start, extent.end, quote_string(whole, in_flow=in_flow))
    scalar = ScalarText(place.source.text, extent, in_flow)
    return scalar.with_part(*_smallest_edit(written, part_of(place, written), text))


def resolve_part(edit: Edit, value: Value) -> Edit | None:
    """An edit of a word as one of the part that the word is; None where it stands not once."""
    if edit.quoted:
        return _as_written(edit.place, value)
    if edit.word is None or edit.place.target == "key":
        return edit
    written = value_at(value, edit.place.pointer)
    if not isinstance(written, str):
        return None
    start, end = part_of(edit.place, written)
    word = re.compile(rf"(?<![\w-]){re.escape(edit.word)}(?![\w-])")
    found = list(word.finditer(written, start, end))
    return Edit(edit.place.within(*found[0].span()), edit.text) if len(found) == 1 else None


def _as_written(place: Place, value: Value) -> Edit | None:
    extent = extent_of(place.source, place.pointer)
    if extent is None or not isinstance(value_at(value, place.pointer), bool | int | float):
        return None
    start = properties_end(place.source.text, extent)
    return Edit(place, place.source.text[start : extent.end])


def part_of(place: Place, written: str) -> tuple[int, int]:
    """The part of a string that a place is, by offsets within it."""
    start, end = place.part or (0, len(written))
    return min(start, len(written)), min(end, len(written))


def _smallest_edit(written: str, part: tuple[int, int], text: str) -> tuple[tuple[int, int], str]:
    """The part that differs: what is written already is left as it is spelled."""
    start, end = part
    while start < end and text and written[start] == text[0]:
        start, text = start + 1, text[1:]
    while start < end and text and written[end - 1] == text[-1]:
        end, text = end - 1, text[:-1]
    return (start, end), text


def _is_in_flow(source: SourceFile, pointer: Pointer) -> bool:
    """Whether a value stands within brackets or braces; all that is in them does."""
    for length in range(len(pointer)):
        extent = extent_of(source, pointer[:length])
        if extent and source.text[properties_end(source.text, extent)] in "[{":
            return True
    return False


def value_at(value: Value, pointer: Pointer) -> Value:
    """The data at a pointer that is there."""
    for token in pointer:
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


# --- taking a member out --------------------------------------------------------------------------


def _without_member(
    place: Place, extent: Extent, value: Value, gone: frozenset[Pointer]
) -> TextEdit | None:
    """The text without a member; None where that would take a comment with it.

    ``gone`` are all members that go.
    """
    if extent.key is None:
        return None
    text = place.source.text
    if _is_in_flow(place.source, place.pointer):
        start, end = _with_comma(place, extent.key[0], extent.end, value, gone)
    else:
        start, end = _with_line(place, extent.key[0], extent.end, value, gone)
    if start < 0 or _COMMENT.search(text[start:end]):
        return None
    return TextEdit(start, end, "")


def _with_comma(
    place: Place, start: int, end: int, value: Value, gone: frozenset[Pointer]
) -> tuple[int, int]:
    """A member goes with the comma before it; where none before it stays, with that after it."""
    if _has_member_before(place, value, gone):
        *above, name = place.pointer
        names = list(value_at(value, tuple(above)))
        previous = extent_of(place.source, (*above, names[names.index(name) - 1]))
        return (previous.end, end) if previous else (-1, -1)
    following = _next_member(place, value)
    return start, end if following is None else following


def _with_line(
    place: Place, start: int, end: int, value: Value, gone: frozenset[Pointer]
) -> tuple[int, int]:
    """A member goes with its lines; of those after a dash, the next that stays takes the place.

    Without a next one it cannot go: the range begins below zero.
    """
    text = place.source.text
    holder = extent_of(place.source, place.pointer[:-1])
    opening = holder.start if holder else start
    line = text.rfind("\n", 0, opening) + 1
    if not text[line:opening].strip(" ") or _has_member_before(place, value, gone):
        below = text.find("\n", end) + 1
        return text.rfind("\n", 0, start) + 1, below or len(text)
    following = _next_member(place, value)
    return (start, following) if following is not None else (-1, -1)


def _has_member_before(place: Place, value: Value, gone: frozenset[Pointer]) -> bool:
    *above, name = place.pointer
    names = list(value_at(value, tuple(above)))
    return any((*above, one) not in gone for one in names[: names.index(name)])


def _next_member(place: Place, value: Value) -> int | None:
    """Where the next member of the object begins."""
    *above, name = place.pointer
    names = list(value_at(value, tuple(above)))
    rest = names[names.index(name) + 1 :]
    extent = extent_of(place.source, (*above, rest[0])) if rest else None
    return extent.key[0] if extent and extent.key else None


def is_overlapping(edit: TextEdit, other: TextEdit) -> bool:
    """Whether two edits of a text touch the same; two insertions at one place do."""
    if edit == other:
        return False
    if edit.start == other.start:
        return True
    return edit.start < other.end and other.start < edit.end


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """The text with edits that do not overlap."""
    parts: list[str] = []
    done = 0
    for edit in sorted(set(edits), key=lambda one: (one.start, one.end)):
        parts += text[done : edit.start], edit.text
        done = edit.end
    return "".join([*parts, text[done:]])
