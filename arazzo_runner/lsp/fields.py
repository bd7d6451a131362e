"""The fields that the objects of a document have, by the JSON Schema of documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

from msgspec import Struct

from arazzo_runner.openapi.schema.walk import (
    Relation,
    definitions_of,
    item_schemas,
    member_schemas,
    properties_of,
    subschemas,
)
from arazzo_runner.text.diagnostic import Severity
from arazzo_runner.text.parse import DESCRIPTION_LIMITS, parse
from arazzo_runner.text.source import Pointer, SourceFile

_SAME_VALUE: Final = (Relation.ALL, Relation.CHOICE, Relation.CONDITION)
_MOST: Final = 60
"""So many schemas of one value are looked at: enough for each object of a document."""


class Field(Struct, frozen=True):
    """A field of an object: its description, its types, and the values that it is one of."""

    name: str
    description: str
    types: frozenset[str]
    values: tuple[str, ...]
    is_required: bool


@cache
def _schema() -> dict[str, Any]:
    text = files("arazzo_runner.document").joinpath("document.schema.json").read_text("utf-8")
    source = SourceFile("document.schema.json", text, "")
    found: dict[str, Any] = parse(source, DESCRIPTION_LIMITS, Severity.ERROR).value
    return found


def fields_of(pointer: Pointer) -> dict[str, Field]:
    """The fields of the object at a pointer by name; none where it may have any."""
    found: dict[str, Field] = {}
    nodes = _nodes_at(pointer)
    required = {name for node in nodes for name in node.get("required", ())}
    for node in nodes:
        for name, member in properties_of(node).items():
            if name not in found and member is not False:
                found[name] = _field(name, _expand(member), is_required=name in required)
    return found


def field_at(pointer: Pointer) -> Field | None:
    """The field whose value a pointer leads to."""
    nodes = _nodes_at(pointer)
    if not nodes or not pointer or not isinstance(pointer[-1], str):
        return None
    return _field(pointer[-1], nodes, is_required=False)


def _field(name: str, nodes: list[dict[str, Any]], *, is_required: bool) -> Field:
    description = next((one["description"] for one in nodes if "description" in one), "")
    types = {one for node in nodes for one in _type_list(node.get("type"))}
    values = [one for node in nodes for one in _values(node)]
    return Field(name, description, frozenset(types), tuple(dict.fromkeys(values)), is_required)


def _values(node: dict[str, Any]) -> Iterator[str]:
    listed = [*node.get("enum", ()), *([node["const"]] if "const" in node else ())]
    yield from (one for one in (listed or node.get("examples", ())) if isinstance(one, str))


def _type_list(kinds: Any) -> list[str]:
    return [kinds] if isinstance(kinds, str) else list(kinds or ())


def _nodes_at(pointer: Pointer) -> list[dict[str, Any]]:
    nodes = _expand(_schema())
    for token in pointer:
        nodes = [
            found for node in nodes for below in _below(node, token) for found in _expand(below)
        ]
    return nodes


def _below(node: dict[str, Any], token: str | int) -> Iterator[Any]:
    if isinstance(token, int):
        yield from (one for one, _ in item_schemas(node, token))
    else:
        yield from (one for one, _ in member_schemas(node, token, _is_match))


def _is_match(pattern: str, name: str) -> bool:
    return re.search(pattern, name) is not None


def _expand(schema: Any) -> list[dict[str, Any]]:
    """A schema with all that it refers to and chooses from, itself first."""
    found: list[dict[str, Any]] = []
    todo = [schema]
    while todo and len(found) < _MOST:
        node = todo.pop(0)
        if not isinstance(node, dict):
            continue
        found.append(node)
        reference = node.get("$ref")
        if isinstance(reference, str):
            todo.append(definitions_of(_schema()).get(reference.rpartition("/")[2]))
        todo += (one for one, _ in subschemas(node, *_SAME_VALUE))
    return found
