"""Step Objects with their request bodies and outputs."""

from __future__ import annotations

from typing import Final
from typing import Literal as Choice

from arazzo_runner.document.actions import criteria, failure_actions, success_actions
from arazzo_runner.document.extensions import sends_invalid, step_credentials, step_url
from arazzo_runner.document.model import (
    Criterion,
    OperationById,
    PayloadReplacement,
    RequestBody,
    Step,
)
from arazzo_runner.document.node import Node, ObjectSpec
from arazzo_runner.document.parameters import parameters
from arazzo_runner.document.targets import step_names, target
from arazzo_runner.document.values import (
    read_dynamic,
    read_selector,
    read_selector_type,
    read_template,
    read_text,
)
from arazzo_runner.expression.ast import DynamicValue, MalformedExpression, Template
from arazzo_runner.expression.ast import Literal as Constant
from arazzo_runner.expression.parse import parse_expression
from arazzo_runner.http_semantics.media_type import is_json
from arazzo_runner.text.suggested_fix import Fix, change_text

STEP: Final = ObjectSpec(
    "Step Object",
    ("stepId",),
    (
        "description", "operationId", "operationPath", "channelPath", "workflowId", "parameters",
        "requestBody", "successCriteria", "onSuccess", "onFailure", "outputs", "timeout",
        "correlationId", "action", "dependsOn",
    ),
    frozenset({"channelPath", "timeout", "correlationId", "action", "dependsOn"}),
)  # fmt: skip
REQUEST_BODY: Final = ObjectSpec(
    "Request Body Object", (), ("contentType", "payload", "replacements")
)
REPLACEMENT: Final = ObjectSpec(
    "Payload Replacement Object",
    ("target", "value"),
    ("targetSelectorType",),
    frozenset({"targetSelectorType"}),
)


def steps(node: Node, name: str) -> tuple[Step, ...]:
    """The steps in a field; those without a stepId are left out."""
    found = [step(item) for item in node.items(name)]
    return tuple(one for one in found if one is not None)


def step(node: Node) -> Step | None:
    """A Step Object, or None when it has no name.

    A step that calls nothing that can be told keeps its place, so that others can refer to it.
    """
    if not node.is_object(STEP):
        return None
    step_id = node.identifier("stepId")
    read = Step(
        step_id=step_id or "",
        description=node.text("description"),
        target=target(node) or OperationById("", None, node.place),
        parameters=parameters(node, "parameters"),
        request_body=_request_body(node),
        success_criteria=_success_criteria(node),
        on_success=success_actions(node, "onSuccess"),
        on_failure=failure_actions(node, "onFailure"),
        outputs=outputs(node),
        timeout=node.integer("timeout"),
        correlation_id=_correlation_id(node),
        action=_action(node),
        depends_on=step_names(node, "dependsOn"),
        place=node.place,
        url=step_url(node),
        sends_invalid=sends_invalid(node),
        credentials=step_credentials(node),
    )
    return read if step_id is not None else None


def _success_criteria(node: Node) -> tuple[Criterion, ...]:
    """Step Object (1.1): if `successCriteria` is provided, it MUST contain at least one."""
    if node.value.get("successCriteria") == []:
        report = (
            node.at("successCriteria").warn if node.is_1_0 else node.at("successCriteria").error
        )
        report(
            "AZ113",
            "`successCriteria` needs at least one criterion",
            label="is empty",
            help="remove it to expect a 2xx status",
        )
    return criteria(node, "successCriteria")


def _action(node: Node) -> Choice["send", "receive"] | None:
    """Step Object: only applicable to steps of an AsyncAPI description.

    A channel alone does not tell whether it is sent to or received from.
    """
    others = ("action", "operationId", "operationPath", "workflowId")
    if isinstance(node.value.get("channelPath"), str) and not any(map(node.has, others)):
        node.error(
            "AZ111",
            "a step with a `channelPath` needs `action`",
            label="sends or receives?",
            help="write `action: send` or `action: receive`",
        )
    if node.has("workflowId") and node.has("action"):
        node.error(
            "AZ114",
            "`action` and `workflowId` exclude each other",
            place=node.at("action").place.key(),
            label="is for steps that send or receive a message",
        )
    match node.choice("action", ("send", "receive")):
        case "send":
            return "send"
        case "receive":
            return "receive"
        case _:
            return None


def _correlation_id(node: Node) -> DynamicValue | None:
    """Step Object: only applicable to asynchronous steps with the action `receive`."""
    if node.text("correlationId") is None:
        return None
    if node.value.get("action") != "receive":
        node.error(
            "AZ113",
            "`correlationId` is for steps whose `action` is `receive`",
            place=node.at("correlationId").place.key(),
            label="has no effect",
            help="add `action: receive`, or remove it"
            if not node.has("action")
            else "remove it; what is sent has its own by a parameter or in the payload",
        )
    return read_text(node.at("correlationId"))


def _no_effect(node: Node, name: str, where: str) -> None:
    node.at(name).warn(
        "AZ113",
        f"`{name}` has no effect on {where}",
        place=node.at(name).place.key(),
        label="has no effect",
    )


def _request_body(node: Node) -> RequestBody | None:
    if not node.has("requestBody"):
        return None
    body = node.at("requestBody")
    if not body.is_object(REQUEST_BODY):
        return None
    if node.has("workflowId"):
        _no_effect(node, "requestBody", "a step that calls a workflow")
    content_type = body.text("contentType")
    payload = read_dynamic(body.at("payload")) if body.has("payload") else None
    found = [_replacement(item, content_type) for item in body.items("replacements")]
    replacements = tuple(one for one in found if one is not None)
    return RequestBody(content_type, payload, replacements, body.place)


def _replacement(node: Node, content_type: str | None) -> PayloadReplacement | None:
    if not node.is_object(REPLACEMENT):
        return None
    named = node.has("targetSelectorType")
    type_ = read_selector_type(node, "targetSelectorType") if named else None
    value = read_dynamic(node.at("value")) if node.has("value") else Constant(None)
    if node.text("target") is None:
        return None
    target_ = read_template(node.at("target"))
    # Payload Replacement Object: the target is a JSON Pointer if the payload is JSON.
    if (type_.language == "jsonpointer") if type_ else (not named and is_json(content_type or "")):
        _check_pointer(node.at("target"), target_)
    return PayloadReplacement(target_, type_, value, node.place)


def _check_pointer(node: Node, target_: Template | Constant) -> None:
    """RFC 6901, section 3: a pointer is empty or begins with a slash."""
    if isinstance(target_, Template) or node.value == "" or node.value.startswith("/"):
        return
    path = node.value.lstrip("#$./").replace(".", "/")
    node.hole()
    node.error(
        "AZ113",
        f"`{node.value}` is not a JSON Pointer",
        label="must begin with `/`",
        help=f"write `/{path}`, or name the language in `targetSelectorType`",
    )


def outputs(node: Node) -> tuple[tuple[str, DynamicValue], ...]:
    """The outputs of a step or a workflow: expressions and Selector Objects by name."""
    return tuple((name, _output(member)) for name, member in node.members("outputs"))


def _without_dollar(node: Node) -> Fix | None:
    meant = f"${node.value}"
    parsed = parse_expression(meant)[0]
    return None if isinstance(parsed, MalformedExpression) else change_text(node.place, meant)


def _output(node: Node) -> DynamicValue:
    if isinstance(node.value, dict):
        return read_selector(node)
    if not isinstance(node.value, str):
        node.wrong_type("an expression or a Selector Object")
        return Constant(None)
    found = read_text(node)
    if isinstance(found, Constant) and "$" not in node.value:
        node.warn(
            "AZ113",
            f"the output `{node.pointer[-1]}` is text, not an expression",
            label="always this text",
            help="an expression begins with `$`: `$response.body#/id`",
            fix=_without_dollar(node),
        )
    return found
