"""What a schema says of the value at the end of a pointer, and whether there can be one.

Only what a schema proves is called proven: an object that closes itself
(``additionalProperties: false``) cannot have other members, and a string has none. That an object
does not name a member is said, and proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final, TypeAlias

from msgspec import Struct

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value, json_type
from arazzo_runner.openapi.model import Schema
from arazzo_runner.openapi.schema.shape import (
    Alternative,
    Alternatives,
    JsonTypes,
    SchemaContext,
    alternatives,
    intersection,
    listed_values,
    stated_types,
    types_of_alternative,
    union,
)
from arazzo_runner.openapi.schema.standalone import definition
from arazzo_runner.openapi.schema.walk import (
    CHOICES,
    DYNAMIC_REFERENCES,
    Relation,
    has_properties,
    is_closed,
    item_schemas,
    keywords,
    properties_of,
    subschemas,
)
from arazzo_runner.text.diagnostic import did_you_mean, error
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place, SourceFile

PathToken: TypeAlias = str | int | None
"""A member or an item; None is any of them."""

_NOWHERE: Final = Place(SourceFile("", "", ""))
_INDEX: Final = lazy_pattern("0|[1-9][0-9]{0,17}")
# With these a schema may mean more members than it names.
_OPEN: Final = (
    *DYNAMIC_REFERENCES,
    *keywords(Relation.CONDITION, Relation.DEPENDENT, Relation.PATTERN),
)
_CONTAINERS: Final = frozenset({"object", "array"})
_ARRAY: Final = frozenset({"array"})
_NULL: Final = frozenset({"null"})


class SchemaShape(Struct, frozen=True, dict=True):
    """What is known of a value; ``alternatives`` None: nothing."""

    schemas: SchemaContext
    alternatives: Alternatives

    @cached_property
    def below(self) -> dict[PathToken, SchemaShape | MissingMember]:
        """The members and items that were asked for so far; a cache, not state."""
        return {}

    @cached_property
    def kinds(self) -> JsonTypes | None:
        """All kinds that the value can have; None when any is possible."""
        found: JsonTypes = frozenset()
        for one in self.alternatives or ((),):
            kinds = types_of_alternative(one)
            if kinds is None:
                return None
            found |= kinds
        return found

    @cached_property
    def values(self) -> list[Value] | None:
        """All values that are listed for it; None when others are possible."""
        found: list[Value] = []
        for one in self.alternatives or ((),):
            listed = [values for part in one if (values := listed_values(part.node)) is not None]
            if not listed and types_of_alternative(one) != _NULL:
                return None
            found += listed[0] if listed else [None]
            if any(part.node.get("nullable") is True for part in one):
                found.append(None)
        return found


class MissingMember(Struct, frozen=True):
    """Why there is nothing at a token.

    ``known`` are the names that there are; ``kinds`` what the value is instead of an object.
    """

    proven: bool
    known: tuple[str, ...] = ()
    kinds: JsonTypes | None = None


class DescentFailure(Struct, frozen=True):
    """Where a descent ended: the tokens down to the one that is not there, and why."""

    tokens: tuple[PathToken, ...]
    absent: MissingMember


_Step: TypeAlias = Alternatives | MissingMember


def shape_of(schemas: SchemaContext, schema: Schema | None) -> SchemaShape:
    """What a schema says of its value."""
    if schema is None:
        return SchemaShape(schemas, None)
    key = ("shape", schema.place.source, schema.place.pointer)
    if key not in schemas.memo:
        schemas.memo[key] = SchemaShape(schemas, alternatives(schemas, schema))
    found: SchemaShape = schemas.memo[key]
    return found


def standalone_shape(schema: Value, root: Value, place: Place = _NOWHERE) -> SchemaShape:
    """What a schema says that stands by itself, or is a part of such a ``root``."""

    def follow(reference: str, place: Place) -> tuple[Value, Place]:
        found = definition(reference, root)
        if found is None:
            raise DocumentError(error("AZ209", f"`{reference}` cannot be resolved", place))
        return found, Place(place.source, (reference,))

    return shape_of(SchemaContext((3, 1), follow), Schema(schema, place))


def any_shape(shapes: Sequence[SchemaShape]) -> SchemaShape:
    """What is known where one of several shapes holds; there is at least one."""
    return SchemaShape(shapes[0].schemas, union(one.alternatives for one in shapes))


def descend(shape: SchemaShape, tokens: Iterable[PathToken]) -> SchemaShape | DescentFailure:
    """What is known of the value at the end of the tokens, or where there can be none."""
    walked: list[PathToken] = []
    for token in tokens:
        walked.append(token)
        found = descend_step(shape, token)
        if isinstance(found, MissingMember):
            return DescentFailure(tuple(walked), found)
        shape = found
    return shape


def descend_step(shape: SchemaShape, token: PathToken) -> SchemaShape | MissingMember:
    """What is known of one member or item of a value."""
    if token not in shape.below:
        shape.below[token] = _enter(shape, token)
    return shape.below[token]


def _enter(shape: SchemaShape, token: PathToken) -> SchemaShape | MissingMember:
    if shape.alternatives is None or () in shape.alternatives:
        return SchemaShape(shape.schemas, None)
    results = [_into(shape.schemas, one, token) for one in shape.alternatives]
    combined = _combine(results)
    return combined if isinstance(combined, MissingMember) else SchemaShape(shape.schemas, combined)


def _combine(results: Sequence[_Step]) -> _Step:
    there = [one for one in results if not isinstance(one, MissingMember)]
    if there:
        return union(there)
    why = [one for one in results if isinstance(one, MissingMember)]
    known = dict.fromkeys(name for one in why for name in one.known)
    kinds = [one.kinds for one in why if one.kinds and one.kinds != _NULL]
    return MissingMember(
        bool(why) and all(one.proven for one in why),
        tuple(known),
        kinds[0] if kinds and not known else None,
    )


def _into(schemas: SchemaContext, one: Alternative, token: PathToken) -> _Step:
    kinds = types_of_alternative(one)
    if kinds is None:
        return _into_anything(schemas, one, token)
    if not kinds & _CONTAINERS:
        return MissingMember(proven=True, kinds=kinds)
    ways: list[_Step] = []
    if "object" in kinds:
        ways.append(_member(schemas, one, token))
    if "array" in kinds:
        ways.append(_item(schemas, one, token))
    return _combine(ways)


def _into_anything(schemas: SchemaContext, one: Alternative, token: PathToken) -> _Step:
    """Where no type is stated, what else is said tells what is meant, and proves nothing."""
    if any(has_properties(part.node) for part in one):
        found = _member(schemas, one, token)
    elif _states_items(one):
        found = _item(schemas, one, token)
    else:
        return None
    return (
        MissingMember(proven=False, known=found.known)
        if isinstance(found, MissingMember)
        else found
    )


# --- objects --------------------------------------------------------------------------------------


def _member(schemas: SchemaContext, one: Alternative, token: PathToken) -> _Step:
    if token is None:
        return _any_member(schemas, one)
    if isinstance(token, int):
        return MissingMember(proven=True, kinds=frozenset({"object"}))
    named = list(_named_schemas(one, token))
    if named:
        return intersection(schemas, named)
    if any(_is_open(part.node) for part in one):
        return None
    if any(is_closed(part.node) for part in one):
        return MissingMember(proven=True, known=names_of(one))
    return _unnamed_member(schemas, one)


def _unnamed_member(schemas: SchemaContext, one: Alternative) -> _Step:
    others = [
        Schema(schema, part.place.at(*path))
        for part in one
        for schema, path in subschemas(part.node, Relation.REST, Relation.UNEVALUATED)
    ]
    known = names_of(one)
    return (
        intersection(schemas, others)
        if others or not known
        else MissingMember(proven=False, known=known)
    )


def _any_member(schemas: SchemaContext, one: Alternative) -> _Step:
    if any(_is_open(part.node) for part in one):
        return None
    every = [_member(schemas, one, name) for name in names_of(one)]
    if not any(is_closed(part.node) for part in one):
        every.append(None)
    return _combine(every) if every else MissingMember(proven=True)


def _named_schemas(one: Alternative, name: str) -> Iterator[Schema]:
    for part in one:
        properties = properties_of(part.node)
        if name in properties:
            yield Schema(properties[name], part.place.at("properties", name))


def names_of(alternative: Alternative) -> tuple[str, ...]:
    """The members that the schemas of an alternative name."""
    return tuple(dict.fromkeys(name for part in alternative for name in properties_of(part.node)))


def _is_open(node: dict[str, Value]) -> bool:
    """Whether members that are not named are meant all the same.

    A discriminator without a choice beside it leads to schemas that are not known here.
    """
    if "discriminator" in node and not any(key in node for key in CHOICES):
        return True
    return any(key in node for key in _OPEN)


# --- arrays ---------------------------------------------------------------------------------------


def item_shape(shape: SchemaShape) -> SchemaShape | None:
    """What is known of the items of a value that is surely an array; None where it is none."""
    is_array = all(
        types_of_alternative(one) == _ARRAY
        or (types_of_alternative(one) is None and _states_items(one))
        for one in shape.alternatives or ()
    )
    found = descend_step(shape, None) if shape.alternatives and is_array else None
    return found if isinstance(found, SchemaShape) else None


def _states_items(one: Alternative) -> bool:
    return any(next(subschemas(part.node, Relation.ITEM), None) for part in one)


def _item(schemas: SchemaContext, one: Alternative, token: PathToken) -> _Step:
    if isinstance(token, str) and not _INDEX.fullmatch(token):
        return MissingMember(proven=True, kinds=frozenset({"array"}))
    index = 0 if token is None else int(token)
    return intersection(
        schemas,
        (
            Schema(schema, part.place.at(*path))
            for part in one
            for schema, path in item_schemas(part.node, index)
        ),
    )


# --- words ----------------------------------------------------------------------------------------

_ARTICLES: Final = {
    "integer": "an integer",
    "object": "an object",
    "array": "an array",
    "null": "null",
}


def type_words(kinds: JsonTypes) -> str:
    """Kinds as a sentence lists them: ``a string or null``."""
    shown = kinds - {"integer"} if "number" in kinds else kinds
    return " or ".join(_ARTICLES.get(name, f"a {name}") for name in sorted(shown, key=_rank))


def _rank(name: str) -> tuple[bool, str]:
    return name == "null", name


def types_of_shape(shape: SchemaShape) -> list[str]:
    """The types that a value can have, in the order that the schemas state; none: it may be any."""
    if shape.kinds is None:
        return []
    stated = [
        name for one in shape.alternatives or () for part in one for name in stated_types(part.node)
    ]
    found = [name for name in dict.fromkeys([*stated, *sorted(shape.kinds)]) if name in shape.kinds]
    # A number may be an integer, which goes without saying.
    return [name for name in found if name != "integer" or "number" not in found]


def types_of_value(value: Value) -> JsonTypes:
    """The kinds of a value: an integer is a number too."""
    name = json_type(value)
    return frozenset({name, "number"}) if name == "integer" else frozenset({name})


def member_hint(token: PathToken, absent: MissingMember) -> str | None:
    """The help line about a name that is not there: the nearest one, or those that there are."""
    if hint := did_you_mean(str(token), absent.known):
        return hint
    shown = ", ".join(f"`{name}`" for name in absent.known[:12])
    more = f" and {len(absent.known) - 12} more" if len(absent.known) > 12 else ""
    return f"it has {shown}{more}" if absent.known else None
