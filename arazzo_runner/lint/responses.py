"""The responses that an operation documents, each with statuses that stand for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from arazzo_runner.document.model import Criterion, QueryCriterion, SimpleCriterion
from arazzo_runner.expression.ast import Comparison, Constant, StatusCodeRef
from arazzo_runner.expression.value import MaybeValue
from arazzo_runner.lint.partial_evaluation import condition_parts, criteria_verdict, is_about_status
from arazzo_runner.openapi.model import Operation, Response
from arazzo_runner.openapi.response.contract import response_for

EVERY_STATUS: Final = range(100, 600)
_SAMPLE_STATUSES: Final = (100, 199, 200, 201, 202, 204, 301, 304, 400, 404, 409, 500, 503, 599)


class ResponseOutcome(NamedTuple):
    """A status that an operation can answer with, and what it documents for it."""

    status: int
    response: Response


def response_outcomes(
    operation: Operation, criteria: Iterable[Criterion]
) -> tuple[ResponseOutcome, ...]:
    """The documented responses; of ``4XX`` and ``default`` those statuses that are asked about.

    Empty where nothing is documented.
    """
    memo, place = operation.description.memo, operation.place
    key = ("outcomes", place.source, place.pointer, _range_statuses(operation, criteria))
    if key not in memo:
        memo[key] = _outcomes(operation, key[-1])
    found: tuple[ResponseOutcome, ...] = memo[key]
    return found


def _range_statuses(operation: Operation, criteria: Iterable[Criterion]) -> tuple[int, ...]:
    """The statuses that stand for those of ranges and of ``default``, where there are such."""
    if all(one.status.isdecimal() for one in operation.responses):
        return ()
    return tuple(sample_statuses(criteria))


def _outcomes(operation: Operation, asked: tuple[int, ...]) -> tuple[ResponseOutcome, ...]:
    exact = {int(one.status) for one in operation.responses if one.status.isdecimal()}
    found = ((status, response_for(operation, status)) for status in sorted(exact.union(asked)))
    return tuple(ResponseOutcome(status, one) for status, one in found if one is not None)


def passing_outcomes(
    outcomes: tuple[ResponseOutcome, ...], criteria: tuple[Criterion, ...]
) -> tuple[ResponseOutcome, ...]:
    """Those outcomes with which a step can succeed (without criteria: 2xx)."""
    if not criteria:
        return tuple(one for one in outcomes if 200 <= one.status <= 299)
    return tuple(one for one in outcomes if criteria_verdict(criteria, one.status) is not False)


def is_documented(operation: Operation, status: int) -> bool:
    """Whether an operation documents a status, by itself, in a range or as ``default``."""
    return response_for(operation, status) is not None


def status_constants(criterion: Criterion) -> Iterator[tuple[str, Constant]]:
    """The constants that the status is compared with, each with the operator."""
    if isinstance(criterion, SimpleCriterion):
        known = condition_parts(criterion.condition)
        yield from _constants(known.comparisons if known.asks_status else ())


def required_constants(criterion: Criterion) -> list[Constant]:
    """The constants that the status has to equal for the criterion to hold."""
    if not isinstance(criterion, SimpleCriterion):
        return []
    needed = _constants(condition_parts(criterion.condition).required)
    return [constant for operator, constant in needed if operator == "=="]


def _constants(every: Iterable[Comparison]) -> Iterator[tuple[str, Constant]]:
    for one in every:
        match one.left, one.right:
            case (StatusCodeRef(), Constant() as constant) | (
                Constant() as constant,
                StatusCodeRef(),
            ):
                yield one.operator, constant
            case _:
                pass


def status_of(constant: Constant) -> int | None:
    """The status that a constant means, also one in quotes; None for what is no status."""
    value = constant.value
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) == 3:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if value in EVERY_STATUS else None


def sample_statuses(criteria: Iterable[Criterion]) -> Iterable[int]:
    """Statuses that stand for all: between them no criterion changes its verdict."""
    found: set[int] = set()
    for criterion in criteria:
        if isinstance(criterion, QueryCriterion) and is_about_status(criterion):
            return EVERY_STATUS
        for _, constant in status_constants(criterion):
            if _is_beyond(constant.value):
                continue
            status = status_of(constant)
            if status is None:
                return EVERY_STATUS
            found.update((status - 1, status, status + 1))
    return _sample_statuses(frozenset(found))


def _is_beyond(value: MaybeValue) -> bool:
    """Whether a constant is a number that every status lies on the same side of."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return not EVERY_STATUS[0] - 1 <= value <= EVERY_STATUS[-1] + 1


@lru_cache(maxsize=256)
def _sample_statuses(asked: frozenset[int]) -> tuple[int, ...]:
    return tuple(sorted(asked.union(_SAMPLE_STATUSES).intersection(EVERY_STATUS)))
