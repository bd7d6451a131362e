"""JSON text (RFC 8259) to plain data, within limits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import accumulate, islice
from typing import Any, Final

from arazzo_runner.errors import DocumentError
from arazzo_runner.text.limits import DocumentLimits, depth_error, node_count_error
from arazzo_runner.text.outline import tokens
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.positions import place_between
from arazzo_runner.text.source import Place, SourceFile
from arazzo_runner.text.yaml_scalars import ScalarError, parse_decimal, parse_integer

SURROGATE: Final = lazy_pattern(r"\\u[dD][89a-fA-F]")
"""An escape that is half a character, which is fine in pairs alone."""


def build_json(source: SourceFile, limits: DocumentLimits) -> tuple[Any, bool]:
    """The value of a JSON text, and whether there is more to say about it (see findings.py).

    Raises DocumentError (AZ109 limit) and ``json.JSONDecodeError`` (syntax).
    """
    _check_depth(source, limits.max_depth)
    loaded = _load(source)
    _check_nodes(source, limits.max_nodes)
    return loaded


def is_called_json(source: SourceFile) -> bool:
    """Whether the name says that the text is JSON; otherwise it may be a YAML flow mapping."""
    return (source.uri or source.name).lower().endswith(".json")


def _load(source: SourceFile) -> tuple[Any, bool]:
    text = source.text
    doubts: list[str] = ["half"] if "\\u" in text and _has_lone_surrogate(text) else []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            doubts.append("key")
        return found

    def number(read: Callable[[str], float]) -> Callable[[str], Any]:
        def convert(digits: str) -> Any:
            try:
                return read(digits)
            except ScalarError:
                doubts.append(digits)
                return digits

        return convert

    def constant(name: str) -> None:
        if not is_called_json(source):  # in YAML, `[NaN]` is a list of text
            raise json.JSONDecodeError("no JSON value", text, 0)
        doubts.append(name)

    value = json.loads(
        text,
        object_pairs_hook=members,
        parse_int=number(parse_integer),
        parse_float=number(parse_decimal),
        parse_constant=constant,
    )
    return value, bool(doubts)


def _has_lone_surrogate(text: str) -> bool:
    """Whether there may be half a character: its halves are counted, and the pairs."""
    return len(SURROGATE.findall(text)) != 2 * len(_PAIR.findall(text))


_PAIR: Final = lazy_pattern(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F]")


def _check_depth(source: SourceFile, limit: int) -> None:
    text = source.text
    if text.count("[") + text.count("{") <= limit:
        return
    depths = list(accumulate(map(_STEPS.__getitem__, _ALL_BUT_BRACKETS.sub("", text))))
    if max(depths) > limit:
        raise _depth_error(source, limit, depths)


def _depth_error(source: SourceFile, limit: int, depths: list[int]) -> DocumentError:
    first = next(index for index, depth in enumerate(depths) if depth > limit)
    brackets = (token for token in tokens(source.text) if token[0] in _STEPS)
    token = next(islice(brackets, first, None))
    return depth_error(limit + 1, limit, place_between(source, *token.span()))


_STEPS: Final = {"[": 1, "{": 1, "]": -1, "}": -1}
_ALL_BUT_BRACKETS: Final = lazy_pattern(r'[^\[\]{}"]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)


def _check_nodes(source: SourceFile, limit: int) -> None:
    # Each node has a bracket, comma or colon before it: fewer of these need no exact count.
    if sum(map(source.text.count, "[{,:")) < limit:
        return
    nodes = sum(token.lastgroup != "close" for token in tokens(source.text))
    if nodes > limit:
        raise node_count_error(nodes, limit, Place(source))
