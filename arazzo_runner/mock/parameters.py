"""The parameters of a request, taken out of it as the description says they were put in.

OpenAPI Specification 3.2.0, Parameter Object, "Style Values" and "Style Examples"; what is read
here is what ``operation/serialize.py`` writes, though written apart from it: it is its judge.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TypeAlias, assert_never
from urllib.parse import unquote, unquote_plus

from msgspec import Struct

from arazzo_runner.expression.scope import Headers, header_value
from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.mock.example import type_of_schema
from arazzo_runner.mock.flatten import flatten
from arazzo_runner.mock.judge import schema_part, validator_of
from arazzo_runner.openapi.model import Parameter

Pairs: TypeAlias = tuple[tuple[str, str], ...]
"""Names and values that are still percent-encoded."""
RawValue: TypeAlias = str | list[str] | dict[str, str]
"""A value as texts, by its structure."""

DELIMITERS = {
    "spaceDelimited": ("%20", "+"),
    "pipeDelimited": ("%7C", "%7c", "|"),
    "tabDelimited": ("%09",),
}


class RequestParts(Struct, frozen=True):
    """The parts of a request that hold parameters; path and query percent-encoded."""

    path: Mapping[str, str]
    query: Pairs
    query_text: str
    headers: Headers


def parse_query(text: str) -> Pairs:
    """The pairs of a query, their names decoded."""
    pieces = [piece.partition("=") for piece in text.split("&") if piece]
    return tuple((unquote_plus(name), value) for name, _, value in pieces)


def decode_parameter(
    parameter: Parameter, schema: Value, root: Value, parts: RequestParts
) -> MaybeValue:
    """The value of a parameter, typed by its schema, a part of ``root``; or MISSING.

    Raises ValueError where the text is not what its content type claims.
    """
    text = _single(parameter, parts)
    if parameter.media_type is not None:
        return MISSING if text is None else _content(parameter.media_type, unquote_plus(text))
    if parameter.location == "querystring":
        return {name: unquote_plus(value) for name, value in parts.query}
    flat = flatten(schema, root, (), 0).schema
    raw = _raw(parameter, type_of_schema(flat), tuple(flat.get("properties", ())), parts, text)
    return MISSING if raw is None else parse_typed(raw, schema, root)


def _content(media_type: str, text: str) -> Value:
    return json.loads(text) if "json" in media_type else text


def _single(parameter: Parameter, parts: RequestParts) -> str | None:
    """The encoded text of a parameter that is written in one piece."""
    match parameter.location:
        case "path":
            return parts.path.get(parameter.name)
        case "query":
            return next((value for name, value in parts.query if name == parameter.name), None)
        case "querystring":
            return parts.query_text or None
        case "header":
            return header_value(parts.headers, parameter.name)
        case "cookie":
            return dict(_cookies(parts.headers)).get(parameter.name)
        case _:
            assert_never(parameter.location)


def _cookies(headers: Headers) -> Pairs:
    fields = (header_value(headers, "Cookie") or "").split(";")
    pieces = [field.strip().partition("=") for field in fields if "=" in field]
    return tuple((name, value) for name, _, value in pieces)


def _raw(
    parameter: Parameter, shape: str, names: tuple[str, ...], parts: RequestParts, text: str | None
) -> RawValue | None:
    if shape not in ("array", "object"):
        return None if text is None else _scalar(parameter, text)
    if parameter.style in ("form", "deepObject", "cookie") and (
        parameter.explode or parameter.style == "deepObject"
    ):
        pairs = parts.query if parameter.location == "query" else _cookies(parts.headers)
        return _explode(parameter, shape, names, pairs)
    return None if text is None else _compose(parameter, shape, text)


def _scalar(parameter: Parameter, text: str) -> str:
    decode = _decoder(parameter)
    match parameter.style:
        case "label":
            return decode(text.removeprefix("."))
        case "matrix":
            return decode(text.removeprefix(f";{parameter.name}").removeprefix("="))
        case _:
            return decode(text)


def _decoder(parameter: Parameter) -> Callable[[str], str]:
    match parameter.location:
        case "query" | "querystring":
            return unquote_plus
        case "header":
            return lambda text: text.strip()
        case "path" | "cookie":
            return unquote
        case _:
            assert_never(parameter.location)


def _explode(
    parameter: Parameter, shape: str, names: tuple[str, ...], pairs: Pairs
) -> RawValue | None:
    """A value that is spread over several pairs."""
    if shape == "array":
        return [unquote_plus(value) for name, value in pairs if name == parameter.name] or None
    if parameter.style == "deepObject":
        start = f"{parameter.name}["
        members = {name[len(start) : -1]: value for name, value in pairs if name.startswith(start)}
    else:
        # The pairs of an exploded object bear the names of its members, not its own.
        members = {name: value for name, value in pairs if name in names}
    return {name: unquote_plus(value) for name, value in members.items()} or None


def _compose(parameter: Parameter, shape: str, text: str) -> RawValue:
    """A value whose items are written in one piece."""
    decode = _decoder(parameter)
    pieces = _pieces(parameter, text)
    if shape == "array":
        return [decode(piece) for piece in pieces]
    if parameter.explode:
        members = [piece.partition("=")[::2] for piece in pieces]
        return {decode(name): decode(value) for name, value in members}
    return {
        decode(name): decode(value) for name, value in zip(pieces[::2], pieces[1::2], strict=False)
    }


def _pieces(parameter: Parameter, text: str) -> list[str]:
    match parameter.style:
        case "label":
            return text.removeprefix(".").split("." if parameter.explode else ",")
        case "matrix" if parameter.explode:
            own = f"{parameter.name}="
            return [piece.removeprefix(own) for piece in text.removeprefix(";").split(";")]
        case "matrix":
            return text.removeprefix(f";{parameter.name}=").split(",")
        case style:
            return _split(text, DELIMITERS.get(style, (",",)))


def _split(text: str, delimiters: tuple[str, ...]) -> list[str]:
    first, *others = delimiters
    for other in others:
        text = text.replace(other, first)
    return text.split(first) if text else []


def parse_typed(raw: RawValue, schema: Value, root: Value) -> Value:
    """Texts as values of ``schema``, a part of ``root``; a text that fits nowhere stays a text."""
    match raw:
        case str():
            return _typed_scalar(raw, schema, root)
        case list():
            items = flatten(schema, root, (), 0).schema.get("items", True)
            return [parse_typed(item, items, root) for item in raw]
        case _:
            properties = flatten(schema, root, (), 0).schema.get("properties", {})
            return {
                name: parse_typed(value, properties.get(name, True), root)
                for name, value in raw.items()
            }


def _typed_scalar(text: str, schema: Value, root: Value) -> Value:
    """The text, or what it is in JSON where the schema wants no text."""
    flat = flatten(schema, root, (), 0)
    if type_of_schema(flat.schema) == "string" and not flat.hard:
        return text
    try:
        other = json.loads(text)
    except ValueError:
        return text
    return text if flat.hard and validator_of(schema_part(schema, root))(text) else other
