"""A finding as plain data, with its position: what every format of `validate` is written from."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from arazzo_runner.report.diagnostics import render_text
from arazzo_runner.report.style import Style
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.locate import locate
from arazzo_runner.text.source import Pointer, Span, pointer_text

_NOWHERE = Span(0, 0, 0, 0)


class Located(Struct, frozen=True):
    """One finding; ``file`` is empty and ``line`` 0 where it has no place.

    ``text`` is the rendering for people, empty where the format has no use for it.
    """

    code: str
    severity: str
    message: str
    help: str | None
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    pointer: str
    text: str = ""

    def to_json(self) -> dict[str, object]:
        """The finding as it stands in the report."""
        location = {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "end_line": self.end_line,
            "end_column": self.end_column,
            "pointer": self.pointer,
        }
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "help": self.help,
            "location": location if self.line else None,
        }


class Validation(Struct, frozen=True):
    """What came of validating: the documents as they were named, and all findings in order."""

    documents: tuple[str, ...]
    findings: tuple[Located, ...]

    def count(self, severity: str) -> int:
        """How many findings have a severity."""
        return sum(one.severity == severity for one in self.findings)


def located(found: Iterable[Diagnostic], style: Style | None) -> tuple[Located, ...]:
    """Findings as plain data; with a style, with their text for people."""
    return tuple(_located(one, style) for one in found)


def _located(one: Diagnostic, style: Style | None) -> Located:
    place = one.place
    span = locate(place) if place else _NOWHERE
    pointer: Pointer = place.pointer if place else ()
    return Located(
        code=one.code,
        severity=one.severity.value,
        message=one.message,
        help=one.help,
        file=place.source.name if place else "",
        line=span.line,
        column=span.column,
        end_line=span.end_line,
        end_column=span.end_column,
        pointer=pointer_text(pointer),
        text=render_text(one, style) if style else "",
    )
