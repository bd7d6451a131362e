"""Criterion Objects: simple conditions, and queries over a context."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never
from typing import Literal as Choice

from arazzo_runner.document.fields import Node, ObjectSpec
from arazzo_runner.document.model import Criterion, QueryCriterion, SimpleCriterion
from arazzo_runner.document.values import (
    read_expression,
    read_selector_type,
    read_template,
    report_malformed,
    report_new_form,
    report_nonstandard,
)
from arazzo_runner.expression.ast import (
    Condition,
    Expression,
    MalformedExpression,
    Notice,
    SelectorType,
)
from arazzo_runner.expression.condition import operands, parse_condition
from arazzo_runner.text.fix import remove_member

CRITERION: Final = ObjectSpec("Criterion Object", ("condition",), ("context", "type"))
_TYPES: Final = ("simple", "regex", "jsonpath", "xpath")
_QUERIES: Final = ("jsonpath", "xpath")
# What a condition gets wrong is an error of `validate`, yet a run starts and the criterion fails
# ("Evaluation Errors"): so malformed text in a criterion has a code of its own.
_CODE: Final = "AZ118"


def criteria(node: Node, name: str) -> tuple[Criterion, ...]:
    """The Criterion Objects in a field; those that cannot be read are left out."""
    found = [criterion(item) for item in node.items(name)]
    return tuple(one for one in found if one is not None)


def criterion(node: Node) -> Criterion | None:
    """A Criterion Object, or None when it cannot be read."""
    if not node.is_object(CRITERION):
        return None
    condition = node.text("condition")
    context = read_expression(node, "context", _CODE)
    kind = _kind(node)
    if kind is None or condition is None:
        return None
    return _simple(node, condition) if kind == "simple" else _query(node, kind, condition, context)


def _kind(node: Node) -> Choice["simple", "regex"] | SelectorType | None:
    if isinstance(node.value.get("type"), dict):
        return read_selector_type(node, "type", _QUERIES)
    match node.choice("type", _TYPES) if node.has("type") else "simple":
        case "simple":
            return "simple"
        case "regex":
            return "regex"
        case None:
            return None
        case _:
            return read_selector_type(node, "type", _QUERIES)


def _simple(node: Node, condition: str) -> SimpleCriterion:
    parsed, notices = parse_condition(condition)
    if node.has("context"):
        context = node.at("context")
        context.warn(
            "AZ113",
            "a simple condition does not use its `context`",
            label="has no effect",
            help="name the `type` of the condition: `regex`, `jsonpath` or `xpath`",
            # One that does not parse may be a query whose type was forgotten.
            fix=None if isinstance(parsed, MalformedExpression) else remove_member(context.place),
        )
    _report(node.at("condition"), parsed, notices)
    return SimpleCriterion(condition, parsed, node.place, tuple(notices))


def _report(node: Node, parsed: Condition | MalformedExpression, notices: Sequence[Notice]) -> None:
    if isinstance(parsed, MalformedExpression):
        report_malformed(node, parsed, _CODE, "a condition")
        return
    for notice in notices:
        report_nonstandard(node, notice)
    if node.is_1_0:
        for one in operands(parsed):
            report_new_form(node, one)


def _query(
    node: Node, kind: Choice["regex"] | SelectorType, condition: str, context: Expression | None
) -> QueryCriterion:
    if not node.has("context"):
        node.error(
            "AZ111",
            "a condition that is a query needs a `context`",
            label="`context` is missing",
            help="`context: $response.body` asks the body of the response",
        )
    parsed = read_template(node.at("condition"), _CODE)
    match kind:
        case "regex":
            return QueryCriterion("regex", None, condition, context, parsed, node.place)
        case SelectorType("jsonpath", version):
            return QueryCriterion("jsonpath", version, condition, context, parsed, node.place)
        case SelectorType(_, version):
            return QueryCriterion("xpath", version, condition, context, parsed, node.place)
        case _:
            assert_never(kind)
