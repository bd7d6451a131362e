"""The responses that an operation documents, each with statuses that stand for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from arazzo_runner.expression.ast import Comparison, Constant, StatusCodeRef
from arazzo_runner.expression.value import is_ordered
from arazzo_runner.lint.partial_evaluation import (
    EVERY_STATUS,
    ConditionParts,
    StatusVerdicts,
    status_above,
)
from arazzo_runner.openapi.model import Operation, Response
from arazzo_runner.openapi.response.contract import response_for
from arazzo_runner.text.pattern import lazy_pattern

_STATUS: Final = lazy_pattern("[1-5][0-9]{2}")
_SAMPLE_STATUSES: Final = (100, 199, 200, 201, 202, 204, 301, 304, 400, 404, 409, 500, 503, 599)


class ResponseOutcome(NamedTuple):
    """A status that an operation can answer with, and what it documents for it."""

    status: int
    response: Response


def response_outcomes(
    operation: Operation, criteria: Iterable[ConditionParts]
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


def _range_statuses(operation: Operation, criteria: Iterable[ConditionParts]) -> tuple[int, ...]:
    """The statuses that stand for those of ranges and of ``default``, where there are such."""
    if all(one.status.isdecimal() for one in operation.responses):
        return ()
    return tuple(sample_statuses(criteria))


def _outcomes(operation: Operation, asked: tuple[int, ...]) -> tuple[ResponseOutcome, ...]:
    exact = {int(one.status) for one in operation.responses if _STATUS.fullmatch(one.status)}
    found = ((status, response_for(operation, status)) for status in sorted(exact.union(asked)))
    return tuple(ResponseOutcome(status, one) for status, one in found if one is not None)


def passing_outcomes(
    outcomes: tuple[ResponseOutcome, ...], verdicts: StatusVerdicts | None
) -> tuple[ResponseOutcome, ...]:
    """Those outcomes with which a step can succeed; without criteria (None): 2xx."""
    if verdicts is None:
        return tuple(one for one in outcomes if 200 <= one.status <= 299)
    return tuple(one for one in outcomes if verdicts.of(one.status) is not False)


def is_documented(operation: Operation, status: int) -> bool:
    """Whether an operation documents a status, by itself, in a range or as ``default``."""
    return response_for(operation, status) is not None


def status_constants(criterion: ConditionParts) -> Iterator[tuple[str, Constant]]:
    """The constants that the status is compared with, each with the operator."""
    if criterion.asks_status:
        yield from _constants(criterion.comparisons)


def required_constants(criterion: ConditionParts) -> list[Constant]:
    """The constants that the status has to equal for the criterion to hold."""
    needed = _constants(criterion.required) if criterion.asks_status else ()
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


def sample_statuses(criteria: Iterable[ConditionParts]) -> Iterable[int]:
    """Statuses that stand for all: between them no criterion changes its verdict."""
    found: set[int] = set()
    for criterion in criteria:
        if criterion.is_query and criterion.asks_status:
            return EVERY_STATUS
        for _, constant in status_constants(criterion):
            nearest = status_above(constant.value)
            if nearest is not None and is_ordered(">=", constant.value, EVERY_STATUS.start):
                found.update((nearest - 1, nearest, nearest + 1))
    return _sample_statuses(frozenset(found))


@lru_cache(maxsize=256)
def _sample_statuses(asked: frozenset[int]) -> tuple[int, ...]:
    return tuple(sorted(asked.union(_SAMPLE_STATUSES).intersection(EVERY_STATUS)))
