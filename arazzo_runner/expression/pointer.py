"""From a value to a value inside it: JSON Pointers, and the tolerated ``.name[0]`` walks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, assert_never

from arazzo_runner.expression.ast import Path
from arazzo_runner.expression.value import MISSING, MaybeValue
from arazzo_runner.text.pattern import lazy_pattern

_INDEX: Final = lazy_pattern("0|[1-9][0-9]{0,17}")


def value_at_path(value: MaybeValue, path: Path) -> MaybeValue:
    """The value at ``path`` inside ``value``; MISSING when there is none."""
    if not path.tokens:
        return value
    match path.kind:
        case "pointer":
            return at_pointer(value, path.tokens)
        case "walk":
            return at_walk(value, path.tokens)
        case _:
            assert_never(path.kind)


def at_pointer(value: MaybeValue, tokens: Iterable[str | int]) -> MaybeValue:
    """The value at a JSON Pointer, given by its unescaped tokens (RFC 6901, section 4)."""
    for token in tokens:
        if isinstance(value, dict):
            value = value.get(token, MISSING)
        elif isinstance(value, list):
            value = _item(value, str(token))
        else:
            return MISSING
    return value


def at_walk(value: MaybeValue, tokens: Iterable[str | int]) -> MaybeValue:
    """The value at the end of a walk: ``.name`` is a member or an index, ``[n]`` an item."""
    for token in tokens:
        if isinstance(value, list):
            value = _item(value, str(token))
        elif isinstance(value, dict) and isinstance(token, str):
            value = value.get(token, MISSING)
        else:
            return MISSING
    return value


def array_index(token: str) -> int | None:
    """The index that a token names; None where it names none (RFC 6901: no leading zeros)."""
    return int(token) if _INDEX.fullmatch(token) else None


def _item(items: list[MaybeValue], token: str) -> MaybeValue:
    index = array_index(token)
    return items[index] if index is not None and index < len(items) else MISSING
