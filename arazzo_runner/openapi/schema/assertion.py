"""What a response is held to beyond validation: formats, and members that are only written.

JSON Schema 2020-12 validation, section 7.2.2 ("Format-Assertion Vocabulary") and 9.4; OpenAPI
Specification 3.0.4, sections "Data Types" and "Schema Object" (`writeOnly`); OpenAPI Format
Registry.
"""

from __future__ import annotations

from typing import Any, Final

from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.schema.standalone import standalone_parts
from arazzo_runner.openapi.schema.walk import (
    APPLICATORS,
    Relation,
    definitions_of,
    with_definitions,
)

RANGES: Final = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
}
"""The least and the greatest number of a format."""

FORMATS: Final = (
    *("date", "date-time", "duration", "email", "hostname", "idn-email", "idn-hostname"),
    *("ipv4", "ipv6", "iri", "iri-reference", "json-pointer", "regex", "relative-json-pointer"),
    *("time", "uri", "uri-reference", "uri-template", "uuid"),
)
"""The formats of strings that are judged (validation, section 7.3), as far as they can be."""

# What these hold is about other values than the response's, or must not be true of it; and
# definitions are judged by themselves.
_UNJUDGED: Final = {Relation.NEGATION, Relation.CONDITION, Relation.DEFINITION}


def response_schema(schema: Value) -> Value:
    """A standalone schema that also refuses what formats and ``writeOnly`` exclude.

    Integers have the range of their format, and properties that are only written are ``false``.
    Each part keeps its path.
    """
    if not isinstance(schema, dict):
        return schema
    definitions = {
        name: _strict_schema(one, schema) for name, one in definitions_of(schema).items()
    }
    return with_definitions(_strict_schema(schema, schema), definitions)


def is_write_only(node: Value, root: Value) -> bool:
    """Whether a property of a standalone schema is flagged, by what it refers to as well."""
    return any(one.get("writeOnly") is True for one in standalone_parts(node, root))


def _strict_schema(node: Value, root: Value) -> Any:
    if not isinstance(node, dict):
        return node
    judged = {key: _strict_member(key, value, root) for key, value in node.items()}
    if isinstance(node.get("format"), str) and node["format"] in RANGES:
        least, greatest = RANGES[node["format"]]
        judged.setdefault("minimum", least)
        judged.setdefault("maximum", greatest)
    return judged


def _strict_member(key: str, value: Value, root: Value) -> Value:
    if key not in APPLICATORS or APPLICATORS[key].relation in _UNJUDGED:
        return value
    if isinstance(value, list):
        return [_strict_schema(one, root) for one in value]
    if not isinstance(value, dict) or APPLICATORS[key].form != "map":
        return _strict_schema(value, root)
    if APPLICATORS[key].relation is not Relation.MEMBER:
        return {name: _strict_schema(one, root) for name, one in value.items()}
    return {
        name: False if is_write_only(one, root) else _strict_schema(one, root)
        for name, one in value.items()
    }
