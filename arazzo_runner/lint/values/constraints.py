"""What a schema asks of a value besides its type and the values that it lists.

Bounds, lengths, patterns, counts and formats, each of one schema object; and all that a schema says
of a value that is wholly known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from msgspec import Struct

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value, to_text
from arazzo_runner.openapi.model import ApiDescription, Schema
from arazzo_runner.openapi.schema.cost import UNFINISHED
from arazzo_runner.openapi.schema.descend import SchemaShape, types_of_value
from arazzo_runner.openapi.schema.dialect import translate_schema
from arazzo_runner.openapi.schema.errors import SchemaError, errors_of, is_valid
from arazzo_runner.openapi.schema.shape import (
    Alternative,
    SchemaPart,
    listed_values,
    types_of_alternative,
)
from arazzo_runner.openapi.schema.validator import compile_validator
from arazzo_runner.openapi.schema.walk import CHOICES

_OF_SCALARS: Final = (
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
    "maxLength", "pattern",
)  # fmt: skip
_OF_COUNTS: Final = ("minItems", "maxItems")
_OF_ITEMS: Final = (*_OF_COUNTS, "uniqueItems")
# What may be broken by a property that is not given alone, and what scalars are held against.
_JUDGED_APART: Final = frozenset({"required", *CHOICES, "pattern"})
# Of what is text, the spelling is compared.
_OF_LISTS: Final = _JUDGED_APART | {"enum", "const"}
# Formats are annotations: a server may be more lenient. These have one meaning.
_FORMATS: Final = frozenset({"date", "date-time", "email", "ipv4", "ipv6", "uuid"})


class Broken(Struct, frozen=True):
    """What a value breaks, in words; ``by_format`` where that is a format alone."""

    message: str
    by_format: bool = False


def broken_by_scalar(readings: Iterable[Value], shape: SchemaShape) -> Broken | None:
    """What keeps a scalar from fitting, which may be read in several ways; None when it fits."""
    every = list(readings)
    found = [_nearest(every, one, shape) for one in shape.alternatives or ()]
    return None if None in found else _first(found)


def broken_by_items(items: list[Value], shape: SchemaShape, *, are_known: bool) -> Broken | None:
    """What the number of items breaks, and where they are known, that they are not unique."""
    keywords = _OF_ITEMS if are_known else _OF_COUNTS
    found = [_first_violation(items, one, keywords, shape) for one in shape.alternatives or ()]
    return None if None in found else _first(found)


def broken_as_whole(value: Value, schema: Schema, description: ApiDescription) -> list[SchemaError]:
    """All that a schema says against a value; nothing where the schema itself cannot be used.

    What is missing is no part of it: servers fill in what has a default.
    """
    return [
        one for one in _all_errors(value, schema, description) if one.keyword not in _JUDGED_APART
    ]


def broken_as_read(
    readings: Iterable[Value], schema: Schema, description: ApiDescription
) -> list[SchemaError]:
    """What a schema says against each reading of a value that is of a type it takes."""
    ways = list(readings)
    if any(_is_acceptable(one, schema, description) for one in ways):
        return []  # to say what is wrong with another reading takes fifty times as long
    every = [_all_errors(one, schema, description) for one in ways]
    fitting = [found for found in every if not any(one.keyword == "type" for one in found)]
    judged = [[one for one in found if one.keyword not in _OF_LISTS] for found in fitting]
    return judged[0] if judged and all(judged) else []


def _is_acceptable(value: Value, schema: Schema, description: ApiDescription) -> bool:
    """Whether a value fits a schema, or nothing can be judged."""
    try:
        return is_valid(value, schema, description, "request")
    except (DocumentError, ValueError):
        return True


def _all_errors(value: Value, schema: Schema, description: ApiDescription) -> list[SchemaError]:
    try:
        return list(errors_of(value, schema, description, "request"))
    except (DocumentError, ValueError):
        return []


def _first(found: Iterable[Broken | None]) -> Broken | None:
    """What is broken by a rule comes before what is broken by a format."""
    broken = [one for one in found if one is not None and one.message]
    return min(broken, key=lambda one: one.by_format, default=None)


def _nearest(readings: list[Value], alternative: Alternative, shape: SchemaShape) -> Broken | None:
    """What the reading that suits the alternative breaks; None for one that fits."""
    kinds = types_of_alternative(alternative)
    suiting = [one for one in readings if kinds is None or types_of_value(one) & kinds]
    found = [_of_reading(one, alternative, shape) for one in suiting]
    return None if None in found else (_first(found) or Broken(""))


def _of_reading(value: Value, alternative: Alternative, shape: SchemaShape) -> Broken | None:
    listed = [values for part in alternative if (values := listed_values(part.node)) is not None]
    if any(to_text(value) not in map(to_text, values) for values in listed):
        return Broken("")  # that is said of all alternatives together
    return _first_violation(value, alternative, (*_OF_SCALARS, "format"), shape)


def _first_violation(
    value: Value, alternative: Alternative, keywords: tuple[str, ...], shape: SchemaShape
) -> Broken | None:
    errors = (error for part in alternative for error in _errors(value, part, keywords, shape))
    # A pattern that takes too long proves nothing.
    proven = (one for one in errors if not one.message.startswith(UNFINISHED))
    first = next(proven, None)
    return None if first is None else Broken(first.message, first.kind.name == "format")


def _errors(
    value: Value, part: SchemaPart, keywords: tuple[str, ...], shape: SchemaShape
) -> Iterator[Any]:
    key = ("constraints", part.place.source, part.place.pointer, keywords)
    memo = shape.schemas.memo
    if key not in memo:
        memo[key] = _compile(part.node, keywords, shape.schemas.version)
    judge = memo[key]
    if judge is not None:
        yield from judge.iter_errors(value)


def _compile(node: dict[str, Value], keywords: tuple[str, ...], version: tuple[int, int]) -> Any:
    """A validator of some keywords of a schema; None where it has none, or they are malformed."""
    written = {key: node[key] for key in keywords if key in node}
    if written.get("format") not in _FORMATS:
        written.pop("format", None)
    if not written:
        return None
    try:
        return compile_validator(
            translate_schema(version, dict(written), written), 100_000, _FORMATS
        )
    except ValueError:
        return None
