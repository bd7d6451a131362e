"""The outline of JSON text: where each value stands, by its pointer, also in malformed text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Extents, Pointer


class DuplicateKey(NamedTuple):
    """A key that an object has already: where it stands first, and where again."""

    pointer: Pointer
    first: tuple[int, int]
    again: tuple[int, int]


class _OpenContainer(Struct):
    """An object or a list that is open; ``token`` is None while a key is awaited."""

    pointer: Pointer
    index: int
    keys: dict[str, tuple[int, int]]
    token: str | int | None
    key: tuple[int, int] | None = None


class Outline:
    """The extents of all values walked through so far; of equal keys the last counts."""

    def __init__(self) -> None:
        self.extents = Extents()
        self.repeats: list[DuplicateKey] = []
        self._frames: list[_OpenContainer] = []
        self._end = 0

    @property
    def pointer(self) -> Pointer:
        """What comes next: a value, or a key of the object here."""
        if not self._frames:
            return ()
        frame = self._frames[-1]
        return frame.pointer if frame.token is None else (*frame.pointer, frame.token)

    @property
    def expects_key(self) -> bool:
        """Whether a key comes next."""
        return bool(self._frames) and self._frames[-1].token is None

    @property
    def is_open(self) -> bool:
        """Whether an object or a list is open."""
        return bool(self._frames)

    @property
    def depth(self) -> int:
        """How many objects and lists are open."""
        return len(self._frames)

    def key(self, name: str, extent: tuple[int, int]) -> None:
        """A key, at these offsets."""
        frame = self._frames[-1]
        frame.token, frame.key = name, extent
        first = frame.keys.setdefault(name, extent)
        if first is not extent:
            self.repeats.append(DuplicateKey((*frame.pointer, name), first, extent))

    def value(self, start: int, end: int, target: int | None = None) -> None:
        """A scalar, or an alias of the value at the index ``target``."""
        index = self._add(start, end)
        if target is not None:
            self.extents.add_alias(index, target)
        self._follow(end)

    def open(self, kind: Choice["object", "list"], start: int) -> None:
        """An object or a list begins."""
        pointer, index = self.pointer, self._add(start, start)
        self._frames.append(_OpenContainer(pointer, index, {}, None if kind == "object" else 0))

    def close(self, end: int | None) -> None:
        """The innermost one ends; without ``end``, where its last value does."""
        frame = self._frames.pop()
        end = self._end if end is None else end
        self.extents.close(frame.index, end)
        self._follow(end)

    def finish(self) -> None:
        """What is open ends with the last value: the text breaks off, or is malformed."""
        while self._frames:
            self.close(None)

    def _add(self, start: int, end: int) -> int:
        if not self._frames:
            return self.extents.add(None, start, end, None)
        frame = self._frames[-1]
        return self.extents.add(frame.token, start, end, frame.key)

    def _follow(self, end: int) -> None:
        """What comes next comes after a value that ended here."""
        self._end = end
        if self._frames:
            frame = self._frames[-1]
            frame.token = frame.token + 1 if isinstance(frame.token, int) else None


Token = re.Match[str]
"""A token; ``lastgroup`` is its kind: string, open, close, word, or other (not JSON)."""

# Possessive, and a string may lack its end: no text makes this look at a character twice.
_TOKEN: Final = lazy_pattern(
    r'(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+"?)|(?P<open>[\[{])|(?P<close>[\]}])'
    r"|(?P<word>-?(?:[0-9][-+.eE0-9]*+|Infinity)|NaN|true|false|null)|(?P<other>[^\s,:])",
    re.DOTALL,
)
_BEGINNING: Final = lazy_pattern(r"\s*+[\[{]")


class NotJson(Exception):
    """The text has something in it that JSON has not."""


def is_json_start(text: str) -> bool:
    """Whether the first character that is not white space opens an object or a list."""
    return _BEGINNING.match(text) is not None


def tokens(text: str) -> Iterator[Token]:
    """The tokens of JSON text, commas and colons aside."""
    return _TOKEN.finditer(text)


# Possessive as well. A member is one token, its name included where nothing in that is escaped.
_MEMBER: Final = lazy_pattern(
    r'(?:("[^"\\]*+")\s*+:\s*+)?+'
    r'(?:("[^"\\]*+(?:\\.[^"\\]*+)*+"|-?(?:[0-9][-+.eE0-9]*+|Infinity)|NaN|true|false|null)'
    r"|([\[{]))|([\]}])|([^\s,:])",
    re.DOTALL,
)
_ROOT, _OBJECT, _DONE = -1, -2, -3
"""In place of the index of the next item: of what has none."""
_SCALAR: Final = 2
_OPEN: Final = 3
_CLOSE: Final = 4


def json_extents(text: str, deepest: int) -> Extents:
    """The extents that :func:`walk_json` finds in a whole JSON text, in a third of its time.

    Raises NotJson where that has to look: for what is malformed, escaped names, deeper values.
    """
    extents = Extents()
    add = extents.add
    around: list[tuple[int, int]] = []
    at, index = -1, _ROOT
    for token in _MEMBER.finditer(text):
        kind = token.lastindex
        if kind == _CLOSE and around:
            extents.close(at, token.end())
            at, index = around.pop()
            continue
        key = token.span(1)
        is_named = key[0] >= 0
        if kind not in (_SCALAR, _OPEN) or is_named != (index == _OBJECT) or index == _DONE:
            raise NotJson
        if is_named:
            value = add(token[1][1:-1], *token.span(kind), key)
        elif index == _ROOT:
            value, index = add(None, *token.span(kind), None), _DONE
        else:
            value, index = add(index, *token.span(kind), None), index + 1
        if kind == _SCALAR:
            continue
        around.append((at, index))
        at = value
        index = _OBJECT if token[3] == "{" else 0
        if len(around) > deepest:
            raise NotJson
    if around:
        raise NotJson
    return extents


def walk_json(text: str, outline: Outline) -> Iterator[Token]:
    """The tokens of a JSON text; each is given before the outline has it.

    Raises NotJson at the first thing that no JSON text has there.
    """
    for token in tokens(text):
        yield token
        take_token(token, outline)


def take_token(token: Token, outline: Outline) -> None:
    """Enter a token of JSON text. Raises NotJson where no JSON text has it."""
    kind, expects_key = token.lastgroup, outline.expects_key
    if kind == "string":
        if expects_key:
            outline.key(unescape_string(token[0]), token.span())
        else:
            outline.value(*token.span())
    elif kind == "close" and outline.is_open:
        outline.close(token.end())
    elif expects_key or kind in {"close", "other"}:
        raise NotJson
    elif kind == "open":
        outline.open("object" if token[0] == "{" else "list", token.start())
    else:
        outline.value(*token.span())


def unescape_string(token: str) -> str:
    """The text of a string token. Raises NotJson for an escape that JSON has not."""
    if "\\" not in token:
        return token[1:-1]
    try:
        return str(json.loads(token, strict=False))
    except ValueError as reason:
        raise NotJson from reason
