"""A value for a schema: documented examples first, otherwise generated, and valid in any case.

The schema is a self-contained JSON Schema 2020-12 (``openapi/schema/compile.py`` makes one) that
may hold OpenAPI's ``example``. The value is a pure function of the schema and the seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.mock.generate.flatten import (
    FlatSchema,
    NoExample,
    flatten,
    schema_part,
    types_of,
)
from arazzo_runner.mock.generate.pattern import generate_string
from arazzo_runner.mock.generate.scalars import number_for, string_for
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.time_budget import check_time
from arazzo_runner.mock.generate.validators import (
    format_validator,
    is_name_match,
    validator_of,
)
from arazzo_runner.openapi.schema.walk import (
    Relation,
    item_schemas,
    keywords,
    listed_items,
    properties_of,
    schema_of_item,
    schema_of_member,
    subschemas,
)

VARIANTS = 24
"""How many values are tried where a schema can only be satisfied by trying."""
LEAN = 8
"""After how many of them optional members are left out."""
DRAFTS = 5_000
"""How many values one example may cost in all, so that no schema keeps the mock for long."""
LONG = 1_000
"""The characters of a string that cost as much as a value."""
DEPTHS = {4: 500, 2: 500, 1: DRAFTS, 0: DRAFTS}
"""How deep optional members are made, and how many values that may cost; else it is less deep."""

# In the order they are asked for; a schema without `type` is what its keywords are about.
HINTS = {
    "object": (*keywords(Relation.MEMBER, Relation.REST, Relation.PATTERN), "required"),
    "array": (*keywords(Relation.ITEM, Relation.SOME_ITEM), "minItems"),
    "string": ("pattern", "minLength", "maxLength", "format"),
    "number": ("minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"),
}


class DraftLimitError(Exception):
    """The drafts are used up."""


class ValueContext(Struct, frozen=True):
    """Where in the value something is made: its dice, the references on the way, the depth."""

    dice: SeededChoice
    refs: tuple[str, ...] = ()
    depth: int = 0

    def below(self, flat: FlatSchema, token: str | int) -> ValueContext:
        """The spot of a member."""
        return ValueContext(self.dice.at(token), flat.refs, self.depth + 1)

    def again(self, variant: int) -> ValueContext:
        """The same spot for another try."""
        return ValueContext(self.dice.at("#", variant), self.refs, self.depth) if variant else self


class SchemaMemo:
    """What was worked out for one root schema: flat parts and validators, each made once.

    Parts are known by their identity, so they are held here for as long as the root.
    """

    def __init__(self, root: Value) -> None:
        self.root = root
        # What the validator does not take is not looked at: whatever follows is well-formed.
        self.fits = validator_of(root)
        self._judges: dict[int, tuple[Value, Callable[[Value], bool]]] = {
            id(root): (root, self.fits)
        }
        self._flats: dict[tuple[int, tuple[str, ...], int], tuple[Value, FlatSchema]] = {}
        self._documented: dict[int, tuple[Value, MaybeValue]] = {}
        self.depths: dict[int, int] = {}  # by the variant to begin with: what was not too wide

    def renewed(self) -> SchemaMemo:
        """The same, without what depends on the values that were made before."""
        twin = copy(self)
        twin.depths = {}
        return twin

    def is_valid(self, schema: Value, value: Value) -> bool:
        """Whether ``value`` is valid against ``schema``, a part of the root."""
        known = self._judges.get(id(schema))
        if known is None:
            known = schema, validator_of(schema_part(schema, self.root))
            self._judges[id(schema)] = known
        return known[1](value)

    def documented_value(self, schema: Value, flat: FlatSchema) -> MaybeValue:
        """The first example or default of a part that is valid, or MISSING."""
        known = self._documented.get(id(schema))
        if known is None:
            values = filter(
                format_validator(flat.schema.get("format")), _documented_values(flat.schema)
            )
            valid = (one for one in values if self.is_valid(schema, one))
            known = self._documented[id(schema)] = schema, next(valid, MISSING)
        return known[1]

    def flat(self, schema: Value, refs: tuple[str, ...], variant: int) -> FlatSchema:
        """The flat form of a part of the root. Raises NoExample as :func:`flatten` does."""
        key = (id(schema), refs, variant)
        known = self._flats.get(key)
        if known is None:
            known = schema, flatten(schema, self.root, refs, variant)
            self._flats[key] = known
        return known[1]


def generate_value(
    schema: Value, dice: SeededChoice, memo: SchemaMemo | None = None, first: int = 0
) -> Value:
    """A value that is valid against ``schema``. Raises NoExample when none was found.

    ``memo`` keeps what is worked out for a schema that more values are made for; ``first`` is the
    variant to begin with, among alternatives.
    """
    memo = memo or SchemaMemo(schema)
    for depth, drafts in DEPTHS.items():
        if depth > memo.depths.get(first, depth):
            continue
        try:
            return ValueGenerator(memo, depth, drafts).made(dice, first)
        except DraftLimitError:
            memo.depths[first] = depth - 1
    raise NoExample("a schema whose minimum is too large")


class ValueGenerator:
    """Makes values for one root schema, and counts its drafts."""

    def __init__(self, memo: SchemaMemo, depth: int, drafts: int) -> None:
        self.memo = memo
        self.root = memo.root
        self.depth = depth
        self.left = drafts

    def is_valid(self, schema: Value, value: Value) -> bool:
        """Whether ``value`` is valid against ``schema``, a part of the root."""
        return self.memo.is_valid(schema, value)

    def made(self, dice: SeededChoice, first: int = 0) -> Value:
        """A value of the root schema."""
        for variant in range(first, first + VARIANTS):
            value = self.make(self.root, ValueContext(dice).again(variant), variant)
            if self.is_valid(self.root, value):
                return value
        raise NoExample("a value that satisfies the whole schema")

    def make(self, schema: Value, spot: ValueContext, first: int = 0) -> Value:
        """A value of ``schema``, judged where making it by the letter may not be enough.

        ``first`` is the variant to begin with; 0 alone is a documented example.
        """
        failure = NoExample("a value that satisfies the schema")
        for variant in range(first, first + VARIANTS):
            try:
                flat = self.memo.flat(schema, spot.refs, variant)
                value = self.draft(schema, flat, self.at(spot, variant), variant)
            except NoExample as error:
                failure = error
                continue
            if not flat.hard or self.is_valid(schema, value):
                return value
        raise failure

    def at(self, spot: ValueContext, variant: int) -> ValueContext:
        """The spot for a try; after some, only what is required is made.

        Where one of several alternatives has to hold, optional members often satisfy two.
        """
        tried = spot.again(variant)
        return replace(tried, depth=self.depth) if variant >= LEAN else tried

    def draft(self, schema: Value, flat: FlatSchema, spot: ValueContext, variant: int) -> Value:
        """A value that may be one of ``schema``, whose flat form is given."""
        check_time()
        self.left -= 1
        if self.left < 0:
            raise DraftLimitError
        if "const" in flat.schema:
            return flat.schema["const"]
        known = MISSING if variant else self.memo.documented_value(schema, flat)
        if known is not MISSING:
            return known
        if flat.schema.get("enum"):
            values = sorted(flat.schema["enum"], key=lambda value: value is None)
            return values[variant % len(values)]
        return self.of_kind(type_of_schema(flat.schema), flat, spot, variant)

    def of_kind(self, name: str, flat: FlatSchema, spot: ValueContext, variant: int) -> Value:
        """A made-up value of a type."""
        match name:
            case "object":
                return self.object(flat, spot)
            case "array":
                return self.array(flat, spot)
            case "integer" | "number":
                return number_for({**flat.schema, "type": name}, spot.dice)
            case "boolean":
                return variant % 2 == 0
            case "null":
                return None
            case _:
                text = string_for(flat.schema, spot.dice)
                self.left -= len(text) // LONG
                return text

    def object(self, flat: FlatSchema, spot: ValueContext) -> dict[str, Value]:
        """An object with its required members and, if not too deep, the optional ones."""
        required = flat.schema.get("required", ())
        value: dict[str, Value] = {}
        for name in self.names(flat, spot):
            try:
                value[name] = self.make(
                    schema_of_member(flat.schema, name, is_name_match), spot.below(flat, name)
                )
            except NoExample:
                if name in required:
                    raise
        return value | self.extras(flat, spot, value)

    def names(self, flat: FlatSchema, spot: ValueContext) -> list[str]:
        """The members to make, in the documented order."""
        schema = flat.schema
        required, properties = schema.get("required", ()), properties_of(schema)
        optional = [
            name
            for name, member in properties.items()
            if name not in required and spot.depth < self.depth and _is_included(member)
        ]
        room = count_of(schema, "maxProperties", len(required) + len(optional)) - len(required)
        wanted = {*required, *optional[:room]}
        return [*(name for name in properties if name in wanted)] + [
            name for name in required if name not in properties
        ]

    def extras(
        self, flat: FlatSchema, spot: ValueContext, value: dict[str, Value]
    ) -> dict[str, Value]:
        """Members without a documented name: as many as are demanded, and one for a map."""
        schema = flat.schema
        is_map = any(isinstance(one, dict) and one for one, _ in subschemas(schema, Relation.REST))
        least = count_of(schema, "minProperties", 1 if is_map and not value else 0)
        extras: dict[str, Value] = {}
        for at in range(max(0, least - len(value))):
            name = self.name(flat, spot, at)
            extras[name] = self.make(
                schema_of_member(schema, name, is_name_match), spot.below(flat, name)
            )
        return extras

    def name(self, flat: FlatSchema, spot: ValueContext, at: int) -> str:
        """A name for the extra member number ``at``."""
        dice = spot.dice.at("#name", at)
        rules = [one.schema for one in subschemas(flat.schema, Relation.NAME)]
        if rules:
            names = {"type": "string", "allOf": rules}
            return str(self.make(names, ValueContext(dice, flat.refs, spot.depth)))
        for pattern in (str(path[1]) for _, path in subschemas(flat.schema, Relation.PATTERN)):
            return generate_string(pattern, dice) or pattern
        return f"key{at + 1}"

    def array(self, flat: FlatSchema, spot: ValueContext) -> list[Value]:
        """An array of the least length, though of one item where that may be."""
        value: list[Value] = []
        for at in range(_length(flat.schema)):
            try:
                value.append(self.item(flat, spot, at, value))
            except NoExample:
                if at < count_of(flat.schema, "minItems", 0):
                    raise
        return value

    def item(self, flat: FlatSchema, spot: ValueContext, at: int, others: list[Value]) -> Value:
        """The item number ``at``; another than the ``others`` where they must differ."""
        schema = item_schema_at(flat.schema, at)
        item: Value = None
        for variant in range(VARIANTS):
            item = self.make(schema, spot.below(flat, at).again(variant), at + variant)
            if not flat.schema.get("uniqueItems") or item not in others:
                break
        return item


def type_of_schema(schema: dict[str, Value]) -> str:
    """The type that a value of a flat schema is to have; ``string`` where any may be."""
    if "type" in schema:
        types = [name for name in types_of(schema["type"]) if name != "null"]
        return types[0] if types else "null"
    for name, hints in HINTS.items():
        if any(keyword in schema for keyword in hints):
            return name
    return "string"


def count_of(schema: dict[str, Value], keyword: str, default: int) -> int:
    """A count that a schema states; JSON Schema takes 2.0 for an integer, and ranges do not."""
    return int(schema.get(keyword, default))


def _documented_values(schema: dict[str, Value]) -> Iterator[Value]:
    for keyword in ("example", "default"):
        if keyword in schema:
            yield schema[keyword]
    examples = schema.get("examples")
    yield from examples if isinstance(examples, list) else ()


def _is_included(member: Value) -> bool:
    """Whether an optional member belongs into an answer."""
    if not isinstance(member, dict):
        return member is True
    return not (member.get("deprecated") is True or member.get("writeOnly") is True)


def _member(schema: dict[str, Value], name: str) -> Value:
    """The schema of the member ``name``. Raises NoExample where there may be none."""
    return schema_of_member(schema, name, is_name_match)


def item_schema_at(schema: dict[str, Value], at: int) -> Value:
    """The schema of the item number ``at`` of an array, whose flat schema is given."""
    stated = schema_of_item(schema, at)
    prefix = len(listed_items(schema))
    # `contains` asks for one such item: let it be the first that is free.
    some = [one for one, _ in subschemas(schema, Relation.SOME_ITEM)]
    if some and prefix <= at < prefix + max(1, count_of(schema, "minContains", 1)):
        return {"allOf": [stated, *some]}
    return stated


def _length(schema: dict[str, Value]) -> int:
    prefix = len(listed_items(schema))
    contained = sum(
        count_of(schema, "minContains", 1) for _ in subschemas(schema, Relation.SOME_ITEM)
    )
    wished = 0 if any(one is False for one, _ in item_schemas(schema, prefix)) else 1
    least = max(count_of(schema, "minItems", 0), prefix + contained, wished)
    most = count_of(schema, "maxItems", least)
    return min(least, most)
