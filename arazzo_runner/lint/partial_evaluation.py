"""Criteria evaluated when only the status of the response is known.

Three results: true, false, or None, which depends on more than the status.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import Enum
from functools import lru_cache, partial
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
from arazzo_runner.expression.query.limits import QueryError, checked_query
from arazzo_runner.expression.value import MaybeValue, Value, is_equal, is_ordered

_SECONDS: Final = 0.1
EVERY_STATUS: Final = range(100, 600)
"""The statuses that there are: RFC 9110, section 15."""


class _Unknown(Enum):
    UNKNOWN = "unknown"


_UNKNOWN: Final = _Unknown.UNKNOWN
_PartialValue: TypeAlias = MaybeValue | _Unknown


# A set of statuses is an integer: the lowest bit is a request without an answer (the status None),
# the one above it 100, and so on. What is asked of all statuses at once is arithmetic.
_UNANSWERED: Final = 1
_ANSWERED: Final = ((1 << len(EVERY_STATUS)) - 1) << 1
_ALL: Final = _UNANSWERED | _ANSWERED


def _bit(status: int | None) -> int:
    return _UNANSWERED if status is None else 2 << (status - EVERY_STATUS.start)


def _statuses_below(status: int) -> int:
    """Those from 100 on that are less than one of 100 to 600."""
    return _bit(status) - 2


_FAILURES: Final = _ANSWERED & ~_statuses_below(400)


class StatusVerdicts(Struct, frozen=True):
    """The statuses that a condition holds for, and those that it fails for, as bits.

    For those in neither it depends on more than the status. The status None is that of a request
    without an answer.
    """

    holding: int
    failing: int

    def of(self, status: int | None) -> bool | None:
        """Whether the condition holds for a status; None when that is not said."""
        bit = _bit(status)
        return True if self.holding & bit else (False if self.failing & bit else None)

    @property
    def always_holds(self) -> bool:
        """Whether it holds for each status, whatever else the answer has."""
        return not _ANSWERED & ~self.holding

    @property
    def never_holds(self) -> bool:
        """Whether it fails for each status, and without an answer."""
        return not _ALL & ~self.failing

    @property
    def can_be_failure(self) -> bool:
        """Whether it can hold for a status of 400 and more."""
        return bool(_FAILURES & ~self.failing)

    @property
    def is_failure(self) -> bool:
        """Whether it can hold for statuses of 400 and more alone, and for one."""
        return self.can_be_failure and not _ANSWERED & ~_FAILURES & ~self.failing


_DEPENDS: Final = StatusVerdicts(0, 0)
_HOLDS: Final = StatusVerdicts(_ALL, 0)
_FAILS: Final = StatusVerdicts(0, _ALL)


class ConditionParts(Struct, frozen=True):
    """What stands in a condition, in the order of the text, and what it says of each status.

    ``comparisons`` are its comparisons, ``required`` those of them that have to hold for it to
    hold; ``asks_status`` says whether the status stands in it. A query has no comparisons.
    """

    comparisons: tuple[Comparison, ...] = ()
    required: frozenset[Comparison] = frozenset()
    asks_status: bool = False
    verdicts: StatusVerdicts = _DEPENDS
    is_query: bool = False


# Without an answer there is no value, so no pattern matches.
_UNJUDGED_PATTERN: Final = ConditionParts(
    asks_status=True, verdicts=StatusVerdicts(0, _UNANSWERED), is_query=True
)


def criterion_parts(criterion: Criterion) -> ConditionParts:
    """What stands in a criterion, and what it says of each status."""
    match criterion:
        case SimpleCriterion(condition=condition):
            return _condition_parts(condition)
        case QueryCriterion("regex", _, _, StatusCodeRef(), Text(str(pattern))):
            place = criterion.place.at("condition")
            parts = checked_query(place, partial(_pattern_parts, pattern))
            return parts or _UNJUDGED_PATTERN
        case QueryCriterion(context=context):
            return ConditionParts(
                (), frozenset(), isinstance(context, StatusCodeRef), is_query=True
            )
        case _:
            assert_never(criterion)


@lru_cache(maxsize=512)
def _condition_parts(condition: Condition | MalformedExpression) -> ConditionParts:
    """The same few conditions stand in most documents."""
    if isinstance(condition, MalformedExpression):
        return ConditionParts()
    asks = _asks_status(condition)
    return ConditionParts(
        tuple(_comparisons(condition)),
        frozenset(one for one in _required_conditions(condition) if isinstance(one, Comparison)),
        asks,
        _verdicts(condition) if asks else _fixed_verdicts(_guess(condition, None)),
    )


def joint_verdicts(every: Iterable[ConditionParts]) -> StatusVerdicts:
    """What several criteria that all have to hold say of each status."""
    holding, failing = _ALL, 0
    for one in every:
        holding &= one.verdicts.holding
        failing |= one.verdicts.failing
    return StatusVerdicts(holding, failing)


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


def _asks_status(condition: Condition) -> bool:
    return any(isinstance(one, StatusCodeRef) for one in _leaves(condition))


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


@lru_cache(maxsize=512)
def _pattern_parts(pattern: str) -> ConditionParts:
    from arazzo_runner.expression.query.regex import regex_search

    try:
        verdicts = {one: regex_search(pattern, str(one), _SECONDS) for one in EVERY_STATUS}
    except QueryError:  # What takes too long for one status does so for all the others.
        return _UNJUDGED_PATTERN
    verdicts_of_all = _collect([(None, False), *verdicts.items()])
    return ConditionParts(asks_status=True, verdicts=verdicts_of_all, is_query=True)


# --- all statuses at once -------------------------------------------------------------------------


def _verdicts(condition: Condition) -> StatusVerdicts:
    match condition:
        case Not(inner):
            one = _verdicts(inner)
            return StatusVerdicts(one.failing, one.holding)
        case And(left, right):
            one, other = _verdicts(left), _verdicts(right)
            return StatusVerdicts(one.holding & other.holding, one.failing | other.failing)
        case Or(left, right):
            one, other = _verdicts(left), _verdicts(right)
            return StatusVerdicts(one.holding | other.holding, one.failing & other.failing)
        case Comparison(operator, StatusCodeRef(), Constant(value)):
            return _compared_verdicts(operator, value)
        case Comparison(operator, Constant(value), StatusCodeRef()):
            return _compared_verdicts(_MIRRORED[operator], value)
        case StatusCodeRef():
            return StatusVerdicts(_ANSWERED, _UNANSWERED)
        case Comparison() if _asks_status(condition):
            statuses = (None, *EVERY_STATUS)
            return _collect([(one, _truth(_guess(condition, one))) for one in statuses])
        case _:
            return _fixed_verdicts(_guess(condition, None))


def _fixed_verdicts(value: _PartialValue) -> StatusVerdicts:
    truth = _truth(value)
    return _DEPENDS if truth is None else (_HOLDS if truth else _FAILS)


def _collect(verdicts: Collection[tuple[int | None, bool | None]]) -> StatusVerdicts:
    holding = sum(_bit(status) for status, verdict in verdicts if verdict is True)
    failing = sum(_bit(status) for status, verdict in verdicts if verdict is False)
    return StatusVerdicts(holding, failing)


_MIRRORED: Final[Mapping[Operator, Operator]] = {
    "==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<=",
}  # fmt: skip


def _compared_verdicts(operator: Operator, value: Value) -> StatusVerdicts:
    """Of ``$statusCode``, the operator, and a constant."""
    holding = _answered_verdicts(operator, value)
    if _compare(operator, None, value):
        holding |= _UNANSWERED
    return StatusVerdicts(holding, _ALL & ~holding)


def _answered_verdicts(operator: Operator, value: Value) -> int:
    nearest = status_above(value)
    if nearest is None:  # nothing is less than this, equal to it, or more
        return _ANSWERED if operator == "!=" else 0
    below, equal = _statuses_below(nearest), 0
    if nearest in EVERY_STATUS and is_equal(nearest, value):
        equal = _bit(nearest)
    match operator:
        case "==":
            return equal
        case "!=":
            return _ANSWERED & ~equal
        case "<":
            return below
        case "<=":
            return below | equal
        case ">":
            return _ANSWERED & ~(below | equal)
        case ">=":
            return _ANSWERED & ~below
        case _:
            assert_never(operator)


def status_above(value: Value) -> int | None:
    """The first status that is not less than a constant, 600 if all are; None: no number."""
    if type(value) is int:
        return min(max(value, EVERY_STATUS.start), EVERY_STATUS.stop)
    first = EVERY_STATUS.start
    if not is_ordered("<", first, value) and not is_ordered(">=", first, value):
        return None
    return first + bisect_left(EVERY_STATUS, 0, key=lambda one: -is_ordered("<", one, value))


# --- a status at a time ---------------------------------------------------------------------------


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
