"""What a schema surely says of a value: the alternatives it leaves, each a list of schemas.

``$ref``, ``allOf``, ``oneOf``, ``anyOf`` and ``nullable`` are multiplied out; whatever else a
schema says is looked at where somebody asks. JSON Schema 2020-12 core, sections 8.2 and 10.2;
OpenAPI Specification 3.0.4, "Schema Object".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, product
from math import prod
from typing import Any, Final, NamedTuple, TypeAlias

from msgspec import Struct, field

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value, json_type
from arazzo_runner.openapi.model import ApiDescription, Schema
from arazzo_runner.openapi.references import MAX_HOPS, reference_of, reference_target
from arazzo_runner.openapi.schema.walk import CHOICES, Relation, keyword_schemas, subschemas
from arazzo_runner.text.source import Place

MOST: Final = 64
"""More alternatives than these are not told apart: then nothing is known of the value."""

_NULL: Final = {"type": "null"}


class SchemaPart(NamedTuple):
    """One schema object, without what it refers to or combines."""

    node: dict[str, Value]
    place: Place


Alternative: TypeAlias = tuple[SchemaPart, ...]
"""Schemas that all hold for the value."""

Alternatives: TypeAlias = tuple[Alternative, ...] | None
"""At least one of these holds; None: nothing is known."""


class SchemaContext(Struct, frozen=True):
    """Where schemas live: the dialect by its OpenAPI version, and where a reference leads.

    ``follow`` gives a schema and its place, and raises DocumentError when there is none.
    """

    version: tuple[int, int]
    follow: Callable[[str, Place], tuple[Value, Place]]
    # What was worked out so far; a cache, not state.
    memo: dict[tuple[object, ...], Any] = field(default_factory=dict)
    # Of what stands beside a `$ref`, where it says nothing (2.0, 3.0, drafts up to 07).
    ignores_siblings: bool = False


def schemas_of(description: ApiDescription) -> SchemaContext:
    """The schemas of an API description."""
    if ("schemas",) not in description.memo:
        description.memo["schemas",] = SchemaContext(
            description.version,
            lambda reference, place: reference_target(description, reference, place),
            ignores_siblings=description.ignores_siblings,
        )
    found: SchemaContext = description.memo["schemas",]
    return found


def alternatives(schemas: SchemaContext, schema: Schema) -> Alternatives:
    """The alternatives that a schema leaves; none of them: no value fits it."""
    key = ("alternatives", schema.place.source, schema.place.pointer)
    if key not in schemas.memo:
        schemas.memo[key] = _expand(schemas, schema.value, schema.place, frozenset())
    found: Alternatives = schemas.memo[key]
    return found


def intersection(schemas: SchemaContext, parts: Iterable[Schema]) -> Alternatives:
    """The alternatives that several schemas for one value leave."""
    return _product([alternatives(schemas, one) for one in parts])


def union(branches: Iterable[Alternatives]) -> Alternatives:
    """The alternatives where one of several may hold."""
    found: list[Alternative] = []
    for one in branches:
        if one is None:
            return None
        found += one
    return tuple(found) if len(found) <= MOST else None


_Seen: TypeAlias = frozenset[tuple[object, ...]]


def _expand(schemas: SchemaContext, node: Value, place: Place, seen: _Seen) -> Alternatives:
    if node is False:
        return ()
    if not isinstance(node, dict):
        return ((),)
    reference = reference_of(node)
    if reference is not None and schemas.ignores_siblings:
        return _follow_reference(schemas, reference, place, seen)
    factors: list[Alternatives] = [((SchemaPart(node, place),),)]
    if reference is not None:
        factors.append(_follow_reference(schemas, reference, place, seen))
    for one, path in subschemas(node, Relation.ALL):
        factors.append(_expand(schemas, one, place.at(*path), seen))
    factors += (
        _choose(schemas, node, key, place, seen)
        for key in CHOICES
        if isinstance(node.get(key), list)
    )
    found = _product(factors)
    if _is_null_too(schemas, node):
        found = union((found, ((SchemaPart(_NULL, place),),)))
    return found


def _choose(
    schemas: SchemaContext, node: dict[str, Value], key: str, place: Place, seen: _Seen
) -> Alternatives:
    branches = keyword_schemas(node, key)
    return union(_expand(schemas, one, place.at(*path), seen) for one, path in branches)


def _follow_reference(
    schemas: SchemaContext, reference: str, place: Place, seen: _Seen
) -> Alternatives:
    try:
        node, at = schemas.follow(reference, place)
    except DocumentError:
        return None  # that is a finding of its own, where the schema is used
    key = (at.source, at.pointer)
    if key in seen or len(seen) >= MAX_HOPS:
        return None
    return _expand(schemas, node, at, seen | {key})


def _product(factors: Sequence[Alternatives]) -> Alternatives:
    """What holds where each factor does, all at once: an ``allOf`` may have thousands."""
    if () in factors:
        return ()
    known = [one for one in factors if one is not None]
    if len(known) < len(factors) or prod(map(len, known)) > MOST:
        return None
    return tuple(tuple(chain.from_iterable(one)) for one in product(*known))


def _is_null_too(schemas: SchemaContext, node: dict[str, Value]) -> bool:
    """3.0: ``nullable`` beside ``allOf`` and the like is meant for the whole."""
    is_nullable = node.get("nullable") is True or node.get("x-nullable") is True
    return is_nullable and schemas.version < (3, 1) and "type" not in node


# --- kinds ----------------------------------------------------------------------------------------

JsonTypes: TypeAlias = frozenset[str]
_NUMBERS: Final = frozenset({"number", "integer"})
_KINDS: Final[dict[str, JsonTypes]] = {
    "number": _NUMBERS,
    "file": frozenset({"string"}),
    **{name: frozenset({name}) for name in ("integer", "string", "boolean", "null")},
    **{name: frozenset({name}) for name in ("object", "array")},
}


def types_of_alternative(alternative: Alternative) -> JsonTypes | None:
    """The kinds that a value of the alternative can have; None when they are not stated.

    What is a number may be an integer: both are listed.
    """
    found: JsonTypes | None = None
    for part in alternative:
        own = _types(part.node)
        if own is not None:
            found = own if found is None else found & own
    return found or None  # schemas that contradict each other prove nothing


def _types(node: dict[str, Value]) -> JsonTypes | None:
    names = stated_types(node)
    if not names or not all(name in _KINDS for name in names):
        values = listed_values(node)
        return None if values is None else frozenset(json_type(one) for one in values)
    found = frozenset(one for name in names for one in _KINDS[name])
    is_nullable = node.get("nullable") is True or node.get("x-nullable") is True
    return found | {"null"} if is_nullable else found


def stated_types(node: dict[str, Value]) -> list[str]:
    """What a schema states as its type, one or several; none where it states none."""
    stated = node.get("type", [])
    return [str(name) for name in (stated if isinstance(stated, list) else [stated])]


def listed_values(node: dict[str, Value]) -> list[Value] | None:
    """The values that a schema lists (``enum``, ``const``); None without a list."""
    if "const" in node:
        return [node["const"]]
    listed = node.get("enum")
    return listed if isinstance(listed, list) and listed else None
