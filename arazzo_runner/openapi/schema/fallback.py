"""Schemas judged by the package jsonschema, where jsonschema-rs cannot be imported.

It says the same, several hundred times slower: errors have the attributes of those of jsonschema-rs
that this program reads. Patterns are matched within a time limit, nothing is fetched.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from math import inf
from typing import Any, Final, TypeAlias, cast

from msgspec import Struct

from arazzo_runner.expression.query.limits import QueryError, seconds_for_query
from arazzo_runner.expression.query.regex import compile_regex
from arazzo_runner.expression.value import Value
from arazzo_runner.installation import InstallationWarning
from arazzo_runner.openapi.schema.cost import UNFINISHED
from arazzo_runner.openapi.schema.keywords import bounded_validator
from arazzo_runner.openapi.schema.walk import CHOICES, OTHER_MEMBERS, Relation, subschemas

SchemaPath: TypeAlias = tuple[str | int, ...]

_NAMES: Final = {None: "falseSchema", "dependentRequired": "required"}
_TOO_DEEP: Final = "it is nested too deeply"


class MalformedSchema(ValueError):
    """A schema that is none, with the place and the value in it that are wrong."""

    def __init__(self, message: str, path: Iterable[str | int], instance: Value) -> None:
        super().__init__(message)
        self.instance_path = list(path)
        self.instance = instance


class ErrorKind:
    """The keyword that was broken, and what that keyword says as attributes of its own."""

    def __init__(self, name: str, **said: Any) -> None:
        self.name = name
        self.__dict__.update(said)


class ValueFault(Struct, frozen=True):
    """One thing that is wrong with a value, as jsonschema-rs has it."""

    kind: ErrorKind
    message: str
    instance: Value
    instance_path: list[str | int]
    schema_path: list[str | int]


class PythonValidator:
    """A schema that jsonschema judges by. Raises MalformedSchema."""

    def __init__(self, schema: Value, formats: Iterable[str] = ()) -> None:
        from jsonschema import FormatChecker
        from referencing import Registry

        _check_schema(schema)
        exact = exact_numbers(schema)
        self._places = dict(_places(exact))
        # Which formats it knows depends on what else is installed.
        judged = FormatChecker([one for one in formats if one in FormatChecker.checkers])
        self._judge = _validator_class()(exact, registry=Registry(), format_checker=judged)

    def is_valid(self, value: Value) -> bool:
        """Whether a value fits; raises ValueError for one that cannot be judged."""
        return next(self.iter_errors(value), None) is None

    def iter_errors(self, value: Value) -> Iterator[ValueFault]:
        """All that is wrong with a value; raises ValueError for one that cannot be judged."""
        from referencing.exceptions import Unresolvable

        try:
            for error in self._judge.iter_errors(exact_numbers(value)):
                yield _fault(error, self._places)
        except QueryError as reason:
            _check_run()
            # jsonschema-rs has a word of its own for it as well.
            yield ValueFault(ErrorKind("pattern"), f"{UNFINISHED}: {reason}", None, [], [])
        except (RecursionError, Unresolvable) as reason:
            is_deep = isinstance(reason, RecursionError)
            raise ValueError(_TOO_DEEP if is_deep else str(reason)) from None


def _check_run() -> None:
    try:
        seconds_for_query(inf)
    except QueryError as reason:
        raise ValueError(str(reason)) from None


@cache
def warn_of_fallback() -> None:
    """Say once that schemas are judged slowly."""
    warnings.warn(
        "jsonschema-rs is not installed: values are checked against schemas several hundred times"
        " slower, by jsonschema",
        InstallationWarning,
        stacklevel=4,
    )


@cache
def _validator_class() -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    kinds = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
    kind = cast("Any", extend)(
        Draft202012Validator, {"multipleOf": _multiple_of}, type_checker=kinds
    )
    return bounded_validator(kind)


def _is_integer(_checker: Any, value: Any) -> bool:
    from decimal import Decimal

    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def _multiple_of(validator: Any, divisor: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if not validator.is_type(instance, "number"):
        return
    (above, below), (by, under) = instance.as_integer_ratio(), divisor.as_integer_ratio()
    if above * under % (by * below):
        yield ValidationError(f"{instance} is not a multiple of {divisor}")


def exact_numbers(value: Value) -> Value:
    """A value with decimals in place of floats, so that 0.3 is a multiple of 0.1."""
    from decimal import Decimal

    match value:
        case float():
            return Decimal(repr(float(value)))
        case dict():
            return {key: exact_numbers(one) for key, one in value.items()}
        case list():
            return [exact_numbers(one) for one in value]
        case _:
            return value


# --- schemas --------------------------------------------------------------------------------------


def _check_schema(schema: Value) -> None:
    try:
        error = next(schema_faults(schema), None)
        patterns = list(_patterns(schema))
    except RecursionError:
        raise MalformedSchema(_TOO_DEEP, (), None) from None
    if error is not None:
        raise MalformedSchema(error.message, error.absolute_path, error.instance)
    for path, pattern in patterns:
        try:
            compile_regex(pattern)
        except QueryError as reason:
            raise MalformedSchema(str(reason), path, pattern) from None


def schema_faults(schema: Value) -> Iterator[Any]:
    """What is wrong with a schema by the meta-schema of JSON Schema 2020-12, by relevance."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import relevance

    judge = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    yield from sorted(judge.iter_errors(cast("Any", schema)), key=relevance, reverse=True)


def _patterns(node: Value, path: SchemaPath = ()) -> Iterator[tuple[SchemaPath, str]]:
    if not isinstance(node, dict):
        return
    if isinstance(node.get("pattern"), str):
        yield (*path, "pattern"), node["pattern"]
    for one in subschemas(node, Relation.PATTERN):
        yield (*path, one.path[0]), str(one.path[1])
    for one in subschemas(node, *Relation):
        yield from _patterns(one.schema, (*path, *one.path))


# --- errors ---------------------------------------------------------------------------------------


def _fault(error: Any, places: Mapping[int, SchemaPath]) -> ValueFault:
    around = places.get(id(error.schema))
    return ValueFault(
        _kind(error, places),
        error.message,
        error.instance,
        list(error.absolute_path),
        # A schema that is `false` is no object of its own.
        list(error.absolute_schema_path if around is None else (*around, error.validator)),
    )


def _kind(error: Any, places: Mapping[int, SchemaPath]) -> ErrorKind:
    name = _NAMES.get(error.validator) or str(error.validator)
    value = error.validator_value
    match error.validator:
        case "required":
            found = next(one for one in value if error.message.startswith(f"{one!r} is"))
            return ErrorKind(name, property=found)
        case "dependentRequired":
            lists = (one for names in value.values() for one in names)
            found = next(one for one in lists if error.message.startswith(f"{one!r} is"))
            return ErrorKind(name, property=found)
        case "type":
            return ErrorKind(name, types=value if isinstance(value, list) else [value])
        case "enum":
            return ErrorKind(name, options=value)
        case "pattern" | "format":
            return ErrorKind(name, **{name: value})
        case keyword if keyword in OTHER_MEMBERS:
            names = [one for one in error.instance if repr(one) in error.message]
            return ErrorKind(name, unexpected=names)
        case keyword if keyword in CHOICES:
            branches: list[list[ValueFault]] = [[] for _ in value]
            for one in error.context:
                branches[one.relative_schema_path[0]].append(_fault(one, places))
            return ErrorKind(name, context=branches)
        case _:
            return ErrorKind(name)


def _places(node: Value, path: SchemaPath = ()) -> Iterator[tuple[int, SchemaPath]]:
    """Where each object of a schema stands: errors are of them, also behind references."""
    if isinstance(node, dict):
        yield id(node), path
        for key, one in node.items():
            yield from _places(one, (*path, key))
    elif isinstance(node, list):
        for at, one in enumerate(node):
            yield from _places(one, (*path, at))
