"""Which values of the inputs are secret by their schema: ``format: password`` and ``writeOnly``.

Arazzo Specification 1.1.0, "Data Types": ``password`` is a hint to obscure the value. JSON Schema
Validation 2020-12, section 9.4: what is ``writeOnly`` is never shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from arazzo_runner.executor.inputs_schema import InputsSchema, InputValue, is_name_match
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.schema.standalone import definition, possible_parts
from arazzo_runner.openapi.schema.walk import Relation, item_schemas, member_schemas, subschemas

_ANY_ITEM: Final = (Relation.REST_ITEM, Relation.UNEVALUATED_ITEM, Relation.SOME_ITEM)

SHORTEST: Final = 4
"""The characters of the shortest text in a secret object or list that is masked by itself."""


def secret_inputs(schema: InputsSchema, inputs: Mapping[str, Value]) -> Iterator[str]:
    """The secret values, wherever the schema says so: nested, referenced, or in a branch."""
    yield from secret_values(schema.value, dict(inputs))


def secret_values(schema: Value, value: Value) -> Iterator[str]:
    """The secret values in one of a schema that stands by itself."""
    yield from _secret([schema], schema, value)


def has_secrets(value: InputValue) -> bool:
    """Whether an input may hold a secret; for values that cannot be read."""
    root = value.schema.value
    todo, seen = [*value.sure, *value.possible], set[int]()
    while todo:
        node = todo.pop()
        if id(node) in seen or not isinstance(node, dict | list):
            continue
        seen.add(id(node))
        if isinstance(node, list):
            todo += node
            continue
        if says_secret(node):
            return True
        todo += node.values()
        if isinstance(node.get("$ref"), str):
            todo.append(definition(node["$ref"], root))
    return False


def says_secret(schema: Mapping[str, Value]) -> bool:
    """Whether a schema itself says that its value is secret."""
    return schema.get("format") == "password" or schema.get("writeOnly") is True


def scalars(value: Value) -> Iterator[str]:
    """The text and numbers in a secret value; in an object or list of four characters or more."""
    match value:
        case dict() | list():
            for one in value.values() if isinstance(value, dict) else value:
                yield from (text for text in scalars(one) if len(text) >= SHORTEST)
        case bool() | None:
            return
        case str() | int() | float():
            text = _text(value)
            if text is not None:
                yield text


def _text(value: str | float) -> str | None:
    try:
        return str(value)
    except ValueError:  # an integer of more digits than Python spells
        return None


def _secret(schemas: list[Value], root: Value, value: Value) -> Iterator[str]:
    applied = _subschemas(schemas, root)
    if any(map(says_secret, applied)):
        yield from scalars(value)
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _secret(_of_member(applied, str(name)), root, member)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _secret(_of_item(applied, index), root, item)


def _subschemas(schemas: list[Value], root: Value) -> list[dict[str, Any]]:
    """All schemas that say something of the same value, under ``not`` too."""
    found, seen, todo = list[dict[str, Any]](), set[int](), schemas
    while todo:
        applied = [one for one in possible_parts(todo, root) if id(one) not in seen]
        seen.update(map(id, applied))
        found += applied
        todo = [not_ for one in applied for not_, _ in subschemas(one, Relation.NEGATION)]
    return found


def _of_member(schemas: list[dict[str, Any]], name: str) -> list[Value]:
    return [schema for one in schemas for schema, _ in member_schemas(one, name, is_name_match)]


def _of_item(schemas: list[dict[str, Any]], index: int) -> list[Value]:
    found: list[Value] = []
    for one in schemas:
        found += (schema for schema, _ in item_schemas(one, index))
        found += (schema for schema, _ in subschemas(one, *_ANY_ITEM))
    return found
