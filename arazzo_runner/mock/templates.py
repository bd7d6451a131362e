"""The frames of an API's answers, each built when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import copy
from typing import Final, TypeAlias

from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.mock.generate.flatten import (
    EXAMPLES,
    NoExample,
    flatten,
    resolve,
    schema_part,
)
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.validators import (
    part_schema,
)
from arazzo_runner.mock.generate.value import SchemaMemo, generate_value, type_of_schema
from arazzo_runner.mock.resources import Facts, exact_id_field, is_noun, normalized_name
from arazzo_runner.mock.response import (
    ENVELOPES,
    path_stem,
)
from arazzo_runner.mock.routes import MockRoute
from arazzo_runner.openapi.schema.walk import (
    CHOICES,
    Relation,
    is_closed,
    keyword_schemas,
    keywords,
    properties_of,
    subschemas,
)

MemberPath: TypeAlias = tuple[str, ...]
"""The names of members that lead to a part of a body."""

STATES: Final = ("status", "state", "phase")
MAX_VARIANTS: Final = 24
"""How many alternatives of a schema are tried for the one that facts fit."""


class ResponseTemplate:
    """A schema with its examples, which bodies are made from.

    ``examples`` are the documented ones that are valid, ``members`` the schemas of the object's
    members by name, ``states`` the ways to members that tell a state, with the states they can be
    in; ``is_open`` tells that nothing is said of the members, ``has_write_only`` that there may be
    some that are only written.
    """

    def __init__(
        self, schema: Value, examples: tuple[Value, ...] = (), *, is_object: bool = False
    ) -> None:
        self.schema = schema
        self.memo = SchemaMemo(schema)
        self.fits: Callable[[Value], bool] = self.memo.fits
        answered = (without_write_only(one, schema, schema) for one in examples)
        self.examples = tuple(one for one in answered if self.fits(one))
        self.members = _members(schema)
        self.states = _states(self.members, schema)
        self.variants = min(count_variants(schema, schema), MAX_VARIANTS)
        self.is_open = is_open_object(schema, is_object=is_object)
        self.has_write_only = has_keyword(schema, "writeOnly")
        self._envelopes: dict[tuple[str, str], MemberPath] = {}
        self._parts: dict[str, ResponseTemplate] = {}
        self._bare: SchemaMemo | None = None
        self._page: Value = None
        self._origin: ResponseTemplate | None = None

    def renewed(self) -> ResponseTemplate:
        """The same for another run: without what depends on the values that were made before."""
        twin = copy(self)
        twin.memo = self.memo.renewed()
        twin._parts, twin._bare = {}, None  # noqa: SLF001 (of its own class)
        twin._page, twin._origin = None, self  # noqa: SLF001 (of its own class)
        return twin

    def base(self, dice: SeededChoice, facts: Facts | None = None) -> Value:
        """A documented example, else a value that is generated. Raises NoExample.

        Of several examples and alternatives that one is taken which ``facts`` fit best.
        """
        if not facts or (len(self.examples) < 2 and self.variants < 2):
            return self.examples[0] if self.examples else self._generate(dice, 0)
        counts = [_count_agreeing(self, one, facts) for one in self.examples]
        most = max(counts, default=-1)
        variant, agreeing = self._best_variant(facts) if self.variants > 1 else (0, -1)
        if counts and most >= agreeing:
            return self.examples[counts.index(most)]
        return self._generate(dice, variant)

    def page(self, dice: SeededChoice) -> Value:
        """The base of a list, which is the same for all of its pages. Raises NoExample."""
        if self._page is None:
            self._page = self.base(dice)
        return self._page

    def _best_variant(self, facts: Facts) -> tuple[int, int]:
        """The alternative that most of the facts fit, and how many of them."""
        best, most = 0, -1
        for variant in range(self.variants):
            try:
                flat = self.memo.flat(self.schema, (), variant).schema
            except NoExample:
                continue
            agreeing = sum(
                self.memo.is_valid(member, facts[plain])
                for name, member in properties_of(flat).items()
                if (plain := normalized_name(name)) in facts
            )
            if agreeing > most:
                best, most = variant, agreeing
        return best, most

    def _generate(self, dice: SeededChoice, variant: int) -> Value:
        if self.is_open and not self.examples:
            return {}
        value = generate_value(self.schema, dice, self.memo, variant)
        if not self.has_write_only:
            return value
        return without_write_only(value, self.schema, self.schema)

    def part(self, name: str) -> ResponseTemplate:
        """The frame of a member."""
        if name not in self._parts:
            known = self._origin and self._origin.part(name)
            self._parts[name] = known.renewed() if known else self._made_part(name)
        return self._parts[name]

    def _made_part(self, name: str) -> ResponseTemplate:
        held = (one.get(name, MISSING) for one in self.examples if isinstance(one, dict))
        examples = tuple(one for one in held if one is not MISSING)
        return ResponseTemplate(schema_part(self.members[name], self.schema), examples)

    def without_examples(self) -> SchemaMemo:
        """The schema without its own examples, for values that must be new."""
        if self._bare is None:
            known = self._origin and self._origin.without_examples()
            self._bare = known.renewed() if known else self._made_bare()
        return self._bare

    def _made_bare(self) -> SchemaMemo:
        flat = flatten(self.schema, self.schema, (), 0).schema
        bare = {key: value for key, value in flat.items() if key not in EXAMPLES}
        return SchemaMemo(schema_part(bare, self.schema))

    def envelope(self, route: MockRoute) -> MemberPath:
        """The way to the resource, where the body itself is not it: ``("result", "box")``."""
        key = route.template, route.parameter
        if key not in self._envelopes:
            self._envelopes[key] = self._envelope(route)
        return self._envelopes[key]

    def _envelope(self, route: MockRoute) -> MemberPath:
        name = self._envelope_member(route)
        if name is None:
            return ()
        if is_noun(name, _noun(route)):
            return (name,)
        inner = self.part(name)
        further = inner._envelope_member(route)  # noqa: SLF001
        is_named = further is not None and is_noun(further, _noun(route))
        is_only = further is not None and bool(
            exact_id_field(inner.part(further).members, route.parameter)
        )
        return (name, further) if further and (is_named or is_only) else (name,)

    def _envelope_member(self, route: MockRoute) -> str | None:
        if exact_id_field(self.members, route.parameter):
            return None
        held = [name for name, one in self.members.items() if _has_members(one, self.schema)]
        named = [name for name in held if is_noun(name, _noun(route))]
        named += [name for name in held if normalized_name(name) in ENVELOPES]
        if not named and len(self.members) == 1:
            named = held
        return named[0] if named else None

    def resource(self, route: MockRoute) -> ResponseTemplate:
        """The frame of the resource in the body: of the envelope's member, or of all."""
        found = self
        for name in self.envelope(route):
            found = found.part(name)
        return found

    def is_write_only(self, way: Sequence[str | int]) -> bool:
        """Whether a part of the body, or what it belongs to, is only written (``writeOnly``)."""
        return any(
            _is_hidden_at(self.schema, way, variant)
            for variant in (range(self.variants) if self.has_write_only else ())
        )


def _noun(route: MockRoute) -> str:
    return normalized_name(path_stem(route.template).rpartition("/")[2])


def _is_hidden_at(schema: Value, way: Sequence[str | int], variant: int) -> bool:
    node = schema
    for token in way:
        try:
            node = part_schema(flatten(node, schema, (), variant).schema, token)
        except NoExample:
            return False
        if _is_hidden(node, schema):
            return True
    return False


def _count_agreeing(frame: ResponseTemplate, base: Value, facts: Facts) -> int:
    """How many of the facts a body can take over."""
    if not isinstance(base, dict):
        return 0
    count = 0
    for name, member in base.items():
        value = facts.get(normalized_name(name), MISSING)
        if value is not MISSING:
            count += value == member or frame.fits({**base, name: value})
    return count


def count_variants(schema: Value, root: Value, hops: int = 8) -> int:
    """How many alternatives a schema has, references followed."""
    if not isinstance(schema, dict) or hops == 0:
        return 1
    count = 1
    for keyword in CHOICES:
        for branch, _ in keyword_schemas(schema, keyword):
            count += count_variants(branch, root, hops - 1)
    parts = [one.schema for one in subschemas(schema, Relation.ALL)]
    if "$ref" in schema:
        with suppress(NoExample):
            parts.append(resolve(schema["$ref"], root))
    return max(count, *(count_variants(one, root, hops - 1) for one in parts), 1)


def is_open_object(schema: Value, *, is_object: bool) -> bool:
    """Whether any object will do; ``is_object`` says so of what has no schema at all."""
    try:
        flat = flatten(schema, schema, (), 0)
    except NoExample:
        return False
    said = flat.schema
    if flat.hard or any(keyword in said for keyword in ("enum", "const", *EXAMPLES)):
        return False
    if not (is_object and not said) and type_of_schema(said) != "object":
        return False
    is_map = any(isinstance(one, dict) and one for one, _ in subschemas(said, Relation.REST))
    return not (is_closed(said) or is_map or not _NAMING.isdisjoint(said))


_NAMING = frozenset((*keywords(Relation.MEMBER, Relation.PATTERN), "required", "minProperties"))


def has_keyword(schema: Value, keyword: str) -> bool:
    """Whether a keyword stands anywhere in a schema."""
    match schema:
        case dict():
            return keyword in schema or any(has_keyword(one, keyword) for one in schema.values())
        case list():
            return any(has_keyword(one, keyword) for one in schema)
        case _:
            return False


def without_write_only(value: Value, schema: Value, root: Value, depth: int = 0) -> Value:
    """The value without the members that are only written (``writeOnly``)."""
    if depth > MAX_DEPTH or not isinstance(value, dict | list) or not value:
        return value
    try:
        flat = flatten(schema, root, (), 0).schema
        if isinstance(value, list):
            return [
                without_write_only(one, part_schema(flat, index), root, depth + 1)
                for index, one in enumerate(value)
            ]
        members = {name: part_schema(flat, name) for name in value}
    except NoExample:
        return value
    return {
        name: without_write_only(one, members[name], root, depth + 1)
        for name, one in value.items()
        if not _is_hidden(members[name], root)
    }


MAX_DEPTH: Final = 12


def write_only_names(schema: Value) -> frozenset[str]:
    """The members that are only written, of an object or one object below."""
    flat = _flat_or_empty(schema, schema)
    members = dict(properties_of(flat))
    for one in list(members.values()):
        members = {**properties_of(_flat_or_empty(one, schema)), **members}
    return frozenset(name for name, one in members.items() if _is_hidden(one, schema))


def _has_members(member: Value, root: Value) -> bool:
    try:
        flat = flatten(member, root, (), 0).schema
    except NoExample:
        return False
    return type_of_schema(flat) == "object"


def _members(schema: Value) -> dict[str, Value]:
    try:
        properties = properties_of(flatten(schema, schema, (), 0).schema)
    except NoExample:
        return {}
    # What is only written is no part of any answer.
    return {name: one for name, one in properties.items() if not _is_hidden(one, schema)}


def _is_hidden(member: Value, root: Value) -> bool:
    if member is True or member == {}:
        return False
    try:
        return flatten(member, root, (), 0).schema.get("writeOnly") is True
    except NoExample:
        return True


def _states(members: dict[str, Value], root: Value) -> dict[tuple[str, ...], list[Value]]:
    """The members that tell a state, here or one object below."""
    found: dict[tuple[str, ...], Value] = {
        (name,): one for name, one in members.items() if tells_state(name)
    }
    for name, one in members.items():
        flat = _flat_or_empty(one, root)
        for inner, member in properties_of(flat).items():
            if tells_state(inner) or tells_state(name):
                found[name, inner] = member
    states = {way: _flat_or_empty(one, root).get("enum") or [] for way, one in found.items()}
    return {way: each for way, each in states.items() if len(each) > 1}


def tells_state(name: str) -> bool:
    """Whether a member is called like a state."""
    return normalized_name(name).endswith(STATES)


def _flat_or_empty(schema: Value, root: Value) -> dict[str, Value]:
    try:
        return flatten(schema, root, (), 0).schema
    except NoExample:
        return {}
