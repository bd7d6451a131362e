"""The schema of a workflow's inputs without some of them: those that a caller must not see."""

from __future__ import annotations

from collections.abc import Collection
from copy import deepcopy
from typing import Any, Final

from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.schema.standalone import (
    definition,
    possible_schemas,
    walk_schemas,
)
from arazzo_runner.openapi.schema.walk import (
    BY_MEMBER_NAME,
    DEFINITIONS,
    definitions_of,
    properties_of,
)

_VALUES: Final = ("default", "example", "const")
"""Keywords that hold a whole value."""
_LISTS: Final = ("examples", "enum")
"""Keywords that hold a list of whole values."""


def without_inputs(schema: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """A copy of a standalone schema of an object that says nothing of some members.

    JSON Schema Validation 2020-12, sections 6.5.3 (``required``), 6.5.4 and 9; core, section
    10.3.2.1. Definitions that nothing else refers to are left out with them.
    """
    if not names:
        return schema
    copy = deepcopy(schema)
    for part, _ in walk_schemas([(copy, ())], copy, possible_schemas):
        _remove_members(part, names)
    return _with_used_definitions(copy)


def _remove_members(part: dict[str, Any], names: Collection[str]) -> None:
    """Let one schema say nothing of some members of its value."""
    _remove_keys(properties_of(part), names)
    if isinstance(part.get("required"), list):
        part["required"] = _other_names(part["required"], names)
    for keyword in BY_MEMBER_NAME:
        stated = part.get(keyword)
        if isinstance(stated, dict):
            _remove_keys(stated, names)
            lists = {one: held for one, held in stated.items() if isinstance(held, list)}
            stated |= {one: _other_names(held, names) for one, held in lists.items()}
    for keyword in _VALUES:
        _remove_keys(part.get(keyword), names)
    for keyword in _LISTS:
        held = part.get(keyword)
        for one in held if isinstance(held, list) else ():
            _remove_keys(one, names)


def _remove_keys(value: Value, names: Collection[str]) -> None:
    if isinstance(value, dict):
        for name in value.keys() & names:
            del value[name]


def _other_names(stated: list[Value], names: Collection[str]) -> list[Value]:
    return [one for one in stated if one not in names]


def _with_used_definitions(root: dict[str, Any]) -> dict[str, Any]:
    """A schema with those of its definitions that its other parts lead to."""
    bare = {name: one for name, one in root.items() if name != DEFINITIONS}
    todo: list[Value] = [bare]
    used = list[int]()
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo += node
        elif isinstance(node, dict):
            todo += node.values()
            meant = definition(node.get("$ref"), root)
            if meant is not None and meant is not root and id(meant) not in used:
                used.append(id(meant))
                todo.append(meant)
    kept = {name: one for name, one in definitions_of(root).items() if id(one) in used}
    return {**bare, DEFINITIONS: kept} if kept else bare
