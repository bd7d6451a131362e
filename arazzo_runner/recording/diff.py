"""The difference between a request and the recorded one; a recorded ``***`` matches anything."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import parse_qsl

from msgspec import Struct

from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.http_semantics.media_type import FORM, essence, is_json, parameter_of
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.recording.body import parse_json
from arazzo_runner.report.secrets import MASK
from arazzo_runner.text.json_write import JsonStyle, write_json

IGNORED: Final = frozenset(
    {"accept-encoding", "baggage", "connection", "content-length", "host", "traceparent",
     "tracestate", "transfer-encoding", "user-agent"}
)  # fmt: skip
"""Header fields that say how a request travels, not what it asks for."""

MAX_LINES: Final = 40
_AROUND: Final = 3


class Difference(Struct, frozen=True):
    """Which part of a request differs, and how: ``- recorded`` and ``+ new`` lines, and others."""

    part: str
    lines: tuple[str, ...]


def differences(recorded: HttpRequest, request: HttpRequest) -> tuple[Difference, ...]:
    """All parts in which a request differs from the recorded one, in a fixed order."""
    found = [
        Difference("method", _changed_lines([recorded.method], [request.method])),
        Difference("url", _urls(recorded.url, request.url)),
        *_headers(recorded.headers, request.headers),
        Difference("body", _bodies(recorded, request)),
    ]
    return tuple(one for one in found if one.lines)


def is_match(recorded: str, text: str) -> bool:
    """Whether a text is the recorded one; ``***`` in that stands for any characters."""
    first, *others = recorded.split(MASK)
    if not others:
        return recorded == text
    *inner, last = others
    if not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in inner:
        found = text.find(part, at, max(end, 0))
        if found < 0:
            return False
        at = found + len(part)
    return at <= end


# --- the parts ------------------------------------------------------------------------------------


def _urls(recorded: str, url: str) -> tuple[str, ...]:
    place, _, query = recorded.partition("?")
    new_place, _, new_query = url.partition("?")
    if is_match(place, new_place) and _is_same_query(query, new_query):
        return ()
    return _changed_lines([recorded], [url])


def _is_same_query(recorded: str, query: str) -> bool:
    """A recorded secret may be missing: a replay has no credentials."""
    pairs, new = recorded.split("&"), query.split("&") if query else []
    kept = [one for one in pairs if one and not (one.endswith(f"={MASK}") and _is_absent(one, new))]
    return len(kept) == len(new) and all(map(is_match, kept, new))


def _is_absent(pair: str, others: Sequence[str]) -> bool:
    name = pair.partition("=")[0]
    return all(one.partition("=")[0] != name for one in others)


def _headers(recorded: Headers, headers: Headers) -> Iterator[Difference]:
    before, now = _by_name(recorded), _by_name(headers)
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name, []), now.get(name, [])
        if old == [MASK] and not new:
            continue  # a credential, which a replay has not
        if len(old) != len(new) or not all(map(is_match, old, new)):
            yield Difference(f"header `{name}`", _changed_lines(old, new))


def _by_name(headers: Headers) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        if name.lower() not in IGNORED:
            found.setdefault(name.lower(), []).append(_without_boundary(name, value))
    return found


def _without_boundary(name: str, value: str) -> str:
    """A content type as it is but for its boundary, which depends on the masked content."""
    if name.lower() != "content-type":
        return value
    return re.sub(r';\s*boundary=("[^"]*"|[^;]*)', "", value, flags=re.IGNORECASE)


# --- bodies ---------------------------------------------------------------------------------------


def _bodies(recorded: HttpRequest, request: HttpRequest) -> tuple[str, ...]:
    kind = _content_type(recorded)
    old, new = _text(recorded), _text(request)
    if old is None or new is None:
        return _octets(recorded.body, request.body)
    if is_json(kind) and is_json(_content_type(request)):
        try:
            return _values(parse_json(old), parse_json(new))
        except (ValueError, RecursionError):
            pass
    if essence(kind) == FORM:
        return _lines(_fields(old), _fields(new))
    return _lines(old.splitlines(), new.splitlines())


def _content_type(request: HttpRequest) -> str:
    return request.header("Content-Type") or ""


def _text(request: HttpRequest) -> str | None:
    boundary = parameter_of(_content_type(request), "boundary")
    body = request.body.replace(boundary.encode(), b"boundary") if boundary else request.body
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _octets(recorded: bytes, body: bytes) -> tuple[str, ...]:
    if is_match(recorded.decode("latin-1"), body.decode("latin-1")):
        return ()
    pairs = zip(recorded, body, strict=False)
    at = next((at for at, (old, new) in enumerate(pairs) if old != new), None)
    where = min(len(recorded), len(body)) if at is None else at
    sizes = f"- {len(recorded):,} bytes", f"+ {len(body):,} bytes"
    return (*sizes, f"  the first that differs is at offset {where:,}")


def _fields(form: str) -> list[str]:
    pairs = parse_qsl(form, keep_blank_values=True)
    return [f"{name}={value}" for name, value in pairs]


def _values(recorded: Value, value: Value) -> tuple[str, ...]:
    return _lines(_json_lines(recorded), _json_lines(_conceal(recorded, value)))


_SORTED: Final = JsonStyle(indent=2, sort_keys=True)


def _json_lines(value: Value) -> list[str]:
    """JSON a member a line, in an order of its own: that of an object's members says nothing."""
    return write_json(value, _SORTED).splitlines()


def _conceal(recorded: Value, value: Value) -> Value:
    """The value with ``***`` wherever a recorded mask stands for it."""
    match recorded, value:
        case str(), _ if recorded == MASK:
            return recorded
        case str(), str() if is_match(recorded, value):
            return recorded
        case dict(), dict():
            return {key: _conceal(recorded.get(key), one) for key, one in value.items()}
        case list(), list():
            pairs = zip(recorded, value, strict=False)
            return [*(_conceal(*pair) for pair in pairs), *value[len(recorded) :]]
        case _:
            return value


# --- lines ----------------------------------------------------------------------------------------


def _changed_lines(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    if list(old) == list(new):
        return ()
    return (*(f"- {one}" for one in old), *(f"+ {one}" for one in new))


def _lines(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """What differs, with a few lines around it; of very much, the beginning."""
    from difflib import unified_diff

    pairs = zip(old, new, strict=False)
    new = [*(one if is_match(one, other) else other for one, other in pairs), *new[len(old) :]]
    start = _common_prefix_length(old, new)
    end = _common_prefix_length(old[start:][::-1], new[start:][::-1])
    first, last = max(start - _AROUND, 0), max(end - _AROUND, 0)
    before = _limit_lines(old[first : len(old) - last])
    now = _limit_lines(new[first : len(new) - last])
    found = list(unified_diff(before, now, lineterm="", n=_AROUND))[2:]
    spaced = [f"{line[0]} {line[1:]}" for line in found if not line.startswith("@@")]
    return (*spaced[:MAX_LINES], *(("  …",) if len(spaced) > MAX_LINES else ()))


def _limit_lines(lines: Sequence[str]) -> Sequence[str]:
    # Comparing takes the square of their number.
    return lines[: 10 * MAX_LINES]


def _common_prefix_length(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines are the same at the beginning."""
    pairs = zip(old, new, strict=False)
    return next(
        (at for at, (one, other) in enumerate(pairs) if one != other), min(len(old), len(new))
    )
