"""Ids that a response has in a URL: in the fields `Location` (RFC 9110) and `Link` (RFC 8288)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

from arazzo_runner.generate.draft import DraftSelector
from arazzo_runner.generate.identifiers import singular, split_words
from arazzo_runner.generate.traffic.templates import is_identifier
from arazzo_runner.http_semantics.uri import parse_uri
from arazzo_runner.text.pattern import lazy_pattern

_LOCATED: Final = frozenset({"location", "content-location", "operation-location"})
_TARGET: Final = lazy_pattern(r'<(?P<url>[^>]*)>[^,]*;\s*rel="?(?P<relation>[A-Za-z-]+)')
_LONGEST: Final = 4_096


class LinkedValue(Struct, frozen=True):
    """A part of a URL with the name that its place gives it, and what reads it from the field."""

    name: str
    value: str
    selector: DraftSelector


def linked_values(field: str, text: str) -> Iterator[LinkedValue]:
    """The ids in the path of a `Location`, the parameters of the next page in a `Link`."""
    if len(text) > _LONGEST:
        return
    if field.lower() in _LOCATED:
        yield from _path_values(field, text)
    elif field.lower() == "link":
        for found in _TARGET.finditer(text):
            if found["relation"].lower() == "next":
                yield from _query_values(field, found["url"])


def _path_values(field: str, url: str) -> Iterator[LinkedValue]:
    parts = parse_uri(url)
    segments = parts.path.strip("/").split("/") if parts else []
    for index, (before, segment) in enumerate(pairwise(segments), 2):
        is_named = is_identifier(segment) or (index == len(segments) and before != segment)
        if is_named and not is_identifier(before):
            words = (*singular(split_words(before)), "id")
            pattern = f"/{re.escape(before)}/([^/?#]+)"
            yield _linked("_".join(words), segment, field, pattern)


def _query_values(field: str, url: str) -> Iterator[LinkedValue]:
    parts = parse_uri(url)
    for name, _ in parse_qsl(parts.query) if parts else ():
        pattern = f'[?&]{re.escape(name)}=([^&>#]+)[^,]*rel="?next'
        found = re.search(pattern, f'{url}>; rel="next"')
        if found is not None:
            yield _linked(name, found[1], field, pattern)


def _linked(name: str, raw: str, field: str, pattern: str) -> LinkedValue:
    # A selector does not decode: what is spelled otherwise in the request is no wire.
    value = raw if unquote(raw) == raw else ""
    return LinkedValue(name, value, DraftSelector(f"$response.header.{field}", pattern))
