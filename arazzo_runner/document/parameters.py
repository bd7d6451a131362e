"""Parameter Objects, and the Reusable Objects that stand in their lists and in those of actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from arazzo_runner.document.model import Location, Parameter, Reusable
from arazzo_runner.document.node import Node, ObjectSpec, join_names, type_label
from arazzo_runner.document.values import read_dynamic, report_malformed
from arazzo_runner.expression.ast import (
    ArrayTemplate,
    ComponentRef,
    MalformedExpression,
    ObjectTemplate,
)
from arazzo_runner.expression.ast import Literal as Constant
from arazzo_runner.expression.parse import parse_expression

Object = TypeVar("Object")

PARAMETER: Final = ObjectSpec("Parameter Object", ("name", "value"), ("in",))
LOCATIONS: Final[dict[str, Location]] = {
    "path": "path",
    "query": "query",
    "querystring": "querystring",
    "header": "header",
    "cookie": "cookie",
}


def parameters(node: Node, name: str) -> tuple[Parameter | Reusable, ...]:
    """The parameters in a field; those that cannot be read are left out."""
    return read_each(node, name, parameter)


def read_each(
    node: Node, name: str, read: Callable[[Node], Object | None]
) -> tuple[Object | Reusable, ...]:
    """The items in a field, read by ``read`` where they are no Reusable Objects."""
    found = [reusable(item) if is_reusable(item) else read(item) for item in node.items(name)]
    return tuple(one for one in found if one is not None)


def parameter(node: Node) -> Parameter | None:
    """A Parameter Object, or None when it cannot be read.

    Whether it needs its ``in`` depends on what it is given to: ``document/components.py`` judges
    that.
    """
    if not node.is_object(PARAMETER):
        return None
    name = node.text("name")
    where = node.choice("in", tuple(LOCATIONS))
    if where == "querystring":
        node.at("in").new_in_1_1("`in: querystring`")
    value = read_dynamic(node.at("value")) if node.has("value") else Constant(None)
    if where == "querystring" and isinstance(value, Constant | ObjectTemplate | ArrayTemplate):
        _check_whole_query(node)
    if name is None:
        return None
    return Parameter(name, LOCATIONS[where] if where else None, value, node.place)


def _check_whole_query(node: Node) -> None:
    """Parameter Object: for `querystring`, the value MUST resolve to a string."""
    if node.has("value") and not isinstance(node.value["value"], str):
        node.at("value").warn(
            "AZ113",
            "the value of a `querystring` parameter is the whole query, as text",
            label=f"is {type_label(node.value['value'])}",
            help="write the query as one string, such as `status=open&limit=10`",
        )


def is_reusable(node: Node) -> bool:
    """Whether an item is a Reusable Object: it has a ``reference``."""
    return isinstance(node.value, dict) and "reference" in node.value


def reusable(node: Node) -> Reusable | None:
    """A Reusable Object, or None when its reference names no component."""
    reference = node.text("reference")
    if reference is None:
        return None
    held = node.at("reference")
    found, _ = parse_expression(reference)
    if not isinstance(found, ComponentRef):
        held.hole()
        _report_no_component(held, found if isinstance(found, MalformedExpression) else None)
        return None
    _report_ignored(node, found)
    value = read_dynamic(node.at("value")) if node.has("value") else None
    return Reusable(found.type, found.name, value, node.place)


def _report_no_component(node: Node, found: MalformedExpression | None) -> None:
    if found is not None:
        report_malformed(node, found, "AZ117", "an expression")
        return
    node.error(
        "AZ113",
        f"`{node.value}` is not a component",
        help="write `$components.<type>.<name>`, the type one of "
        + join_names(("parameters", "successActions", "failureActions")),
    )


def _report_ignored(node: Node, reference: ComponentRef) -> None:
    """Reusable Object: properties added MUST be ignored; ``value`` is for parameters only."""
    used = {"reference", "value"} if reference.type == "parameters" else {"reference"}
    for name in node.value:
        if name not in used and not name.startswith("x-"):
            node.at(name).warn(
                "AZ120",
                f"`{name}` beside a `reference` is ignored",
                place=node.at(name).place.key(),
                label="has no effect",
                help=_way_out(name, reference),
            )


def _way_out(name: str, reference: ComponentRef) -> str:
    if name == "value":
        return "only a parameter's value can be overridden"
    return f"change the component `{reference.name}`, or write the whole object here"
