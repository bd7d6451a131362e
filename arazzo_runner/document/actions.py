"""Success Action Objects and Failure Action Objects."""

from __future__ import annotations

from typing import Final

from arazzo_runner.document.criteria import criteria
from arazzo_runner.document.fields import Node, ObjectSpec
from arazzo_runner.document.model import (
    EndAction,
    FailureAction,
    GotoAction,
    Parameter,
    RetryAction,
    Reusable,
    SuccessAction,
    WorkflowName,
)
from arazzo_runner.document.parameters import parameter, read_each
from arazzo_runner.document.targets import workflow_name
from arazzo_runner.document.wording import join_names

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
            help="`retry` belongs to `onFailure`; to repeat a step after success, `goto` it",
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
            label="an action goes to one of them",
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
    node.error("AZ111", "`goto` needs a `stepId` or a `workflowId`", label="goes nowhere")


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
