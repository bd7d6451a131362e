"""Keywords of the package jsonschema whose patterns are matched within a time limit.

Its own use ``re``, which nothing can interrupt (docs/limits.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, cast

from arazzo_runner.expression.query.regex import regex_search

_SECONDS: Final = 1.0


def bounded_validator(kind: Any, has_patterns: Callable[[], bool]) -> Any:
    """A class of validators like another one, whose patterns end in time.

    A pattern that does not raises QueryError. ``has_patterns`` tells whether any schema may have
    `patternProperties`, which `unevaluatedProperties` would match by itself: it raises ValueError.
    """
    from jsonschema import validators

    bounded: Any = cast("Any", validators).extend(
        kind,
        {
            "pattern": _pattern,
            "patternProperties": _pattern_properties,
            "additionalProperties": _additional_properties(kind),
            "unevaluatedProperties": _unevaluated_properties(kind, has_patterns),
        },
    )
    bounded.FORMAT_CHECKER = kind.FORMAT_CHECKER
    return bounded


def _pattern(validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if validator.is_type(instance, "string") and not regex_search(pattern, instance, _SECONDS):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(
    validator: Any, patterns: dict[str, Any], instance: Any, _schema: Any
) -> Iterator[Any]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, schema in patterns.items():
        for name, value in instance.items():
            if regex_search(pattern, name, _SECONDS):
                yield from validator.descend(value, schema, path=name, schema_path=pattern)


def _additional_properties(kind: Any) -> Any:
    own = kind.VALIDATORS["additionalProperties"]

    def judge(validator: Any, extra: Any, instance: Any, schema: Any) -> Iterator[Any]:
        """The keyword as it is, of the properties that no pattern is about."""
        if not validator.is_type(instance, "object"):
            return
        patterns = schema.get("patternProperties", {})
        left = {
            name: value
            for name, value in instance.items()
            if not any(regex_search(one, name, _SECONDS) for one in patterns)
        }
        bare = {key: value for key, value in schema.items() if key != "patternProperties"}
        yield from own(validator, extra, left, bare)

    return judge


def _unevaluated_properties(kind: Any, has_patterns: Callable[[], bool]) -> Any:
    own = kind.VALIDATORS.get("unevaluatedProperties")

    def judge(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        """The keyword as it is, where there are no patterns."""
        if own is None or not validator.is_type(instance, "object"):
            return
        if has_patterns():
            raise ValueError("`unevaluatedProperties` and `patternProperties` go together")
        yield from own(validator, value, instance, schema)

    return judge
