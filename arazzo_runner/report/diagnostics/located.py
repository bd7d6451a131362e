"""A finding as plain data, with its position: what every format of `validate` is written from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.report.diagnostics.identity import IdentityReader
from arazzo_runner.report.diagnostics.text import render_text
from arazzo_runner.report.terminal.style import AnsiStyle
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.limits import DESCRIPTION_LIMITS
from arazzo_runner.text.positions import locate_place
from arazzo_runner.text.source import Pointer, Span, pointer_text, span_between

if TYPE_CHECKING:
    from arazzo_runner.fix.apply import FixSpeller

_NOWHERE = Span(0, 0, 0, 0)


class TextChange(Struct, frozen=True):
    """A stretch of a file, and the text to write instead of it, in the spelling of that file."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str

    def to_json(self) -> dict[str, object]:
        """The change as it stands in the report."""
        return {
            "line": self.line,
            "column": self.column,
            "end_line": self.end_line,
            "end_column": self.end_column,
            "text": self.text,
        }


class LocatedFix(Struct, frozen=True):
    """What mends a finding: changes of its file that belong together, from the top."""

    is_safe: bool
    changes: tuple[TextChange, ...]

    @property
    def safety(self) -> str:
        """``safe`` when does not change what the document means, else ``unsafe``."""
        return "safe" if self.is_safe else "unsafe"

    def to_json(self) -> dict[str, object]:
        """The fix as it stands in the report."""
        return {"safety": self.safety, "edits": [one.to_json() for one in self.changes]}


class LocatedFinding(Struct, frozen=True):
    """One finding; where it has no place, ``line`` is 0 and ``file`` the document it is about.

    ``text`` is the rendering for people, empty where the format has no use for it. ``stable_place``
    and ``subject`` are those of :class:`IdentityReader`.
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
    fix: LocatedFix | None = None
    stable_place: str = ""
    subject: str = ""

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
            "fix": self.fix.to_json() if self.fix else None,
        }


class ValidationReport(Struct, frozen=True):
    """What came of validating: the documents as they were named, and all findings in order.

    ``mended`` is the number of findings that are no more, ``known`` that of those which a baseline
    holds, ``omitted`` that of those beyond the limit, all of them not among ``findings``.
    ``omissions`` say what is omitted, one of each document where anything is.
    """

    documents: tuple[str, ...]
    findings: tuple[LocatedFinding, ...]
    mended: int = 0
    known: int = 0
    omissions: tuple[LocatedFinding, ...] = ()
    omitted: int = 0

    @property
    def reported(self) -> tuple[LocatedFinding, ...]:
        """What is shown: the findings, and what says that there are others."""
        return (*self.findings, *self.omissions)

    def fixable_count(self, safety: str) -> int:
        """How many findings have a fix of this safety."""
        return sum(one.fix is not None and one.fix.safety == safety for one in self.findings)

    def count(self, severity: str) -> int:
        """How many findings have a severity."""
        return sum(one.severity == severity for one in self.findings)


def locate_findings(
    findings: Sequence[Diagnostic], style: AnsiStyle | None, document: str
) -> tuple[LocatedFinding, ...]:
    """The findings about a document as plain data; with a style, with their text for people."""
    from arazzo_runner.fix.apply import FixSpeller

    speller, reader = FixSpeller(DESCRIPTION_LIMITS), IdentityReader()
    located = (_locate_finding(one, style, document, speller) for one in findings)
    return tuple(_with_identity(*pair, reader) for pair in zip(located, findings, strict=True))


def _with_identity(
    located: LocatedFinding, finding: Diagnostic, reader: IdentityReader
) -> LocatedFinding:
    place, subject = reader.stable_place(finding), reader.subject(finding)
    return replace(located, stable_place=place, subject=subject)


def _locate_finding(
    one: Diagnostic, style: AnsiStyle | None, document: str, speller: FixSpeller
) -> LocatedFinding:
    place = one.place
    span = locate_place(place) if place else _NOWHERE
    pointer: Pointer = place.pointer if place else ()
    fix = _fix(one, speller)
    return LocatedFinding(
        code=one.code,
        severity=one.severity.value,
        message=one.message,
        help=one.help,
        file=place.source.name if place else document,
        line=span.line,
        column=span.column,
        end_line=span.end_line,
        end_column=span.end_column,
        pointer=pointer_text(pointer),
        text=_text(one, fix, style) if style else "",
        fix=fix,
    )


def _fix(one: Diagnostic, speller: FixSpeller) -> LocatedFix | None:
    if one.fix is None:
        return None
    source = one.fix.edits[0].place.source
    changes = (
        TextChange(span.line, span.column, span.end_line, span.end_column, edit.text)
        for edit in speller.edits(source, one.fix)
        for span in (span_between(source, edit.start, edit.end),)
    )
    found = LocatedFix(one.fix.is_safe, tuple(changes))
    return found if found.changes else None


def _text(one: Diagnostic, fix: LocatedFix | None, style: AnsiStyle) -> str:
    text = render_text(one, style)
    if fix is None:
        return text
    way = "`--fix` writes it" if fix.is_safe else "`--fix --unsafe-fixes` writes it"
    return f"{text}{style.paint(style.bold, 'fix:')} {way}\n"
