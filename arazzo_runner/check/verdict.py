"""Whether a criterion can hold when only the status of the response is known.

Three answers: it holds, it does not, or None: that depends on more than the status.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Final, TypeAlias, assert_never

from arazzo_runner.document.model import Criterion, QueryCriterion, SimpleCriterion
from arazzo_runner.expression.ast import (
    And,
    Comparison,
    Condition,
    Constant,
    Expression,
    Malformed,
    Not,
    Or,
    StatusCodeRef,
)
from arazzo_runner.expression.ast import Literal as Text
from arazzo_runner.expression.budget import QueryError
from arazzo_runner.expression.value import Found, ordered, same

_SECONDS: Final = 0.1


class _Unknown(Enum):
    UNKNOWN = "unknown"


_UNKNOWN: Final = _Unknown.UNKNOWN
_Guess: TypeAlias = Found | _Unknown


def holds(criterion: Criterion, status: int | None) -> bool | None:
    """Whether a criterion holds for a response with this status; None when that is not said.

    The status None is that of a request without an answer.
    """
    match criterion:
        case SimpleCriterion(condition=condition):
            return None if isinstance(condition, Malformed) else _truth(_guess(condition, status))
        case QueryCriterion("regex", _, _, StatusCodeRef(), Text(str(pattern))):
            return _matches(pattern, str(status))
        case QueryCriterion():
            return None
        case _:
            assert_never(criterion)


def all_hold(criteria: Iterable[Criterion], status: int) -> bool | None:
    """Whether all of the criteria hold."""
    verdicts = {holds(one, status) for one in criteria}
    if False in verdicts:
        return False
    return None if None in verdicts else True


def asks_status(criterion: Criterion) -> bool:
    """Whether a criterion is about the status at all."""
    match criterion:
        case SimpleCriterion(condition=condition):
            return any(isinstance(one, StatusCodeRef) for one in leaves(condition))
        case QueryCriterion(context=context):
            return isinstance(context, StatusCodeRef)
        case _:
            assert_never(criterion)


def comparisons(condition: Condition | Malformed) -> Iterator[Comparison]:
    """The comparisons of a condition, in the order of the text."""
    match condition:
        case Comparison(_, left, right):
            yield condition
            yield from comparisons(left)
            yield from comparisons(right)
        case And(left, right) | Or(left, right):
            yield from comparisons(left)
            yield from comparisons(right)
        case Not(inner):
            yield from comparisons(inner)
        case _:
            return


def leaves(condition: Condition | Malformed) -> Iterator[Condition | Malformed]:
    """The operands of a condition: constants and expressions."""
    match condition:
        case Comparison(_, left, right) | And(left, right) | Or(left, right):
            yield from leaves(left)
            yield from leaves(right)
        case Not(inner):
            yield from leaves(inner)
        case _:
            yield condition


def required(condition: Condition | Malformed) -> Iterator[Condition | Malformed]:
    """The conditions that all have to hold for this one to hold."""
    if isinstance(condition, And):
        yield from required(condition.left)
        yield from required(condition.right)
    else:
        yield condition


def _matches(pattern: str, text: str) -> bool | None:
    from arazzo_runner.expression.regex_query import regex_search

    try:
        return regex_search(pattern, text, _SECONDS)
    except QueryError:
        return None


def _truth(value: _Guess) -> bool | None:
    return None if value is _UNKNOWN else bool(value is not None and value is not False)


def _guess(condition: Condition, status: int | None) -> _Guess:
    match condition:
        case StatusCodeRef():
            return status
        case Constant(value, _, _):
            return value
        case Expression():
            return _UNKNOWN
        case Comparison(operator, left, right):
            a, b = _guess(left, status), _guess(right, status)
            return _UNKNOWN if _UNKNOWN in (a, b) else _compared(operator, a, b)
        case Not(inner):
            truth = _truth(_guess(inner, status))
            return _UNKNOWN if truth is None else not truth
        case And(left, right):
            return _joined(left, right, status, deciding=False)
        case Or(left, right):
            return _joined(left, right, status, deciding=True)
        case _:
            assert_never(condition)


def _joined(left: Condition, right: Condition, status: int | None, *, deciding: bool) -> _Guess:
    """``&&`` is decided by what does not hold, ``||`` by what holds."""
    truths = _truth(_guess(left, status)), _truth(_guess(right, status))
    if deciding in truths:
        return deciding
    return _UNKNOWN if None in truths else not deciding


def _compared(operator: str, a: Found, b: Found) -> bool:
    match operator:
        case "==":
            return same(a, b)
        case "!=":
            return not same(a, b)
        case "<" | "<=" | ">" | ">=":
            return ordered(operator, a, b)
        case _:
            return False
