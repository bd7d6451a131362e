"""Success Action Objects, Failure Action Objects and their Criterion Objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never
from typing import Literal as Choice

from arazzo_runner.document.model import (
    Criterion,
    EndAction,
    FailureAction,
    GotoAction,
    Parameter,
    QueryCriterion,
    RetryAction,
    Reusable,
    SimpleCriterion,
    SuccessAction,
    WorkflowName,
)
from arazzo_runner.document.node import Node, ObjectSpec, join_names, type_label
from arazzo_runner.document.parameters import parameter, read_each
from arazzo_runner.document.targets import workflow_name
from arazzo_runner.document.values import (
    expression_place,
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
from arazzo_runner.expression.common_mistakes import status_comparison
from arazzo_runner.expression.condition import operands, parse_condition
from arazzo_runner.text.suggested_fix import change_text, remove_member

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
    condition = _condition(node)
    context = read_expression(node, "context", _CODE)
    kind = _kind(node)
    if kind is None or condition is None:
        return None
    return _simple(node, condition) if kind == "simple" else _query(node, kind, condition, context)


def _condition(node: Node) -> str | None:
    """The text of a condition. In quotes, a number would be a simple one that is always true."""
    value = node.value.get("condition")
    if not isinstance(value, bool | int | float) or node.value.get("type", "simple") != "simple":
        return node.text("condition")
    held, meant = node.at("condition"), status_comparison(value)
    held.hole()
    held.error(
        "AZ112",
        f"`condition` must be a string, and is {type_label(value)}",
        label="not a string",
        help=f"write `{meant}`" if meant else "write what is compared: `$statusCode == 200`",
        fix=change_text(held.place, meant) if meant else None,
    )
    return None


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
    at, read = node.at("condition"), operands(parsed)
    _report(at, parsed, notices, read)
    reads = tuple([(one, expression_place(one, at.place)) for one in read])
    return SimpleCriterion(condition, parsed, node.place, tuple(notices), reads)


def _report(
    node: Node,
    parsed: Condition | MalformedExpression,
    notices: Sequence[Notice],
    read: Sequence[Expression],
) -> None:
    if isinstance(parsed, MalformedExpression):
        report_malformed(node, parsed, _CODE, "a condition")
        return
    for notice in notices:
        report_nonstandard(node, notice)
    if node.is_1_0:
        for one in read:
            report_new_form(node, one)


def _query(
    node: Node, kind: Choice["regex"] | SelectorType, condition: str, context: Expression | None
) -> QueryCriterion:
    if not node.has("context"):
        node.error(
            "AZ111",
            "a condition that is a query needs a `context`",
            label="`context` is missing",
            help="`context: $response.body` evaluates it against the response body",
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


_FIELDS: Final = ("workflowId", "stepId", "parameters", "criteria")
_NEW: Final = frozenset({"parameters"})
SUCCESS: Final = ObjectSpec("Success Action Object", ("name", "type"), _FIELDS, _NEW)
FAILURE: Final = ObjectSpec(
    "Failure Action Object", ("name", "type"), (*_FIELDS, "retryAfter", "retryLimit"), _NEW
)
# "This field is only relevant when the `type` field value is ..."
_RELEVANT: Final = {
    "workflowId": ("goto", "retry"),
    "stepId": ("goto", "retry"),
    "retryAfter": ("retry",),
    "retryLimit": ("retry",),
}


def success_actions(node: Node, name: str) -> tuple[SuccessAction | Reusable, ...]:
    """The success actions in a field; those that cannot be read are left out."""
    return read_each(node, name, success_action)


def failure_actions(node: Node, name: str) -> tuple[FailureAction | Reusable, ...]:
    """The failure actions in a field; those that cannot be read are left out."""
    return read_each(node, name, failure_action)


def success_action(node: Node) -> SuccessAction | None:
    """A Success Action Object, or None when it cannot be read."""
    if not node.is_object(SUCCESS):
        return None
    if node.value.get("type") == "retry":
        node.at("type").hole()
        node.at("type").error(
            "AZ113",
            "a success action cannot be of type `retry`",
            label="one of `end` and `goto`",
            help="`retry` belongs to `onFailure`; after a success, repeat the step with `goto`",
        )
        return None
    return _end_or_goto(node, node.choice("type", ("end", "goto")))


def failure_action(node: Node) -> FailureAction | None:
    """A Failure Action Object, or None when it cannot be read."""
    if not node.is_object(FAILURE):
        return None
    kind = node.choice("type", ("end", "goto", "retry"))
    return _retry(node) if kind == "retry" else _end_or_goto(node, kind)


def _end_or_goto(node: Node, kind: str | None) -> EndAction | GotoAction | None:
    name = node.text("name")
    held = criteria(node, "criteria")
    target = _target(node)
    given = _parameters(node)
    if kind is None or name is None:
        return None
    _report_irrelevant(node, kind)
    if kind == "end":
        return EndAction(name, held, node.place)
    if target is None:
        _report_target(node)
        return None
    return GotoAction(name, held, target, given, node.place)


def _retry(node: Node) -> RetryAction | None:
    name = node.text("name")
    held = criteria(node, "criteria")
    target = _target(node)
    # Failure Action Object: without retryLimit, a single retry; without retryAfter, no delay.
    after = node.number("retryAfter") or 0.0
    limit = node.integer("retryLimit")
    given = _parameters(node)
    if name is None:
        return None
    return RetryAction(name, held, after, limit, target, given, node.place)


def _target(node: Node) -> str | WorkflowName | None:
    """The step or workflow that the action names; None without one."""
    if node.has("stepId") and node.has("workflowId"):
        node.hole()
        node.error(
            "AZ114",
            "`stepId` and `workflowId` exclude each other",
            place=node.at("workflowId").place.key(),
            label="an action has one target",
        )
    if node.text("stepId") is not None:
        return node.text("stepId")
    if node.text("workflowId") is not None:
        return workflow_name(node.at("workflowId"))
    return None


def _report_target(node: Node) -> None:
    if node.has("stepId") or node.has("workflowId"):
        return  # what is wrong with it is said
    node.hole()
    node.error("AZ111", "`goto` needs a `stepId` or a `workflowId`", label="no target")


def _parameters(node: Node) -> tuple[Parameter | Reusable, ...]:
    """The parameters of an action (1.1): inputs of the workflow that it names."""
    if node.has("parameters") and not node.has("workflowId"):
        _report_ineffective(node, "parameters", "an action without a `workflowId`")
    return read_each(node, "parameters", _input)


def _input(node: Node) -> Parameter | None:
    """Success and Failure Action Object, ``parameters``: the `in` field MUST NOT be used."""
    if isinstance(node.value, dict) and "in" in node.value:
        node.error(
            "AZ113",
            "a parameter of an action has no `in`: it is an input of the workflow",
            place=node.at("in").place.key(),
            label="not allowed here",
        )
    return parameter(node)


def _report_irrelevant(node: Node, kind: str) -> None:
    for name, kinds in _RELEVANT.items():
        if node.has(name) and kind not in kinds:
            _report_ineffective(
                node, name, f"an action of type `{kind}`", f"it belongs to {join_names(kinds)}"
            )


def _report_ineffective(node: Node, name: str, where: str, help: str | None = None) -> None:
    node.at(name).warn(
        "AZ113",
        f"`{name}` has no effect on {where}",
        place=node.at(name).place.key(),
        label="has no effect",
        help=help,
    )
