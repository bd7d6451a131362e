"""Which properties do not count in a request (``readOnly``) or a response (``writeOnly``)."""

from __future__ import annotations

from typing import Literal as Choice
from typing import TypeAlias

from arazzo_runner.expression.value import Value
from arazzo_runner.operation.model import ApiDescription
from arazzo_runner.operation.reference import reference_of, target
from arazzo_runner.text.source import Place, Pointer

Flag: TypeAlias = Choice["readOnly", "writeOnly"]


def not_counting(
    description: ApiDescription, node: dict[str, Value], place: Place, flag: Flag
) -> frozenset[str]:
    """The properties of a schema that have the flag, those of its ``allOf`` members too."""
    if "properties" not in node and "allOf" not in node:
        return frozenset()
    return frozenset(
        name
        for one, at in _parts(description, node, place)
        for name, schema in _members(one.get("properties"))
        if _says(description, schema, at.at("properties", name), flag)
    )


def _says(description: ApiDescription, node: Value, place: Place, flag: Flag) -> bool:
    if not isinstance(node, dict) or not ("$ref" in node or "allOf" in node or flag in node):
        return False
    return any(one.get(flag) is True for one, _ in _parts(description, node, place))


def _parts(
    description: ApiDescription, node: Value, place: Place
) -> list[tuple[dict[str, Value], Place]]:
    """A schema and all that it surely also is: its ``$ref`` target and ``allOf`` members."""
    found, todo = list[tuple[dict[str, Value], Place]](), [(node, place)]
    seen = set[tuple[str, Pointer]]()
    while todo:
        node, place = todo.pop()
        key = (place.source.uri, place.pointer)
        if not isinstance(node, dict) or key in seen:
            continue
        seen.add(key)
        found.append((node, place))
        if reference := reference_of(node):
            todo.append(target(description, reference, place))
        members = node.get("allOf")
        for index, one in enumerate(members if isinstance(members, list) else ()):
            todo.append((one, place.at("allOf", index)))
    return found


def _members(node: Value) -> list[tuple[str, Value]]:
    return list(node.items()) if isinstance(node, dict) else []
