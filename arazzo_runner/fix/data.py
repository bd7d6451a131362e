"""What a document's data is once edits are made: what the edited text has to hold."""

from __future__ import annotations

import json
from collections.abc import Iterable

from arazzo_runner.expression.value import Value
from arazzo_runner.fix.spell import part_of, value_at
from arazzo_runner.text.suggested_fix import Edit


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
