"""Judges of what is generated and of what is requested: schemas, patterns of names, formats."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.mock.generate.flatten import NoExample
from arazzo_runner.mock.generate.time_budget import check_time
from arazzo_runner.openapi.model import ApiDescription, Schema
from arazzo_runner.openapi.schema.compile import (
    response_validator,
    schema_validator,
    standalone_schema,
)
from arazzo_runner.openapi.schema.relevance import relevant_errors
from arazzo_runner.openapi.schema.walk import properties_of, schema_of_item, schema_of_member
from arazzo_runner.text.source import Pointer


class Validator:
    """A judge of values of one schema. Raises NoExample for a schema that cannot be used."""

    def __init__(self, schema: Value) -> None:
        self.schema = schema
        self.compiled = _compile(schema)

    def fault(self, value: Value) -> tuple[str, Pointer] | None:
        """What is most wrong with a value, and where in it; None when it is valid."""
        check_time()
        try:
            if self.compiled.is_valid(value):
                return None
            errors = self.compiled.iter_errors(value)
        except ValueError as reason:
            check_time()  # of the response; otherwise it is too much work by itself
            return f"it cannot be checked: {reason}", ()
        error = relevant_errors(errors, self.schema)[0]
        return error.message, tuple(error.instance_path)


def validator_of(schema: Value) -> Callable[[Value], bool]:
    """A judge of values. Raises NoExample for a schema that cannot be used.

    The judge raises QueryError where the time to generate is over.
    """
    judge: Callable[[Value], bool] = _compile(schema).is_valid

    def is_valid(value: Value) -> bool:
        check_time()
        try:
            return judge(value)
        except ValueError:  # too much work
            return False

    return is_valid


def part_schema(flat: dict[str, Value], token: str | int) -> Value:
    """The schema of a member or item that is there; true where none is stated, or it may not be.

    Raises NoExample for what is no pattern.
    """
    if isinstance(token, int):
        return schema_of_item(flat, token) or True
    properties = properties_of(flat)
    if token in properties:
        return properties[token]
    return schema_of_member(flat, token, is_name_match) or True


def is_name_match(pattern: str, name: str) -> bool:
    """Whether a name of a member matches a pattern. Raises NoExample for what is no pattern."""
    return _name_validator(pattern)(name)


@lru_cache(maxsize=256)
def _name_validator(pattern: str) -> Callable[[Value], bool]:
    return validator_of({"pattern": pattern})


def format_validator(name: Value) -> Callable[[Value], bool]:
    """A judge of values of a format, as responses are checked for it."""
    return _format_validator(name) if isinstance(name, str) else lambda _value: True


@lru_cache(maxsize=64)
def _format_validator(name: str) -> Callable[[Value], bool]:
    return response_validator({"format": name}).is_valid


def request_validator(schema: Schema | None, description: ApiDescription) -> Validator:
    """The judge of a parameter or body of a request, made once."""
    place = (schema.place.source.uri, schema.place.pointer) if schema else ()
    key = ("mock", "judge", *place)
    if key not in description.memo:
        description.memo[key] = _request_validator(schema, description)
    found: Validator = description.memo[key]
    return found


def _request_validator(schema: Schema | None, description: ApiDescription) -> Validator:
    try:
        return Validator(standalone_schema(schema, description, "request") if schema else {})
    except (DocumentError, NoExample):
        return Validator({})  # what cannot be read demands nothing; `validate` says what is wrong


def _compile(schema: Value) -> Any:
    try:
        return schema_validator(schema)
    except ValueError as reason:
        raise NoExample(f"a schema that cannot be used: {reason}") from reason
