"""Colours and marks: what a terminal can show, and what is left where it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol, TextIO

from msgspec import Struct


class AnsiStyle(Struct, frozen=True):
    """ANSI sequences for the kinds of words in a text; empty ones for plain text."""

    good: str = ""
    bad: str = ""
    warn: str = ""
    dim: str = ""
    bold: str = ""
    reset: str = ""

    def paint(self, sequence: str, text: str) -> str:
        """The text in one of this style's colours."""
        return f"{sequence}{text}{self.reset}" if sequence else text


PLAIN: Final = AnsiStyle()
ANSI: Final = AnsiStyle(
    good="\x1b[32m",
    bad="\x1b[31m",
    warn="\x1b[33m",
    dim="\x1b[2m",
    bold="\x1b[1m",
    reset="\x1b[0m",
)


def style_for(out: TextIO, environ: Mapping[str, str]) -> AnsiStyle:
    """Colours for a terminal that has them and a user who wants them (``NO_COLOR``, ``TERM``)."""
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb" or not out.isatty():
        return PLAIN
    return ANSI


def is_live(out: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether lines can be redrawn there, and someone looks: a terminal, and no CI."""
    if environ.get("TERM", "dumb") in ("", "dumb"):
        return False
    return out.isatty() and environ.get("CI", "").lower() in ("", "0", "false")


class Marks(Struct, frozen=True):
    """The signs in front of lines, and the few others that are not ASCII."""

    passed: str
    failed: str
    skipped: str
    retry: str
    call: str
    arrow: str
    cut: str


UNICODE: Final = Marks("✓", "✗", "-", "↻", "▸", "→", "…")
ASCII: Final = Marks("ok", "FAIL", "-", "again", ">", "->", "...")


class TextStream(Protocol):
    """What lines are written to."""

    @property
    def encoding(self) -> str:
        """Its encoding."""
        ...

    def write(self, text: str, /) -> object:
        """Write text."""
        ...

    def flush(self) -> None:
        """Send it on its way."""
        ...


def marks_for(out: TextStream) -> Marks:
    """The marks that the stream's encoding can spell."""
    try:
        "".join((UNICODE.passed, UNICODE.failed, UNICODE.retry, UNICODE.call)).encode(
            out.encoding or "ascii"
        )
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE
