"""What a schema says of the value at the end of a pointer, and whether there can be one.

Only what a schema proves is called proven: an object that closes itself
(``additionalProperties: false``) cannot have other members, and a string has none. That an object
does not name a member is said, and proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final, TypeAlias

from msgspec import Struct

from arazzo_runner.expression.value import Value, kind
from arazzo_runner.operation.alternatives import (
    Alternative,
    Alternatives,
    Kinds,
    Schemas,
    alternatives,
    choices,
    kinds_of,
    together,
    union,
)
from arazzo_runner.operation.model import Schema
from arazzo_runner.text.diagnostic import did_you_mean
from arazzo_runner.text.source import Place

Token: TypeAlias = str | int | None
"""A member or an item; None is any of them."""

_INDEX: Final = re.compile("0|[1-9][0-9]{0,17}")
# With these a schema may mean more members than it names.
_OPEN: Final = (
    "$dynamicRef", "$recursiveRef", "dependentSchemas", "else", "if", "patternProperties", "then",
)  # fmt: skip
_CONTAINERS: Final = frozenset({"object", "array"})
_NULL: Final = frozenset({"null"})


class Shape(Struct, frozen=True, dict=True):
    """What is known of a value; ``alternatives`` None: nothing."""

    schemas: Schemas
    alternatives: Alternatives

    @cached_property
    def below(self) -> dict[Token, Shape | Absent]:
        """The members and items that were asked for so far; a cache, not state."""
        return {}

    @cached_property
    def kinds(self) -> Kinds | None:
        """All kinds that the value can have; None when any is possible."""
        found: Kinds = frozenset()
        for one in self.alternatives or ((),):
            kinds = kinds_of(one)
            if kinds is None:
                return None
            found |= kinds
        return found

    @cached_property
    def values(self) -> list[Value] | None:
        """All values that are listed for it; None when others are possible."""
        found: list[Value] = []
        for one in self.alternatives or ((),):
            listed = [values for part in one if (values := choices(part.node)) is not None]
            if not listed and kinds_of(one) != _NULL:
                return None
            found += listed[0] if listed else [None]
            if any(part.node.get("nullable") is True for part in one):
                found.append(None)
        return found


class Absent(Struct, frozen=True):
    """Why there is nothing at a token.

    ``known`` are the names that there are; ``kinds`` what the value is instead of an object.
    """

    proven: bool
    known: tuple[str, ...] = ()
    kinds: Kinds | None = None


class Failure(Struct, frozen=True):
    """Where a descent ended: the tokens down to the one that is not there, and why."""

    tokens: tuple[Token, ...]
    absent: Absent


_Step: TypeAlias = Alternatives | Absent


def shape_of(schemas: Schemas, schema: Schema | None) -> Shape:
    """What a schema says of its value."""
    if schema is None:
        return Shape(schemas, None)
    key = ("shape", schema.place.source, schema.place.pointer)
    if key not in schemas.memo:
        schemas.memo[key] = Shape(schemas, alternatives(schemas, schema))
    found: Shape = schemas.memo[key]
    return found


def any_of(shapes: Sequence[Shape]) -> Shape:
    """What is known where one of several shapes holds; there is at least one."""
    return Shape(shapes[0].schemas, union(one.alternatives for one in shapes))


def descend(shape: Shape, tokens: Iterable[Token]) -> Shape | Failure:
    """What is known of the value at the end of the tokens, or where there can be none."""
    walked: list[Token] = []
    for token in tokens:
        walked.append(token)
        found = step(shape, token)
        if isinstance(found, Absent):
            return Failure(tuple(walked), found)
        shape = found
    return shape


def step(shape: Shape, token: Token) -> Shape | Absent:
    """What is known of one member or item of a value."""
    if token not in shape.below:
        shape.below[token] = _entered(shape, token)
    return shape.below[token]


def _entered(shape: Shape, token: Token) -> Shape | Absent:
    if shape.alternatives is None or () in shape.alternatives:
        return Shape(shape.schemas, None)
    results = [_into(shape.schemas, one, token) for one in shape.alternatives]
    combined = _combined(results)
    return combined if isinstance(combined, Absent) else Shape(shape.schemas, combined)


def _combined(results: Sequence[_Step]) -> _Step:
    there = [one for one in results if not isinstance(one, Absent)]
    if there:
        return union(there)
    why = [one for one in results if isinstance(one, Absent)]
    known = dict.fromkeys(name for one in why for name in one.known)
    kinds = [one.kinds for one in why if one.kinds and one.kinds != _NULL]
    return Absent(
        bool(why) and all(one.proven for one in why),
        tuple(known),
        kinds[0] if kinds and not known else None,
    )


def _into(schemas: Schemas, one: Alternative, token: Token) -> _Step:
    kinds = kinds_of(one)
    if kinds is None:
        return _into_anything(schemas, one, token)
    if not kinds & _CONTAINERS:
        return Absent(proven=True, kinds=kinds)
    ways: list[_Step] = []
    if "object" in kinds:
        ways.append(_member(schemas, one, token))
    if "array" in kinds:
        ways.append(_item(schemas, one, token))
    return _combined(ways)


def _into_anything(schemas: Schemas, one: Alternative, token: Token) -> _Step:
    """Where no type is stated, what else is said tells what is meant, and proves nothing."""
    if any("properties" in part.node for part in one):
        found = _member(schemas, one, token)
    elif any("items" in part.node for part in one):
        found = _item(schemas, one, token)
    else:
        return None
    return Absent(proven=False, known=found.known) if isinstance(found, Absent) else found


# --- objects --------------------------------------------------------------------------------------


def _member(schemas: Schemas, one: Alternative, token: Token) -> _Step:
    if token is None:
        return _any_member(schemas, one)
    if isinstance(token, int):
        return Absent(proven=True, kinds=frozenset({"object"}))
    named = list(_named(one, token))
    if named:
        return together(schemas, named)
    if any(_is_open(part.node) for part in one):
        return None
    if any(_closes(part.node) for part in one):
        return Absent(proven=True, known=names_of(one))
    return _unnamed(schemas, one)


def _unnamed(schemas: Schemas, one: Alternative) -> _Step:
    others = [
        Schema(part.node[key], part.place.at(key))
        for part in one
        for key in ("additionalProperties", "unevaluatedProperties")
        if key in part.node
    ]
    known = names_of(one)
    return together(schemas, others) if others or not known else Absent(proven=False, known=known)


def _any_member(schemas: Schemas, one: Alternative) -> _Step:
    if any(_is_open(part.node) for part in one):
        return None
    every = [_member(schemas, one, name) for name in names_of(one)]
    if not any(_closes(part.node) for part in one):
        every.append(None)
    return _combined(every) if every else Absent(proven=True)


def _named(one: Alternative, name: str) -> Iterator[Schema]:
    for part in one:
        properties = members(part.node)
        if name in properties:
            yield Schema(properties[name], part.place.at("properties", name))


def members(node: dict[str, Value]) -> dict[str, Value]:
    """The ``properties`` of one schema object."""
    found = node.get("properties")
    return found if isinstance(found, dict) else {}


def names_of(one: Alternative) -> tuple[str, ...]:
    """The members that the schemas of an alternative name."""
    return tuple(dict.fromkeys(name for part in one for name in members(part.node)))


def _is_open(node: dict[str, Value]) -> bool:
    """Whether members that are not named are meant all the same.

    A discriminator without a choice beside it leads to schemas that are not known here.
    """
    if "discriminator" in node and "oneOf" not in node and "anyOf" not in node:
        return True
    return any(key in node for key in _OPEN)


def _closes(node: dict[str, Value]) -> bool:
    return node.get("additionalProperties") is False or node.get("unevaluatedProperties") is False


# --- arrays ---------------------------------------------------------------------------------------


def _item(schemas: Schemas, one: Alternative, token: Token) -> _Step:
    if isinstance(token, str) and not _INDEX.fullmatch(token):
        return Absent(proven=True, kinds=frozenset({"array"}))
    index = 0 if token is None else int(token)
    return together(
        schemas, (found for part in one for found in _items(part.node, part.place, index))
    )


def _items(node: dict[str, Value], place: Place, index: int) -> Iterator[Schema]:
    first = node.get("prefixItems")
    items = node.get("items")
    if isinstance(first, list) and index < len(first):
        yield Schema(first[index], place.at("prefixItems", index))
    elif isinstance(items, dict):
        yield Schema(items, place.at("items"))


# --- words ----------------------------------------------------------------------------------------

_ARTICLES: Final = {
    "integer": "an integer",
    "object": "an object",
    "array": "an array",
    "null": "null",
}


def kind_words(kinds: Kinds) -> str:
    """Kinds as a sentence lists them: ``a string or null``."""
    shown = kinds - {"integer"} if "number" in kinds else kinds
    return " or ".join(_ARTICLES.get(name, f"a {name}") for name in sorted(shown, key=_rank))


def _rank(name: str) -> tuple[bool, str]:
    return name == "null", name


def kind_of_value(value: Value) -> Kinds:
    """The kinds of a value: an integer is a number too."""
    name = kind(value)
    return frozenset({name, "number"}) if name == "integer" else frozenset({name})


def nearest_name(token: Token, absent: Absent) -> str | None:
    """The help line about a name that is not there: the nearest one, or those that there are."""
    if hint := did_you_mean(str(token), absent.known):
        return hint
    shown = ", ".join(f"`{name}`" for name in absent.known[:12])
    more = f" and {len(absent.known) - 12} more" if len(absent.known) > 12 else ""
    return f"it has {shown}{more}" if absent.known else None
