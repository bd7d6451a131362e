"""Values as text in URLs, headers, cookies and JSON, and the error of a request that has none.

The expansions behind each ``style``: RFC 6570, section 3.2, with the styles that OpenAPI adds to it
(OpenAPI Specification 3.2.0, sections "Style Values" and "URL Percent-Encoding"; appendix C). JSON
text is compact, and refused where a value has no JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import isfinite
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.expression.value import MISSING, MaybeValue, Value, to_text
from arazzo_runner.http_semantics.media_type import parameter_of
from arazzo_runner.openapi.model import Style
from arazzo_runner.text.json_write import JsonStyle, write_json
from arazzo_runner.text.pattern import lazy_pattern


class RequestRefused(ValueError):
    """A request cannot be built from these values; nothing may be sent.

    ``parameter`` is the name of the parameter that is to blame, None when it is another part;
    ``hint`` is the way out, if there is one.
    """

    def __init__(self, message: str, parameter: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.parameter = parameter
        self.hint = hint


Encode: TypeAlias = Callable[[str], str]

_STRAY_PERCENT: Final = lazy_pattern(r"%(?![0-9A-Fa-f]{2})")
# RFC 3986, section 2.3.
_UNRESERVED: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
# RFC 3986, section 2.2, without `#`, `[` and `]`: they cannot stand in a query (section 3.4).
_RESERVED: Final = ":/?@!$&'()*+,;="
# RFC 3986, section 3.3: what of the reserved set may stand in a path segment.
_SEGMENT: Final = ":@!$&'()*+,;="


class Expansion(Struct, frozen=True):
    """One row of RFC 6570's table of operators.

    ``separator`` stands between exploded pieces, ``delimiter`` between those of one value;
    ``empty`` follows the name when the value is an empty string. Where ``explode``, each item or
    member is a piece of its own.
    """

    prefix: str
    separator: str
    delimiter: str
    named: bool
    empty: str = ""
    explode: bool = False


_FORM: Final = Expansion("", "&", ",", named=True, empty="=")
_STYLES: Final[dict[Style, Expansion]] = {
    "simple": Expansion("", ",", ",", named=False),
    "label": Expansion(".", ".", ",", named=False),
    "matrix": Expansion(";", ";", ",", named=True),
    "form": _FORM,
    # These have no exploded form of their own: it is that of `form`.
    "spaceDelimited": replace(_FORM, delimiter="%20"),
    "pipeDelimited": replace(_FORM, delimiter="%7C"),
    "tabDelimited": replace(_FORM, delimiter="%09"),
    "deepObject": _FORM,
    # Cookie pairs stand apart by a semicolon and a space (RFC 6265, section 4.2.1).
    "cookie": replace(_FORM, separator="; "),
}
EXPANSIONS: Final[dict[tuple[Style, bool], Expansion]] = {
    (style, explode): replace(how, explode=explode)
    for style, how in _STYLES.items()
    for explode in (False, True)
}


def expand_value(name: str, value: Value, how: Expansion, encode: Encode) -> str | None:
    """Write a value; None when it is undefined (RFC 6570, section 2.3): null, or nothing in it.

    ``name`` is already encoded; items and members that are null are left out; what is nested
    deeper is written as JSON, since the styles are silent about it.
    """
    if value is None:
        return None
    match value:
        case dict():
            pairs = [
                (encode(key), encode(value_text(one))) for key, one in _defined_items(value.items())
            ]
            if not pairs:
                return None
            if how.explode:
                return how.prefix + how.separator.join(f"{key}={one}" for key, one in pairs)
            joined = how.delimiter.join(piece for pair in pairs for piece in pair)
        case list():
            items = [encode(value_text(one)) for _, one in _defined_items(enumerate(value))]
            if not items:
                return None
            if how.explode:
                return how.prefix + how.separator.join(
                    _named_value(name, one, how) for one in items
                )
            joined = how.delimiter.join(items)
        case _:
            joined = encode(value_text(value))
    return how.prefix + _named_value(name, joined, how)


def deep_object(name: str, value: dict[str, Value], encode: Encode) -> str | None:
    """``color[R]=100&color[G]=200``, percent-encoded; None when there is nothing to write.

    The specification leaves nested values open: objects nest their brackets, arrays repeat the
    name, as the servers that read this style expect.
    """
    return "&".join(_deep_pairs(name, value, encode)) or None


def value_text(value: Value) -> str:
    """A value as text: a string as it stands, binary as base64, anything else as compact JSON.

    Raises RequestRefused for a number that JSON does not have.
    """
    if isinstance(value, str):
        return value
    if type(value) is float and not isfinite(value):
        raise RequestRefused(f"the number `{value}` cannot be sent: JSON has no such value")
    return to_text(value)


def percent_encode(text: str) -> str:
    """Percent-encode every byte that is not unreserved (RFC 3986, section 2.3)."""
    is_unreserved = text.isascii() and not text.encode().translate(None, _UNRESERVED)
    return text if is_unreserved else _quote(text, "")


def percent_encode_reserved(text: str) -> str:
    """Reserved expansion in a query (RFC 6570, section 3.2.3).

    Reserved characters and percent-encoded triples stay, those aside that a query cannot hold.
    """
    return _quote(_STRAY_PERCENT.sub("%25", text), _RESERVED + "%")


def percent_encode_segment(text: str) -> str:
    """Reserved expansion in a path, as far as the value stays within its segment.

    A `%` is encoded, also in a triple: `%2F` or `%2e%2e` would come out as a slash or dots.
    """
    return _quote(text, _SEGMENT)


def _quote(text: str, safe: str) -> str:
    try:
        return quote(text, safe=safe)
    except UnicodeEncodeError as reason:
        raise RequestRefused("text with half a surrogate pair cannot be sent in a URL") from reason


def _defined_items(members: Iterable[tuple[Any, MaybeValue]]) -> Iterator[tuple[Any, Value]]:
    return ((key, one) for key, one in members if one is not None and one is not MISSING)


def _named_value(name: str, text: str, how: Expansion) -> str:
    if not how.named:
        return text
    return f"{name}={text}" if text else name + how.empty


def _deep_pairs(prefix: str, value: dict[str, Value], encode: Encode) -> Iterator[str]:
    for key, one in _defined_items(value.items()):
        name = f"{prefix}%5B{encode(key)}%5D"
        if isinstance(one, dict):
            yield from _deep_pairs(name, one, encode)
        elif one != []:
            yield expand_value(name, one, EXPANSIONS["form", True], encode) or ""


# `allow_nan=False`: NaN and Infinity are not JSON (RFC 8259, section 6).
_UNICODE: Final = JsonStyle(allow_nan=False, compact=True)
_ASCII: Final = JsonStyle(ensure_ascii=True, allow_nan=False, compact=True)


def json_text(value: Value) -> str:
    """A value as compact JSON; raises RequestRefused for NaN, Infinity and binary in it."""
    return _encode(_UNICODE, value)


def ascii_json(value: Value) -> str:
    """A value as compact JSON in ASCII, for headers; raises RequestRefused like json_text."""
    return _encode(_ASCII, value)


def json_bytes(value: Value) -> bytes:
    """A value as JSON in UTF-8; raises RequestRefused like json_text."""
    text = json_text(value)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        # Half a surrogate pair has no UTF-8, but it has an escape.
        return ascii_json(value).encode("ascii")


def _encode(style: JsonStyle, value: Value) -> str:
    try:
        return write_json(value, style)
    except ValueError as reason:
        raise RequestRefused("a number that is not finite cannot be written as JSON") from reason
    except TypeError as reason:
        raise RequestRefused(
            "binary data cannot be written as JSON", hint="send it as base64 text, or as a file"
        ) from reason


def charset_bytes(text: str, content_type: str) -> bytes:
    """Text in the charset of its content type; raises RequestRefused where that cannot be."""
    charset = parameter_of(content_type, "charset") or "utf-8"
    try:
        return text.encode(charset)
    except LookupError as reason:
        raise RequestRefused(f"the charset `{charset}` is not known") from reason
    except UnicodeEncodeError as reason:
        raise RequestRefused(f"the text cannot be written in `{charset}`: {reason}") from reason
