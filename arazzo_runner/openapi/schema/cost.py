"""What it takes to hold one value against a schema: references make short schemas endless.

``S0: allOf [S1, S1]``, ``S1: allOf [S2, S2]`` and so on are 2 to the power of their number of
checks, and the validator cannot be interrupted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.schema.standalone import definition
from arazzo_runner.openapi.schema.walk import IN_PLACE, definitions_of, keywords, subschemas

MAX_CHECKS: Final = 10_000
"""Subschemas that one value is held against, counted as often as they are."""

_APPLIED: Final = frozenset(keywords(*IN_PLACE))


def check_cost(schema: Value) -> None:
    """Raise ValueError for a bundled schema that asks too much of one value."""
    if not definitions_of(schema):
        return  # without references, a schema asks for no more than is written in it
    known: dict[int, int] = {}
    todo: list[Value] = [schema]
    while todo:
        node = todo.pop()
        members = node.values() if isinstance(node, dict) else node
        todo += [one for one in members if isinstance(one, dict | list)]
        if not isinstance(node, dict) or _APPLIED.isdisjoint(node):
            continue
        if _checks(node, schema, known) > MAX_CHECKS:
            message = f"its references need more than {MAX_CHECKS:,} checks of one value"
            raise ValueError(message)


def _checks(schema: dict[str, Value], root: Value, known: dict[int, int]) -> int:
    """The checks of a schema; a circle through it counts once, as the validator goes it once."""
    order, begun = [schema], set[int]()
    while order:
        node = order[-1]
        inner = list(_about_the_same(node, root))
        waiting = [one for one in inner if id(one) not in known and id(one) not in begun]
        if waiting and id(node) not in begun:
            begun.add(id(node))
            order.extend(waiting)
            continue
        order.pop()
        known.setdefault(id(node), min(1 + sum(known.get(id(one), 1) for one in inner), 2**64))
    return known[id(schema)]


def _about_the_same(node: dict[str, Value], root: Value) -> Iterator[dict[str, Value]]:
    found = [one.schema for one in subschemas(node, *IN_PLACE)]
    found.append(definition(node.get("$ref"), root))
    yield from (one for one in found if isinstance(one, dict))
