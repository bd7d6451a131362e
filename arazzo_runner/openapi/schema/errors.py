"""What is wrong with a value by its schema, in words and with places."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value, describe, to_text
from arazzo_runner.openapi.model import ApiDescription, Schema
from arazzo_runner.openapi.references import load_document, value_at
from arazzo_runner.openapi.schema.compile import (
    Direction,
    bundle_schema,
    response_validator,
    schema_validator,
)
from arazzo_runner.openapi.schema.cost import UNFINISHED
from arazzo_runner.openapi.schema.standalone import Bundle
from arazzo_runner.openapi.schema.walk import CHOICES, OTHER_MEMBERS
from arazzo_runner.text.source import Place, pointer_text

MAX_FINDINGS: Final = 10
_FIRST: Final = "the first error found: a large value may have more"


class SchemaError(Struct, frozen=True):
    """One thing that is wrong: a JSON Pointer into the value, and the place in the description.

    ``keyword`` is that of the schema which the value breaks, where it is one.
    """

    pointer: str
    message: str
    place: Place
    keyword: str = ""


def schema_errors(
    value: Value, schema: Schema, description: ApiDescription, direction: Direction
) -> list[SchemaError]:
    """All that is wrong with a value by a schema, ten at the most; empty when it fits.

    A schema that cannot be used is one finding. Raises nothing.
    """
    try:
        _validator(bundle_schema(schema, description, direction), description, direction)
    except (DocumentError, ValueError) as reason:
        return [SchemaError("", f"the schema cannot be used: {_first_line(reason)}", schema.place)]
    try:
        return errors_of(value, schema, description, direction)
    except ValueError as reason:
        return [
            SchemaError("", f"the value cannot be checked: {_first_line(reason)}", schema.place)
        ]


def errors_of(
    value: Value, schema: Schema, description: ApiDescription, direction: Direction
) -> list[SchemaError]:
    """Like :func:`findings`; raises DocumentError and ValueError when nothing can be judged."""
    bundled = bundle_schema(schema, description, direction)
    judge = _validator(bundled, description, direction)
    if judge.is_valid(value):
        return []
    from arazzo_runner.openapi.schema.relevance import MOST, relevant_errors

    errors, is_all = judge.first_errors(value)
    relevant = relevant_errors(errors, bundled.value)
    found = [_schema_error(one, value, bundled, description) for one in relevant[:MAX_FINDINGS]]
    if not is_all:
        return [_with_note(one, _FIRST) for one in found]
    others = len(relevant) - len(found)
    if not others:
        return found
    # Of very many errors the most relevant of the first are looked for.
    least = "at least " if len(errors) >= MOST else ""
    return [*found[:-1], _with_note(found[-1], f"{least}{others:,} more")]


def _with_note(error: SchemaError, note: str) -> SchemaError:
    return replace(error, message=f"{error.message} ({note})")


def is_valid(
    value: Value, schema: Schema, description: ApiDescription, direction: Direction
) -> bool:
    """Whether a value fits a schema; raises as :func:`errors_of` does."""
    bundled = bundle_schema(schema, description, direction)
    return bool(_validator(bundled, description, direction).is_valid(value))


def may_take_long(schema: Schema, description: ApiDescription, direction: Direction) -> bool:
    """Whether to judge a small value may take seconds: the schema has patterns that backtrack."""
    try:
        bundled = bundle_schema(schema, description, direction)
        return bool(_validator(bundled, description, direction).may_take_long)
    except (DocumentError, ValueError):
        return False  # it judges nothing


def _validator(bundled: Bundle, description: ApiDescription, direction: Direction) -> Any:
    key = ("validator", bundled.place.source.uri, bundled.place.pointer, direction)
    if key not in description.memo:
        compiled = schema_validator if direction == "request" else response_validator
        description.memo[key] = compiled(bundled.value)
    return description.memo[key]


def _schema_error(
    error: Any, value: Value, bundled: Bundle, description: ApiDescription
) -> SchemaError:
    pointer = pointer_text(tuple(error.instance_path))
    place = _place_or_parent(bundled.place_of(tuple(error.schema_path)), description)
    message = _asserted(error, bundled.value) or _message(error, _instance(error, value))
    return SchemaError(pointer, message, place, error.kind.name)


def _asserted(error: Any, schema: Value) -> str | None:
    """What a value breaks that the error itself does not say in our words."""
    kind = error.kind.name
    if kind == "pattern" and not hasattr(error.kind, "pattern"):
        # Of a pattern that backtracks, or one that took too long.
        is_mismatch = not error.message.startswith(UNFINISHED)
        pattern = value_at(schema, tuple(error.schema_path))[0] if is_mismatch else None
        return f"{describe(error.instance)} does not match `{pattern}`" if is_mismatch else None
    if kind == "falseSchema":
        node, _ = value_at(schema, tuple(error.schema_path))
        return "a `writeOnly` property is not allowed in a response" if node is not False else None
    if kind in ("minimum", "maximum"):
        from arazzo_runner.openapi.schema.assertion import RANGES

        node, _ = value_at(schema, tuple(error.schema_path[:-1]))
        name = node.get("format")
        if kind not in node and name in RANGES:
            return f"{describe(error.instance)} is out of the range of `{name}`"
    return None


def _instance(error: Any, value: Value) -> Value:
    """What an error is about, its numbers as they were spelled."""
    for token in error.instance_path:
        value = value[token]
    return value


def _message(error: Any, instance: Value) -> str:
    kind, shown = error.kind, describe(instance)
    match kind.name:
        case "required":
            message = f"the required property `{kind.property}` is missing"
        case "type":
            message = f"{shown} is not of type {' or '.join(kind.types)}"
        case "enum":
            message = f"{shown} is none of {_join_values(kind.options)}"
        case "pattern" if hasattr(kind, "pattern"):
            message = f"{shown} does not match `{kind.pattern}`"
        case "format":
            message = f"{shown} is not of the format `{kind.format}`"
        case name if name in OTHER_MEMBERS:
            message = f"not documented: {_join_values(kind.unexpected)}"
        case name if name in CHOICES:
            message = f"{shown} does not fit the schemas it may have"
        case _:
            message = _cut(error.message)
    return message


def _join_values(values: list[Value]) -> str:
    return ", ".join(f"`{to_text(one)}`" for one in values[:MAX_FINDINGS])


def _place_or_parent(place: Place, description: ApiDescription) -> Place:
    """The place, or what is around it where a translated schema has no text of its own."""
    _, root = load_document(description, place.source)
    try:
        value_at(root, place.pointer)
    except LookupError as reason:
        walked = reason.args[0]
        return Place(place.source, walked[:-1])
    return place


def _first_line(reason: Exception) -> str:
    return _cut(str(reason).partition("\n")[0])


def _cut(text: str) -> str:
    return text if len(text) <= 200 else text[:200] + "…"
