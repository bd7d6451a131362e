"""Formatting that changes no data and no comment: blanks at ends of lines, and the end of the file.

How a document is indented and quoted is its author's: YAML has many right ways, and moving them
would make changes that nobody asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.fix.apply import is_same_data
from arazzo_runner.fix.spelling import TextEdit, apply_edits
from arazzo_runner.lsp.workspace.line_index import LineIndex
from arazzo_runner.text.diagnostic import Severity
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.parse import parse
from arazzo_runner.text.positions import extents_of
from arazzo_runner.text.source import SourceFile


def format_edits(
    index: LineIndex,
    name: str,
    options: types.FormattingOptions,
    span: types.Range | None = None,
) -> list[types.TextEdit]:
    """The edits for a whole text, or for the lines of a range.

    There are none for a text that does not parse, nor where its data would change.
    """
    source = SourceFile(name, index.text, "")
    before = _data(source)
    if before is None:
        return []
    edits = list(_edits(index, source, options, span))
    after = _data(SourceFile(name, apply_edits(index.text, edits), ""))
    if after is None or not is_same_data(before[0], after[0]):
        return []
    return [types.TextEdit(index.range(one.start, one.end), one.text) for one in edits]


def _data(source: SourceFile) -> tuple[Value] | None:
    try:
        return (parse(source, DocumentLimits(), Severity.WARNING).value,)
    except DocumentError:
        return None


def _edits(
    index: LineIndex,
    source: SourceFile,
    options: types.FormattingOptions,
    span: types.Range | None,
) -> Iterator[TextEdit]:
    last = index.line_of(len(index.text))
    lines = range(span.start.line, min(span.end.line, last) + 1) if span else range(last + 1)
    end = len(index.text.rstrip(" \t\r\n"))
    kept = _lines_of_long_strings(index, source)
    is_trimming = options.trim_trailing_whitespace is not False
    for line in lines if is_trimming else ():
        start, stop = index.line_start(line), index.line_end(line)
        blank = start + len(index.text[start:stop].rstrip(" \t"))
        # What is behind the last line is one edit, below.
        if blank < min(stop, end) and line not in kept:
            yield TextEdit(blank, stop, "")
    if span is None or index.line_of(end) in lines:
        yield from _end_of_file(index, end, options)


def _lines_of_long_strings(index: LineIndex, source: SourceFile) -> set[int]:
    """The lines within strings of several lines, whose blanks may be a part of them."""
    extents = extents_of(source)
    kept = set[int]()
    for at, (_, extent) in enumerate(extents):
        first, last = index.line_of(extent.start), index.line_of(extent.end)
        if first < last and not extents.has_members(at):
            kept.update(range(first, last + 1))
    return kept


def _end_of_file(
    index: LineIndex, end: int, options: types.FormattingOptions
) -> Iterator[TextEdit]:
    """One line break behind the last line."""
    written = index.text[end:]
    breaks = written.replace(" ", "").replace("\t", "")
    if options.insert_final_newline is False and not breaks:
        wanted = ""
    elif options.trim_final_newlines is False and breaks:
        wanted = breaks
    else:
        wanted = "\r\n" if "\r\n" in index.text else "\n"
    if end and written != wanted:
        yield TextEdit(end, len(index.text), wanted)
