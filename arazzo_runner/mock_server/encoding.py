"""The content encodings of requests (RFC 9110, section 8.4): gzip and deflate are undone."""

from __future__ import annotations

import zlib
from typing import Final

from msgspec import Struct

from arazzo_runner.http_semantics.headers import Headers, header_values

_FORMATS: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""The ``wbits`` of zlib; deflate is zlib's format (section 8.4.1.2)."""
_MOST: Final = 3


class UnknownEncodingError(ValueError):
    """An encoding that the server does not know, or too many of them."""


class BodySizeError(ValueError):
    """A body that is too large once it is decoded."""


class DecodedBody(Struct, frozen=True):
    """A body with the header fields that are left, those of the encoding aside."""

    headers: tuple[tuple[str, str], ...]
    body: bytes


def decode_body(headers: Headers, body: bytes, most: int) -> DecodedBody:
    """Undo the encodings of a body; ``most`` bytes may come out of each.

    Raises UnknownEncodingError, BodySizeError, and ValueError for what is not encoded like that.
    """
    names = _encodings(headers)
    if not names:
        return DecodedBody(tuple(headers), body)
    if len(names) > _MOST:
        raise UnknownEncodingError(
            f"the body has {len(names)} content encodings, {_MOST} are known"
        )
    for name in names:
        if name not in _FORMATS:
            raise UnknownEncodingError(
                f"the content encoding `{name}` is not known; send `gzip`, `deflate` or none"
            )
    for name in reversed(names):
        body = _decode_once(name, body, most)
    left = tuple(one for one in headers if one[0].lower() != "content-encoding")
    return DecodedBody(left, body)


def _encodings(headers: Headers) -> list[str]:
    listed = ",".join(header_values(headers, "Content-Encoding")).lower().split(",")
    return [one.strip() for one in listed if one.strip() not in {"", "identity"}]


def _decode_once(name: str, body: bytes, most: int) -> bytes:
    found = b""
    while True:
        decoder = zlib.decompressobj(_FORMATS[name])
        try:
            found += decoder.decompress(body, most + 1 - len(found))
        except zlib.error:
            raise ValueError(f"the body is not encoded as `{name}`") from None
        if len(found) > most:
            raise BodySizeError
        if not decoder.eof:
            raise ValueError(f"the body, encoded as `{name}`, ends in the middle")
        body = decoder.unused_data  # gzip may have several members (RFC 1952, section 2.2)
        if not body:
            return found
