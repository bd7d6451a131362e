"""The header fields of an answer: within the limits, and as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from arazzo_runner.expression.scope import Headers, header_value
from arazzo_runner.worlds import failures
from arazzo_runner.worlds.limits import HttpSettings
from arazzo_runner.worlds.origin import Origin

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]


def check_headers(
    origin: Origin, fields: RawHeaders, settings: HttpSettings, size: int | None = None
) -> None:
    """Refuse a header beyond the limits; ``size`` is what it took on the wire, where known."""
    if size is None:
        # As HTTP/1.1 would write it: `name: value` and the line's end.
        size = sum(len(name) + len(value) + 4 for name, value in fields)
    if size > settings.max_header_bytes:
        raise failures.header_size_error(origin, settings.max_header_bytes)
    if len(fields) > settings.max_headers:
        raise failures.header_count_error(origin, len(fields), settings.max_headers)


def content_length(method: str, status: int, headers: Headers) -> int | None:
    """The Content-Length of a response that has a body.

    A HEAD, 204 or 304 has none, whatever it says (RFC 9112, section 6.3).
    """
    if method == "HEAD" or status in {204, 304}:
        return None
    length = header_value(headers, "content-length") or ""
    return int(length) if length.isascii() and length.isdecimal() else None


def decode_headers(fields: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Names as they were written, values as text."""
    return tuple((name.decode("ascii"), decode_value(value)) for name, value in fields)


def decode_value(value: bytes) -> str:
    """A field value: UTF-8 where it is that, otherwise Latin-1 (RFC 9110, section 5.5)."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
