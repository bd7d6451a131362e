"""An expression or a condition that is typed, and what it gives."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.expression.ast import DynamicValue, Expression, MalformedExpression
from arazzo_runner.expression.condition import parse_condition
from arazzo_runner.expression.criteria import judge_simple
from arazzo_runner.expression.evaluate import EvaluationError, evaluate
from arazzo_runner.expression.parse import parse_expression, parse_string
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import MISSING, MaybeValue
from arazzo_runner.report.body import to_json_data
from arazzo_runner.report.terminal.style import TextStyle
from arazzo_runner.text.json_write import INDENTED, write_json


def printed_lines(text: str, scope: Scope, look: TextStyle) -> Iterator[str]:
    """The value of an expression or of text with expressions in it, or a condition's verdict.

    A condition has the values of its expressions below it.
    """
    expression, _ = parse_expression(text)
    if not isinstance(expression, MalformedExpression):
        yield from _value_lines(expression, scope, look)
        return
    if "{$" in text:
        yield from _value_lines(parse_string(text)[0], scope, look)
        return
    condition, _ = parse_condition(text)
    if isinstance(condition, MalformedExpression):
        yield look.shown.text(f"not an expression: {condition.reason}")
        return
    verdict = judge_simple(condition, scope)
    if verdict.error is not None:
        yield look.shown.text(verdict.error)
        return
    yield "true" if verdict.passed else "false"
    for operand, value in verdict.operands:
        masked = look.shown.masker.operand(operand.text, None if value is MISSING else value)
        shown = MISSING if value is MISSING else masked
        yield f"  {look.shown.text(operand.text)} is {look.shown.typed_text(shown, look.room)}"


def _value_lines(dynamic: DynamicValue, scope: Scope, look: TextStyle) -> Iterator[str]:
    try:
        value = evaluate(dynamic, scope)
    except EvaluationError as reason:
        yield look.shown.text(str(reason))
        return
    name = dynamic.text if isinstance(dynamic, Expression) else ""
    yield from _json_lines(name, value, look)


def _json_lines(name: str, value: MaybeValue, look: TextStyle) -> Iterator[str]:
    if value is MISSING:
        yield "no value"
        return
    masked = look.shown.masker.operand(name, value)
    for line in write_json(to_json_data(masked), INDENTED).split("\n"):
        yield look.shown.text(line)
