"""Positions of places in a text, looked up when a message or report asks; the index is built once.

An offset in a decoded string is an offset in the raw scalar that spells it: YAML 1.2.2, chapters
7.3 (flow scalars: quotes, escapes, line folding) and 8.1 (block scalars).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import takewhile
from typing import Final, NamedTuple

from arazzo_runner.text.outline import (
    NotJson,
    Outline,
    is_json_start,
    json_extents,
    take_token,
    tokens,
)
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import (
    Extent,
    Extents,
    Place,
    Pointer,
    SourceFile,
    Span,
    line_starts,
    pointer_text,
    span_between,
)

_MERGE: Final = "<<"
_DEEPEST: Final = 1_000
"""Deeper values have no places of their own: no reader follows so far, and the pointers of a
million lists in each other would take terabytes."""

LONG_LINE: Final = 200
"""A text of one line and more characters than these is no text for people."""

_BLANK_LINES: Final = 8
"""More lines than these are no blank ones at the end of a text of one line."""


def locate_place(place: Place) -> Span:
    """The span of a place; for a pointer that leads nowhere, that of the nearest value above it."""
    if place.span is not None:
        return place.span
    return span_between(place.source, *_offsets(place))


def position(place: Place) -> str:
    """A place for people: ``file:line:column``, or ``file#/pointer`` where all is in one long line.

    In minified JSON nobody finds a column.
    """
    if place.pointer and _is_minified(place.source):
        return f"{place.source.name}#{pointer_text(place.pointer)}"
    span = locate_place(place)
    return f"{place.source.name}:{span.line}:{span.column}"


def _is_minified(source: SourceFile) -> bool:
    """Whether all of a long text stands in its first line."""
    # By the index of its lines: the text itself is not read again for each place.
    starts = line_starts(source)
    if len(source.text) <= LONG_LINE or len(starts) > _BLANK_LINES:
        return False
    return len(starts) == 1 or not source.text[starts[1] :].strip()


def extent_of(source: SourceFile, pointer: Pointer) -> Extent | None:
    """Where the value at a pointer is written, its key and anchor with it; None if it is not there.

    What an alias stands for is written at its anchor.
    """
    extents = extents_of(source)
    index, found = _find(extents, pointer)
    return extents.extent(index) if found else None


def place_between(source: SourceFile, start: int, end: int) -> Place:
    """The place between two offsets, with the pointer of the value that stands there.

    It does not need a text that parses beyond ``start``.
    """
    pointer = _build_outline(source.text, start).pointer
    return Place(source, pointer, span=span_between(source, start, end))


def _offsets(place: Place) -> tuple[int, int]:
    extents = extents_of(place.source)
    index, found = _find(extents, place.pointer)
    extent = extents.extent(index)
    if place.target == "key" and extent.key is not None:
        return extent.key
    if place.part is None or not found:
        return extent.start, extent.end
    return part_of_scalar(place.source.text, extents.extent(extents.definition(index)), place.part)


def text_of(place: Place) -> str:
    """The text at a place, as it is spelled."""
    start, end = _offsets(place)
    return place.source.text[start:end]


def extents_of(source: SourceFile) -> Extents:
    """Where each value of a text is written, as far as it can be read."""
    if not source.extents:
        extents = _whole_extents(source.text)
        if not extents:
            extents.add(None, 0, 0, None)  # also in a text without any value
        source.extents[:] = (extents,)  # in one go, since other threads may look
    return source.extents[0]


def _whole_extents(text: str) -> Extents:
    if is_json_start(text):
        try:
            return json_extents(text, _DEEPEST)
        except NotJson:
            pass
    outline = _build_outline(text, len(text) + 1)
    outline.finish()
    return outline.extents


def _find(extents: Extents, pointer: Pointer) -> tuple[int, bool]:
    """The value at a pointer, or above it (then False); through aliases to what they mean."""
    # Below an alias nothing is written, so what is written there is not meant by another.
    index = extents.index(pointer)
    if index is not None:
        return index, True
    at = 0
    for token in pointer:
        below = _member(extents, extents.definition(at), token)
        if below is None:
            return at, False
        at = below
    return at, True


def _member(extents: Extents, at: int, token: str | int) -> int | None:
    """The index of a member; ``0`` and ``"0"`` both find the first item, and the key ``0``."""
    below = extents.member(at, token)
    if below is not None:
        return below
    merge = None if token == _MERGE else extents.member(at, _MERGE)
    if merge is not None:
        ways = (_member(extents, one, token) for one in _merge_targets(extents, merge))
        return next((one for one in ways if one is not None), None)
    if not str(token).isascii() or not str(token).isdigit():
        return None
    return extents.member(at, str(token) if isinstance(token, int) else int(token[:18]))


def _merge_targets(extents: Extents, at: int) -> Iterator[int]:
    """The objects that a merge key names: one, or those of a list."""
    yield extents.definition(at)
    index = 0
    while (item := extents.member(at, index)) is not None:
        yield extents.definition(item)
        index += 1


def _build_outline(text: str, until: int) -> Outline:
    """The outline of a text before the offset ``until``, as far as it can be read."""
    if is_json_start(text):
        outline = Outline()
        try:
            _outline_json(text, outline, until)
        except NotJson:
            pass  # a YAML flow mapping, or malformed
        else:
            return outline
    return _outline_yaml(text, until)


def _outline_json(text: str, outline: Outline, until: int) -> None:
    for token in tokens(text):
        if token.start() >= until or outline.depth > _DEEPEST:
            return
        take_token(token, outline)


def _outline_yaml(text: str, until: int) -> Outline:
    from yaml import YAMLError

    from arazzo_runner.text.yaml_events import extent
    from arazzo_runner.text.yaml_outline import walk_yaml

    outline = Outline()
    try:
        for event in walk_yaml(text, outline):
            if extent(event)[0] >= until or outline.depth > _DEEPEST:
                break
    except YAMLError:
        pass  # what was read before it still has its place
    return outline


class _Piece(NamedTuple):
    """A stretch of the string and the raw text that spells it; equally long: verbatim."""

    at: int
    length: int
    raw: int
    raw_length: int


_PROPERTIES: Final = lazy_pattern(r"(?:(?:[&!]\S*|#[^\n]*)\s+)*")
_HEADER: Final = lazy_pattern(r"[|>](?:[-+]?([1-9])[-+]?|[-+])?[^\n]*\n?")
# Possessive, and white space in one token: no text makes these look at a character twice.
_BREAKS: Final = r"(?:\r\n|\n|\r)[ \t\r\n]*+"
_FOLD: Final = rf"(?P<fold>[ \t]*+{_BREAKS})"
_VERBATIM: Final = r"(?P<verbatim>[ \t]++|[^ \t\r\n\\']++|.)"
_ESCAPES: Final = (
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # one character, in JSON
    r"|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\."
)
_FLOW: Final[dict[str, re.Pattern[str]]] = {
    '"': re.compile(rf"(?P<joined>\\{_BREAKS})|{_FOLD}|(?P<escape>{_ESCAPES})|{_VERBATIM}"),
    "'": lazy_pattern(rf"{_FOLD}|(?P<escape>'')|{_VERBATIM}"),
    "": lazy_pattern(rf"{_FOLD}|{_VERBATIM}"),
}
_LINE: Final = lazy_pattern(r"([^\r\n]*+)(?:\r\n|\n|\r)?+")
_LINE_BREAK: Final = lazy_pattern(r"\r\n|\n|\r")


def part_of_scalar(text: str, scalar: Extent, part: tuple[int, int]) -> tuple[int, int]:
    """The offsets in ``text`` of a part of the string that ``scalar`` spells.

    Offsets beyond the string are taken as its end.
    """
    start, end = part
    if 0 <= start < end and (first := _verbatim_start(text, scalar, end)) is not None:
        return first + start, first + end
    last = max(start, end - 1)
    # What comes later decides nothing, and most parts are the beginning of a text.
    needed = takewhile(lambda piece: piece.at <= last, _pieces(text, scalar))
    pieces = list(needed) or [_Piece(0, 0, scalar.start, 0)]
    if end <= start:
        point = _raw_span(pieces, start)[0]
        return point, point
    return _raw_span(pieces, start)[0], _raw_span(pieces, end - 1)[1]


def _verbatim_start(text: str, scalar: Extent, end: int) -> int | None:
    """Where a string in double quotes begins; None unless it spells ``end`` characters as is."""
    first = scalar.start + 1
    if text[scalar.start : first] != '"' or first + end >= scalar.end:
        return None
    spelled = text[first : first + end]
    # Blanks at the end may be part of a line break.
    is_verbatim = spelled.isprintable() and "\\" not in spelled and spelled[-1] != " "
    return first if is_verbatim else None


def properties_end(text: str, scalar: Extent) -> int:
    """Where a value itself begins, after its anchor, its tag and comments between them."""
    properties = _PROPERTIES.match(text, scalar.start, scalar.end)
    return properties.end() if properties else scalar.start


def _raw_span(pieces: list[_Piece], offset: int) -> tuple[int, int]:
    """The raw offsets of one character of the string."""
    index = bisect_right(pieces, offset, key=lambda piece: piece.at) - 1
    piece = pieces[max(index, 0)]
    within = offset - piece.at
    if within >= piece.length:  # at the end, or in a fold
        return piece.raw + piece.raw_length, piece.raw + piece.raw_length
    if piece.length == piece.raw_length:
        return piece.raw + within, piece.raw + within + 1
    return piece.raw, piece.raw + piece.raw_length


def _pieces(text: str, scalar: Extent) -> Iterator[_Piece]:
    start = properties_end(text, scalar)
    first = text[start : start + 1]
    if first and first in "|>":
        return _block_pieces(text, scalar._replace(start=start))
    if first and first in "'\"":
        return _flow_pieces(text, start + 1, scalar.end - 1, _FLOW[first])
    return _flow_pieces(text, start, scalar.end, _FLOW[""])


def _flow_pieces(text: str, start: int, end: int, tokens: re.Pattern[str]) -> Iterator[_Piece]:
    at = 0
    for token in tokens.finditer(text, start, end):
        length = _decoded_length(token)
        yield _Piece(at, length, token.start(), len(token[0]))
        at += length


def _decoded_length(token: re.Match[str]) -> int:
    match token.lastgroup:
        case "verbatim":
            return len(token[0])
        case "joined":  # an escaped line break leaves nothing
            return len(_LINE_BREAK.findall(token[0])) - 1
        case "fold":  # one line break becomes a space; of several, the first is left out
            return max(len(_LINE_BREAK.findall(token[0])) - 1, 1)
        case _:
            return 1


def _block_pieces(text: str, scalar: Extent) -> Iterator[_Piece]:
    header = _HEADER.match(text, scalar.start, scalar.end)
    assert header is not None  # the caller has seen its first character
    lines = list(_lines(text, header.end(), scalar.end))
    indent = _indent(text, scalar, header, lines)
    contents = [(raw + indent, line[indent:]) for raw, line in lines]
    return _literal_pieces(contents) if header[0][0] == "|" else _folded_pieces(contents)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    for line in _LINE.finditer(text, start, end):
        yield line.start(), line[1]


def _indent(text: str, scalar: Extent, header: re.Match[str], lines: list[tuple[int, str]]) -> int:
    """The columns that are indentation: as the header says, or as the first text line has."""
    if header[1]:
        return _parent_indent(text, scalar) + int(header[1])
    first = next((line for _, line in lines if line.strip(" ")), "")
    return len(first) - len(first.lstrip(" "))


def _parent_indent(text: str, scalar: Extent) -> int:
    """The column of the key, or of the dash, that holds the scalar; none at the top."""
    if scalar.key is not None:
        return scalar.key[0] - (text.rfind("\n", 0, scalar.key[0]) + 1)
    line = text.rfind("\n", 0, scalar.start) + 1
    if text.startswith("---", line):
        return 0
    return max(text.rfind("-", line, scalar.start) - line, 0)


def _literal_pieces(lines: list[tuple[int, str]]) -> Iterator[_Piece]:
    at = 0
    for raw, content in lines:
        yield _Piece(at, len(content), raw, len(content))
        at += len(content) + 1


def _folded_pieces(lines: list[tuple[int, str]]) -> Iterator[_Piece]:
    """Lines join with a space, unless empty lines or deeper indented ones are in between."""
    at, blank, before = 0, 0, None
    for raw, content in lines:
        if not content:
            blank += 1
            continue
        at += blank if before is None else _fold(before, content, blank)
        yield _Piece(at, len(content), raw, len(content))
        at, blank, before = at + len(content), 0, content


def _fold(before: str, content: str, blank: int) -> int:
    deeper = before[0] in " \t" or content[0] in " \t"
    return blank + 1 if deeper else max(blank, 1)
