"""Simple conditions judged: whether each is true. Nothing here raises on any condition.

Arazzo 1.1.0, "Criterion Object", section "Simple Conditions". What cannot be evaluated fails and
says why.
"""

from __future__ import annotations

from typing import Literal as Choice
from typing import TypeAlias, assert_never

from msgspec import Struct

from arazzo_runner.expression.ast import (
    And,
    Comparison,
    Condition,
    Constant,
    Expression,
    MalformedExpression,
    Not,
    Or,
)
from arazzo_runner.expression.common_mistakes import length_of_array
from arazzo_runner.expression.evaluate import EvaluationError, evaluate
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import MISSING, MaybeValue, is_equal, is_ordered

OperandCache: TypeAlias = dict[str, tuple[Expression, MaybeValue]]
"""The expressions that were evaluated for a criterion, by their text, with their values."""


class Judgement(Struct, frozen=True):
    """The verdict on a criterion.

    ``operands`` are the expressions that were evaluated, each once, with their values; ``error``
    says why the condition could not be evaluated, if so; ``hint`` what was probably meant.
    """

    passed: bool
    operands: tuple[tuple[Expression, MaybeValue], ...]
    error: str | None
    hint: str | None = None


def judge_simple(condition: Condition | MalformedExpression, scope: Scope) -> Judgement:
    """Judge a simple condition.

    ``&&`` and ``||`` leave out what no longer matters. A bare value holds unless it is false,
    null or missing.
    """
    seen: OperandCache = {}
    try:
        passed = _is_true(_value(condition, scope, seen))
    except EvaluationError as problem:
        return Judgement(passed=False, operands=tuple(seen.values()), error=problem.message)
    return Judgement(passed, tuple(seen.values()), None, None if passed else _hint(seen))


def _hint(seen: OperandCache) -> str | None:
    """What was probably meant by an expression that has no value."""
    missing = (expression.text for expression, value in seen.values() if value is MISSING)
    return next(filter(None, map(length_of_array, missing)), None)


def _is_true(value: MaybeValue) -> bool:
    return value is not None and value is not False and value is not MISSING


def _value(condition: Condition, scope: Scope, seen: OperandCache) -> MaybeValue:
    match condition:
        case Comparison(operator, left, right):
            a = _value(left, scope, seen)
            b = _value(right, scope, seen)
            return _compare(operator, a, b)
        case Constant(value, _, _):
            return value
        case Expression():
            return operand_value(condition, scope, seen)
        case Not(inner):
            return not _is_true(_value(inner, scope, seen))
        case And(left, right):
            return _is_true(_value(left, scope, seen)) and _is_true(_value(right, scope, seen))
        case Or(left, right):
            return _is_true(_value(left, scope, seen)) or _is_true(_value(right, scope, seen))
        case _:
            assert_never(condition)


def _compare(
    operator: Choice["==", "!=", "<", "<=", ">", ">="], a: MaybeValue, b: MaybeValue
) -> bool:
    match operator:
        case "==":
            return is_equal(a, b)
        case "!=":
            return not is_equal(a, b)
        case _:
            return is_ordered(operator, a, b)


def operand_value(expression: Expression, scope: Scope, seen: OperandCache) -> MaybeValue:
    """The value of an expression, evaluated once. Raises :class:`EvaluationError`."""
    known = seen.get(expression.text)
    if known is not None:
        return known[1]
    found = evaluate(expression, scope)
    seen[expression.text] = (expression, found)
    return found
