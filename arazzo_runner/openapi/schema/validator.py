"""Values checked against a compiled schema, numbers that keep their spelling among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any, Final

from arazzo_runner.expression.value import Value, value_size
from arazzo_runner.openapi.schema.cost import (
    check_work,
    has_few_errors,
    names_to_match,
    widest,
)
from arazzo_runner.openapi.schema.patterns import (
    NO_PATTERNS,
    BacktrackingPatterns,
    backtracking_patterns,
    check_names,
    pattern_keyword,
    unbroken,
)
from arazzo_runner.text.json_write import has_spellings, plain_length
from arazzo_runner.text.number import JsonNumber

_LONGEST: Final = 1_000
_LARGEST: Final = 10_000
"""Beyond so many digits, or such an exponent, a number is judged as the nearest one within."""


_SMALL: Final = 16 * 2**10
"""The bytes of JSON up to which no schema is too much work."""
_LARGE: Final = 2 * 2**20
"""The bytes of a value from which on not all errors are looked for, as :func:`value_size` has them.

Fifty thousand numbers take as much."""


class Validator:
    """A compiled schema; it knows the number types of Python alone."""

    __slots__ = ("_compiled", "_patterns", "_schema", "_wide")

    def __init__(
        self, schema: Value, compiled: Any, patterns: BacktrackingPatterns = NO_PATTERNS
    ) -> None:
        self._schema = schema
        self._compiled = compiled
        self._patterns = patterns
        self._wide: int | None = None

    @property
    def may_take_long(self) -> bool:
        """Whether a small value may keep it at work for seconds."""
        return self._patterns is not NO_PATTERNS

    def is_valid(self, value: Value) -> bool:
        """Whether a value fits; raises ValueError for one that is no JSON, or too much work."""
        length = plain_length(value)
        if length is None or length > _SMALL:
            self._wide = widest(self._schema) if self._wide is None else self._wide
            check_work(value, self._schema, self._wide)
        plain = _converted(value) if length is None else value
        if self._patterns is NO_PATTERNS:
            return bool(self._compiled.is_valid(plain))
        self._check_names(value)
        return bool(unbroken(lambda: self._compiled.is_valid(plain)))

    def iter_errors(self, value: Value) -> Iterator[Any]:
        """What is wrong with a value, in the words of jsonschema-rs; the first of too many."""
        return iter(self.first_errors(value)[0])

    def first_errors(self, value: Value) -> tuple[list[Any], bool]:
        """What is wrong with a value, and whether that is all.

        jsonschema-rs makes all errors at once, each with a copy of what is wrong: those of a
        million items would take seconds and gigabytes. Of such a value it is the first one.
        """
        plain = python_numbers(value)
        is_small = value_size(value, _LARGE) <= _LARGE and has_few_errors(value, self._schema)
        find = self._all_errors if is_small else self._first_error
        if self._patterns is NO_PATTERNS:
            return find(plain)
        self._check_names(value)
        return unbroken(lambda: find(plain))

    def _all_errors(self, plain: Value) -> tuple[list[Any], bool]:
        return list(self._compiled.iter_errors(plain)), True

    def _first_error(self, plain: Value) -> tuple[list[Any], bool]:
        try:
            self._compiled.validate(plain)
        except ValueError as first:
            return [first], False
        return [], True

    def _check_names(self, value: Value) -> None:
        if self._patterns.of_names:
            check_names(names_to_match(value, self._schema, self._patterns.of_names))


def compile_validator(schema: Value, backtracks: int, formats: Iterable[str] = ()) -> Validator:
    """The validator of a schema; parameters and errors as in :func:`compile_schema`."""
    plain = python_numbers(schema)
    return Validator(schema, *_compile(plain, backtracks, formats))


def compile_schema(schema: Value, backtracks: int, formats: Iterable[str] = ()) -> Any:
    """A schema compiled by jsonschema-rs, or by jsonschema where that is not installed.

    A string is matched with a pattern in ``backtracks`` steps at the most. ``formats`` are judged:
    all that jsonschema-rs knows, where there is one. Raises ValueError.
    """
    return _compile(schema, backtracks, formats)[0]


def _compile(
    schema: Value, backtracks: int, formats: Iterable[str]
) -> tuple[Any, BacktrackingPatterns]:
    try:
        import jsonschema_rs
    except ImportError:
        from arazzo_runner.openapi.schema.fallback import PythonValidator, warn_of_fallback

        warn_of_fallback()
        return PythonValidator(schema, formats), NO_PATTERNS
    patterns = backtracking_patterns(schema)
    own = pattern_keyword(patterns.of_strings, backtracks) if patterns.of_strings else None
    compiled = jsonschema_rs.Draft202012Validator(
        schema,
        validate_formats=bool(formats),
        pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=backtracks),
        keywords={"pattern": own} if own else None,
        offline=True,
    )
    return compiled, patterns


def python_numbers(value: Value) -> Value:
    """A value with decimals in place of numbers that keep their spelling; itself without any."""
    return _converted(value) if has_spellings(value) else value


def _converted(value: Value) -> Value:
    match value:
        case JsonNumber():
            return _decimal(value)
        case dict():
            return dict(zip(value, map(_converted, value.values()), strict=True))
        case list():
            return list(map(_converted, value))
        case _:
            return value


def _decimal(number: JsonNumber) -> Value:
    from decimal import Decimal, InvalidOperation

    if len(number.spelling) <= _LONGEST:
        try:
            exact = Decimal(number.spelling)
        except InvalidOperation:  # an exponent of more than 18 digits
            exact = Decimal(f"1E{_LARGEST + 1}")
        if abs(exact.adjusted()) <= _LARGEST:
            return exact
    return (
        float(number) if isfinite(number) else Decimal(f"1E{_LARGEST}").copy_sign(Decimal(number))
    )
