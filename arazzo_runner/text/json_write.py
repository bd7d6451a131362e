"""Data → JSON text, each number as it was spelled (see ``number.py``).

`json` writes every float by its own `repr`. So a value is looked through first, by msgspec, which
takes a tenth of the time that writing takes; only where a spelled number is found, it is written
here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from json.encoder import encode_basestring as _unicode
from json.encoder import encode_basestring_ascii as _ascii
from typing import Any, Final, NoReturn

import msgspec
from msgspec import Struct

from arazzo_runner.text.number import JsonNumber


class JsonStyle(Struct, frozen=True):
    """How JSON is written, in the words of ``json.dumps``."""

    indent: int | None = None
    ensure_ascii: bool = False
    allow_nan: bool = True
    sort_keys: bool = False
    compact: bool = False
    default: Callable[[Any], Any] | None = None

    def encoder(self) -> json.JSONEncoder:
        """What writes all but spelled numbers."""
        return json.JSONEncoder(
            indent=self.indent,
            ensure_ascii=self.ensure_ascii,
            allow_nan=self.allow_nan,
            sort_keys=self.sort_keys,
            separators=(",", ":") if self.compact else None,
            default=self.default,
        )


SPACED: Final = JsonStyle()
ASCII: Final = JsonStyle(ensure_ascii=True)
COMPACT: Final = JsonStyle(compact=True)
INDENTED: Final = JsonStyle(indent=2)


def write_json(value: Any, style: JsonStyle = SPACED) -> str:
    """A value as JSON text; raises ValueError and TypeError as ``json.dumps`` does."""
    if type(value) is str:  # most values are: an encoder takes longer to make than they to write
        return _ascii(value) if style.ensure_ascii else _unicode(value)
    encoder = style.encoder()
    if has_spellings(value):
        return "".join(_pieces(value, encoder, "\n"))
    return encoder.encode(value)


def json_pieces(value: Any, style: JsonStyle = SPACED) -> Iterator[str]:
    """JSON text piece by piece, for who needs its beginning only."""
    return _pieces(value, style.encoder(), "\n")


def has_spellings(value: Any) -> bool:
    """Whether a number with a spelling of its own is in a value; true also where it is unclear."""
    return plain_length(value) is None


def plain_length(value: Any) -> int | None:
    """The bytes of a value as JSON, 0 for one without members; None where it has spellings."""
    if isinstance(value, str | int | None):
        return 0
    try:
        return len(msgspec.json.encode(value, enc_hook=_stop))
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None  # or something that the encoder is to refuse


def _stop(value: object) -> NoReturn:
    raise TypeError(type(value))


def _pieces(value: Any, encoder: json.JSONEncoder, line: str) -> Iterator[str]:
    """The pieces of a value; ``line`` begins the lines on its level."""
    if isinstance(value, dict) and value:
        pairs = sorted(value.items()) if encoder.sort_keys else value.items()
        quoted = _ascii if encoder.ensure_ascii else _unicode
        members = ((quoted(key) + encoder.key_separator, one) for key, one in pairs)
        yield from _members("{", members, "}", encoder, line)
    elif isinstance(value, list) and value:
        yield from _members("[", (("", one) for one in value), "]", encoder, line)
    else:
        yield value.spelling if isinstance(value, JsonNumber) else encoder.encode(value)


def _members(
    opening: str,
    members: Iterator[tuple[str, Any]],
    closing: str,
    encoder: json.JSONEncoder,
    line: str,
) -> Iterator[str]:
    below = "" if encoder.indent is None else line + " " * int(encoder.indent)
    quoted = _ascii if encoder.ensure_ascii else _unicode
    separator, following = opening + below, encoder.item_separator + below
    for key, one in members:
        kind = type(one)
        if kind is str:  # most values are texts, integers and the like
            yield separator + key + quoted(one)
        elif kind is int or kind is JsonNumber:
            yield separator + key + str(one)
        else:
            yield separator + key
            yield from _pieces(one, encoder, below)
        separator = following
    yield closing if encoder.indent is None else line + closing
