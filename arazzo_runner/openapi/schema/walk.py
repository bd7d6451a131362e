"""Which keywords hold schemas, and what each of these schemas is about.

The keywords are those of JSON Schema 2020-12 (core, sections 8.2.4, 10 and 11; validation, section
8.5) with those that earlier drafts, and OpenAPI 2.0 and 3.0 after them, spell otherwise. What
follows from a relation is for the callers to decide.

Properties flagged ``readOnly`` do not count in a request, ``writeOnly`` ones not in a response.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import Any, Final, NamedTuple, TypeAlias
from typing import Literal as Choice

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.openapi.references import reference_of, reference_target
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.source import Place, Pointer


class Relation(Enum):
    """What a schema within another one is about."""

    ALL = auto()
    """The same value, always."""
    CHOICE = auto()
    """The same value, in one of several branches."""
    CONDITION = auto()
    """The same value, or whether another branch is about it."""
    DEPENDENT = auto()
    """The same value, where it has a certain member."""
    NEGATION = auto()
    """The same value, which must not match."""
    MEMBER = auto()
    """The member of a name."""
    PATTERN = auto()
    """All members whose names match."""
    REST = auto()
    """The members that the keywords beside it say nothing of."""
    UNEVALUATED = auto()
    """The members that no schema of the value says anything of."""
    NAME = auto()
    """The names of the members."""
    ITEM = auto()
    """The item of an index, or all items that have no such schema."""
    REST_ITEM = auto()
    """The items behind those that a list has schemas for (before 2020-12)."""
    UNEVALUATED_ITEM = auto()
    """The items that no schema of the value says anything of."""
    SOME_ITEM = auto()
    """Some item, whichever it is."""
    CONTENT = auto()
    """What a text holds."""
    DEFINITION = auto()
    """No value, until a reference leads there."""


Form: TypeAlias = Choice["schema", "list", "map", "schema or list"]
"""How a keyword holds schemas."""


class Applicator(NamedTuple):
    """A keyword that holds schemas."""

    relation: Relation
    form: Form


APPLICATORS: Final[dict[str, Applicator]] = {
    "allOf": Applicator(Relation.ALL, "list"),
    "oneOf": Applicator(Relation.CHOICE, "list"),
    "anyOf": Applicator(Relation.CHOICE, "list"),
    "if": Applicator(Relation.CONDITION, "schema"),
    "then": Applicator(Relation.CONDITION, "schema"),
    "else": Applicator(Relation.CONDITION, "schema"),
    "dependentSchemas": Applicator(Relation.DEPENDENT, "map"),
    "not": Applicator(Relation.NEGATION, "schema"),
    "properties": Applicator(Relation.MEMBER, "map"),
    "patternProperties": Applicator(Relation.PATTERN, "map"),
    "additionalProperties": Applicator(Relation.REST, "schema"),
    "unevaluatedProperties": Applicator(Relation.UNEVALUATED, "schema"),
    "propertyNames": Applicator(Relation.NAME, "schema"),
    "prefixItems": Applicator(Relation.ITEM, "list"),
    # A list of schemas in `items` is what `prefixItems` is since 2020-12.
    "items": Applicator(Relation.ITEM, "schema or list"),
    "additionalItems": Applicator(Relation.REST_ITEM, "schema"),
    "unevaluatedItems": Applicator(Relation.UNEVALUATED_ITEM, "schema"),
    "contains": Applicator(Relation.SOME_ITEM, "schema"),
    "contentSchema": Applicator(Relation.CONTENT, "schema"),
    "$defs": Applicator(Relation.DEFINITION, "map"),
    "definitions": Applicator(Relation.DEFINITION, "map"),
}


BY_MEMBER_NAME: Final = ("dependentRequired", "dependentSchemas", "dependencies")
"""Keywords that say by the name of a member what else has to be."""


def keywords(*relations: Relation) -> tuple[str, ...]:
    """The keywords whose schemas have one of the relations, in the order of the table."""
    return tuple(name for name, one in APPLICATORS.items() if one.relation in relations)


POSSIBLE: Final = (Relation.CHOICE, Relation.CONDITION, Relation.DEPENDENT)
"""The relations of what may be about the same value, and may not."""

IN_PLACE: Final = (Relation.ALL, *POSSIBLE, Relation.NEGATION)
"""The relations of all that is about the same value (core, section 10.2)."""

CHOICES: Final = keywords(Relation.CHOICE)
OTHER_MEMBERS: Final = keywords(Relation.REST, Relation.UNEVALUATED)
DEFINITIONS: Final = "$defs"
"""The keyword of definitions; those that are bundled stand there alone."""

DYNAMIC_REFERENCES: Final = ("$dynamicRef", "$recursiveRef")

_BY_RELATION: Final = {one: keywords(one) for one in Relation}


class Subschema(NamedTuple):
    """A schema within another one, and its path there; of any type where it is malformed."""

    schema: Value
    path: Pointer


def subschemas(node: dict[str, Any], *relations: Relation) -> Iterator[Subschema]:
    """The schemas of these relations that stand in a schema itself."""
    for relation in relations:
        for keyword in _BY_RELATION[relation]:
            if keyword in node:
                yield from keyword_schemas(node, keyword)


def keyword_schemas(node: dict[str, Any], keyword: str) -> Iterator[Subschema]:
    """The schemas that one keyword holds; none where it is malformed, or not there."""
    held, form = node.get(keyword), APPLICATORS[keyword].form
    if form == "map":
        if isinstance(held, dict):
            yield from (Subschema(one, (keyword, name)) for name, one in held.items())
    elif isinstance(held, list):
        if form != "schema":
            yield from (Subschema(one, (keyword, index)) for index, one in enumerate(held))
    elif form != "list" and keyword in node:
        yield Subschema(held, (keyword,))


def properties_of(node: dict[str, Any]) -> dict[str, Value]:
    """The properties that one schema states by itself."""
    stated = node.get("properties")
    return stated if isinstance(stated, dict) else {}


def has_properties(node: dict[str, Any]) -> bool:
    """Whether a schema states properties by itself, be they none."""
    return isinstance(node.get("properties"), dict)


def with_properties(node: dict[str, Any], properties: dict[str, Value]) -> dict[str, Value]:
    """A schema with other properties in place of its own."""
    return {**node, "properties": properties}


def definitions_of(root: Value) -> dict[str, Value]:
    """The definitions (``$defs``) of a schema by name."""
    stated = root.get(DEFINITIONS) if isinstance(root, dict) else None
    return stated if isinstance(stated, dict) else {}


def with_definitions(schema: Value, definitions: dict[str, Value]) -> Value:
    """A schema with definitions in place of its own, where there are any and it can have them."""
    return (
        {**schema, DEFINITIONS: definitions} if definitions and isinstance(schema, dict) else schema
    )


def without_definitions(schema: Value) -> Value:
    """A schema without its definitions (``$defs``)."""
    if not isinstance(schema, dict):
        return schema
    return {key: value for key, value in schema.items() if key != DEFINITIONS}


def is_closed(node: dict[str, Any]) -> bool:
    """Whether a schema itself refuses members that are not stated."""
    return any(node.get(keyword) is False for keyword in OTHER_MEMBERS)


def member_schemas(
    node: dict[str, Any], name: str, is_match: Callable[[str, str], bool]
) -> Iterator[Subschema]:
    """The schemas of one schema that are about its member of a name.

    ``is_match`` says whether a pattern matches a name. Those of ``OTHER_MEMBERS`` are about what
    neither a property nor a pattern names.
    """
    properties, is_named = properties_of(node), False
    if name in properties:
        is_named = True
        yield Subschema(properties[name], ("properties", name))
    for one in subschemas(node, Relation.PATTERN):
        if is_match(str(one.path[1]), name):
            is_named = True
            yield one
    if not is_named:
        yield from subschemas(node, Relation.REST, Relation.UNEVALUATED)


def with_rest_items(node: dict[str, Any], written: dict[str, Value]) -> dict[str, Value]:
    """What a schema is in 2020-12: before, items behind those of a list had another keyword."""
    if "additionalItems" not in written or not isinstance(node.get("items"), list):
        return written
    others = {name: one for name, one in written.items() if name != "additionalItems"}
    return {**others, "items": written["additionalItems"]}


def listed_items(node: dict[str, Any]) -> list[Subschema]:
    """The schemas of the first items, one for each."""
    return [one for one in subschemas(node, Relation.ITEM) if len(one.path) > 1]


def item_schemas(node: dict[str, Any], index: int) -> Iterator[Subschema]:
    """The schema of one schema that is about its item of an index, if there is one."""
    items = list(subschemas(node, Relation.ITEM))
    listed = [one for one in items if len(one.path) > 1]
    if index < len(listed):
        yield listed[index]
    elif any(one.path[0] == "items" for one in listed):
        yield from subschemas(node, Relation.REST_ITEM)
    else:
        yield from (one for one in items if len(one.path) == 1)


def schema_of_member(
    node: dict[str, Any], name: str, is_match: Callable[[str, str], bool]
) -> Value:
    """The schema of one schema for its member of a name; true where it says nothing of it."""
    return next((one for one, _ in member_schemas(node, name, is_match)), True)


def schema_of_item(node: dict[str, Any], index: int) -> Value:
    """The schema of one schema for its item of an index; true where it says nothing of it."""
    return next((one for one, _ in item_schemas(node, index)), True)


class Condition(NamedTuple):
    """A schema, and what holds where a value fits it and where not (core, section 10.2.2)."""

    test: Value
    met: Value
    unmet: Value


def condition_of(node: dict[str, Any]) -> Condition | None:
    """The condition of a schema; None without ``if``: then the other two say nothing."""
    if "if" not in node:
        return None
    return Condition(node["if"], node.get("then", True), node.get("else", True))


MAX_NAMES: Final = 1_000_000
"""Names of read-only properties that are remembered of all schemas of a description."""

_Part: TypeAlias = tuple[Value, Place]
_PartKey: TypeAlias = tuple[str, Pointer]


def _key_of(part: _Part) -> _PartKey:
    return part[1].source.uri, part[1].pointer


def all_of_parts(
    description: ApiDescription, node: Value, place: Place
) -> list[tuple[dict[str, Value], Place]]:
    """A schema and all that it surely also is, with their places; itself first, each one once."""
    found, todo = list[tuple[dict[str, Value], Place]](), [(node, place)]
    seen = set[_PartKey]()
    while todo:
        part = todo.pop()
        node, place = part
        if not isinstance(node, dict) or _key_of(part) in seen:
            continue
        seen.add(_key_of(part))
        if not _is_reference_alone(description, node):
            found.append((node, place))
        todo += _also(description, node, place)
    return found


def _is_reference_alone(description: ApiDescription, node: dict[str, Value]) -> bool:
    """Whether what stands beside a reference is ignored."""
    return description.ignores_siblings and reference_of(node) is not None


def _also(description: ApiDescription, node: Value, place: Place) -> list[_Part]:
    """What a schema surely also is, one step away."""
    if not isinstance(node, dict):
        return []
    reference = reference_of(node)
    target = [reference_target(description, reference, place)] if reference else []
    if _is_reference_alone(description, node):
        return target
    return [*target, *((one, place.at(*path)) for one, path in subschemas(node, Relation.ALL))]


AccessFlag: TypeAlias = Choice["readOnly", "writeOnly"]


def flagged_properties(
    description: ApiDescription, node: dict[str, Value], place: Place, flag: AccessFlag
) -> frozenset[str]:
    """The properties of a schema that have the flag, those of its ``allOf`` members too."""
    if "properties" not in node and "allOf" not in node:
        return frozenset()

    def names_in(one: dict[str, Value], at: Place) -> frozenset[str]:
        return frozenset(
            name
            for name, schema in properties_of(one).items()
            if _has_flag(description, schema, at.at("properties", name), flag)
        )

    return _gathered(description, (node, place), ("flagged properties", flag), names_in)


def _has_flag(description: ApiDescription, node: Value, place: Place, flag: AccessFlag) -> bool:
    if not isinstance(node, dict) or not ("$ref" in node or "allOf" in node or flag in node):
        return False

    def names_in(one: dict[str, Value], _at: Place) -> frozenset[str]:
        return frozenset({flag} if one.get(flag) is True else ())

    return bool(_gathered(description, (node, place), ("flag", flag), names_in))


def _gathered(
    description: ApiDescription,
    part: _Part,
    kind: tuple[str, AccessFlag],
    names_in: Callable[[dict[str, Value], Place], frozenset[str]],
) -> frozenset[str]:
    """What a schema and all that it surely also is have together, found once for each of them.

    Schemas that are each other have what all of them have.
    """
    known: dict[_PartKey, frozenset[str]] = description.memo.setdefault(kind, {})
    todo, begun, is_circle = [part], dict[_PartKey, list[_Part]](), False
    while todo:
        one, key = todo[-1], _key_of(todo[-1])
        if key in known:
            todo.pop()
        elif key not in begun:
            begun[key] = _also(description, *one)
            todo += (two for two in begun[key] if _key_of(two) not in begun)
        else:
            todo.pop()
            is_circle = is_circle or any(_key_of(two) not in known for two in begun[key])
            inner = [known.get(_key_of(two), frozenset()) for two in begun[key]]
            known[key] = found = _union(_names_of_part(description, one, names_in), *inner)
            if not any(found is held for held in inner):
                _count_names(description, len(found), one[1])
    if is_circle:
        whole = _union(*(known[key] for key in begun))
        known.update(dict.fromkeys(begun, whole))
    return known[_key_of(part)]


def _names_of_part(
    description: ApiDescription,
    part: _Part,
    names_in: Callable[[dict[str, Value], Place], frozenset[str]],
) -> frozenset[str]:
    node, place = part
    if not isinstance(node, dict) or _is_reference_alone(description, node):
        return frozenset()
    return names_in(node, place)


def _count_names(description: ApiDescription, count: int, place: Place) -> None:
    """Hold what is remembered against its bound: each of many schemas may have all of the last."""
    key = ("gathered names",)
    description.memo[key] = description.memo.get(key, 0) + count
    if description.memo[key] > MAX_NAMES:
        message = f"the schemas here have more than {MAX_NAMES:,} properties by way of `allOf`"
        raise DocumentError(error("AZ109", message, place, help="combine fewer schemas"))


def _union(*sets: frozenset[str]) -> frozenset[str]:
    """Their union; one of them, where the others add nothing to it."""
    largest = max(sets, key=len)
    return largest if all(one <= largest for one in sets) else largest.union(*sets)
