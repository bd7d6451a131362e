"""Criteria evaluated when only the status of the response is known.

Three results: true, false, or None, which depends on more than the status.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache
from typing import Final, TypeAlias, assert_never

from msgspec import Struct

from arazzo_runner.document.model import Criterion, QueryCriterion, SimpleCriterion
from arazzo_runner.expression.ast import (
    And,
    Comparison,
    Condition,
    Constant,
    Expression,
    MalformedExpression,
    Not,
    Operator,
    Or,
    StatusCodeRef,
)
from arazzo_runner.expression.ast import Literal as Text
from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.expression.value import MaybeValue, is_equal, is_ordered

_SECONDS: Final = 0.1


class _Unknown(Enum):
    UNKNOWN = "unknown"


_UNKNOWN: Final = _Unknown.UNKNOWN
_PartialValue: TypeAlias = MaybeValue | _Unknown


class ConditionParts(Struct, frozen=True):
    """What stands in a condition, in the order of the text.

    ``comparisons`` are its comparisons, ``required`` those of them that have to hold for it to
    hold; ``asks_status`` says whether the status stands in it, ``fixed`` what holds whatever the
    status is, where it does not.
    """

    comparisons: tuple[Comparison, ...] = ()
    required: frozenset[Comparison] = frozenset()
    asks_status: bool = False
    fixed: bool | None = None


@lru_cache(maxsize=512)
def condition_parts(condition: Condition | MalformedExpression) -> ConditionParts:
    """What stands in a condition; several rules ask this about each of many conditions."""
    if isinstance(condition, MalformedExpression):
        return ConditionParts()
    asks = any(isinstance(one, StatusCodeRef) for one in _leaves(condition))
    return ConditionParts(
        tuple(_comparisons(condition)),
        frozenset(one for one in _required_conditions(condition) if isinstance(one, Comparison)),
        asks,
        None if asks else _truth(_guess(condition, None)),
    )


def criterion_verdict(criterion: Criterion, status: int | None) -> bool | None:
    """Whether a criterion holds for a response with this status; None when that is not said.

    The status None is that of a request without an answer.
    """
    match criterion:
        case SimpleCriterion(condition=condition):
            known = condition_parts(condition)
            if isinstance(condition, MalformedExpression) or not known.asks_status:
                return known.fixed
            return _condition_verdict(condition, status)
        case QueryCriterion("regex", _, _, StatusCodeRef(), Text(str(pattern))):
            return _matches(pattern, str(status))
        case QueryCriterion():
            return None
        case _:
            assert_never(criterion)


@lru_cache(maxsize=512)
def _condition_verdict(condition: Condition, status: int | None) -> bool | None:
    """The same few conditions stand in most documents, and several rules ask about each."""
    return _truth(_guess(condition, status))


def criteria_verdict(criteria: Iterable[Criterion], status: int) -> bool | None:
    """Whether all of the criteria hold."""
    verdicts = {criterion_verdict(one, status) for one in criteria}
    if False in verdicts:
        return False
    return None if None in verdicts else True


def is_about_status(criterion: Criterion) -> bool:
    """Whether a criterion is about the status at all."""
    match criterion:
        case SimpleCriterion(condition=condition):
            return condition_parts(condition).asks_status
        case QueryCriterion(context=context):
            return isinstance(context, StatusCodeRef)
        case _:
            assert_never(criterion)


def _comparisons(condition: Condition) -> Iterator[Comparison]:
    match condition:
        case Comparison(_, left, right):
            yield condition
            yield from _comparisons(left)
            yield from _comparisons(right)
        case And(left, right) | Or(left, right):
            yield from _comparisons(left)
            yield from _comparisons(right)
        case Not(inner):
            yield from _comparisons(inner)
        case _:
            return


def _leaves(condition: Condition) -> Iterator[Condition]:
    match condition:
        case Comparison(_, left, right) | And(left, right) | Or(left, right):
            yield from _leaves(left)
            yield from _leaves(right)
        case Not(inner):
            yield from _leaves(inner)
        case _:
            yield condition


def _required_conditions(condition: Condition) -> Iterator[Condition]:
    """The conditions that all have to hold for this one to hold."""
    if isinstance(condition, And):
        yield from _required_conditions(condition.left)
        yield from _required_conditions(condition.right)
    else:
        yield condition


def _matches(pattern: str, text: str) -> bool | None:
    from arazzo_runner.expression.query.regex import regex_search

    try:
        return regex_search(pattern, text, _SECONDS)
    except QueryError:
        return None


def _truth(value: _PartialValue) -> bool | None:
    return None if value is _UNKNOWN else bool(value is not None and value is not False)


def _guess(condition: Condition, status: int | None) -> _PartialValue:
    match condition:
        case StatusCodeRef():
            return status
        case Constant(value, _, _):
            return value
        case Expression():
            return _UNKNOWN
        case Comparison(operator, left, right):
            a, b = _guess(left, status), _guess(right, status)
            return _UNKNOWN if _UNKNOWN in (a, b) else _compare(operator, a, b)
        case Not(inner):
            truth = _truth(_guess(inner, status))
            return _UNKNOWN if truth is None else not truth
        case And(left, right):
            return _join(left, right, status, deciding=False)
        case Or(left, right):
            return _join(left, right, status, deciding=True)
        case _:
            assert_never(condition)


def _join(
    left: Condition, right: Condition, status: int | None, *, deciding: bool
) -> _PartialValue:
    """``&&`` is decided by what does not hold, ``||`` by what holds."""
    truths = _truth(_guess(left, status)), _truth(_guess(right, status))
    if deciding in truths:
        return deciding
    return _UNKNOWN if None in truths else not deciding


def _compare(operator: Operator, a: MaybeValue, b: MaybeValue) -> bool:
    match operator:
        case "==":
            return is_equal(a, b)
        case "!=":
            return not is_equal(a, b)
        case _:
            return is_ordered(operator, a, b)
