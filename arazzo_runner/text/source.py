"""Where text comes from and where in it a thing stands.

A document's value is plain JSON data; positions are looked up only when a message or a report
asks for one, by a :class:`Place`: a source file and a JSON Pointer into it. So a run that goes
well pays nothing for them.
"""

from __future__ import annotations

from bisect import bisect_right
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

    ``target`` is set where the value is a YAML alias: the pointer of what it stands for.
    """

    start: int
    end: int
    key: tuple[int, int] | None = None
    target: Pointer | None = None


class SourceFile(Struct, frozen=True, eq=False):
    """A text that was read, under the name that messages show.

    ``name`` is the path as the user typed it (or ``<stdin>``, or a URL); ``uri`` is the absolute
    URI it was retrieved from, the base for relative references (RFC 3986, section 5.1.3).
    """

    name: str
    text: str
    uri: str
    # Filled when the first position is asked for: caches, not state. The extents are the work of
    # text/positions.py, the lines are the offsets where they begin.
    extents: dict[Pointer, Extent] = field(default_factory=dict)
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
