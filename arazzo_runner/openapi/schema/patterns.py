"""Patterns of schemas that backtrack, matched so that a run can break them off.

jsonschema-rs computes in one go, holds the interpreter for as long, and bounds the steps back of
one string alone: a look-ahead that scans to the end is no step back, and a response may have
20,000 strings. So a pattern with a look-around or a back reference is a keyword of our own, which
asks the checkpoint of the run before each string; what may take long on it goes to the package
``regex``, which has a time limit. All other patterns take linear time, and stay where they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from functools import lru_cache
from math import inf
from typing import Any, Final, TypeVar

from msgspec import Struct

from arazzo_runner.expression.query.limits import (
    QueryError,
    seconds_for_match,
    seconds_for_query,
)
from arazzo_runner.expression.query.regex import regex_search
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.schema.cost import UNFINISHED
from arazzo_runner.openapi.schema.walk import Relation, subschemas
from arazzo_runner.text.pattern import lazy_pattern

MAX_NAME_STEPS: Final = 10_000_000
"""The steps back that all names of one value may need: they are matched in one go."""

_TOKEN: Final = lazy_pattern(
    r"\\.|\[\^?(?:\\.|[^\]\\])*\]|(?P<look>\(\?(?:<?[=!]|>|\())|\(|\)|\$|.", re.DOTALL
)

# Bounds on steps back that a string is matched with, and the steps of all kinds that it may take.
_BOUNDS: Final = (100, 1_000, 10_000, 100_000, 1_000_000)
_STEPS: Final = 100_000_000
_LOOKS: Final = 100_000_000

T = TypeVar("T")


class BacktrackingPatterns(Struct, frozen=True):
    """The patterns of a schema that backtrack: those of strings, and those of names."""

    of_strings: frozenset[str] = frozenset()
    of_names: frozenset[str] = frozenset()


def backtracking_patterns(schema: Value) -> BacktrackingPatterns | None:
    """The patterns in a schema that jsonschema-rs matches by backtracking; None without any."""
    strings, names = set[str](), set[str]()
    todo: list[Any] = [schema] if isinstance(schema, dict) else []
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            _add_patterns(node, strings, names)
        inner = node.values() if isinstance(node, dict) else node
        todo += [one for one in inner if isinstance(one, dict | list)]
    if not strings and not names:
        return None
    return BacktrackingPatterns(frozenset(strings), frozenset(names))


def _add_patterns(node: dict[str, Any], strings: set[str], names: set[str]) -> None:
    pattern = node.get("pattern")
    if isinstance(pattern, str) and _backtracks(pattern):
        strings.add(pattern)
    named = (str(one.path[1]) for one in subschemas(node, Relation.PATTERN))
    names.update(one for one in named if _backtracks(one))


@lru_cache(maxsize=256)
def _backtracks(pattern: str) -> bool:
    from jsonschema_rs import Draft202012Validator, RegexOptions

    try:
        Draft202012Validator({"pattern": pattern}, pattern_options=RegexOptions())
    except ValueError:  # also of what is no pattern, which is refused with the schema
        return True
    return False


# --- breaking off ---------------------------------------------------------------------------------


class _Judgement(Struct):
    """A value that is judged, and what broke it off."""

    reason: BaseException | None = None


_judgement: ContextVar[_Judgement | None] = ContextVar("judgement", default=None)


def unbroken(work: Callable[[], T]) -> T:
    """What a validator gives, if none of its patterns was broken off.

    jsonschema-rs takes whatever a keyword raises for a mismatch. Raises ValueError where the run
    was over, and KeyboardInterrupt.
    """
    own = _Judgement()
    token = _judgement.set(own)
    try:
        found = work()
    finally:
        _judgement.reset(token)
    match own.reason:
        case None:
            return found
        case QueryError():
            raise ValueError(str(own.reason))
        case _:
            raise own.reason


def pattern_keyword(patterns: Iterable[str], bound: int) -> type[Any]:
    """The keyword ``pattern`` of jsonschema-rs, with ``bound`` steps back for one string.

    ``patterns`` are those that backtrack.
    """
    backtracking = frozenset(patterns)

    class Pattern:
        """The keyword in one schema."""

        def __init__(self, _schema: Value, pattern: str, _path: Iterable[str | int]) -> None:
            is_linear = pattern not in backtracking
            self._fault = _linear_fault if is_linear else _bounded_fault
            self._pattern = pattern

        def validate(self, value: Value) -> None:
            """Raise ValueError for a string that does not match."""
            judgement = _judgement.get() or _Judgement()
            if not isinstance(value, str) or judgement.reason is not None:
                return
            try:
                fault = self._fault(self._pattern, value, bound)
            except BaseException as reason:
                judgement.reason = reason
                raise
            if fault is not None:
                raise ValueError(fault)

    return Pattern


def _linear_fault(pattern: str, text: str, bound: int) -> str | None:
    return _matched(pattern, text, bound)[0]


def _bounded_fault(pattern: str, text: str, bound: int) -> str | None:
    """What is wrong with a string. Raises QueryError where the run is over."""
    seconds_for_query(inf)
    least = _safe_bound(pattern, len(text))
    if least:
        fault, is_over = _matched(pattern, text, min(least, bound))
        if not is_over or least >= bound:
            return fault
    try:
        is_match = regex_search(_as_python(pattern), text, seconds_for_match())
    except QueryError as reason:
        seconds_for_query(inf)
        return f"{UNFINISHED}: {reason}"
    return None if is_match else _mismatch(pattern, text)


def _safe_bound(pattern: str, length: int) -> int:
    """The steps back after which a string of a length still ends in time; 0: none are sure to.

    What looks ahead may look through all of the string at each character, and in each look-ahead
    within that one again.
    """
    if length ** (_nesting(pattern) + 1) > _LOOKS:
        return 0
    return max((one for one in _BOUNDS if one * length <= _STEPS), default=0)


@lru_cache(maxsize=256)
def _nesting(pattern: str) -> int:
    """How deep look-arounds stand in each other."""
    deepest, around = 0, list[bool]()
    for token in _TOKEN.finditer(pattern):
        if token.group().startswith("("):
            around.append(token["look"] is not None)
            deepest = max(deepest, sum(around))
        elif token.group() == ")" and around:
            around.pop()
    return deepest


@lru_cache(maxsize=256)
def _as_python(pattern: str) -> str:
    """The pattern for the package ``regex``, whose `$` may also stand before a last newline."""
    tokens = (one.group() for one in _TOKEN.finditer(pattern))
    return "".join(r"\Z" if one == "$" else one for one in tokens)


def _matched(pattern: str, text: str, bound: int) -> tuple[str | None, bool]:
    """What is wrong with a string, and whether that is the bound."""
    try:
        _validator_of(pattern, bound).validate(text)
    except ValueError as error:
        reason: Any = error
        return reason.message, not hasattr(reason.kind, "pattern")
    return None, False


def _mismatch(pattern: str, text: str) -> str:
    from json import dumps

    return f'{dumps(text, ensure_ascii=False)} does not match "{pattern}"'


@lru_cache(maxsize=512)
def _validator_of(pattern: str, bound: int) -> Any:
    from jsonschema_rs import Draft202012Validator, FancyRegexOptions

    options = FancyRegexOptions(backtrack_limit=bound)
    return Draft202012Validator({"pattern": pattern}, pattern_options=options)


# --- names ----------------------------------------------------------------------------------------


def check_names(names: Iterator[tuple[str, str]]) -> None:
    """Hold pairs of a pattern and a name to what jsonschema-rs may do in one go.

    Raises ValueError where their matches need more than :data:`MAX_NAME_STEPS`, or the run is over.
    """
    left = MAX_NAME_STEPS
    for pattern, name in names:
        try:
            seconds_for_query(inf)
        except QueryError as reason:
            raise ValueError(str(reason)) from None
        left -= _steps(pattern, name, left)
        if left < 0:
            raise ValueError(
                f"the patterns of its names need more than {MAX_NAME_STEPS:,} steps back"
            )


def _steps(pattern: str, name: str, most: int) -> int:
    """The bound on steps back within which a name is matched, one above ``most`` if it is not."""
    safe = _safe_bound(pattern, len(name))
    for bound in _BOUNDS:
        if bound <= min(safe, most) and not _matched(pattern, name, bound)[1]:
            looks: int = len(name) ** (_nesting(pattern) + 1)
            return bound + looks // 10
    return most + 1
