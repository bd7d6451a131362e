"""Where text comes from and where in it a thing stands.

A document's value is plain JSON data; positions are looked up only when a message or a report
asks for one, by a :class:`Place`: a source file and a JSON Pointer into it. So a run that goes
well pays nothing for them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

from msgspec import Struct, field

from arazzo_runner.text.pattern import lazy_pattern

_LINE_FEED: Final = lazy_pattern("\n")

Pointer: TypeAlias = tuple[str | int, ...]
"""The unescaped reference tokens of a JSON Pointer (RFC 6901); ``()`` is the whole document."""


class Span(Struct, frozen=True):
    """A stretch of text: 1-based lines and columns, counted in characters, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Extent(NamedTuple):
    """The offsets of a value in the text, and those of its key; ends are exclusive.

    ``target`` is set where the value is a YAML alias: the index of what it stands for.
    """

    start: int
    end: int
    key: tuple[int, int] | None = None
    target: int | None = None


_FEW_VALUES: Final = 64
"""Members of what has at most so many values in it are looked for one by one."""
_NO_KEY: Final = -1


class Extents:
    """The offsets of values, in the order of the text: whatever is in a value comes right after it.

    A value is its index here, and the first one is the whole document; of equal keys the last
    counts. A value takes some 30 bytes, its reference token with it.
    """

    def __init__(self) -> None:
        from array import array

        self._tokens: list[str | int | None] = []
        self._starts, self._ends = array("i"), array("i")
        self._key_starts, self._key_ends = array("i"), array("i")
        self._after = array("i")  # the index of what comes after all that is in a value
        self._names: dict[str, str] = {}  # equal ones are kept once
        self._targets: dict[int, int] = {}
        self._members_of: dict[int, dict[str | int | None, int]] = {}

    def __len__(self) -> int:
        return len(self._tokens)

    def __iter__(self) -> Iterator[tuple[Pointer, Extent]]:
        around: list[tuple[Pointer, int]] = []
        for index, token in enumerate(self._tokens):
            while around and around[-1][1] <= index:
                around.pop()
            pointer = (*around[-1][0], token) if around and token is not None else ()
            around.append((pointer, self._after[index]))
            yield pointer, self.extent(index)

    def add(
        self, token: str | int | None, start: int, end: int, key: tuple[int, int] | None
    ) -> int:
        """Add the value that comes next, within those that are not closed; returns its index."""
        index = len(self._tokens)
        self._tokens.append(self._names.setdefault(token, token) if type(token) is str else token)
        self._starts.append(start)
        self._ends.append(end)
        key_start, key_end = key or (_NO_KEY, _NO_KEY)
        self._key_starts.append(key_start)
        self._key_ends.append(key_end)
        self._after.append(index + 1)
        return index

    def add_alias(self, index: int, target: int) -> None:
        """Note that the value is an alias of another one."""
        self._targets[index] = target

    def close(self, index: int, end: int) -> None:
        """All that was added since the value at ``index`` is in it, and it ends here."""
        self._ends[index] = end
        self._after[index] = len(self._tokens)

    def extent(self, index: int) -> Extent:
        """The offsets of a value."""
        start, end = self._key_starts[index], self._key_ends[index]
        key = None if start == _NO_KEY else (start, end)
        return Extent(self._starts[index], self._ends[index], key, self._targets.get(index))

    def has_members(self, index: int) -> bool:
        """Whether it is an object or a list with something in it."""
        return self._after[index] > index + 1

    def definition(self, index: int) -> int:
        """Where the value is written: at its anchor, when it is an alias."""
        return self._targets.get(index, index)

    def index(self, pointer: Pointer) -> int | None:
        """The value at a pointer; None if nothing is written there."""
        at = 0
        for token in pointer:
            below = self.member(at, token)
            if below is None:
                return None
            at = below
        return at

    def member(self, at: int, token: str | int) -> int | None:
        """The value in an object or a list by its reference token."""
        tokens, after, end = self._tokens, self._after, self._after[at]
        if end - at > _FEW_VALUES:
            return self._members(at).get(token)
        index, found = at + 1, None
        while index < end:
            if tokens[index] == token:
                found = index
            index = after[index]
        return found

    def _members(self, at: int) -> dict[str | int | None, int]:
        if at not in self._members_of:
            members: dict[str | int | None, int] = {}
            index = at + 1
            while index < self._after[at]:
                members[self._tokens[index]] = index
                index = self._after[index]
            self._members_of[at] = members  # in one go, since other threads may look
        return self._members_of[at]


class SourceFile(Struct, frozen=True, eq=False):
    """A text that was read, under the name that messages show.

    ``name`` is the path as the user typed it (or ``<stdin>``, or a URL); ``uri`` is the absolute
    URI it was retrieved from, the base for relative references (RFC 3986, section 5.1.3).
    ``original`` is the text as it was written, where ``text`` is moved to its place in another one.
    """

    name: str
    text: str
    uri: str
    original: str | None = None
    # Filled when the first position is asked for: caches, not state. The extents are the work of
    # text/positions.py, the lines are the offsets where they begin.
    extents: list[Extents] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"SourceFile({self.name!r})"


class Place(Struct, frozen=True):
    """A thing in a source file: the value at ``pointer``, its key, or a part of a string value.

    ``part`` is a range of offsets (start, end) in the decoded string at ``pointer``; it lets a
    message point into an expression, also inside a block scalar. ``span`` is set where a pointer
    cannot say it: in text that does not parse, and for the first of two equal keys.
    """

    source: SourceFile
    pointer: Pointer = ()
    target: Literal["value", "key"] = "value"
    part: tuple[int, int] | None = None
    span: Span | None = None

    def at(self, *tokens: str | int) -> Place:
        """The place of a member below this one."""
        return Place(self.source, (*self.pointer, *tokens))

    def key(self) -> Place:
        """The place of the key that holds this value."""
        return Place(self.source, self.pointer, "key")

    def within(self, start: int, end: int) -> Place:
        """A part of the string at this place, by offsets in the decoded string."""
        return Place(self.source, self.pointer, "value", (start, end))


def line_starts(source: SourceFile) -> list[int]:
    """The offsets where the lines of a text begin; lines end at a line feed."""
    if not source.lines:
        # In one go, since other threads may look.
        source.lines[:] = (0, *(found.end() for found in _LINE_FEED.finditer(source.text)))
    return source.lines


def span_between(source: SourceFile, start: int, end: int) -> Span:
    """The span from offset ``start`` to offset ``end`` of a text."""
    starts = line_starts(source)
    first, last = bisect_right(starts, start), bisect_right(starts, end)
    return Span(first, start - starts[first - 1] + 1, last, end - starts[last - 1] + 1)


def pointer_text(pointer: Pointer) -> str:
    """Spell reference tokens as a JSON Pointer (RFC 6901, section 3): ``/paths/~1a/get``."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in pointer)
