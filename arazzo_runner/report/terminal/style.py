"""The style of a text rendering: what is shown, how wide, in which colours and signs.

Where a terminal cannot show a sign, there is a plain one. Inputs and outputs are a line each by
name, longer ones a line a member.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Final, Protocol, TextIO, TypeAlias
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.expression.value import Value
from arazzo_runner.report.body import to_json_data
from arazzo_runner.report.safe_text import SafeText
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.json_write import INDENTED, write_json


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


class ColourStream(Protocol):
    """A stream that may be a terminal."""

    def write(self, text: str, /) -> object:
        """Write text."""
        ...

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        ...


ColorWhen: TypeAlias = Choice["auto", "always", "never"]


def style_for(out: ColourStream, environ: Mapping[str, str], when: ColorWhen = "auto") -> AnsiStyle:
    """Colours for a terminal that has them, unless the user or the environment decides.

    https://no-color.org, and https://force-color.org, in whose example ``FORCE_COLOR`` has the
    last word; both count unless they are empty.
    """
    if when == "never":
        return PLAIN
    is_shown = _understands_sequences(out)
    if when == "always" or environ.get("FORCE_COLOR"):
        return ANSI
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb" or not out.isatty():
        return PLAIN
    return ANSI if is_shown else PLAIN


def _understands_sequences(out: object) -> bool:
    """Whether a terminal understands ANSI sequences; a console of Windows has to be asked."""
    if sys.platform == "win32":
        from arazzo_runner.operating_system.terminal import has_escape_sequences

        return has_escape_sequences(out)
    else:
        return True


def is_live(out: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether lines can be redrawn there, and someone looks: a terminal, and no CI."""
    kind = environ.get("TERM", "console" if sys.platform == "win32" else "dumb")
    if kind in ("", "dumb") or not (out.isatty() and _understands_sequences(out)):
        return False
    return environ.get("CI", "").lower() in ("", "0", "false")


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


Verbosity: TypeAlias = Choice["quiet", "normal", "verbose", "bodies"]

LABEL = 6
"""The width of the words at the left of a step's lines: ``sent``, ``got``, ``out``, a mark."""


class TextStyle(Struct, frozen=True):
    """The settings of one rendering; ``width`` is in characters, for lines that may be cut."""

    shown: SafeText
    style: AnsiStyle = PLAIN
    marks: Marks = UNICODE
    width: int = 100
    verbosity: Verbosity = "normal"

    def label_lines(self, label: str, lines: list[str]) -> list[str]:
        """Lines behind a word in the left column; none for no lines."""
        if not lines:
            return []
        first = self.style.paint(self.style.dim, label.ljust(LABEL)) + lines[0]
        return [first, *(" " * LABEL + line if line else "" for line in lines[1:])]

    @property
    def room(self) -> int:
        """The characters left for a value in a step's line."""
        return max(self.width - LABEL - 6, 20)


def plain_look(masker: Masker, style: AnsiStyle = PLAIN) -> TextStyle:
    """The look of a text that goes into an exception or a test's output."""
    return TextStyle(SafeText(masker), style)


MEMBERS = 20
"""So many members of a long array or object are shown."""

TEXT_LIMIT = 1_000
"""A text among the outputs of a workflow is shown up to this length, in characters."""


def value_lines(values: Mapping[str, Value], look: TextStyle) -> list[str]:
    """``name = value``, a line each, the values in JSON and cut to the line."""
    return [_line(name, value, look) for name, value in values.items()]


def _line(name: str, value: Value, look: TextStyle) -> str:
    shown = look.shown.text(name)
    return f"{shown} = {look.shown.value(value, max(look.room - len(shown) - 3, 20))}"


def output_lines(outputs: Mapping[str, Value], look: TextStyle) -> list[str]:
    """The outputs of a workflow: what a line cannot hold is spread, a line a member.

    With ``-vv`` they are whole.
    """
    if look.verbosity == "bodies":
        return [line for name, value in outputs.items() for line in _whole_value(name, value, look)]
    return [line for name, value in outputs.items() for line in _spread_value(name, value, look)]


def _whole_value(name: str, value: Value, look: TextStyle) -> list[str]:
    masked = to_json_data(look.shown.masker.value(value))
    lines = write_json(masked, INDENTED).split("\n")
    shown = [look.shown.text(line) for line in lines]
    return [f"{look.shown.text(name)} = {shown[0]}", *shown[1:]]


def _spread_value(name: str, value: Value, look: TextStyle) -> list[str]:
    line = _line(name, value, look)
    # A JSON spelling ends in a quote, a bracket or a word: an ellipsis means that it was cut.
    if not line.endswith(look.marks.cut):
        return [line]
    first = f"{look.shown.text(name)} = "
    match value:
        case list():
            return [f"{first}[", *_members(_items(value, look), len(value), look), "]"]
        case dict():
            return [f"{first}{{", *_members(_entries(value, look), len(value), look), "}"]
        case _:
            return [first + look.shown.value(value, TEXT_LIMIT)]


def _items(items: list[Value], look: TextStyle) -> Iterator[str]:
    return (look.shown.value(item, look.room) for item in items)


def _entries(members: dict[str, Value], look: TextStyle) -> Iterator[str]:
    for name, value in members.items():
        key = look.shown.value(name, look.room)
        yield f"{key}: {look.shown.value(value, max(look.room - len(key) - 2, 20))}"


def _members(shown: Iterator[str], count: int, look: TextStyle) -> Iterator[str]:
    for _, line in zip(range(MEMBERS), shown, strict=False):
        yield f"  {line}"
    if count > MEMBERS:
        yield f"  {look.marks.cut} and {count - MEMBERS:,} more"
