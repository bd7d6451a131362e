"""Keywords of the package jsonschema whose patterns are matched within a time limit.

Its own use ``re``, which nothing can interrupt (docs/limits.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

from arazzo_runner.expression.query.limits import seconds_for_match
from arazzo_runner.expression.query.regex import regex_search
from arazzo_runner.openapi.schema.walk import Relation, member_schemas, subschemas

_REFERENCES: Final = frozenset({"$ref", "$dynamicRef"})


def bounded_validator(kind: Any) -> Any:
    """A class of validators like another one, whose patterns end in time, else raise QueryError."""
    from jsonschema.validators import extend

    own = {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties(kind),
        "unevaluatedProperties": _unevaluated_properties,
    }
    known = {name: judge for name, judge in own.items() if name in kind.VALIDATORS}
    bounded: Any = cast("Any", extend)(kind, known)
    bounded.FORMAT_CHECKER = kind.FORMAT_CHECKER
    return bounded


def _pattern(validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if validator.is_type(instance, "string") and not regex_search(
        pattern, instance, seconds_for_match()
    ):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(
    validator: Any, patterns: dict[str, Any], instance: Any, _schema: Any
) -> Iterator[Any]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, schema in patterns.items():
        for name, value in instance.items():
            if _is_match(pattern, name):
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
            if not any(_is_match(one, name) for one in patterns)
        }
        bare = {key: value for key, value in schema.items() if key != "patternProperties"}
        yield from own(validator, extra, left, bare)

    return judge


def _unevaluated_properties(
    validator: Any, rest: Any, instance: Any, schema: dict[str, Any]
) -> Iterator[Any]:
    """JSON Schema 2020-12, "A Vocabulary for Unevaluated Locations"."""
    from jsonschema.exceptions import ValidationError

    if not validator.is_type(instance, "object"):
        return
    beside = {key: one for key, one in schema.items() if key != "unevaluatedProperties"}
    known = set(_evaluated_names(validator, instance, beside))
    wrong = [
        name
        for name in instance
        if name not in known and not _is_valid(validator, instance[name], rest)
    ]
    if wrong:
        listed = ", ".join(map(repr, wrong))
        verb = "was" if len(wrong) == 1 else "were"
        yield ValidationError(
            f"Unevaluated properties are not allowed ({listed} {verb} unexpected)"
        )


def _evaluated_names(validator: Any, instance: dict[str, Any], schema: Any) -> Iterator[str]:
    """The members that a schema which fits says something of, be it by another one."""
    if not isinstance(schema, dict):
        return
    for name in instance:
        if any(True for _ in member_schemas(schema, name, _is_match)):
            yield name
    for judge, one in _schemas_in_place(validator, instance, schema):
        yield from _evaluated_names(judge, instance, one)


def _schemas_in_place(
    validator: Any, instance: dict[str, Any], schema: dict[str, Any]
) -> Iterator[tuple[Any, Any]]:
    """The schemas that are about the same value and that it fits, each with its validator."""
    for keyword in _REFERENCES & schema.keys():
        # jsonschema has no public way to follow a reference from a keyword.
        found = validator._resolver.lookup(schema[keyword])  # noqa: SLF001
        yield validator.evolve(schema=found.contents, _resolver=found.resolver), found.contents
    for one in subschemas(schema, Relation.ALL, Relation.CHOICE):
        if _is_valid(validator, instance, one.schema):
            yield validator, one.schema
    for one in subschemas(schema, Relation.DEPENDENT):
        if one.path[1] in instance:
            yield validator, one.schema
    if "if" in schema:
        is_met = _is_valid(validator, instance, schema["if"])
        branches = ("if", "then") if is_met else ("else",)
        yield from ((validator, schema[one]) for one in branches if one in schema)


def _is_match(pattern: str, name: str) -> bool:
    return regex_search(pattern, name, seconds_for_match())


def _is_valid(validator: Any, value: Any, schema: Any) -> bool:
    return next(validator.descend(value, schema), None) is None
