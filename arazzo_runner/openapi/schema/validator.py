"""Values checked against a compiled schema, numbers that keep their spelling among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, TypeVar

from arazzo_runner.expression.value import Value, value_size
from arazzo_runner.openapi.schema.cost import (
    check_work,
    has_few_errors,
    names_to_match,
    widest,
)
from arazzo_runner.openapi.schema.walk import Relation, subschemas
from arazzo_runner.text.json_write import has_spellings, plain_length
from arazzo_runner.text.number import JsonNumber
from arazzo_runner.text.pattern import lazy_pattern

if TYPE_CHECKING:
    from arazzo_runner.openapi.schema.patterns import BacktrackingPatterns

_LONGEST: Final = 1_000
_LARGEST: Final = 10_000
"""Beyond so many digits, or such an exponent, a number is judged as the nearest one within."""


_SMALL: Final = 16 * 2**10
"""The bytes of JSON up to which no schema is too much work."""
_LARGE: Final = 2 * 2**20
"""The bytes of a value from which on not all errors are looked for, as :func:`value_size` has them.

Fifty thousand numbers take as much."""


# What only a pattern that backtracks has, and some others too.
_SUSPICIOUS: Final = lazy_pattern(r"\(\?[^:]|\\[1-9kKGZz]")

T = TypeVar("T")


class Validator:
    """A compiled schema; it knows the number types of Python alone."""

    __slots__ = ("_compiled", "_patterns", "_schema", "_wide")

    def __init__(
        self, schema: Value, compiled: Any, patterns: BacktrackingPatterns | None = None
    ) -> None:
        self._schema = schema
        self._compiled = compiled
        self._patterns = patterns
        self._wide: int | None = None

    @property
    def may_take_long(self) -> bool:
        """Whether a small value may keep it at work for seconds."""
        return self._patterns is not None

    def is_valid(self, value: Value) -> bool:
        """Whether a value fits; raises ValueError for one that is no JSON, or too much work."""
        length = plain_length(value)
        if length is None or length > _SMALL:
            self._wide = widest(self._schema) if self._wide is None else self._wide
            check_work(value, self._schema, self._wide)
        plain = _converted(value) if length is None else value
        if self._patterns is None:
            return bool(self._compiled.is_valid(plain))
        return bool(self._unbroken(self._patterns, value, lambda: self._compiled.is_valid(plain)))

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
        if self._patterns is None:
            return find(plain)
        return self._unbroken(self._patterns, value, lambda: find(plain))

    def _all_errors(self, plain: Value) -> tuple[list[Any], bool]:
        return list(self._compiled.iter_errors(plain)), True

    def _first_error(self, plain: Value) -> tuple[list[Any], bool]:
        try:
            self._compiled.validate(plain)
        except ValueError as first:
            return [first], False
        return [], True

    def _unbroken(self, patterns: BacktrackingPatterns, value: Value, judge: Callable[[], T]) -> T:
        from arazzo_runner.openapi.schema.patterns import check_names, unbroken

        if patterns.of_names:
            check_names(names_to_match(value, self._schema, patterns.of_names))
        return unbroken(judge)


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
) -> tuple[Any, BacktrackingPatterns | None]:
    try:
        import jsonschema_rs
    except ImportError:
        from arazzo_runner.openapi.schema.fallback import PythonValidator, warn_of_fallback

        warn_of_fallback()
        return PythonValidator(schema, formats), None
    patterns, own = None, None
    if _may_backtrack(schema):
        from arazzo_runner.openapi.schema.patterns import backtracking_patterns, pattern_keyword

        patterns = backtracking_patterns(schema)
        if patterns and patterns.of_strings:
            own = {"pattern": pattern_keyword(patterns.of_strings, backtracks)}
    compiled = jsonschema_rs.Draft202012Validator(
        schema,
        validate_formats=bool(formats),
        pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=backtracks),
        keywords=own,
        offline=True,
    )
    return compiled, patterns


def _may_backtrack(schema: Value) -> bool:
    """Whether anything in a schema looks like a pattern that backtracks."""
    todo: list[Any] = [schema] if isinstance(schema, dict) else []
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            named = (str(one.path[1]) for one in subschemas(node, Relation.PATTERN))
            stated = (node.get("pattern"), *named)
            if any(isinstance(one, str) and _SUSPICIOUS.search(one) for one in stated):
                return True
        inner = node.values() if isinstance(node, dict) else node
        todo += [one for one in inner if isinstance(one, dict | list)]
    return False


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
