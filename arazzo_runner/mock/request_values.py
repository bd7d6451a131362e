"""The parameters and the body of a request as values, read by the description.

OpenAPI Specification 3.2.0, Parameter Object, "Style Values" and "Style Examples"; what is read
here is what ``openapi/request/parameters.py`` writes, though written apart from it: it is its
judge. A body is read by its media type.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias, assert_never
from urllib.parse import quote_plus, unquote, unquote_plus

from msgspec import Struct

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.http_semantics.media_type import FORM, MULTIPART, essence, is_json, parameter_of
from arazzo_runner.mock.generate.flatten import (
    FlatSchema,
    flatten,
    schema_part,
)
from arazzo_runner.mock.generate.validators import (
    part_schema,
    validator_of,
)
from arazzo_runner.mock.generate.value import type_of_schema
from arazzo_runner.openapi.model import Encoding, MediaType, Parameter
from arazzo_runner.openapi.schema.walk import properties_of
from arazzo_runner.text.number import parse_number

if TYPE_CHECKING:
    from email.message import MIMEPart

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
    flat = _flat(schema, root).schema
    raw = _raw(parameter, type_of_schema(flat), tuple(properties_of(flat)), parts, text)
    return MISSING if raw is None else parse_typed(raw, schema, root)


def _content(media_type: str, text: str) -> Value:
    return json.loads(text, parse_float=parse_number) if is_json(media_type) else text


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
            flat = _flat(schema, root).schema
            return [
                parse_typed(item, part_schema(flat, index), root) for index, item in enumerate(raw)
            ]
        case _:
            flat = _flat(schema, root).schema
            return {
                name: parse_typed(value, part_schema(flat, name), root)
                for name, value in raw.items()
            }


def _typed_scalar(text: str, schema: Value, root: Value) -> Value:
    """The text, or what it is in JSON where the schema wants no text."""
    flat = _flat(schema, root)
    if type_of_schema(flat.schema) == "string" and not flat.hard:
        return text
    try:
        other = json.loads(text, parse_float=parse_number)
    except ValueError:
        return text
    return text if flat.hard and validator_of(schema_part(schema, root))(text) else other


_FLATS: Final[dict[tuple[int, int], tuple[Value, Value, FlatSchema]]] = {}
_MOST_FLATS: Final = 2_048


def _flat(schema: Value, root: Value) -> FlatSchema:
    """The flat form of a part of ``root``, known by identity: all requests have the same schemas.

    Both are held, so that their identities stay theirs. Raises NoExample as :func:`flatten` does.
    """
    key = (id(schema), id(root))
    known = _FLATS.get(key)
    if known is None:
        if len(_FLATS) >= _MOST_FLATS:
            _FLATS.clear()
        known = _FLATS[key] = (schema, root, flatten(schema, root, (), 0))
    return known[2]


def read_body(body: bytes, content_type: str, schema: Value, media: MediaType) -> MaybeValue:
    """The value of a body; MISSING for one that only its bytes describe (XML, images).

    Raises ValueError where the body is not what its content type claims.
    """
    name = essence(content_type)
    if is_json(name):
        return json.loads(body, parse_float=parse_number)
    if name == FORM:
        return _fields(parse_query(body.decode("ascii")), schema, media)
    if name == MULTIPART:
        return _fields(_multipart(body, content_type), schema, media)
    return body.decode() if name == "text/plain" else MISSING


def _fields(pairs: Pairs, schema: Value, media: MediaType) -> dict[str, Value]:
    """The members that a form spells; Encoding Objects tell how."""
    flat = flatten(schema, schema, (), 0).schema
    fields: dict[str, Value] = {}
    for name in dict.fromkeys((*properties_of(flat), *(name for name, _ in pairs))):
        read = _reader(media.encoding.get(name))
        value = read(name, part_schema(flat, name), schema, pairs, media)
        if value is not MISSING:
            fields[name] = value
    return {name: value for name, value in fields.items() if not _is_piece(name, fields)}


BodyReader = Callable[[str, Value, Value, Pairs, MediaType], MaybeValue]


def _reader(encoding: Encoding | None) -> BodyReader:
    if encoding is not None and (encoding.style or encoding.explode is not None):
        return _styled_field
    if encoding is not None and encoding.content_type and is_json(encoding.content_type):
        return _as_json
    return _repeated_field


def _is_piece(name: str, fields: dict[str, Value]) -> bool:
    """Whether a field is a piece of a deep object: `filter[a]` of `filter`."""
    start, bracket, _ = name.partition("[")
    return bool(bracket) and start in fields


def _repeated_field(
    name: str, field: Value, root: Value, pairs: Pairs, _media: MediaType
) -> MaybeValue:
    """A field once, or several times for an array; an object is a JSON text."""
    texts = [unquote_plus(value) for other, value in pairs if other == name]
    if not texts:
        return MISSING
    repeated = len(texts) > 1 or type_of_schema(flatten(field, root, (), 0).schema) == "array"
    return parse_typed(texts if repeated else texts[0], field, root)


def _as_json(name: str, _field: Value, _root: Value, pairs: Pairs, _media: MediaType) -> MaybeValue:
    texts = [unquote_plus(value) for other, value in pairs if other == name]
    return json.loads(texts[0], parse_float=parse_number) if texts else MISSING


def _styled_field(
    name: str, field: Value, root: Value, pairs: Pairs, media: MediaType
) -> MaybeValue:
    """A field that is written as a query parameter would be."""
    encoding = media.encoding[name]
    style = encoding.style or "form"
    explode = style == "form" if encoding.explode is None else encoding.explode
    place = media.place.at("encoding", name)
    parameter = Parameter(
        name=name, location="query", required=False, style=style, explode=explode, place=place
    )
    return decode_parameter(parameter, field, root, RequestParts({}, pairs, "", ()))


def _multipart(body: bytes, content_type: str) -> Pairs:
    from email import message_from_bytes
    from email.message import EmailMessage
    from email.policy import HTTP

    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = message_from_bytes(head + body, EmailMessage, policy=HTTP)
    if not message.is_multipart():
        boundary = parameter_of(content_type, "boundary") or ""
        if body.strip() == f"--{boundary}--".encode():
            return ()
        raise ValueError("it has no parts")
    return tuple(_part(one) for one in message.iter_parts())


def _part(message: MIMEPart) -> tuple[str, str]:
    name = message.get_param("name", header="content-disposition")
    payload = message.get_payload(decode=True)
    text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    # A part without a name stands under an empty one, which no schema has.
    return str(name or ""), quote_plus(text)
