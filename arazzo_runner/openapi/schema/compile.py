"""A schema of an API description as a self-contained JSON Schema 2020-12, compiled; and its cost.

What is reached by ``$ref`` is bundled under ``$defs``; what OpenAPI 2.0 and 3.0 say in their own
words is translated. OpenAPI Specification 3.0.4 and 3.1.1, section "Schema Object"; JSON Schema
2020-12 core, sections 8.2 and 9.3.

The cost of checking one value is bounded, since references make short schemas endless: ``S0: allOf
[S1, S1]``, ``S1: allOf [S2, S2]`` and so on are 2 to the power of their number of checks, and the
validator cannot be interrupted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias
from typing import Literal as Choice

from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.model import ApiDescription, Schema
from arazzo_runner.openapi.references import (
    base_of,
    find_identifiers,
    reference_of,
    reference_target,
    value_at,
)
from arazzo_runner.openapi.schema.dialect import translate_schema
from arazzo_runner.openapi.schema.validator import Validator, python_numbers
from arazzo_runner.openapi.schema.walk import AccessFlag, flagged_properties
from arazzo_runner.text.source import Place, Pointer

MAX_CHECKS: Final = 10_000
"""Subschemas that one value is held against, counted as often as they are."""

# JSON Schema 2020-12 core, section 10.2: the applicators that are about the same value.
_SCHEMA_KEYWORDS: Final = ("not", "if", "then", "else")
_SEVERAL: Final = ("allOf", "anyOf", "oneOf")
_NAMED: Final = ("dependentSchemas",)
_APPLIED: Final = frozenset((*_SEVERAL, *_NAMED, "then", "else", "not", "if"))


def check_cost(schema: Value) -> None:
    """Raise ValueError for a bundled schema that asks too much of one value."""
    defs = schema.get("$defs") if isinstance(schema, dict) else None
    if not isinstance(defs, dict):
        return  # without references, a schema asks for no more than is written in it
    known: dict[int, int] = {}
    todo: list[Value] = [schema]
    while todo:
        node = todo.pop()
        members = node.values() if isinstance(node, dict) else node
        todo += [one for one in members if isinstance(one, dict | list)]
        if not isinstance(node, dict) or _APPLIED.isdisjoint(node):
            continue
        if _checks(node, defs, known) > MAX_CHECKS:
            message = f"its references need more than {MAX_CHECKS:,} checks of one value"
            raise ValueError(message)


def _checks(schema: dict[str, Value], defs: dict[str, Value], known: dict[int, int]) -> int:
    """The checks of a schema; a circle through it counts once, as the validator goes it once."""
    order, begun = [schema], set[int]()
    while order:
        node = order[-1]
        inner = list(_about_the_same(node, defs))
        waiting = [one for one in inner if id(one) not in known and id(one) not in begun]
        if waiting and id(node) not in begun:
            begun.add(id(node))
            order.extend(waiting)
            continue
        order.pop()
        known.setdefault(id(node), min(1 + sum(known.get(id(one), 1) for one in inner), 2**64))
    return known[id(schema)]


def _about_the_same(node: dict[str, Value], defs: dict[str, Value]) -> Iterator[dict[str, Value]]:
    found: list[Value] = [node.get(name) for name in _SCHEMA_KEYWORDS]
    for name in _SEVERAL:
        found += node[name] if isinstance(node.get(name), list) else ()
    for name in _NAMED:
        found += node[name].values() if isinstance(node.get(name), dict) else ()
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/$defs/"):
        found.append(defs.get(reference.removeprefix("#/$defs/")))
    yield from (one for one in found if isinstance(one, dict))


Direction: TypeAlias = Choice["request", "response"]
DynamicScope: TypeAlias = frozenset[tuple[str, str, Pointer]]
"""The dynamic anchors in force: (anchor, URI of the file, pointer), the outermost of each name."""

# Said for readers, or said otherwise in the bundled schema.
_LEFT_OUT: Final = frozenset(
    {
        "$anchor",
        "$defs",
        "$dynamicAnchor",
        "$id",
        "$schema",
        "definitions",
        "description",
        "externalDocs",
        "nullable",
        "title",
        "x-nullable",
        "xml",
    }
)


class Bundle(Struct, frozen=True):
    """A self-contained schema, and where each of its parts stands in the description.

    ``places`` maps the names under ``$defs`` to the places of what they were.
    """

    value: Value
    place: Place
    places: Mapping[str, Place]

    def place_of(self, path: Pointer) -> Place:
        """The place in the description for a path in the bundled schema."""
        if len(path) > 1 and path[0] == "$defs":
            return self.places[str(path[1])].at(*path[2:])
        return self.place.at(*path)


def standalone_schema(schema: Schema, description: ApiDescription, direction: Direction) -> Value:
    """A schema with all it refers to, as JSON Schema 2020-12 that stands by itself.

    In a ``request`` the ``readOnly`` properties are not required, in a ``response`` the
    ``writeOnly`` ones. Raises DocumentError AZ214 when a reference leads nowhere.
    """
    return bundle_schema(schema, description, direction).value


def bundle_schema(schema: Schema, description: ApiDescription, direction: Direction) -> Bundle:
    """Like :func:`standalone`, with the places; made once for each schema and direction."""
    key = ("bundle", schema.place.source.uri, schema.place.pointer, direction)
    if key not in description.memo:
        description.memo[key] = _bundle(schema, description, direction)
    found: Bundle = description.memo[key]
    return found


def schema_validator(schema: Value) -> Validator:
    """A compiled validator of a standalone schema; raises ValueError when it cannot be used.

    Patterns are matched within a bound on backtracking, formats are annotations, nothing is
    fetched.
    """
    import jsonschema_rs

    check_cost(schema)
    compiled = jsonschema_rs.Draft202012Validator(
        python_numbers(schema),
        validate_formats=False,
        # About a second of backtracking on one string at the most.
        pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=1_000_000),
        offline=True,
    )
    return Validator(compiled)


def _bundle(schema: Schema, description: ApiDescription, direction: Direction) -> Bundle:
    work = _BundleState(description, "readOnly" if direction == "request" else "writeOnly")
    value = _convert(work, schema.value, _SchemaPlace(schema.place))
    defs = dict[str, Value]()
    while work.todo:
        name, node, spot = work.todo.pop()
        defs[name] = _convert(work, node, spot)
    if isinstance(value, dict) and defs:
        value = {**value, "$defs": defs}
    return Bundle(value, schema.place, work.places)


class _SchemaPlace(Struct, frozen=True):
    """Where a schema stands, and the dynamic anchors in force there.

    ``hidden`` are properties that the schemas around it, about the same value, do not require.
    """

    place: Place
    dynamic: DynamicScope = frozenset()
    hidden: frozenset[str] = frozenset()

    def at(self, *tokens: str | int) -> _SchemaPlace:
        """The spot of a schema below this one, which is about another value."""
        return _SchemaPlace(self.place.at(*tokens), self.dynamic)

    def beside(self, *tokens: str | int) -> _SchemaPlace:
        """The spot of a schema below this one that is about the same value."""
        return _SchemaPlace(self.place.at(*tokens), self.dynamic, self.hidden)


class _BundleState(Struct, frozen=True):
    """What a bundling has met: the names of the schemas referred to, and which are still to do.

    ``hidden`` is the keyword of the properties that do not count in this direction.
    """

    description: ApiDescription
    hidden: AccessFlag
    names: dict[tuple[str, Pointer, DynamicScope], str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    todo: list[tuple[str, Value, _SchemaPlace]] = field(default_factory=list)


def _convert(work: _BundleState, node: Value, spot: _SchemaPlace) -> Value:
    if not isinstance(node, dict):
        return node if isinstance(node, bool) else {}
    spot = replace(spot, dynamic=_enter(work, spot))
    reference = reference_of(node)
    if reference is not None and work.description.version < (3, 1):
        # Reference Object, 2.0 and 3.0: what stands beside it is ignored.
        return _reference(work, "$ref", reference, spot)
    own = flagged_properties(work.description, node, spot.place, work.hidden)
    spot = replace(spot, hidden=spot.hidden | own)
    written = dict[str, Value]()
    for key, value in node.items():
        if key not in _LEFT_OUT:
            written |= _HANDLERS.get(key, _copy)(work, key, value, spot)
    return translate_schema(work.description.version, node, written)


def _copy(_work: _BundleState, key: str, value: Value, _spot: _SchemaPlace) -> dict[str, Value]:
    return {key: value}


def _convert_schema(
    work: _BundleState, key: str, value: Value, spot: _SchemaPlace
) -> dict[str, Value]:
    return {key: _convert(work, value, spot.at(key))}


def _convert_list(
    work: _BundleState, key: str, value: Value, spot: _SchemaPlace
) -> dict[str, Value]:
    items = enumerate(value if isinstance(value, list) else [])
    return {key: [_convert(work, one, spot.at(key, index)) for index, one in items]}


def _all_of(work: _BundleState, key: str, value: Value, spot: _SchemaPlace) -> dict[str, Value]:
    items = enumerate(value if isinstance(value, list) else [])
    return {key: [_convert(work, one, spot.beside(key, index)) for index, one in items]}


def _convert_map(
    work: _BundleState, key: str, value: Value, spot: _SchemaPlace
) -> dict[str, Value]:
    members = value.items() if isinstance(value, dict) else ()
    return {key: {name: _convert(work, one, spot.at(key, name)) for name, one in members}}


def _items(work: _BundleState, key: str, value: Value, spot: _SchemaPlace) -> dict[str, Value]:
    if not isinstance(value, list):
        return _convert_schema(work, key, value, spot)
    # A list of schemas in `items` is what `prefixItems` is since 2020-12.
    return {"prefixItems": _convert_list(work, key, value, spot)[key]}


def _required(_work: _BundleState, key: str, value: Value, spot: _SchemaPlace) -> dict[str, Value]:
    # `required: true` within a property is of an old draft, and says nothing here.
    names = value if isinstance(value, list) else []
    return {key: [one for one in names if not (isinstance(one, str) and one in spot.hidden)]}


def _reference(work: _BundleState, _key: str, value: Value, spot: _SchemaPlace) -> dict[str, Value]:
    if not isinstance(value, str):
        return {}
    return {
        "$ref": _definition_reference(
            work, *reference_target(work.description, value, spot.place), spot.dynamic
        )
    }


def _dynamic_reference(
    work: _BundleState, _key: str, value: Value, spot: _SchemaPlace
) -> dict[str, Value]:
    if not isinstance(value, str):
        return {}
    return {"$ref": _definition_reference(work, *_dynamic_target(work, value, spot), spot.dynamic)}


def _discriminator(
    work: _BundleState, key: str, value: Value, spot: _SchemaPlace
) -> dict[str, Value]:
    """A Discriminator Object whose mapping leads to the bundled schemas."""
    mapping = value.get("mapping") if isinstance(value, dict) else None
    if not isinstance(mapping, dict):
        return {key: value}
    at = spot.at(key, "mapping")
    return {
        key: {
            **value,
            "mapping": {name: _mapped_schema(work, one, at) for name, one in mapping.items()},
        }
    }


def _mapped_schema(work: _BundleState, value: Value, spot: _SchemaPlace) -> Value:
    """A mapping names a component, or refers to a schema."""
    components = work.description.raw.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    name = f"#/components/schemas/{value}" if schemas and value in schemas else str(value)
    try:
        return _definition_reference(
            work, *reference_target(work.description, name, spot.place), spot.dynamic
        )
    except DocumentError:
        # It only helps to explain a mismatch, so a dangling one does no harm.
        return value


# JSON Schema 2020-12: the keywords that hold schemas, or say something about them.
_HANDLERS: Final[
    dict[str, Callable[[_BundleState, str, Value, _SchemaPlace], dict[str, Value]]]
] = {
    **dict.fromkeys(
        (
            "additionalProperties",
            "contains",
            "contentSchema",
            "else",
            "if",
            "not",
            "propertyNames",
            "then",
            "unevaluatedItems",
            "unevaluatedProperties",
        ),
        _convert_schema,
    ),
    **dict.fromkeys(("anyOf", "oneOf", "prefixItems"), _convert_list),
    **dict.fromkeys(("dependentSchemas", "patternProperties", "properties"), _convert_map),
    "$dynamicRef": _dynamic_reference,
    "$ref": _reference,
    "allOf": _all_of,
    "discriminator": _discriminator,
    "items": _items,
    "required": _required,
}


def _definition_reference(
    work: _BundleState, node: Value, place: Place, dynamic: DynamicScope
) -> str:
    """The reference to a schema's copy under ``$defs``; what is met first is put on the list."""
    key = (place.source.uri, place.pointer, dynamic)
    if key not in work.names:
        stem = re.sub(r"[^\w.\-]", "_", str(place.pointer[-1])) if place.pointer else "root"
        name, number = stem, 1
        while name in work.places:
            number += 1
            name = f"{stem}_{number}"
        work.names[key], work.places[name] = name, place
        work.todo.append((name, node, _SchemaPlace(place, dynamic)))
    return f"#/$defs/{work.names[key]}"


def _enter(work: _BundleState, spot: _SchemaPlace) -> DynamicScope:
    """The dynamic scope within a schema: that around it, and the anchors of its own resource."""
    if work.description.version < (3, 1):
        return spot.dynamic
    known = find_identifiers(work.description, spot.place.source).dynamic
    if not known:
        return spot.dynamic
    own = known.get(base_of(work.description, spot.place)[0], {})
    names = {anchor for anchor, _, _ in spot.dynamic}
    return spot.dynamic | {
        (anchor, one.source.uri, one.pointer) for anchor, one in own.items() if anchor not in names
    }


def _dynamic_target(work: _BundleState, reference: str, spot: _SchemaPlace) -> tuple[Value, Place]:
    """What a ``$dynamicRef`` means here: the outermost anchor of its name, if it is dynamic."""
    description = work.description
    node, found = reference_target(description, reference, spot.place)
    anchor = reference.partition("#")[2]
    if not isinstance(node, dict) or node.get("$dynamicAnchor") != anchor:
        return node, found
    for name, uri, pointer in spot.dynamic:
        if name == anchor:
            source, root = description.documents[uri]
            return value_at(root, pointer)[0], Place(source, pointer)
    return node, found
