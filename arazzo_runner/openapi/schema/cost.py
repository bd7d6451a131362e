"""What it takes to hold one value against a schema: references make short schemas endless.

``S0: allOf [S1, S1]``, ``S1: allOf [S2, S2]`` and so on are 2 to the power of their number of
checks, and the validator cannot be interrupted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from msgspec import Struct

from arazzo_runner.expression.value import Value, value_size
from arazzo_runner.openapi.schema.standalone import definition
from arazzo_runner.openapi.schema.walk import (
    IN_PLACE,
    Relation,
    definitions_of,
    keywords,
    subschemas,
)

MAX_CHECKS: Final = 10_000
"""Subschemas that one value is held against, counted as often as they are."""

MAX_WORK: Final = 20_000_000
"""Subschemas that all parts of one value are held against together: some seconds of work."""
_WIDE: Final = 50
# The bytes that a part of a value takes at least, as `value_size` counts them.
_SMALLEST_PART: Final = 8
_MOST_COUNTED: Final = 1_000_000

UNFINISHED: Final = "Error executing regex"
"""How an error begins that is no mismatch: a pattern takes too long."""

MAX_COPIES: Final = 64 << 20
"""The bytes that the errors of one value may copy of it and of its schema, at the most."""

_OF_MEMBERS: Final = (Relation.PATTERN, Relation.REST, Relation.UNEVALUATED)
_OF_ITEMS: Final = (
    Relation.ITEM,
    Relation.REST_ITEM,
    Relation.UNEVALUATED_ITEM,
    Relation.SOME_ITEM,
)
_LISTED: Final = ("required", "dependentRequired")
# Keywords that a value may break, once each.
_BREAKABLE: Final = frozenset(
    {
        *keywords(Relation.CHOICE, Relation.NEGATION, Relation.NAME, Relation.SOME_ITEM),
        *keywords(Relation.REST, Relation.REST_ITEM),
        *keywords(Relation.UNEVALUATED, Relation.UNEVALUATED_ITEM),
        *("type", "enum", "const", "format", "pattern", "uniqueItems", "multipleOf"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength"),
        *("minItems", "maxItems", "minProperties", "maxProperties"),
    }
)

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


def has_few_errors(value: Value, schema: Value) -> bool:
    """Whether all errors that a bundled schema may find in a value can be made at once.

    Each holds a copy of what is wrong, and of the values that are allowed. They are counted as if
    everything were wrong; an ``allOf`` of 2,000 and a list of 40,000 numbers take 5 GB.
    """
    left = MAX_COPIES
    for part, demands in _parts(value, schema):
        errors = sum(one.errors for one in demands)
        left -= sum(one.size + one.checks for one in demands)
        if errors:
            left -= errors * value_size(part, max(left, 0) // errors)
        if left < 0:
            return False
    return True


def widest(schema: Value) -> int:
    """The most checks that a bundled schema asks of one part of a value."""
    known: dict[int, _Demands] = {}
    most, counted, todo = 0, 0, [schema]
    while todo and counted <= _MOST_COUNTED:
        node = todo.pop()
        if id(node) in known:
            continue
        demands = _demands(node, schema, known)
        most, counted = max(most, demands.checks), counted + demands.checks
        todo += [*demands.of_members, *demands.of_items]
        todo += [one for held in demands.by_name.values() for one in held]
    return most if counted <= _MOST_COUNTED else MAX_CHECKS


def check_work(value: Value, schema: Value, wide: int) -> None:
    """Raise ValueError where a value needs more checks than are made of it.

    The validator cannot be interrupted. ``wide`` is what :func:`widest` says of the bundled schema:
    the checks are counted only of a large value and a wide schema.
    """
    few = MAX_WORK * _SMALLEST_PART // max(wide, 1)
    if wide <= _WIDE or value_size(value, few) <= few:
        return
    left = MAX_WORK
    for _, demands in _parts(value, schema):
        left -= sum(one.checks for one in demands)
        if left < 0:
            raise ValueError(f"its schema needs more than {MAX_WORK:,} checks of this value")


def names_to_match(
    value: Value, schema: Value, patterns: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Pairs of a pattern and a name in a value that it is matched with, as often as it is."""
    for part, demands in _parts(value, schema):
        if isinstance(part, dict):
            named = [one for demand in demands for one in demand.name_patterns if one in patterns]
            yield from ((one, name) for name in part for one in named)


def _parts(value: Value, schema: Value) -> Iterator[tuple[Value, list[_Demands]]]:
    """All parts of a value, each with what the schemas about it demand."""
    known: dict[int, _Demands] = {}
    todo: list[tuple[Value, list[Value]]] = [(value, [schema])]
    while todo:
        part, about_it = todo.pop()
        demands = [_demands(one, schema, known) for one in about_it]
        yield part, demands
        if isinstance(part, dict):
            others = [below for one in demands for below in one.of_members]
            named = [one.by_name for one in demands]
            for name, inner in part.items():
                below = [*others, *(one for held in named for one in held.get(name, ()))]
                todo.append((inner, below))
        elif isinstance(part, list):
            below = [one for demand in demands for one in demand.of_items]
            todo += ((inner, below) for inner in part) if below else ()


class _Demands(Struct):
    """What a schema asks of a value, with all schemas that are about the same value."""

    checks: int = 0
    errors: int = 0
    size: int = 0
    by_name: dict[str, list[Value]] = {}
    name_patterns: list[str] = []
    of_members: list[Value] = []
    of_items: list[Value] = []


def _demands(schema: Value, root: Value, known: dict[int, _Demands]) -> _Demands:
    if id(schema) in known:
        return known[id(schema)]
    found = known[id(schema)] = _Demands()
    todo = [schema]
    while todo and found.checks <= MAX_CHECKS:
        node = todo.pop()
        found.checks += 1
        if isinstance(node, dict):
            _add_demands(found, node)
            todo += _about_the_same(node, root)
    if todo:  # references in a circle
        found.size = MAX_COPIES
    return found


def _add_demands(found: _Demands, node: dict[str, Value]) -> None:
    found.errors += len(_BREAKABLE.intersection(node))
    found.errors += sum(map(_count_names, (node.get(name) for name in _LISTED)))
    found.size += sum(
        value_size(node[name], MAX_COPIES) for name in ("enum", "const") if name in node
    )
    found.name_patterns += (str(one.path[-1]) for one in subschemas(node, Relation.PATTERN))
    for one in subschemas(node, Relation.MEMBER):
        found.by_name.setdefault(str(one.path[-1]), []).append(one.schema)
    found.of_members += (one.schema for one in subschemas(node, *_OF_MEMBERS))
    found.of_items += (one.schema for one in subschemas(node, *_OF_ITEMS))


def _count_names(listed: Value) -> int:
    """The names of ``required``, or of all lists of ``dependentRequired``."""
    lists = listed.values() if isinstance(listed, dict) else (listed,)
    return sum(len(one) for one in lists if isinstance(one, list))
