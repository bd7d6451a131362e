"""``application/x-www-form-urlencoded``, in bodies and as a whole query string.

OpenAPI Specification 3.2.0, sections "Encoding Object" and "Encoding the
`x-www-form-urlencoded` Media Type"; WHATWG URL, section 5.2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final
from urllib.parse import quote_plus

from arazzo_runner.expression.value import MISSING, Value, describe
from arazzo_runner.http_semantics.media_type import is_json
from arazzo_runner.openapi.model import Encoding, MediaType
from arazzo_runner.openapi.request.encoding import (
    EXPANSIONS,
    RequestRefused,
    deep_object,
    expand_value,
    json_text,
    percent_encode,
    percent_encode_reserved,
    value_text,
)

# How Arazzo data says what a file is called, and what it is.
_FILE_PART: Final = frozenset({"content", "filename", "contentType"})


def encode_pairs(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Names and values as a form body; values of one name stand side by side as given."""
    return "&".join(f"{_plus_encode(name)}={_plus_encode(value)}" for name, value in pairs).encode(
        "ascii"
    )


def encode_form(payload: Value, media: MediaType | None) -> str:
    """An object as a form, property by property by its Encoding Object.

    Without one, arrays repeat the name and objects are JSON; null is left out. A string is
    taken for a form that is already encoded. Raises RequestRefused for any other value.
    """
    if isinstance(payload, str):
        return payload
    if not isinstance(payload, dict):
        raise RequestRefused(f"a form is written from an object, not from {describe(payload)}")
    encodings = media.encoding if media else {}
    pieces = (_field(name, one, encodings.get(name)) for name, one in payload.items())
    return "&".join(piece for piece in pieces if piece is not None)


def has_style(encoding: Encoding | None) -> bool:
    """Whether an Encoding Object asks for a style; then its content type is ignored."""
    return encoding is not None and (
        encoding.style is not None or encoding.explode is not None or encoding.allow_reserved
    )


def is_file_part(names: Collection[str]) -> bool:
    """Whether an object with these members is a file with its name or type, not data."""
    return "content" in names and len(names) > 1 and _FILE_PART.issuperset(names)


def items_of(value: Value) -> list[Value]:
    """The values that one property of a form has: each item of an array, without nulls."""
    items = value if isinstance(value, list) else [value]
    return [one for one in items if one is not None and one is not MISSING]


def part_text(value: Value, content_type: str | None) -> str:
    """One value of a form field as text: JSON where its content type says so, or it is nested."""
    return json_text(value) if content_type and is_json(content_type) else value_text(value)


def _field(name: str, value: Value, encoding: Encoding | None) -> str | None:
    if encoding is not None and has_style(encoding):
        return _styled_field(name, value, encoding)
    content_type = encoding.content_type if encoding else None
    return "&".join(_typed_values(name, items_of(value), content_type)) or None


def _typed_values(name: str, items: list[Value], content_type: str | None) -> Iterator[str]:
    for item in items:
        yield f"{_plus_encode(name)}={_plus_encode(part_text(item, content_type))}"


def _styled_field(name: str, value: Value, encoding: Encoding) -> str | None:
    """A property written like a query parameter of the same style."""
    encode = percent_encode_reserved if encoding.allow_reserved else percent_encode
    style = encoding.style or "form"
    if style == "deepObject" and isinstance(value, dict):
        return deep_object(percent_encode(name), value, encode)
    explode = style == "form" if encoding.explode is None else encoding.explode
    return expand_value(percent_encode(name), value, EXPANSIONS[style, explode], encode)


def _plus_encode(text: str) -> str:
    # The form of WHATWG keeps no tilde, which is unreserved in RFC 3986.
    try:
        return quote_plus(text).replace("~", "%7E")
    except UnicodeEncodeError as reason:
        raise RequestRefused("text with half a surrogate pair cannot be sent in a form") from reason
