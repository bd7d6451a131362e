"""A diagnostic as text with the source line and carets, and as the JSON of reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, assert_never
from unicodedata import combining, east_asian_width

from msgspec import Struct

from arazzo_runner.report.safe_text import escape
from arazzo_runner.report.secrets import MASK, URL_MASK, Masker
from arazzo_runner.report.terminal.style import PLAIN, AnsiStyle, TextStyle
from arazzo_runner.text.diagnostic import Diagnostic, Label, Severity
from arazzo_runner.text.positions import locate_place, position
from arazzo_runner.text.source import Place, SourceFile, Span, line_starts, pointer_text

MAX_LINE: Final = 120
"""The characters of a source line that are shown; of a longer one, those around the caret."""

BEFORE_CARET: Final = 40
TAB: Final = "    "


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
    width = max((len(str(one.span.line)) for one in shown), default=0)
    for index, one in enumerate(shown):
        yield from _frame(one, "::: " if index else "--> ", width, style, masker)
    if diagnostic.help:
        if shown:
            yield _gutter("", width, style)
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


def _frame(
    shown: _LabelledSpan, arrow: str, width: int, style: AnsiStyle, masker: Masker
) -> Iterator[str]:
    span = shown.span
    where = escape(masker.text(position(shown.place)))
    yield f"{' ' * width}{style.paint(style.dim, arrow)}{where}"
    line = _source_line(shown.place.source, span.line)
    if not line.strip():
        return
    first, last = span.column - 1, span.end_column - 1 if span.end_line == span.line else len(line)
    text, before, carets = _window(*_masked(line, first, last, masker))
    label = escape(masker.text(shown.label))
    under = style.paint(shown.colour, f"{'^' * carets} {label}".rstrip())
    yield _gutter("", width, style)
    yield f"{_gutter(str(span.line), width, style)} {text}"
    yield f"{_gutter('', width, style)} {' ' * before}{under}"


def _gutter(number: str, width: int, style: AnsiStyle) -> str:
    return style.paint(style.dim, f"{number:>{width}} |")


def _source_line(source: SourceFile, number: int) -> str:
    start = line_starts(source)[number - 1]
    end = source.text.find("\n", start)
    return source.text[start : end if end >= 0 else None].removesuffix("\r")


def _masked(line: str, first: int, last: int, masker: Masker) -> tuple[str, int, int]:
    """A line without its secrets, and where a range of it is then."""
    spans = masker.spans(line)

    def shifted(at: int, *, is_end: bool) -> int:
        shift = 0
        for start, end in spans:
            if at >= end:
                shift += len(MASK) - (end - start)
            elif at > start:
                return start + shift + len(MASK) * is_end
        return at + shift

    text = line
    for start, end in reversed(spans):
        text = text[:start] + MASK + text[end:]
    return text, shifted(first, is_end=False), shifted(last, is_end=True)


def _window(line: str, first: int, last: int) -> tuple[str, int, int]:
    """The part of a line to show, the width before its carets, and how many they are."""
    left = 0 if len(line) <= MAX_LINE else min(max(first - BEFORE_CARET, 0), len(line) - MAX_LINE)
    right = left + MAX_LINE
    prefix = "…" if left else ""
    before = prefix + _visible_text(line[left:first])
    under = _visible_text(line[first : min(last, right)])
    text = before + _visible_text(line[first:right]) + ("…" if right < len(line) else "")
    return text.rstrip(), _width(before), max(_width(under), 1)


def _visible_text(text: str) -> str:
    return TAB.join(escape(part) for part in text.split("\t"))


def _width(text: str) -> int:
    """The columns that a terminal takes for a text."""
    return sum(_char_width(char) for char in text) if not text.isascii() else len(text)


def _char_width(char: str) -> int:
    if combining(char):
        return 0
    return 2 if east_asian_width(char) in {"W", "F"} else 1


class Caret(Struct, frozen=True):
    """A part of the text, by offsets; its line in the document; the words beside its carets."""

    start: int
    end: int
    line: int
    words: str


"""The characters of a line that are shown; of a longer one, those around the marked part."""

_BEFORE: Final = 40


class _Line(Struct, frozen=True):
    """A line of the text, or what is shown of it: ``start`` is where that begins in the text."""

    content: str
    start: int
    cut: tuple[str, str] = ("", "")


def caret_block(text: str, marks: Sequence[Caret], look: TextStyle) -> list[str]:
    """The lines of ``text`` that are marked, each followed by its carets."""
    width = max(len(str(mark.line)) for mark in marks)
    gutter = " " * width + " |"
    lines = [gutter]
    start = 0
    for content in text.split("\n"):
        here = [mark for mark in marks if start <= mark.start <= start + len(content)]
        for line, marked in _cut_lines(_Line(content, start), here):
            before, after = line.cut
            shown = f"{before}{look.shown.text(line.content)}{after}"
            lines.append(f"{marked[0].line:>{width}} | {shown}")
            lines += (f"{gutter} {_carets(line, mark, look)}" for mark in marked)
        start += len(content) + 1
    return [*lines, gutter]


def _cut_lines(line: _Line, marks: list[Caret]) -> Iterator[tuple[_Line, list[Caret]]]:
    """A line with its marks; of a long one, for each mark what is round it."""
    if marks and len(line.content) <= MAX_LINE:
        yield line, marks
        return
    for mark in marks:
        last = len(line.content) - MAX_LINE
        left = min(max(mark.start - line.start - _BEFORE, 0), last)
        right = left + MAX_LINE
        cut = ("…" if left else "", "…" if left < last else "")
        yield _Line(line.content[left:right], line.start + left, cut), [mark]


def _carets(line: _Line, mark: Caret, look: TextStyle) -> str:
    """Carets below the part as it is shown: escaped characters take more room."""
    before = line.cut[0] + look.shown.text(line.content[: mark.start - line.start])
    part = look.shown.text(line.content[mark.start - line.start : mark.end - line.start])
    carets = look.style.paint(look.style.bad, f"{'^' * max(len(part), 1)} {mark.words}".rstrip())
    return " " * len(before) + carets
