"""Regex, jsonpath and xpath criteria judged: whether each is true. Nothing here raises.

Arazzo 1.1.0, "Criterion Object", section "Condition Evaluation". What cannot be evaluated fails
and says why.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias, assert_never
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.expression import common_mistakes
from arazzo_runner.expression.ast import Expression, Literal, Template
from arazzo_runner.expression.criteria import Judgement, OperandCache, operand_value
from arazzo_runner.expression.evaluate import EvaluationError, evaluate
from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import MISSING, Value, describe, json_type, to_text

QueryKind: TypeAlias = Choice["regex", "jsonpath", "xpath"]


class _Query(Struct, frozen=True):
    """A condition ready to be applied: its final text and the value of its context."""

    text: str
    version: str | None
    context: Expression
    value: Value
    seconds: float


_Verdict: TypeAlias = tuple[bool, str | None]
"""Whether it holds, and a hint."""


def judge_query(
    kind: QueryKind,
    version: str | None,
    condition: Template | Literal,
    context: Expression | None,
    scope: Scope,
    seconds: float,
) -> Judgement:
    """Judge a regex, jsonpath or xpath condition on the value of its context.

    ``version`` is that of the Expression Type Object (None for the language's default).
    ``{$…}`` in the condition is substituted first, as plain text. A context that is missing or
    null fails; other falsy ones are values like any other. ``seconds`` bounds the query.
    """
    if context is None:
        return _failed_judgement(
            {}, f"a {kind} condition needs a `context`", "add `context: $response.body`"
        )
    seen: OperandCache = {}
    try:
        value = operand_value(context, scope, seen)
        if value is None or value is MISSING:
            return _no_value_judgement(context, seen)
        text = _final_text(condition, scope, seen)
        passed, hint = _KINDS[kind](_Query(text, version, context, value, seconds))
    except EvaluationError as problem:
        return _failed_judgement(seen, problem.message, None)
    except QueryError as problem:
        return _failed_judgement(seen, str(problem), problem.hint)
    return Judgement(passed, tuple(seen.values()), None, hint)


def _failed_judgement(seen: OperandCache, error: str | None, hint: str | None) -> Judgement:
    return Judgement(passed=False, operands=tuple(seen.values()), error=error, hint=hint)


def _no_value_judgement(context: Expression, seen: OperandCache) -> Judgement:
    was = describe(seen[context.text][1])
    return _failed_judgement(
        seen, None, f"the context `{context.text}` is {was}, so nothing can match"
    )


def _final_text(condition: Template | Literal, scope: Scope, seen: OperandCache) -> str:
    if isinstance(condition, Template):
        for part in condition.parts:
            if isinstance(part, Expression):
                operand_value(part, scope, seen)
    return to_text(evaluate(condition, scope))


def _regex(query: _Query) -> _Verdict:
    from arazzo_runner.expression.query.regex import regex_search

    if isinstance(query.value, bytes):
        raise QueryError(f"a regular expression needs text; the context is {describe(query.value)}")
    return regex_search(query.text, to_text(query.value), query.seconds), None


def _jsonpath(query: _Query) -> _Verdict:
    from arazzo_runner.expression.query.jsonpath import jsonpath_nodes

    if isinstance(query.value, bytes):
        raise QueryError(f"JSONPath needs JSON; the context is {describe(query.value)}")
    _check_jsonpath(query.text, query.version, query.context.text)
    nodes = jsonpath_nodes(query.text, query.value, query.seconds, query.version)
    return bool(nodes), None if nodes else _why_no_nodes(query)


def _check_jsonpath(text: str, version: str | None, context: str) -> None:
    from arazzo_runner.expression.query.jsonpath import compile_jsonpath

    try:
        compile_jsonpath(text, version)
    except QueryError as problem:
        hint = problem.hint or common_mistakes.jsonpath_syntax(text, version, context)
        raise QueryError(str(problem), hint) from None


def _why_no_nodes(query: _Query) -> str | None:
    if isinstance(query.value, dict):
        return common_mistakes.filter_on_members(query.text)
    if isinstance(query.value, list):
        return None
    return f"the context is of type {json_type(query.value)}, which has no members"


def _xpath(query: _Query) -> _Verdict:
    from arazzo_runner.expression.query.xpath import is_xpath_true
    from arazzo_runner.expression.select import xml_text

    version = query.version or "xpath-31"
    return is_xpath_true(xml_text(query.value), query.text, version, query.seconds), None


def check_query(kind: QueryKind, version: str | None, text: str, context: str) -> None:
    """Raise :class:`QueryError` for a query that parses with no value whatever.

    ``context`` is the text of the criterion's context, for the way out.
    """
    match kind:
        case "regex":
            from arazzo_runner.expression.query.regex import compile_regex

            compile_regex(text)
        case "jsonpath":
            _check_jsonpath(text, version, context)
        case "xpath":
            from arazzo_runner.expression.query.xpath import check_xpath

            check_xpath(text, version or "xpath-31")
        case _:
            assert_never(kind)


_KINDS: Final[dict[QueryKind, Callable[[_Query], _Verdict]]] = {
    "regex": _regex,
    "jsonpath": _jsonpath,
    "xpath": _xpath,
}
