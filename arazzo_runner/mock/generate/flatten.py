"""One flat schema for a schema with ``$ref``, ``allOf``, ``oneOf``, ``anyOf``, ``if``.

To make a value it must be known what holds at once: references are followed, parts merged, and of
alternatives one is chosen. The result is for making values, not for judging them: what a merge
cannot express (``not``, a second pattern) is left to the validator.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.schema.standalone import DEFINITION
from arazzo_runner.openapi.schema.walk import (
    CHOICES,
    IN_PLACE,
    POSSIBLE,
    Relation,
    condition_of,
    definitions_of,
    keywords,
    properties_of,
    subschemas,
    with_definitions,
    with_properties,
    without_definitions,
)

ANNOTATIONS = ("title", "description", "deprecated")
EXAMPLES = ("example", "examples", "default")
COMPOSED = ("$ref", *keywords(Relation.DEFINITION, Relation.ALL, *POSSIBLE))
LARGER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
SMALLER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
MAPS = (*keywords(Relation.MEMBER, Relation.PATTERN), "dependentRequired")
SCHEMAS = keywords(
    Relation.ITEM,
    Relation.SOME_ITEM,
    Relation.REST,
    Relation.UNEVALUATED,
    Relation.UNEVALUATED_ITEM,
    Relation.NAME,
)
TRIED = (
    *keywords(Relation.SOME_ITEM, Relation.NAME),
    *("dependentRequired", "minProperties", "uniqueItems"),
)
UNKNOWN = keywords(Relation.PATTERN, Relation.UNEVALUATED, Relation.UNEVALUATED_ITEM)
HARD = frozenset((*keywords(*IN_PLACE), *TRIED, *UNKNOWN))


MAX_PARTS = 10_000
"""The parts that one schema may have, references followed."""


class NoExample(Exception):
    """No value could be made; the text says of what."""


class SchemaCycle(NoExample):
    """The schema holds itself, so a value without an end would be made."""


class FlatSchema(Struct, frozen=True):
    """A schema without references and alternatives, and the references that led to it.

    ``hard``: a value made member by member may still break it, and has to be judged.
    """

    schema: dict[str, Value]
    refs: tuple[str, ...]
    hard: bool = False


def flatten(schema: Value, root: Value, refs: tuple[str, ...], variant: int) -> FlatSchema:
    """Resolve and merge ``schema``; ``variant`` chooses among alternatives.

    Raises Cycle when a reference in ``refs``, the way from the root, comes again, and NoExample
    for ``false`` and for a schema of too many parts.
    """
    try:
        return _flatten(schema, _FlattenContext(root, variant), refs)
    except RecursionError:
        raise NoExample("a schema nested too deeply") from None


class _FlattenContext:
    """The schema that references lead into, the choice, and how many parts may still come."""

    def __init__(self, root: Value, variant: int) -> None:
        self.root = root
        self.variant = variant
        self.left = MAX_PARTS


def _flatten(schema: Value, whole: _FlattenContext, refs: tuple[str, ...]) -> FlatSchema:
    whole.left -= 1
    if whole.left < 0:
        raise NoExample(f"a schema of more than {MAX_PARTS:,} parts")
    if schema is True:
        return FlatSchema({}, refs)
    if not isinstance(schema, dict):
        raise NoExample("a schema that allows nothing")
    own = {key: value for key, value in schema.items() if key not in COMPOSED}
    parts = list(_parts(schema, whole.variant))
    flat = [_part(part, whole, refs) for part in parts]
    if len(parts) > 1 or own:
        flat = [_without_examples(one) for one in flat]
    found = _join([FlatSchema(own, refs, not HARD.isdisjoint(schema)), *flat])
    return _discriminate(found, schema, [part for part in parts if isinstance(part, dict)])


def _discriminate(
    flat: FlatSchema, schema: dict[str, Value], parts: list[dict[str, Value]]
) -> FlatSchema:
    """The flat schema with the name of the chosen alternative where a discriminator wants it.

    OpenAPI 3.2.0, Discriminator Object: the name is that of the mapping, else of the schema.
    """
    told = schema.get("discriminator")
    name = told.get("propertyName") if isinstance(told, dict) else None
    members = properties_of(flat.schema)
    member = members.get(str(name))
    if name is None or not isinstance(member, dict) or "enum" in member or "const" in member:
        return flat
    chosen = [part["$ref"] for part in parts if "$ref" in part]
    mapping = {target: key for key, target in schema["discriminator"].get("mapping", {}).items()}
    for reference in chosen:
        value = mapping.get(reference, reference.rpartition("/")[2])
        members = {**members, name: {"const": value}}
        return replace(flat, schema=with_properties(flat.schema, members))
    return flat


def _without_examples(flat: FlatSchema) -> FlatSchema:
    """An example of a part is none of the whole, unless it is a scalar."""
    schema = {
        key: value
        for key, value in flat.schema.items()
        if key not in EXAMPLES or not isinstance(value, dict | list)
    }
    return replace(flat, schema=schema)


def _part(part: Value, whole: _FlattenContext, refs: tuple[str, ...]) -> FlatSchema:
    if not isinstance(part, str):
        return _flatten(part, whole, refs)
    if part in refs:
        raise SchemaCycle(f"`{part}`, which contains itself")
    return _flatten(resolve(part, whole.root), whole, (*refs, part))


def _parts(schema: dict[str, Value], variant: int) -> Iterator[Value]:
    """What holds beside the schema's own keywords: references as strings, and schemas."""
    if "$ref" in schema:
        yield schema["$ref"]
    yield from (one.schema for one in subschemas(schema, Relation.ALL))
    for keyword in CHOICES:
        if schema.get(keyword):
            branches = sorted(schema[keyword], key=_is_null)
            yield branches[variant % len(branches)]
    condition = condition_of(schema)
    if condition is not None:
        yield from (condition.unmet,) if variant % 2 else (condition.test, condition.met)
    if variant % 2 == 0:
        yield from (one.schema for one in subschemas(schema, Relation.DEPENDENT))


def _is_null(branch: Value) -> bool:
    return isinstance(branch, dict) and branch.get("type") == "null"


def resolve(reference: str, root: Value) -> Value:
    """The schema at a reference of a self-contained schema: mostly ``#/$defs/<name>``.

    Raises NoExample for one that leads nowhere.
    """
    node = root
    for token in reference.removeprefix("#").split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        node = node.get(name) if isinstance(node, dict) else None
    if node is None or not reference.startswith("#"):
        raise NoExample(f"the reference `{reference}`, which leads nowhere")
    return node


def _join(parts: Sequence[FlatSchema]) -> FlatSchema:
    """What holds of all parts: each keyword is merged once, however many parts have it."""
    stated: dict[str, list[Value]] = {}
    for part in parts:
        for keyword, value in part.schema.items():
            stated.setdefault(keyword, []).append(value)
    schema = {keyword: merge_keyword(keyword, values) for keyword, values in stated.items()}
    refs = tuple(dict.fromkeys(ref for part in parts for ref in part.refs))
    return FlatSchema(schema, refs, any(part.hard for part in parts))


def merge_keyword(keyword: str, stated: Sequence[Value]) -> Value:
    """The value of ``keyword`` that satisfies all schemas which state one of these."""
    first, *others = values = _different_values(stated)
    if not others or keyword in (*EXAMPLES, *ANNOTATIONS):
        return first
    if keyword in LARGER:
        return max(values)
    if keyword in SMALLER:
        return min(values)
    if keyword in MAPS:
        return _merge_objects(values)
    if keyword in keywords(Relation.NEGATION):
        return {"anyOf": values}
    if keyword in SCHEMAS:
        return {"allOf": values}
    return _merge_lists(keyword, values)


def _different_values(values: Sequence[Value]) -> list[Value]:
    """The first value, and those that are not equal to it."""
    return [values[0], *(one for one in values[1:] if one != values[0])]


def _merge_objects(objects: Sequence[dict[str, Value]]) -> dict[str, Value]:
    """The members of all objects, those of the last one first."""
    stated: dict[str, list[Value]] = {name: [] for one in reversed(objects) for name in one}
    for one in objects:
        for name, value in one.items():
            stated[name].append(value)
    different = {name: _different_values(values) for name, values in stated.items()}
    return {
        name: {"allOf": values} if len(values) > 1 else values[0]
        for name, values in different.items()
    }


def _merge_lists(keyword: str, values: Sequence[Value]) -> Value:
    if keyword == "required":
        return list(dict.fromkeys(name for names in values for name in names))
    merge = {"enum": _values_of_both, "type": _narrow}.get(keyword)
    return reduce(merge, values) if merge else values[0]


def _values_of_both(left: list[Value], right: list[Value]) -> list[Value]:
    # Most enums are of strings, and may have thousands.
    texts = {value for value in right if isinstance(value, str)}
    others = [value for value in right if not isinstance(value, str)]
    return [value for value in left if value in (texts if isinstance(value, str) else others)]


def _narrow(left: Value, right: Value) -> list[str]:
    mine, other = types_of(left), types_of(right)
    if "number" in other:
        other = [*other, "integer"]
    if "number" in mine and "integer" in other and "number" not in other:
        mine = ["integer" if name == "number" else name for name in mine]
    return [name for name in mine if name in other]


def types_of(value: Value) -> list[str]:
    """The value of ``type`` as a list."""
    if isinstance(value, list):
        return [one for one in value if isinstance(one, str)]
    return [value] if isinstance(value, str) else []


def combine_schemas(schemas: Sequence[Value]) -> Value:
    """One self-contained schema for what several of them demand together."""
    parts, defs = [], dict[str, Value]()
    for at, schema in enumerate(schemas):
        if not definitions_of(schema):
            parts.append(schema)
            continue
        moved = _move_definitions(schema, f"{at}.")
        defs |= {f"{at}.{name}": one for name, one in definitions_of(moved).items()}
        parts.append(without_definitions(moved))
    whole = parts[0] if len(parts) == 1 else {"allOf": parts}
    return with_definitions(whole, defs)


def _move_definitions(node: Value, prefix: str) -> Any:
    if isinstance(node, list):
        return [_move_definitions(one, prefix) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        key: DEFINITION + prefix + value.removeprefix(DEFINITION)
        if key == "$ref" and isinstance(value, str) and value.startswith(DEFINITION)
        else _move_definitions(value, prefix)
        for key, value in node.items()
    }


def schema_part(schema: Value, root: Value) -> Value:
    """A part of a self-contained schema, made self-contained itself."""
    if isinstance(schema, dict) and _is_scalar_schema(schema):
        # Definitions are most of what a validator costs, and the schema of a string needs none.
        return schema
    return with_definitions(schema, definitions_of(root))


def _is_scalar_schema(schema: dict[str, Value]) -> bool:
    """Whether a schema has neither references nor schemas in it."""
    return not any(
        key in ("$ref", "$dynamicRef")
        or (isinstance(value, dict) and key not in EXAMPLES)
        or (isinstance(value, list) and any(isinstance(one, dict) for one in value))
        for key, value in schema.items()
    )
