"""What is searched for to find a secret in a text: the secret, and what Base64 makes of it."""

from __future__ import annotations

import json
from base64 import b64encode
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import quote, quote_plus

from msgspec import Struct

BASE64: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
_BEGINNING: Final = 4
_AT_CUT: Final = 2
"""So many characters of a secret, at the end of a text that was cut, are masked."""

_FEW: Final = 100
"""Up to so many, searching for each is faster than looking at each character of the text."""

_URL_SAFE: Final = str.maketrans("+/", "-_")


class Needle(Struct, frozen=True):
    """A text to search for.

    ``before`` and ``after`` say that the neighbouring Base64 characters hold bits of it as well;
    ``word`` that it is found only where it is no part of a longer word.
    """

    text: str
    before: bool = False
    after: bool = False
    word: bool = False

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it stands in a text."""
        at = text.find(self.text)
        while at >= 0:
            end = at + len(self.text)
            if not self.word or not _is_inside_word(text, at, end):
                yield self._start(text, at), self._end(text, end)
            at = text.find(self.text, end)

    def start_of_beginning(self, text: str) -> int | None:
        """Where it begins at the end of a text that was cut within it; None where it does not."""
        least = self.text[:_AT_CUT]
        at = text.find(least, max(0, len(text) - len(self.text) + 1))
        while at >= 0:
            is_whole = not self.word or not text[:at][-1:].isalnum()
            if is_whole and self.text.startswith(text[at:]):
                return self._start(text, at)
            at = text.find(least, at + 1)
        return None

    def _start(self, text: str, at: int) -> int:
        return at - 1 if self.before and at and text[at - 1] in BASE64 else at

    def _end(self, text: str, end: int) -> int:
        if not self.after:
            return end
        if text[end : end + 1] in BASE64:  # an empty text is in no set
            end += 1
        while text[end : end + 1] == "=":
            end += 1
        return end


def _is_inside_word(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()


class Needles:
    """Needles for many texts: the time that a text takes hardly depends on their number."""

    __slots__ = ("_by_beginning", "_by_length", "_lengths", "_texts")

    def __init__(self) -> None:
        self._by_length: list[Needle] = []
        self._lengths: list[int] = []
        self._texts: list[str] = []
        self._by_beginning: dict[str, list[Needle]] = {}

    def add(self, more: Iterable[Needle]) -> None:
        """Search for these as well."""
        for one in more:
            insort(self._by_length, one, key=_length)
            self._by_beginning.setdefault(one.text[:_BEGINNING], []).append(one)
        self._lengths = [len(one.text) for one in self._by_length]
        self._texts = [one.text for one in self._by_length]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where any of them stands."""
        return [span for one in self._needles_in(text) for span in one.spans(text)]

    def start_of_beginning(self, text: str) -> int | None:
        """Where the first one begins that a text was cut within, at its end."""
        found = (one.start_of_beginning(text) for one in self._by_length)
        return min((at for at in found if at is not None), default=None)

    def _needles_in(self, text: str) -> list[Needle]:
        if len(self._texts) > _FEW:
            return [one for one in self._candidates(text) if one.text in text]
        # Of nearly all texts this is all that is done: nothing longer than the text is in it.
        short_enough = self._texts[: bisect_right(self._lengths, len(text))]
        return [self._by_length[at] for at, one in enumerate(short_enough) if one in text]

    def _candidates(self, text: str) -> list[Needle]:
        beginnings = {text[at : at + _BEGINNING] for at in range(len(text) - _BEGINNING + 1)}
        common = self._by_beginning.keys() & beginnings
        return [one for beginning in common for one in self._by_beginning[beginning]]


def _length(needle: Needle) -> int:
    return len(needle.text)


# The runs of one program mostly have the same credentials.
@lru_cache(maxsize=64)
def needles(secret: str, *, word: bool = False) -> tuple[Needle, ...]:
    """All that a secret may be in a text, escapes aside: itself, and Base64 once and twice.

    What was escaped before it went into Base64 is among it, too.
    """
    found = {secret: Needle(secret, word=word)}
    for text in _escape(secret):
        for once in _encode(text):
            found.setdefault(once.text, once)
            if text == secret:
                found.update({one.text: one for one in _encode(once.text) if one.text})
    return tuple(found.values())


def _escape(secret: str) -> dict[str, None]:
    """The secret, and what it is in JSON, URLs, forms and HTML as these are mostly written."""
    if secret.isascii() and secret.isalnum():
        return {secret: None}
    plain = json.dumps(secret, ensure_ascii=False)[1:-1]
    forms = [secret, plain, json.dumps(secret)[1:-1], *_in_html(secret)]
    forms += _numbered(plain, "<>&", "04x"), _numbered(plain.replace(r"\"", '"'), "<>&'\"+", "04X")
    forms += [one.replace("/", r"\/") for one in forms[1:3] if "/" in one]
    for encode in (quote, quote_plus):
        for safe in ("", "/"):
            form = encode(secret, safe=safe, errors="surrogatepass")
            forms += form, _lower_hex(form)
    return dict.fromkeys(forms)


def _numbered(text: str, characters: str, digits: str) -> str:
    """JSON as it is written for pages: Go spells three characters by number, .NET some more."""
    numbers = {ord(one): rf"\u{ord(one):{digits}}" for one in characters}
    return text.translate(numbers)


def _in_html(secret: str) -> Iterator[str]:
    text = secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    yield text
    for double in ("&quot;", "&#34;"):
        for single in ("'", "&#x27;", "&#39;", "&apos;"):
            yield text.replace('"', double).replace("'", single)


def _lower_hex(text: str) -> str:
    first, *others = text.split("%")
    return "%".join([first, *(one[:2].lower() + one[2:] for one in others)])


def _encode(text: str) -> Iterator[Needle]:
    """The text inside a longer Base64 text, beginning at each of the three alignments.

    The outermost characters also hold bits of its neighbours, so they may be any.
    """
    octets = text.encode("utf-8", "surrogatepass")
    for offset in range(3):
        encoded = b64encode(bytes(offset) + octets).decode("ascii").rstrip("=")
        mixed = (offset + len(octets)) % 3 != 0
        inner = encoded[offset + 1 if offset else 0 : -1 if mixed else None]
        for form in dict.fromkeys((inner, inner.translate(_URL_SAFE))):
            yield Needle(form, before=offset > 0, after=mixed)
