"""Fixes put into the text of a document, so that nothing else in it changes.

The data that the edits are to yield is computed too, to compare the edited text with.
"""

from __future__ import annotations

import json
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.fix.spelling import (
    TextEdit,
    apply_edits,
    is_overlapping,
    part_of,
    resolve_part,
    text_edits,
    value_at,
)
from arazzo_runner.text.diagnostic import Severity
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.parse import parse
from arazzo_runner.text.source import SourceFile
from arazzo_runner.text.suggested_fix import Edit, Fix


def edit_data(value: Value, edits: Iterable[Edit]) -> Value:
    """A copy of ``value``, nothing shared in it, with the edits made."""
    copy = json.loads(json.dumps(value))
    once = list(dict.fromkeys(edits))
    for edit in sorted((one for one in once if _is_of_string(one)), key=_from_the_end):
        _replace(copy, edit)
    # Pointers stay what they are as long as what is below is done first.
    for edit in sorted((one for one in once if not _is_of_string(one)), key=_depth, reverse=True):
        _rename(copy, edit)
    return copy


def is_same_data(value: Value, other: Value) -> bool:
    """Whether two documents are the same data, the order of members included."""
    return json.dumps(value) == json.dumps(other)


def _is_of_string(edit: Edit) -> bool:
    return edit.text is not None and edit.place.target == "value"


def _from_the_end(edit: Edit) -> int:
    return -(edit.place.part or (0, 0))[0]


def _depth(edit: Edit) -> int:
    return len(edit.place.pointer)


def _replace(value: Value, edit: Edit) -> None:
    *above, last = edit.place.pointer
    holder = value_at(value, tuple(above))
    if isinstance(holder, list):
        holder[int(last)] = _edited_value(holder[int(last)], edit)
    else:
        holder[last] = _edited_value(holder[last], edit)


def _edited_value(value: Value, edit: Edit) -> Value:
    """A value as an edit leaves it: of a text only the part that is meant changes."""
    if not isinstance(value, str):
        return edit.text
    start, end = part_of(edit.place, value)
    return value[:start] + (edit.text or "") + value[end:]


def _rename(value: Value, edit: Edit) -> None:
    """Another key in its place, or, without a text, the member taken out."""
    *above, last = edit.place.pointer
    holder = value_at(value, tuple(above))
    members = list(holder.items())
    holder.clear()
    for name, member in members:
        if name != last:
            holder[name] = member
        elif edit.text is not None:
            holder[edit.text] = member


TRIALS: Final = 200
"""How often a document is read, or judged, to find out which fixes do harm."""


class ApplyResult(Struct, frozen=True):
    """A text with fixes in it, and those that are."""

    text: str
    fixes: tuple[Fix, ...] = ()


class TextFix(Struct, frozen=True):
    """A fix, what it says of the data, and the edits of the text that make it, from the top."""

    fix: Fix
    meant: tuple[Edit, ...]
    edits: tuple[TextEdit, ...]


def to_text_fix(fix: Fix, value: Value) -> TextFix | None:
    """A fix as edits of the text whose data is ``value``; None where it cannot be spelled."""
    meant = tuple(one for edit in fix.edits if (one := resolve_part(edit, value)) is not None)
    edits = text_edits(meant, value) if len(meant) == len(fix.edits) else None
    return TextFix(fix, meant, tuple(sorted(edits, key=_position))) if edits else None


def _position(edit: TextEdit) -> tuple[int, int]:
    return edit.start, edit.end


def apply_fixes(source: SourceFile, fixes: Sequence[Fix], limits: DocumentLimits) -> ApplyResult:
    """The text of ``source`` with as many of the fixes as go together.

    Of two that touch the same text the one that begins first is taken. The text is read again: it
    holds the data of before but for what the fixes say, or they are left out. So what an alias
    shares stays as it is, unless all that share it are mended alike. Raises DocumentError when
    ``source`` itself cannot be read.
    """
    value = _read(source.text, source, limits)
    chosen = _choose(fixes, value)
    text = _with_fixes(source, chosen, value, limits)
    if text is None:
        chosen = _choose_by_halves(source, chosen, value, limits)
        text = _with_fixes(source, chosen, value, limits)
    assert text is not None  # each was tried
    return ApplyResult(text, tuple(one.fix for one in chosen))


def _choose(fixes: Sequence[Fix], value: Value) -> list[TextFix]:
    possible = [one for fix in dict.fromkeys(fixes) if (one := to_text_fix(fix, value)) is not None]
    taken: list[TextFix] = []
    edits: list[TextEdit] = []
    for one in sorted(possible, key=lambda one: [_position(edit) for edit in one.edits]):
        if not any(_is_taken(edit, edits) for edit in one.edits):
            taken.append(one)
            for edit in one.edits:
                insort(edits, edit, key=_position)
    return taken


def _is_taken(edit: TextEdit, edits: Sequence[TextEdit]) -> bool:
    """Whether one of ``edits``, sorted and apart from each other, touches the same text."""
    at = bisect_left(edits, _position(edit), key=_position)
    return any(is_overlapping(edit, other) for other in edits[max(at - 1, 0) : at + 2])


def _choose_by_halves(
    source: SourceFile, chosen: list[TextFix], value: Value, limits: DocumentLimits
) -> list[TextFix]:
    """Those that go together: what does not is found by halves, as far as the trials go."""
    taken: list[TextFix] = []
    todo = [chosen]
    for _ in range(TRIALS):
        if not todo:
            break
        group = todo.pop()
        if _with_fixes(source, [*taken, *group], value, limits) is not None:
            taken += group
        elif len(group) > 1:
            middle = len(group) // 2
            todo += group[middle:], group[:middle]
    return taken


def _edits(chosen: Sequence[TextFix]) -> list[TextEdit]:
    return [edit for one in chosen for edit in one.edits]


def _with_fixes(
    source: SourceFile, chosen: Sequence[TextFix], value: Value, limits: DocumentLimits
) -> str | None:
    """The text with these fixes; None when it does not hold what they mean."""
    text = apply_edits(source.text, _edits(chosen))
    try:
        found = _read(text, source, limits)
    except DocumentError:
        return None
    wanted = edit_data(value, (edit for one in chosen for edit in one.meant))
    return text if is_same_data(found, wanted) else None


def _read(text: str, source: SourceFile, limits: DocumentLimits) -> Value:
    return parse(SourceFile(source.name, text, source.uri), limits, Severity.ERROR).value


class FixSpeller:
    """Spells fixes in the texts they are about, each of which is read once."""

    def __init__(self, limits: DocumentLimits) -> None:
        self._limits = limits
        self._values: dict[SourceFile, Value] = {}

    def edits(self, source: SourceFile, fix: Fix) -> tuple[TextEdit, ...]:
        """The edits of ``source`` that make a fix, from the top; none if it cannot be spelled."""
        if source not in self._values:
            self._values[source] = self._value(source)
        value = self._values[source]
        found = to_text_fix(fix, value) if value is not None else None
        return found.edits if found else ()

    def _value(self, source: SourceFile) -> Value:
        try:
            return _read(source.text, source, self._limits)
        except DocumentError:
            return None
