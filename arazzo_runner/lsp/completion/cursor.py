"""Where in a document the cursor stands, by the text before it alone: that need not parse.

In YAML the lines above tell it by their indentation, in JSON and within brackets the characters
that open and close something. YAML 1.2.2, chapters 7.4 (flow collections) and 8.2 (block
collections).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from typing import Literal as Choice

from msgspec import Struct, field

from arazzo_runner.lsp.workspace.line_index import LineIndex
from arazzo_runner.text.outline import is_json_start
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Pointer


class Cursor(Struct, frozen=True):
    """What is at the cursor: a key, or a value, at a pointer.

    ``pointer`` is that of the value, or of the object that the key is for. ``prefix`` is what is
    written of it up to the cursor, from the offset ``start`` on; ``end`` is where it ends in the
    line. ``quote`` is the quotation mark before it; ``indent`` the column of a key in a block.
    """

    pointer: Pointer
    is_key: bool
    prefix: str
    start: int
    end: int
    quote: str = ""
    indent: int | None = None


_DASHES: Final = lazy_pattern(r" *(?:-(?: +|\Z))*")
_DASH: Final = lazy_pattern(r"-")
_KEY: Final = lazy_pattern(
    r"""(?P<key>"(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+'|[^\s"'{\[#&*!|>%@`-][^#\n]*?|-[^\s#][^#\n]*?)"""
    r"""[ \t]*:(?:[ \t]+|\Z)"""
)
_BLOCK: Final = lazy_pattern(r"[|>][-+0-9]*[ \t]*(?:#.*)?\Z")
_GOES_ON: Final = lazy_pattern(r"[{\[,][ \t]*(?:#.*)?\Z")
_PROPERTIES: Final = lazy_pattern(r"(?:[&!]\S*[ \t]+)*")
_REST: Final = lazy_pattern(r"[^\s,}\]\"']*")


class _Element(Struct, frozen=True):
    """An item of a list, or a key, that a line opens at a column."""

    kind: Choice["item", "key"]
    column: int
    name: str = ""


def cursor_at(index: LineIndex, offset: int) -> Cursor:
    """What is at an offset of a text."""
    if is_json_start(index.text):
        return _in_brackets(index.text, 0, offset, ())
    return _in_block(index, offset)


# --- blocks ---------------------------------------------------------------------------------------


def _in_block(index: LineIndex, offset: int) -> Cursor:
    row = index.line_of(offset)
    start = index.line_start(row)
    before = index.text[start:offset]
    line = index.text[start : index.line_end(row)]
    block = _block_scalar(index, row)
    if block is not None:
        at = len(before) - len(before.lstrip(" "))
        return _value(index, (*_pointer(index, block),), before[at:], start + at, "")
    opener = _open_bracket_above(index, row, offset)
    if opener is not None:
        above, begin = opener
        return _in_brackets(index.text, begin, offset, _pointer(index, above))
    elements, rest = _elements(before)
    written = before[rest:]
    if elements and elements[-1].kind == "key":
        pointer = _pointer(index, row, elements)
        return _block_value(index, pointer, written, start + rest)
    column = rest
    parents = _pointer(index, row, [*elements, _Element("key", column)])[:-1]
    if written[:1] in ("{", "["):
        return _in_brackets(index.text, start + rest, offset, parents)
    quote = written[:1] if written[:1] in ("'", '"') else ""
    is_item = bool(elements) and (quote != "" or written[:1] == "$" or _is_scalar(line, rest))
    begin = start + rest + len(quote)
    end = _word_end(index, offset)
    return Cursor(parents, not is_item, written[len(quote) :], begin, end, quote, column)


def _is_scalar(line: str, rest: int) -> bool:
    """Whether an item of a list is more likely a string than the first key of an object."""
    return "$" in line[rest:] and ":" not in line[rest:]


def _block_value(index: LineIndex, pointer: Pointer, written: str, start: int) -> Cursor:
    properties = _PROPERTIES.match(written)
    at = properties.end() if properties else 0
    written, start = written[at:], start + at
    if written[:1] in ("{", "["):
        return _in_brackets(index.text, start, start + len(written), pointer)
    quote = written[:1] if written[:1] in ("'", '"') else ""
    return _value(index, pointer, written[len(quote) :], start + len(quote), quote)


def _value(index: LineIndex, pointer: Pointer, prefix: str, start: int, quote: str) -> Cursor:
    end = _word_end(index, start + len(prefix))
    return Cursor(pointer, is_key=False, prefix=prefix, start=start, end=end, quote=quote)


def _word_end(index: LineIndex, offset: int) -> int:
    found = _REST.match(index.text, offset, index.line_end(index.line_of(offset)))
    return found.end() if found else offset


def _elements(line: str) -> tuple[list[_Element], int]:
    """What a line opens, from the left, and the offset where the rest of it begins."""
    dashes = _DASHES.match(line)
    rest = dashes.end() if dashes else 0
    found = [_Element("item", one.start()) for one in _DASH.finditer(line, 0, rest)]
    key = _KEY.match(line, rest)
    if key is None:
        return found, rest
    return [*found, _Element("key", rest, _unquoted_key(key["key"]))], key.end()


def _unquoted_key(text: str) -> str:
    return text[1:-1] if text[:1] in ("'", '"') and text[-1:] == text[:1] else text


def _pointer(index: LineIndex, row: int, elements: list[_Element] | None = None) -> Pointer:
    """The pointer of the last thing that a line opens, by the lines above it."""
    if elements is None:
        elements, _ = _elements(index.text[index.line_start(row) : index.line_end(row)])
    tokens: list[str | int] = []
    while elements:
        # The items of the line begin lists, but for the first one, which may go on with one.
        inner = elements[1:]
        tokens += [0 if one.kind == "item" else one.name for one in reversed(inner)]
        row, elements, token = _parent(index, row, elements[0])
        tokens.append(token)
    return tuple(reversed(tokens))


def _parent(index: LineIndex, row: int, element: _Element) -> tuple[int, list[_Element], str | int]:
    """The line that holds an element, what it opens up to there, and the element's own token."""
    before = 0
    for above, elements in _lines_above(index, row, element.column):
        if element.kind == "item" and elements[0] == element:
            before += 1
            continue
        # The items of a list may stand below its key, no further to the right.
        most = element.column if element.kind == "item" else element.column - 1
        holders = [
            one
            for one in elements
            if one.column <= most and (one.kind == "key" or one.column < element.column)
        ]
        if holders:
            return above, holders, _token(element, before)
    return 0, [], _token(element, before)


def _token(element: _Element, before: int) -> str | int:
    return before if element.kind == "item" else element.name


def _lines_above(index: LineIndex, row: int, column: int) -> Iterator[tuple[int, list[_Element]]]:
    """The lines above that open something, without those that begin right of a column."""
    beyond = " " * (column + 1)
    for above in range(row - 1, -1, -1):
        start = index.line_start(above)
        if index.text.startswith(beyond, start):  # nearly all lines of a long text
            continue
        line = index.text[start : index.line_end(above)]
        if line.strip() and line.lstrip()[0] != "#":
            elements, _ = _elements(line)
            if elements:
                yield above, elements


def _open_bracket_above(index: LineIndex, row: int, offset: int) -> tuple[int, int] | None:
    """The line above whose value is in brackets that are still open at an offset, and their offset.

    What is within them stands further right than the line that opens them: only such lines are
    looked at, and the uppermost counts. One that does not end as if it went on is being written.
    """
    found: tuple[int, int] | None = None
    column = _column(index, row)
    for above in range(row - 1, -1, -1):
        if not column:
            break
        start = index.line_start(above)
        if index.text.startswith(" " * column, start):
            continue
        line = index.text[start : index.line_end(above)]
        if not line.strip():
            continue
        column = _column(index, above)
        _, rest = _elements(line)
        goes_on = line[rest : rest + 1] in ("{", "[") and _GOES_ON.search(line, rest)
        if goes_on and _is_open(index.text, start + rest, offset):
            found = above, start + rest
    return found


def _column(index: LineIndex, row: int) -> int:
    line = index.text[index.line_start(row) : index.line_end(row)]
    return len(line) - len(line.lstrip(" "))


def _is_open(text: str, begin: int, offset: int) -> bool:
    """Whether the bracket at ``begin`` is not closed up to an offset."""
    depth = 0
    for token in _TOKEN.finditer(text, begin, offset):
        depth += (token[0] in ("{", "[")) - (token[0] in ("}", "]"))
        if depth == 0:
            return False
    return True


def _block_scalar(index: LineIndex, row: int) -> int | None:
    """The line whose block scalar a line is in; None for all others."""
    line = index.text[index.line_start(row) : index.line_end(row)]
    indent = len(line) - len(line.lstrip(" "))
    for above in range(row - 1, -1, -1):
        other = index.text[index.line_start(above) : index.line_end(above)]
        if not other.strip():
            continue
        column = len(other) - len(other.lstrip(" "))
        if column < indent:
            is_block = _BLOCK.search(other) and _elements(other)[0]
            return above if is_block else None
    return None


# --- brackets -------------------------------------------------------------------------------------

_TOKEN: Final = lazy_pattern(
    r'"(?:[^"\\]|\\.)*+"?|\'(?:[^\']|\'\')*+\'?|[{}\[\],:]|#[^\n]*'
    r"|[^\s,{}\[\]:\"'#](?:[^\s,{}\[\]:]|:(?![\s,{}\[\]]|\Z)|[ \t]+(?=[^\s,{}\[\]:#]))*+",
    re.DOTALL,
)


class _Bracket(Struct):
    """An object or a list that is open; ``last`` is the scalar read last in it."""

    is_object: bool
    key: str | None = None
    index: int = 0
    last: str | None = None


class _OpenBrackets(Struct):
    """The brackets that are open up to the cursor."""

    stack: list[_Bracket] = field(default_factory=list)

    def take(self, mark: str) -> None:
        """Read a mark that ends before the cursor."""
        if mark in ("{", "["):
            self.stack.append(_Bracket(mark == "{"))
        elif mark in ("}", "]"):
            self.stack[-1:] = []
        elif self.stack:
            self._take_inside(self.stack[-1], mark)

    @staticmethod
    def _take_inside(top: _Bracket, mark: str) -> None:
        if mark == ",":
            top.key, top.last, top.index = None, None, top.index + 1
        elif mark == ":":
            top.key = top.last
        elif not mark.startswith("#"):
            top.last = _unquoted_key(mark)

    @property
    def pointer(self) -> Pointer:
        """The pointer of what comes next, or of the object that a key comes next in."""
        tokens = [one.key if one.is_object else one.index for one in self.stack]
        return tuple(one for one in tokens if one is not None)

    @property
    def expects_key(self) -> bool:
        """Whether a key comes next."""
        return bool(self.stack) and self.stack[-1].is_object and self.stack[-1].key is None


def _in_brackets(text: str, begin: int, offset: int, outside: Pointer) -> Cursor:
    """The cursor within brackets that open at ``begin``, in the value at ``outside``."""
    brackets = _OpenBrackets()
    prefix, start = "", offset
    for token in _TOKEN.finditer(text, begin, offset):
        if token.end() == offset and token[0] not in "{}[],:" and not _is_whole(token[0]):
            prefix, start = token[0], token.start()
            break
        brackets.take(token[0])
    quote = prefix[:1] if prefix[:1] in ("'", '"') else ""
    rest = _REST.match(text, offset)
    return Cursor(
        (*outside, *brackets.pointer),
        brackets.expects_key,
        prefix[len(quote) :],
        start + len(quote),
        rest.end() if rest else offset,
        quote,
    )


def _is_whole(token: str) -> bool:
    """Whether a string has both its quotation marks: the cursor is behind it."""
    return len(token) > 1 and token[0] in ("'", '"') and token[-1] == token[0]
