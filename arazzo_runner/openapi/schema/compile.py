"""A schema of an API description as a self-contained JSON Schema 2020-12, compiled; and its cost.

What is reached by ``$ref`` is bundled under ``$defs``; what OpenAPI 2.0 and 3.0 say in their own
words is translated. OpenAPI Specification 3.0.4 and 3.1.1, section "Schema Object"; JSON Schema
2020-12 core, sections 8.2 and 9.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias
from typing import Literal as Choice

from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.model import ApiDescription, Schema
from arazzo_runner.openapi.references import (
    MAX_HOPS,
    base_of,
    find_identifiers,
    reference_of,
    reference_target,
    too_many_hops_error,
    value_at,
)
from arazzo_runner.openapi.schema.cost import check_cost
from arazzo_runner.openapi.schema.dialect import translate_schema
from arazzo_runner.openapi.schema.standalone import DEFINITION, Bundle, BundleNames, DynamicScope
from arazzo_runner.openapi.schema.validator import Validator, compile_validator
from arazzo_runner.openapi.schema.walk import (
    APPLICATORS,
    DEFINITIONS,
    AccessFlag,
    Relation,
    flagged_properties,
    keywords,
    with_definitions,
)
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.source import Place

Direction: TypeAlias = Choice["request", "response"]
Follow: TypeAlias = Callable[[str, Place], tuple[Value, Place]]
"""What a reference at a place leads to, and its place. Raises DocumentError."""

_DEFINITIONS: Final = frozenset(keywords(Relation.DEFINITION))
# Said otherwise in the bundled schema.
_OF_IDENTITY: Final = frozenset({"$anchor", DEFINITIONS, "$dynamicAnchor", "$id", "$schema"})
# What is said for readers as well.
_LEFT_OUT: Final = _OF_IDENTITY | {
    *_DEFINITIONS,
    "description",
    "externalDocs",
    "nullable",
    "title",
    "x-nullable",
    "xml",
}


def standalone_schema(schema: Schema, description: ApiDescription, direction: Direction) -> Value:
    """A schema with all it refers to, as JSON Schema 2020-12 that stands by itself.

    In a ``request`` the ``readOnly`` properties are not required, in a ``response`` the
    ``writeOnly`` ones. Raises DocumentError AZ214 when a reference leads nowhere.
    """
    return bundle_schema(schema, description, direction).value


def bundle_schema(schema: Schema, description: ApiDescription, direction: Direction) -> Bundle:
    """Like :func:`standalone_schema`, with places; made once for each schema and direction."""
    key = ("bundle", schema.place.source.uri, schema.place.pointer, direction)
    if key not in description.memo:
        description.memo[key] = bundle_beside(schema, description, direction, BundleNames())
    found: Bundle = description.memo[key]
    return found


def schema_validator(schema: Value) -> Validator:
    """A compiled validator of a standalone schema; raises ValueError when it cannot be used.

    Patterns are matched within a bound on backtracking, formats are annotations, nothing is
    fetched.
    """
    return _validator_for(schema)


def response_validator(schema: Value) -> Validator:
    """Like :func:`schema_validator`, also for what :mod:`assertion` says of responses."""
    from arazzo_runner.openapi.schema.assertion import FORMATS, response_schema

    return _validator_for(response_schema(schema), FORMATS)


def _validator_for(schema: Value, formats: tuple[str, ...] = ()) -> Validator:
    check_cost(schema)
    # About a second of backtracking on one string at the most.
    return compile_validator(schema, 1_000_000, formats)


def bundle_verbatim(schema: Schema, description: ApiDescription, follow: Follow) -> Bundle:
    """A schema of JSON Schema 2020-12 with all it refers to; nothing else about it is changed.

    What is malformed stays for the validator to refuse. ``follow`` says where a reference leads.
    All schemas of a description that are bundled so have the same name for the same definition.
    """
    named = description.memo.setdefault(("verbatim names",), BundleNames())
    known = BundleNames(named.names, named.places)  # each has all that it refers to
    return _bundled(_BundleState(description, follow, None, known), schema)


def broken_references(schema: Schema, description: ApiDescription) -> tuple[Diagnostic, ...]:
    """What is wrong with the references of a schema, and of all it refers to."""
    found: list[Diagnostic] = []

    def follow(reference: str, place: Place) -> tuple[Value, Place]:
        try:
            return reference_target(description, reference, place)
        except DocumentError as reason:
            found.extend(reason.diagnostics)
            return True, place.at("$ref")

    _bundled(_BundleState(description, follow, None, BundleNames()), schema)
    return tuple(dict.fromkeys(found))


def bundle_beside(
    schema: Schema, description: ApiDescription, direction: Direction, known: BundleNames
) -> Bundle:
    """A bundled schema; under its ``$defs`` is only what is new among ``known``."""

    def follow(reference: str, place: Place) -> tuple[Value, Place]:
        return reference_target(description, reference, place)

    hidden: AccessFlag = "readOnly" if direction == "request" else "writeOnly"
    return _bundled(_BundleState(description, follow, hidden, known), schema)


def _bundled(work: _BundleState, schema: Schema) -> Bundle:
    value = _convert(work, schema.value, _SchemaPlace(schema.place))
    defs = dict[str, Value]()
    while work.todo:
        name, node, spot = work.todo.pop()
        defs[name] = _convert(work, node, spot)
    return Bundle(with_definitions(value, defs), schema.place, work.known.places)


class _SchemaPlace(Struct, frozen=True):
    """Where a schema stands, and the dynamic anchors in force there.

    ``hidden`` are properties that the schemas around it, about the same value, do not require.
    """

    place: Place
    dynamic: DynamicScope = frozenset()
    hidden: frozenset[str] = frozenset()
    hops: int = 0

    def at(self, *tokens: str | int) -> _SchemaPlace:
        """The spot of a schema below this one, which is about another value."""
        return _SchemaPlace(self.place.at(*tokens), self.dynamic)

    def beside(self, *tokens: str | int) -> _SchemaPlace:
        """The spot of a schema below this one that is about the same value."""
        return _SchemaPlace(self.place.at(*tokens), self.dynamic, self.hidden)


class _BundleState(Struct, frozen=True):
    """What a bundling has met, and which schemas are still to do.

    ``follow`` gives what a reference at a place leads to. ``hidden`` is the keyword of the
    properties that do not count in this direction; None: the schema is taken as it is written.
    """

    description: ApiDescription
    follow: Follow
    hidden: AccessFlag | None
    known: BundleNames
    todo: list[tuple[str, Value, _SchemaPlace]] = field(default_factory=list)

    def tolerate(self, value: Value, instead: Value) -> Value:
        """What becomes of a keyword's value that JSON Schema does not allow."""
        return value if self.hidden is None else instead


def _convert(work: _BundleState, node: Value, spot: _SchemaPlace) -> Value:
    if not isinstance(node, dict):
        return node if isinstance(node, bool) else work.tolerate(node, {})
    spot = replace(spot, dynamic=_enter(work, spot))
    if work.hidden is None:
        return _members(work, node, spot, _OF_IDENTITY)
    reference = reference_of(node)
    if reference is not None and work.description.ignores_siblings:
        return _reference(work, "$ref", reference, spot)
    own = flagged_properties(work.description, node, spot.place, work.hidden)
    spot = replace(spot, hidden=spot.hidden | own)
    written = _members(work, node, spot, _LEFT_OUT)
    return translate_schema(work.description.version, node, written)


def _members(
    work: _BundleState, node: dict[str, Value], spot: _SchemaPlace, left_out: frozenset[str]
) -> dict[str, Value]:
    written = dict[str, Value]()
    for key, value in node.items():
        if key not in left_out:
            written |= _HANDLERS.get(key, _copy)(work, key, value, spot)
    return written


def _copy(_work: _BundleState, key: str, value: Value, _spot: _SchemaPlace) -> dict[str, Value]:
    return {key: value}


def _convert_schema(
    work: _BundleState, key: str, value: Value, spot: _SchemaPlace
) -> dict[str, Value]:
    return {key: _convert(work, value, spot.at(key))}


def _convert_list(
    work: _BundleState, key: str, value: Value, spot: _SchemaPlace
) -> dict[str, Value]:
    if not isinstance(value, list):
        return {key: work.tolerate(value, [])}
    return {key: [_convert(work, one, spot.at(key, at)) for at, one in enumerate(value)]}


def _convert_parts(
    work: _BundleState, key: str, value: Value, spot: _SchemaPlace
) -> dict[str, Value]:
    if not isinstance(value, list):
        return {key: work.tolerate(value, [])}
    return {key: [_convert(work, one, spot.beside(key, at)) for at, one in enumerate(value)]}


def _convert_map(
    work: _BundleState, key: str, value: Value, spot: _SchemaPlace
) -> dict[str, Value]:
    if not isinstance(value, dict):
        return {key: work.tolerate(value, {})}
    return {key: {name: _convert(work, one, spot.at(key, name)) for name, one in value.items()}}


def _items(work: _BundleState, key: str, value: Value, spot: _SchemaPlace) -> dict[str, Value]:
    if not isinstance(value, list) or work.hidden is None:
        return _convert_schema(work, key, value, spot)
    # Before 2020-12.
    return {"prefixItems": _convert_list(work, key, value, spot)[key]}


def _dependencies(
    work: _BundleState, key: str, value: Value, spot: _SchemaPlace
) -> dict[str, Value]:
    """Before 2019-09: by the name of a member a schema, or the names of others that have to be."""
    if not isinstance(value, dict):
        return {key: work.tolerate(value, {})}
    at = spot.at(key)
    return {
        key: {
            name: one if isinstance(one, list) else _convert(work, one, at.at(name))
            for name, one in value.items()
        }
    }


def _required(work: _BundleState, key: str, value: Value, spot: _SchemaPlace) -> dict[str, Value]:
    # `required: true` within a property is of an old draft, and says nothing here.
    names = value if isinstance(value, list) else work.tolerate(value, [])
    if work.hidden is None:
        return {key: names}
    return {key: [one for one in names if not (isinstance(one, str) and one in spot.hidden)]}


def _reference(work: _BundleState, key: str, value: Value, spot: _SchemaPlace) -> dict[str, Value]:
    if not isinstance(value, str):
        return {key: value} if work.hidden is None else {}
    hops = spot.hops + 1
    if hops > MAX_HOPS:
        raise too_many_hops_error(value, spot.place)
    node, place = work.follow(value, spot.place)
    return {"$ref": _definition_reference(work, node, place, spot.dynamic, hops)}


def _dynamic_reference(
    work: _BundleState, key: str, value: Value, spot: _SchemaPlace
) -> dict[str, Value]:
    if not isinstance(value, str):
        return {key: value} if work.hidden is None else {}
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


_Handler: TypeAlias = Callable[[_BundleState, str, Value, _SchemaPlace], dict[str, Value]]
_FORMS: Final[dict[str, _Handler]] = {
    "schema": _convert_schema,
    "list": _convert_list,
    "map": _convert_map,
    "schema or list": _items,
}
# The keywords that hold schemas, or say something about them.
_HANDLERS: Final[dict[str, _Handler]] = {
    **{name: _FORMS[one.form] for name, one in APPLICATORS.items() if name not in _DEFINITIONS},
    **dict.fromkeys(keywords(Relation.ALL), _convert_parts),
    "$dynamicRef": _dynamic_reference,
    "$ref": _reference,
    "dependencies": _dependencies,
    "discriminator": _discriminator,
    "required": _required,
}


def _definition_reference(
    work: _BundleState, node: Value, place: Place, dynamic: DynamicScope, hops: int = 0
) -> str:
    """The reference to a schema's copy under ``$defs``; what is met first is put on the list."""
    known = work.known
    key = (place.source.uri, place.pointer, dynamic)
    if key not in known.names:
        stem = re.sub(r"[^\w.\-]", "_", str(place.pointer[-1])) if place.pointer else "root"
        name, number = stem, 1
        while name in known.places:
            number += 1
            name = f"{stem}_{number}"
        known.names[key], known.places[name] = name, place
    name = known.names[key]
    if name not in known.begun:
        known.begun.add(name)
        work.todo.append((name, node, _SchemaPlace(place, dynamic, hops=hops)))
    return DEFINITION + name


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
    node, found = work.follow(reference, spot.place)
    anchor = reference.partition("#")[2]
    if not isinstance(node, dict) or node.get("$dynamicAnchor") != anchor:
        return node, found
    for name, uri, pointer in spot.dynamic:
        if name == anchor:
            source, root = description.documents[uri]
            return value_at(root, pointer)[0], Place(source, pointer)
    return node, found
