"""The extensions of this runner: fields that begin with ``x-`` and that other runners ignore."""

from __future__ import annotations

from typing import Final

from arazzo_runner.document.model import FinallyCall
from arazzo_runner.document.node import Node, ObjectSpec
from arazzo_runner.document.parameters import parameters
from arazzo_runner.document.targets import workflow_name
from arazzo_runner.document.values import read_selector, read_text
from arazzo_runner.expression.ast import DynamicValue, Literal, Template
from arazzo_runner.text.pattern import lazy_pattern

_NAME: Final = lazy_pattern(r"[A-Za-z0-9_-]+")
FINALLY: Final = ObjectSpec("object of `x-finally`", ("workflowId",), ("parameters",))


def step_url(node: Node) -> DynamicValue | None:
    """``x-url`` of a step: the expression or Selector Object that yields the URL to send to."""
    if not node.has("x-url"):
        return None
    held = node.at("x-url")
    if node.has("workflowId"):
        _only_for_operations(held)
        return None
    if isinstance(held.value, dict):
        return read_selector(held)
    found = read_text(held) if isinstance(held.value, str) else Literal(None)
    match found:
        case Literal():
            _refuse_url(held, "is no expression", "must be one")
        case Template(parts=(_, _, *_)):
            # What an expression yields in the middle of a URL could turn it into another one.
            _refuse_url(held, "is a template, and no expression", "must be one expression alone")
        case _:
            return found
    return None


def _refuse_url(held: Node, what: str, label: str) -> None:
    held.hole()
    held.error(
        "AZ113",
        f"`x-url` {what}",
        label=label,
        help="write where the URL comes from: `$response.header.Location` in an output of an"
        " earlier step, and `$steps.<stepId>.outputs.<name>` here",
    )


def step_credentials(node: Node) -> str:
    """``x-credentials`` of a step: the name of the credentials that its request is sent with."""
    if not node.has("x-credentials"):
        return ""
    held = node.at("x-credentials")
    if node.has("workflowId"):
        _only_for_operations(held)
        return ""
    if not isinstance(held.value, str) or _NAME.fullmatch(held.value) is None:
        held.hole()
        held.error(
            "AZ113",
            "`x-credentials` is no name of credentials",
            label="must be letters, digits, `_` and `-`",
            help="the secrets stand elsewhere: in `[credentials.NAME]` of `arazzo.toml`",
        )
        return ""
    return held.value


def sends_invalid(node: Node) -> bool:
    """``x-send-invalid`` of a step: whether its request may contradict the description."""
    if not node.has("x-send-invalid"):
        return False
    held = node.at("x-send-invalid")
    if not isinstance(held.value, bool):
        held.wrong_type("true or false")
        return False
    if node.has("workflowId"):
        _only_for_operations(held)
        return False
    return held.value


def finally_call(node: Node) -> FinallyCall | None:
    """``x-finally`` of a workflow: the workflow that runs when it ends, however it ends."""
    if not node.has("x-finally"):
        return None
    held = node.at("x-finally")
    if not held.is_object(FINALLY):
        return None
    name = held.text("workflowId")
    target = workflow_name(held.at("workflowId")) if name is not None else None
    if target is None:
        return None
    if (target.source, target.workflow_id) == (None, node.value.get("workflowId")):
        held.error("AZ113", "`x-finally` names its own workflow", place=target.place)
        return None
    return FinallyCall(target, parameters(held, "parameters"), held.place)


def _only_for_operations(held: Node) -> None:
    held.hole()
    held.error(
        "AZ113",
        f"`{held.pointer[-1]}` is for steps that send a request",
        place=held.place.key(),
        label="this step calls a workflow",
    )
