"""Text decoded from JSON, URLs, forms or HTML, and where each piece of it was."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias
from urllib.parse import unquote_to_bytes

from arazzo_runner.text.pattern import lazy_pattern

Pieces: TypeAlias = Iterator[tuple[str, int]]
"""What an escape stands for, character by character, each with the length of its escape."""

_JSON: Final = lazy_pattern(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}"
    r'|["\\/bfnrt])'
)
_JSON_LETTERS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_PERCENT: Final = lazy_pattern(r"(?:%[0-9a-fA-F]{2})+")
_FORM: Final = lazy_pattern(r"(?:%[0-9a-fA-F]{2})+|\+")
_HTML: Final = lazy_pattern(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_PART: Final = lazy_pattern(
    r"(?:\\(?:u[0-9a-fA-F]{0,3})?|%[0-9a-fA-F]?|&#?[0-9A-Za-z]{0,31}|[\ud800-\udfff]+)\Z"
)
"""An escape of which the end was cut off, or what escapes of half a character stand for."""


class Decoded:
    """A decoded text, and the way back to the text that it was decoded from."""

    __slots__ = ("_length", "_offsets", "_sources", "text")

    def __init__(
        self, encoded: str, pattern: re.Pattern[str], pieces: Callable[[str], Pieces]
    ) -> None:
        texts: list[str] = []
        self._offsets: list[int] = []
        self._sources: list[tuple[int, bool]] = []
        self._length = len(encoded)
        offset = at = 0

        def put(text: str, source: int, *, literal: bool) -> int:
            texts.append(text)
            self._offsets.append(offset)
            self._sources.append((source, literal))
            return offset + len(text)

        for match in pattern.finditer(encoded):
            if match.start() > at:
                offset = put(encoded[at : match.start()], at, literal=True)
            at = match.start()
            for text, length in pieces(match[0]):
                offset = put(text, at, literal=False)
                at += length
        if at < len(encoded):
            put(encoded[at:], at, literal=True)
        self.text = "".join(texts)

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The range of the encoded text that a range of the decoded one comes from."""
        first = bisect_right(self._offsets, start) - 1
        begin, literal = self._sources[first]
        begin += start - self._offsets[first] if literal else 0
        last = bisect_right(self._offsets, end - 1) - 1
        finish, literal = self._sources[last]
        if literal:
            return begin, finish + end - self._offsets[last]
        after = self._sources[last + 1][0] if last + 1 < len(self._sources) else self._length
        return begin, after


def has_escapes(text: str) -> bool:
    """Whether there may be something to decode; most texts have nothing."""
    return "\\" in text or "%" in text or "&" in text or "+" in text


def decodings(text: str) -> Iterator[Decoded]:
    """The text with one layer of escapes taken out, for each kind of escape that is in it."""
    if "\\" in text and _JSON.search(text):
        yield Decoded(text, _JSON, _of_json)
    if "%" in text and _PERCENT.search(text):
        yield Decoded(text, _PERCENT, _of_percent)
    if "+" in text:
        yield Decoded(text, _FORM, _of_percent)
    if "&" in text and _HTML.search(text):
        yield Decoded(text, _HTML, _of_html)


def without_part(text: str) -> str:
    """The text without the beginning of an escape at its end."""
    return _PART.sub("", text)


def _of_json(escape: str) -> Pieces:
    if escape[1] != "u":
        yield _JSON_LETTERS.get(escape[1], escape[1]), 2
        return
    units = bytes.fromhex(escape.replace("\\u", ""))
    yield units.decode("utf-16-be", "surrogatepass"), len(escape)


def _of_percent(escapes: str) -> Pieces:
    if escapes == "+":
        yield " ", 1
        return
    octets = unquote_to_bytes(escapes)
    try:
        text = octets.decode("utf-8", "surrogatepass")
    except ValueError:
        text = octets.decode("utf-8", "surrogateescape")
        for character in text:
            yield character, 3 * len(character.encode("utf-8", "surrogateescape"))
        return
    for character in text:
        yield character, 3 * len(character.encode("utf-8", "surrogatepass"))


def _of_html(reference: str) -> Pieces:
    from html import unescape
    from html.entities import html5

    # `unescape` finds `&not` at the beginning of `&nothing;` too.
    text = unescape(reference) if reference[1] == "#" else html5.get(reference[1:], reference)
    yield text, len(reference)
