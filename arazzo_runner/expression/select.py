"""Selector Objects: JSON Pointer, JSONPath or XPath applied to a value.

Arazzo 1.1.0, "Selector Object". The languages' libraries load when a document uses them.
"""

from __future__ import annotations

from typing import Any, TypeAlias, assert_never

from arazzo_runner.expression.ast import SelectorType
from arazzo_runner.expression.pointer import array_index, at_pointer
from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.expression.query.regex import regex_part
from arazzo_runner.expression.value import MISSING, MaybeValue, Value, describe, json_type, to_text

__all__ = ["JsonLocation", "QueryError", "locations", "pointer_tokens", "select"]

JsonLocation: TypeAlias = tuple[str | int, ...]
"""Where a value is inside another: member names and indexes."""


def select(selector_type: SelectorType, text: str, value: MaybeValue, seconds: float) -> MaybeValue:
    """What a selector yields from a value.

    A JSON Pointer and a singular JSONPath (RFC 9535, section 2.3.5.1) give a value or MISSING, any
    other JSONPath a list, of whatever length: the shape follows from the query, not from the data.
    An XPath gives what its sequence is: MISSING, one value, or a list of several; an array of XPath
    3.1 (``array { //id }``) is a list of whatever length. A node is its string value. Of the first
    match of a regular expression it is the first group, or all of it without one. Raises
    :class:`QueryError`: the selector is invalid, it does not fit the value, or it takes more than
    ``seconds``.
    """
    if value is MISSING:
        return MISSING
    match selector_type.language:
        case "jsonpointer":
            return at_pointer(value, pointer_tokens(text))
        case "jsonpath":
            return _select_jsonpath(selector_type.version, text, value, seconds)
        case "xpath":
            return _xpath(selector_type.version, text, value, seconds)
        case "regex":
            return regex_part(text, to_text(value), seconds)
        case _:
            assert_never(selector_type.language)


def locations(
    selector_type: SelectorType, text: str, value: Value, seconds: float = 1.0
) -> list[JsonLocation]:
    """The places inside a JSON value that a selector names, for a replacement.

    A JSONPath names the nodes it selects. A JSON Pointer names one place, which need not exist
    (``-`` stays as it is), if the place that would hold it exists. Raises :class:`QueryError`,
    also for XPath, which has no such places.
    """
    match selector_type.language:
        case "jsonpointer":
            return _pointer_location(pointer_tokens(text), value)
        case "jsonpath":
            return [at for at, _ in _nodes(selector_type.version, text, value, seconds)]
        case "xpath":
            raise QueryError(f"XPath needs XML; the value is {describe(value)}")
        case "regex":
            raise QueryError("a regular expression names no place in a value")
        case _:
            assert_never(selector_type.language)


def pointer_tokens(text: str) -> tuple[str, ...]:
    """The unescaped tokens of a JSON Pointer (RFC 6901). Raises :class:`QueryError`."""
    from jsonpointer import JsonPointer, JsonPointerException

    try:
        return tuple(JsonPointer(text.removeprefix("#")).parts)
    except JsonPointerException as problem:
        raise QueryError(f"`{text}` is not a JSON Pointer: {problem}") from None


def _xpath(version: str, text: str, value: Value, seconds: float) -> MaybeValue:
    from arazzo_runner.expression.query.xpath import unwrap_sequence, xpath_values

    return unwrap_sequence(xpath_values(xml_text(value), text, version, seconds), MISSING)


def xml_text(value: Value) -> str | bytes:
    """The value as XML text. Raises :class:`QueryError` when it is anything else."""
    if isinstance(value, str | bytes):
        return value
    raise QueryError(f"XPath needs XML; the value is of type {json_type(value)}")


def _select_jsonpath(version: str, text: str, value: Value, seconds: float) -> MaybeValue:
    from arazzo_runner.expression.query.jsonpath import is_singular

    found = [one for _, one in _nodes(version, text, value, seconds)]
    if not is_singular(text, version):
        return found
    return found[0] if found else MISSING


def _nodes(version: str, text: str, value: Value, seconds: float) -> list[tuple[JsonLocation, Any]]:
    from arazzo_runner.expression.query.jsonpath import jsonpath_nodes

    if isinstance(value, bytes):
        raise QueryError(f"JSONPath needs JSON; the value is {describe(value)}")
    return jsonpath_nodes(text, value, seconds, version)


def _pointer_location(tokens: tuple[str, ...], value: Value) -> list[JsonLocation]:
    location: list[str | int] = []
    for token in tokens:
        if isinstance(value, list):
            index = array_index(token)
            location.append(token if index is None else index)
        elif isinstance(value, dict):
            location.append(token)
        else:
            return []
        value = at_pointer(value, (token,))
    return [tuple(location)]
