"""A diagnostic: code, severity, sentence, place, help. Rendered in ``report/``.

:class:`SafeRepr` is for values whose `repr` must not show what they hold, which may be secret or
without end.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.text.source import Place, Span
from arazzo_runner.text.suggested_fix import NEAR, Fix, names_to_compare


class SafeRepr(Struct, frozen=True):
    """A value whose representation is :meth:`brief` alone: it reaches logs and tracebacks."""

    def brief(self) -> str:
        """A few words without anything from outside."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.brief()})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("brief", self.brief())]


class Severity(Enum):
    """How certain a finding is: it cannot work, it is probably wrong, it could be nicer."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


class Label(Struct, frozen=True):
    """A place shown under a diagnostic, with a few words about it."""

    place: Place
    text: str = ""


class Diagnostic(SafeRepr, frozen=True):
    """A finding, said once and rendered many ways.

    ``message`` is a sentence without a final period, backticks round the user's own words;
    ``label`` are the few words beside the caret; ``help`` is the way out; ``more`` are further
    places that the finding is about; ``fix`` is the change, where that is known; ``subject`` is
    what it is about where its place does not say it, such as the name of what is missing.
    """

    code: str
    severity: Severity
    message: str
    place: Place | None = None
    label: str = ""
    help: str | None = None
    more: tuple[Label, ...] = ()
    fix: Fix | None = None
    subject: str = ""

    @property
    def span(self) -> Span | None:
        """The lines and columns of its place."""
        from arazzo_runner.text.positions import locate_place

        return None if self.place is None else locate_place(self.place)

    def brief(self) -> str:
        """What is wrong, without the text that it is wrong in."""
        return f"{self.code}, {self.severity.value}, {self.message!r}"


def error(
    code: str,
    message: str,
    place: Place | None = None,
    label: str = "",
    help: str | None = None,
    fix: Fix | None = None,
) -> Diagnostic:
    """A finding that makes the document unusable."""
    return Diagnostic(code, Severity.ERROR, message, place, label, help, (), fix)


def warning(
    code: str,
    message: str,
    place: Place | None = None,
    label: str = "",
    help: str | None = None,
    fix: Fix | None = None,
) -> Diagnostic:
    """A finding about something that works but is probably not meant."""
    return Diagnostic(code, Severity.WARNING, message, place, label, help, (), fix)


def as_warning(finding: Diagnostic) -> Diagnostic:
    """A finding as a warning, whatever it was."""
    return replace(finding, severity=Severity.WARNING)


def shorten(text: str, limit: int = 60) -> str:
    """A user's word for a message: cut where it is too long to be read there."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The known name most like ``name``, or None when nothing is near enough to suggest."""
    from difflib import get_close_matches

    known = names_to_compare(name, names)
    for candidate in known:
        if candidate.casefold() == name.casefold():
            return candidate
    matches = get_close_matches(name, known, n=1, cutoff=NEAR)
    return matches[0] if matches else None


def did_you_mean(name: str, names: Iterable[str]) -> str | None:
    """The help line that names the nearest known name, or None."""
    return suggest(nearest(name, names))


def suggest(match: str | None) -> str | None:
    """The help line that names a name which was found to be the nearest, or None."""
    return f"did you mean `{match}`?" if match else None


def sort_findings(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Findings as a reader meets their places: file by file, from the top; those without first."""
    from arazzo_runner.text.positions import locate_place

    every = list(findings)
    files = {id(one.place.source): None for one in every if one.place is not None}
    order = {file: number for number, file in enumerate(files)}

    def position(found: Diagnostic) -> tuple[int, int, int]:
        if found.place is None:
            return -1, 0, 0
        span = locate_place(found.place)
        return order[id(found.place.source)], span.line, span.column

    return sorted(every, key=position)
