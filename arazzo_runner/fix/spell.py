"""From an edit of a document's data to an edit of its text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from arazzo_runner.expression.value import Value
from arazzo_runner.fix.scalar import ScalarText, TextEdit, quote_string, respell_key
from arazzo_runner.text.positions import extent_of, properties_end
from arazzo_runner.text.source import Extent, Place, Pointer, SourceFile
from arazzo_runner.text.suggested_fix import Edit

_COMMENT: Final = re.compile(r"(?:^|\s)#")


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
        is_quoted = text == place.source.text[start : extent.end]
        # Double quotes, which JSON has too.
        return TextEdit(start, extent.end, f'"{text}"') if is_quoted else None
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


def is_overlapping(one: TextEdit, other: TextEdit) -> bool:
    """Whether two edits of a text touch the same; two insertions at one place do."""
    if one == other:
        return False
    if one.start == other.start:
        return True
    return one.start < other.end and other.start < one.end


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """The text with edits that do not overlap."""
    parts: list[str] = []
    done = 0
    for edit in sorted(set(edits), key=lambda one: (one.start, one.end)):
        parts += text[done : edit.start], edit.text
        done = edit.end
    return "".join([*parts, text[done:]])
