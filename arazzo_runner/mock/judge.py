"""Is a value valid, and if not, why: the mock's view of a JSON Schema validator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from arazzo_runner.expression.value import Value
from arazzo_runner.mock.flatten import NoExample
from arazzo_runner.openapi.model import ApiDescription, Schema
from arazzo_runner.openapi.schema.compile import schema_validator, standalone_schema
from arazzo_runner.text.source import Pointer


def schema_part(schema: Value, root: Value) -> Value:
    """A part of a self-contained schema, made self-contained itself."""
    if isinstance(schema, dict) and isinstance(root, dict) and "$defs" in root:
        return {**schema, "$defs": root["$defs"]}
    return schema


class Validator:
    """A judge of values of one schema. Raises NoExample for a schema that cannot be used."""

    def __init__(self, schema: Value) -> None:
        self.schema = schema
        self.compiled = _compile(schema)

    def fault(self, value: Value) -> tuple[str, Pointer] | None:
        """The first thing that is wrong with a value, and where in it; None when it is valid."""
        for error in self.compiled.iter_errors(value):
            return error.message, tuple(error.instance_path)
        return None


def validator_of(schema: Value) -> Callable[[Value], bool]:
    """A judge of values. Raises NoExample for a schema that cannot be used."""
    judge: Callable[[Value], bool] = _compile(schema).is_valid
    return judge


def request_validator(schema: Schema | None, description: ApiDescription) -> Validator:
    """The judge of a parameter or body of a request, made once."""
    if schema is None:
        return Validator({})
    key = ("mock", "judge", schema.place.source.uri, schema.place.pointer)
    if key not in description.memo:
        description.memo[key] = Validator(standalone_schema(schema, description, "request"))
    found: Validator = description.memo[key]
    return found


def _compile(schema: Value) -> Any:
    try:
        return schema_validator(schema)
    except ValueError as reason:
        raise NoExample(f"a schema that cannot be used: {reason}") from reason
