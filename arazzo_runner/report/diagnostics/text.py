"""A diagnostic as text with the source line and carets, and as the JSON of reports."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import assert_never

from msgspec import Struct

from arazzo_runner.report.diagnostics.carets import Caret, Gutter, caret_lines
from arazzo_runner.report.safe_text import escape
from arazzo_runner.report.secrets import URL_MASK, Masker
from arazzo_runner.report.terminal.style import PLAIN, AnsiStyle
from arazzo_runner.text.diagnostic import Diagnostic, Label, Severity
from arazzo_runner.text.positions import locate_place, position
from arazzo_runner.text.source import Place, SourceFile, Span, line_starts, pointer_text


class _LabelledSpan(Struct, frozen=True):
    """A place with its span, the words about it, and the colour of its carets."""

    place: Place
    span: Span
    label: str
    colour: str


def render_text(diagnostic: Diagnostic, style: AnsiStyle = PLAIN, masker: Masker = URL_MASK) -> str:
    """The diagnostic for people: headline, source lines with carets, help.

    Several lines, the last one ended. Everything from outside is masked and escaped; colours are
    those of ``style`` alone.
    """
    return "\n".join([*_lines(diagnostic, style, masker), ""])


def render_line(diagnostic: Diagnostic, style: AnsiStyle = PLAIN) -> str:
    """The diagnostic in one line, the place and the way out in it; without a final line break."""
    colour = _colour(diagnostic.severity, style)
    head = style.paint(style.bold + colour, f"{diagnostic.severity.value}[{diagnostic.code}]")
    way_out = f"; {diagnostic.help}" if diagnostic.help else ""
    where = ""
    if diagnostic.place:
        where = f" ({position(diagnostic.place)})"
    return f"{head}: {escape(URL_MASK.text(diagnostic.message + where + way_out))}"


def to_json(diagnostic: Diagnostic) -> dict[str, object]:
    """The diagnostic as it stands in the report."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": URL_MASK.text(diagnostic.message),
        "help": URL_MASK.text(diagnostic.help) if diagnostic.help else diagnostic.help,
        "location": location_json(diagnostic.place) if diagnostic.place else None,
    }


def location_json(place: Place) -> dict[str, str | int]:
    """A place as it stands in the report; lines and columns count from 1, the end is exclusive."""
    span = locate_place(place)
    return {
        "file": URL_MASK.text(place.source.name),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "pointer": pointer_text(place.pointer),
    }


# --- text -----------------------------------------------------------------------------------------


def _lines(diagnostic: Diagnostic, style: AnsiStyle, masker: Masker) -> Iterator[str]:
    colour = _colour(diagnostic.severity, style)
    head = style.paint(style.bold + colour, f"{diagnostic.severity.value}[{diagnostic.code}]")
    yield head + style.paint(style.bold, f": {escape(masker.text(diagnostic.message))}")
    shown = list(_labelled_spans(diagnostic, style))
    gutter = Gutter(max((len(str(one.span.line)) for one in shown), default=0), style)
    for index, one in enumerate(shown):
        yield from _frame(one, "::: " if index else "--> ", gutter, masker)
    if diagnostic.help:
        if shown:
            yield gutter.text()
        yield from _help(masker.text(diagnostic.help), style)


def _colour(severity: Severity, style: AnsiStyle) -> str:
    match severity:
        case Severity.ERROR:
            return style.bad
        case Severity.WARNING:
            return style.warn
        case Severity.HINT:
            return style.good
        case _:
            assert_never(severity)


def _labelled_spans(diagnostic: Diagnostic, style: AnsiStyle) -> Iterator[_LabelledSpan]:
    colour = _colour(diagnostic.severity, style)
    labels = [Label(diagnostic.place, diagnostic.label)] if diagnostic.place else []
    for label in (*labels, *diagnostic.more):
        yield _LabelledSpan(label.place, locate_place(label.place), label.text, colour)
        colour = style.dim


def _help(text: str, style: AnsiStyle) -> Iterator[str]:
    mark = style.paint(style.bold, "help:")
    for line in text.splitlines():
        yield f"{mark} {escape(line)}"
        mark = "     "


def _frame(shown: _LabelledSpan, arrow: str, gutter: Gutter, masker: Masker) -> Iterator[str]:
    span = shown.span
    where = escape(masker.text(position(shown.place)))
    style = gutter.style
    yield f"{' ' * gutter.width}{style.paint(style.dim, arrow)}{where}"
    line = _source_line(shown.place.source, span.line)
    if not line.strip():
        return
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    yield gutter.text()
    caret = Caret(span.column - 1, end, shown.label, shown.colour)
    yield from caret_lines(line, span.line, [caret], gutter, masker)


@lru_cache(maxsize=1)
def _source_line(source: SourceFile, number: int) -> str:
    """A line without its end; the last one is kept, since of minified JSON it is the whole text."""
    starts = line_starts(source)
    end = starts[number] - 1 if number < len(starts) else None
    return source.text[starts[number - 1] : end].removesuffix("\r")
