"""Applicators of a schema that surely apply: ``$ref`` and ``allOf``; ``readOnly`` and such.

Properties flagged ``readOnly`` do not count in a request, ``writeOnly`` ones not in a response.
"""

from __future__ import annotations

from typing import Literal as Choice
from typing import TypeAlias

from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.openapi.references import reference_of, reference_target
from arazzo_runner.text.source import Place, Pointer


def all_of_parts(
    description: ApiDescription, node: Value, place: Place
) -> list[tuple[dict[str, Value], Place]]:
    """A schema and all that it surely also is, with their places; itself first, each one once."""
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
            todo.append(reference_target(description, reference, place))
        members = node.get("allOf")
        for index, one in enumerate(members if isinstance(members, list) else ()):
            todo.append((one, place.at("allOf", index)))
    return found


AccessFlag: TypeAlias = Choice["readOnly", "writeOnly"]


def flagged_properties(
    description: ApiDescription, node: dict[str, Value], place: Place, flag: AccessFlag
) -> frozenset[str]:
    """The properties of a schema that have the flag, those of its ``allOf`` members too."""
    if "properties" not in node and "allOf" not in node:
        return frozenset()
    return frozenset(
        name
        for one, at in all_of_parts(description, node, place)
        for name, schema in _members(one.get("properties"))
        if _has_flag(description, schema, at.at("properties", name), flag)
    )


def _has_flag(description: ApiDescription, node: Value, place: Place, flag: AccessFlag) -> bool:
    if not isinstance(node, dict) or not ("$ref" in node or "allOf" in node or flag in node):
        return False
    return any(one.get(flag) is True for one, _ in all_of_parts(description, node, place))


def _members(node: Value) -> list[tuple[str, Value]]:
    return list(node.items()) if isinstance(node, dict) else []
