"""Judging criteria: each one becomes a result with its operands' actual values.

Arazzo Specification 1.1.0, Criterion Object. A criterion that cannot be evaluated fails and says
why; it never stops the run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal as Choice
from typing import assert_never

from arazzo_runner.document.model import Criterion, QueryCriterion, SimpleCriterion
from arazzo_runner.executor.result import CriterionResult, OperandValue
from arazzo_runner.expression.ast import MalformedExpression
from arazzo_runner.expression.criteria import Judgement, judge_simple
from arazzo_runner.expression.query.evaluate import judge_query
from arazzo_runner.expression.scope import Scope
from arazzo_runner.text.source import Place


def judge_criterion(criterion: Criterion, scope: Scope, seconds: float) -> CriterionResult:
    """Judge one criterion in a scope; ``seconds`` bounds a query."""
    match criterion:
        case SimpleCriterion(text, condition, place):
            if isinstance(condition, MalformedExpression):
                judgement = Judgement(passed=False, operands=(), error=condition.reason)
            else:
                judgement = judge_simple(condition, scope)
            return _result("simple", text, None, judgement, place.at("condition"))
        case QueryCriterion(kind, version, text, context, condition, place):
            judgement = judge_query(kind, version, condition, context, scope, seconds)
            shown = context.text if context else None
            return _result(kind, text, shown, judgement, place.at("condition"))
        case _:
            assert_never(criterion)


def _result(
    kind: Choice["simple", "regex", "jsonpath", "xpath"],
    text: str,
    context: str | None,
    judgement: Judgement,
    place: Place,
) -> CriterionResult:
    operands = tuple(
        OperandValue(expression.text, value, expression.start)
        for expression, value in judgement.operands
    )
    return CriterionResult(
        kind, text, context, judgement.passed, operands, judgement.error, place, judgement.hint
    )


def judge_status(status: int | None) -> CriterionResult:
    """The implicit criterion of a step without ``successCriteria``: a 2xx status."""
    passed = status is not None and 200 <= status <= 299
    operand = OperandValue("$statusCode", status, 0)
    return CriterionResult(
        "implicit", "$statusCode >= 200 && $statusCode <= 299", None, passed, (operand,), None, None
    )


def judge_call(workflow_id: str, status: str) -> CriterionResult:
    """The implicit criterion of a step that calls a workflow: the workflow passed."""
    operand = OperandValue(workflow_id, status, 0)
    passed = status == "passed"
    return CriterionResult(
        "implicit", f"workflow {workflow_id} passed", None, passed, (operand,), None, None
    )


def judge_until_unmet(
    criteria: tuple[Criterion, ...], scope: Scope, seconds: float
) -> tuple[CriterionResult, ...]:
    """Judge criteria in order, up to the first that does not hold."""
    results: list[CriterionResult] = []
    for criterion in criteria:
        results.append(judge_criterion(criterion, scope, seconds))
        if not results[-1].passed:
            break
    return tuple(results)


def judge_all(
    criteria: tuple[Criterion, ...], scope: Scope, seconds: float, is_over: Callable[[], bool]
) -> tuple[CriterionResult, ...]:
    """Judge criteria in order, for as long as the run is not over."""
    results: list[CriterionResult] = []
    for criterion in criteria:
        if is_over():
            break
        results.append(judge_criterion(criterion, scope, seconds))
    return tuple(results)
