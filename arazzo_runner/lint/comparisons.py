"""Comparisons that the schemas of their operands decide: other types, values that cannot occur.

Arazzo Specification 1.1.0, "Simple Conditions", as ``expression/value.py`` compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from msgspec import Struct

from arazzo_runner.document.model import Criterion, SimpleCriterion
from arazzo_runner.expression.ast import (
    Comparison,
    Condition,
    Constant,
    Expression,
    MalformedExpression,
    StatusCodeRef,
)
from arazzo_runner.expression.value import Value, is_equal, is_ordered, to_text
from arazzo_runner.lint.context import StepContext
from arazzo_runner.lint.partial_evaluation import ConditionParts, criterion_parts
from arazzo_runner.lint.responses import ResponseOutcome
from arazzo_runner.lint.schemas import expression_shape
from arazzo_runner.openapi.schema.descend import type_words, types_of_value
from arazzo_runner.openapi.schema.shape import JsonTypes
from arazzo_runner.text.diagnostic import Diagnostic, Severity, did_you_mean
from arazzo_runner.text.source import Place

_SCALARS: Final = frozenset({"string", "number", "integer", "boolean"})
_NUMBERS: Final = frozenset({"number", "integer"})


class _Side(Struct, frozen=True):
    """What is known of one side of a comparison."""

    operand: Constant | Expression
    kinds: JsonTypes
    values: tuple[Value, ...] | None

    @property
    def is_read(self) -> bool:
        """Whether this is an expression, not a constant."""
        return isinstance(self.operand, Expression)


_Sides: TypeAlias = tuple[_Side, _Side]


def incomparable_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ308: a comparison of types that never compare."""
    for comparison, sides, criterion, severity in _known_comparisons(view):
        if not _can_compare(comparison.operator, *sides):
            yield _finding("AZ308", comparison, criterion, severity, _other_types(sides))


def unlisted_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ309: a comparison with a value that the schema does not list."""
    for comparison, sides, criterion, severity in _known_comparisons(view):
        if _can_compare(comparison.operator, *sides) and not _may_hold(comparison.operator, *sides):
            yield _finding("AZ309", comparison, criterion, severity, _other_values(sides))


_KnownComparison: TypeAlias = tuple[Comparison, _Sides, SimpleCriterion, Severity]


def _known_comparisons(view: StepContext) -> tuple[_KnownComparison, ...]:
    """The comparisons of which both sides are known, and how much it matters if one never holds."""
    return view.cached(("comparisons",), lambda: tuple(_find_comparisons(view)))


def _find_comparisons(view: StepContext) -> Iterator[_KnownComparison]:
    for criterion, parts in zip(view.step.criteria, view.criteria, strict=True):
        yield from _comparisons_in(criterion, parts, view, view.answers, Severity.ERROR)
    for actions, when in (
        (view.step.on_success, view.answers),
        (view.step.on_failure, view.outcomes),
    ):
        for planned in actions:
            for criterion in planned.action.criteria if planned.level == "step" else ():
                parts = criterion_parts(criterion)
                yield from _comparisons_in(criterion, parts, view, when, Severity.WARNING)


def _comparisons_in(
    criterion: Criterion,
    condition: ConditionParts,
    view: StepContext,
    when: tuple[ResponseOutcome, ...],
    worst: Severity,
) -> Iterator[_KnownComparison]:
    if not isinstance(criterion, SimpleCriterion):
        return
    for comparison in condition.comparisons:
        left, right = _side(comparison.left, view, when), _side(comparison.right, view, when)
        if left is None or right is None or not (left.is_read or right.is_read):
            continue
        decides = comparison in condition.required and comparison.operator != "!="
        # Two expressions without a value are equal, whatever their types.
        is_sure = not (left.is_read and right.is_read)
        severity = worst if decides and is_sure else Severity.WARNING
        yield comparison, (left, right), criterion, severity


def _side(
    operand: Condition | MalformedExpression, view: StepContext, when: tuple[ResponseOutcome, ...]
) -> _Side | None:
    match operand:
        case Constant(value, _, _):
            return None if value is None else _Side(operand, types_of_value(value), (value,))
        case StatusCodeRef():
            return None  # rules of their own look at it
        case Expression():
            shape = expression_shape(operand, view, when)
            kinds = shape.kinds if shape else None
            if shape is None or kinds is None:
                return None
            values = shape.values
            return _Side(operand, kinds, None if values is None else tuple(values))
        case _:
            return None


def _can_compare(operator: str, left: _Side, right: _Side) -> bool:
    ways = ((one, other) for one in left.kinds for other in right.kinds)
    return any(_kinds_compare(operator, one, other, left, right) for one, other in ways)


def _kinds_compare(operator: str, one: str, other: str, left: _Side, right: _Side) -> bool:
    if one in _NUMBERS and other in _NUMBERS:
        return True
    if one in _NUMBERS and other == "string":
        return _may_be_numeric(right)
    if other in _NUMBERS and one == "string":
        return _may_be_numeric(left)
    return one == other and (operator in ("==", "!=") or one == "string")


def _may_be_numeric(side: _Side) -> bool:
    if side.values is None:
        return True
    return any(
        isinstance(one, str) and is_ordered("<=", one, one) and _is_number(one)
        for one in side.values
    )


def _is_number(text: str) -> bool:
    return is_ordered("<=", 0, text) or is_ordered(">", 0, text)


def _may_hold(operator: str, left: _Side, right: _Side) -> bool:
    """Whether some pair of the listed values compares so; true where others are possible."""
    if operator not in ("==", "!=") or left.values is None or right.values is None:
        return True
    return any(is_equal(one, other) for one in left.values for other in right.values)


# --- words ----------------------------------------------------------------------------------------


def _finding(
    code: str,
    comparison: Comparison,
    criterion: SimpleCriterion,
    severity: Severity,
    why: tuple[str, str | None],
) -> Diagnostic:
    verdict = "is always true" if comparison.operator == "!=" else "is never true"
    reason, way_out = why
    place = _place(comparison, criterion)
    message = f"this comparison {verdict}: {reason}"
    return Diagnostic(code, severity, message, place, verdict, way_out)


def _place(comparison: Comparison, criterion: SimpleCriterion) -> Place:
    left, right = comparison.left, comparison.right
    assert isinstance(left, Constant | Expression)
    assert isinstance(right, Constant | Expression)
    return criterion.place.at("condition").within(left.start, right.start + len(right.text))


def _other_types(sides: _Sides) -> tuple[str, str | None]:
    left, right = sides
    return f"{_side_text(left)} and {_side_text(right)}", _without_quotes(
        left, right
    ) or _without_quotes(right, left)


def _side_text(side: _Side) -> str:
    return f"`{side.operand.text}` is {type_words(side.kinds)}"


def _without_quotes(side: _Side, other: _Side) -> str | None:
    """A literal in quotes that would compare without them."""
    value = side.operand.value if isinstance(side.operand, Constant) else None
    if value in ("true", "false") and "boolean" in other.kinds:
        return f"without quotes, `{value}` is the boolean"
    return None


def _other_values(sides: _Sides) -> tuple[str, str | None]:
    left, right = sides
    if isinstance(left.operand, Constant):
        left, right = right, left
    values = [to_text(one) for one in left.values or () if one is not None]
    shown = ", ".join(f"`{one}`" for one in values[:12]) + (" and more" if len(values) > 12 else "")
    wanted = to_text(right.operand.value) if isinstance(right.operand, Constant) else ""
    return f"`{left.operand.text}` is one of {shown}", did_you_mean(wanted, values)
