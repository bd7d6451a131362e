"""The body of a request as a value, by its media type."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, unquote_plus

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.mock.example import type_of_schema
from arazzo_runner.mock.flatten import flatten
from arazzo_runner.mock.parameters import (
    Pairs,
    RequestParts,
    decode_parameter,
    parse_query,
    parse_typed,
)
from arazzo_runner.openapi.media_type import FORM, MULTIPART, essence, is_json
from arazzo_runner.openapi.model import Encoding, MediaType, Parameter

if TYPE_CHECKING:
    from email.message import MIMEPart


def read_body(body: bytes, content_type: str, schema: Value, media: MediaType) -> MaybeValue:
    """The value of a body; MISSING for one that only its bytes describe (XML, images).

    Raises ValueError where the body is not what its content type claims.
    """
    name = essence(content_type)
    if is_json(name):
        return json.loads(body)
    if name == FORM:
        return _fields(parse_query(body.decode("ascii")), schema, media)
    if name == MULTIPART:
        return _fields(_multipart(body, content_type), schema, media)
    return body.decode() if name == "text/plain" else MISSING


def _fields(pairs: Pairs, schema: Value, media: MediaType) -> dict[str, Value]:
    """The members that a form spells; Encoding Objects tell how."""
    properties = flatten(schema, schema, (), 0).schema.get("properties", {})
    fields: dict[str, Value] = {}
    for name in dict.fromkeys((*properties, *(name for name, _ in pairs))):
        read = _reader(media.encoding.get(name))
        value = read(name, properties.get(name, True), schema, pairs, media)
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
    return json.loads(texts[0]) if texts else MISSING


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
        raise ValueError("it has no parts")
    return tuple(_part(one) for one in message.iter_parts())


def _part(message: MIMEPart) -> tuple[str, str]:
    name = message.get_param("name", header="content-disposition")
    payload = message.get_payload(decode=True)
    text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    # A part without a name stands under an empty one, which no schema has.
    return str(name or ""), quote_plus(text)
