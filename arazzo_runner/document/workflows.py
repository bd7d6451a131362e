"""Workflow Objects and the Components Object."""

from __future__ import annotations

from typing import Final, TypeVar

from arazzo_runner.document.actions import (
    failure_action,
    failure_actions,
    success_action,
    success_actions,
)
from arazzo_runner.document.fields import Node, ObjectSpec
from arazzo_runner.document.model import Components, Workflow
from arazzo_runner.document.parameters import parameter, parameters
from arazzo_runner.document.steps import outputs, steps
from arazzo_runner.document.targets import workflow_names
from arazzo_runner.expression.value import Value

WORKFLOW: Final = ObjectSpec(
    "Workflow Object",
    ("workflowId", "steps"),
    (
        "summary", "description", "inputs", "dependsOn", "successActions", "failureActions",
        "outputs", "parameters",
    ),
)  # fmt: skip
COMPONENTS: Final = ObjectSpec(
    "Components Object", (), ("inputs", "parameters", "successActions", "failureActions")
)
_Object = TypeVar("_Object")


def workflows(root: Node) -> tuple[Workflow, ...]:
    """The workflows of the document; those without a workflowId are left out."""
    found = [workflow(item) for item in root.items("workflows")]
    return tuple(one for one in found if one is not None)


def workflow(node: Node) -> Workflow | None:
    """A Workflow Object, or None when it has no name."""
    if not node.is_object(WORKFLOW):
        return None
    if node.value.get("steps") == []:
        node.at("steps").warn("AZ113", "a workflow without steps does nothing", label="is empty")
    workflow_id = node.identifier("workflowId")
    read = Workflow(
        workflow_id=workflow_id or "",
        summary=node.text("summary"),
        description=node.text("description"),
        inputs=_schema(node.at("inputs")) if node.has("inputs") else None,
        depends_on=workflow_names(node, "dependsOn"),
        steps=steps(node, "steps"),
        success_actions=success_actions(node, "successActions"),
        failure_actions=failure_actions(node, "failureActions"),
        outputs=outputs(node),
        parameters=parameters(node, "parameters"),
        place=node.place,
    )
    return None if workflow_id is None else read


def _schema(node: Node) -> Value:
    """A JSON Schema 2020-12: an object or a boolean, kept as written."""
    if not isinstance(node.value, dict | bool):
        node.wrong_type("a JSON Schema (an object)")
        return None
    return node.value


def components(root: Node) -> Components:
    """The Components Object; those components that cannot be read are left out."""
    if not root.has("components") or not root.at("components").is_object(COMPONENTS):
        return Components()
    node = root.at("components")
    return Components(
        {name: _schema(one) for name, one in node.members("inputs")},
        _read({name: parameter(one) for name, one in node.members("parameters")}),
        _read({name: success_action(one) for name, one in node.members("successActions")}),
        _read({name: failure_action(one) for name, one in node.members("failureActions")}),
    )


def _read(found: dict[str, _Object | None]) -> dict[str, _Object]:
    return {name: one for name, one in found.items() if one is not None}
