"""Text from outside made safe to show: masked, escaped, and cut to a line.

Documents, servers and file names may hold escape sequences, and directional characters that make
a line read as something else than it is (Unicode Technical Report 36, section 3.4): what could
steer a terminal or reorder a line is spelled. So is what the log of a CI job would take for a
command: ``::name::`` at the start of a line, and ``##[name]`` and ``##vso[name]`` anywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from arazzo_runner.expression.value import MISSING, FileBody, MaybeValue, Value
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.json_write import JsonStyle, json_pieces, write_json
from arazzo_runner.text.number import JsonNumber
from arazzo_runner.text.pattern import lazy_pattern

# Controls (C0, DEL, C1), directional and invisible formats, line separators, the byte order mark,
# interlinear marks, half surrogates (no encoding has them), and tag characters.
_UNSAFE: Final = lazy_pattern(
    "[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_UNSAFE_IN_LINES: Final = lazy_pattern(rf"(?![\t\n]){_UNSAFE.pattern}")

# Workflow commands of GitHub Actions, which ignores what is white before them, and of Azure
# Pipelines and TeamCity. The section markers of GitLab begin with a control character.
_AT_START: Final = r"^([^\S\n]*):(?=:\s*[A-Za-z])"
_ANYWHERE: Final = r"#(?=#[A-Za-z]*\[)"
_COMMAND: Final = lazy_pattern(f"{_AT_START}|{_ANYWHERE}", re.MULTILINE)


def escape(text: str) -> str:
    r"""One line that shows ``text``: control characters as ``\x1b``, others as ``\u{202e}``."""
    return _escape_commands(_UNSAFE.sub(_escape_character, text))


def escape_lines(text: str) -> str:
    """Like :func:`escape`, for text of several lines: line feeds and tabs stand."""
    return _escape_commands(_UNSAFE_IN_LINES.sub(_escape_character, text))


def _escape_commands(text: str) -> str:
    if "::" not in text and "##" not in text:
        return text
    return _COMMAND.sub(lambda one: "\\x23" if one[1] is None else f"{one[1]}\\x3a", text)


def escape_stream(text: str, kind: str | None) -> str:
    """A report of some kind for a standard stream: of the same meaning, and without commands.

    Reports for people are made of texts that are escaped already. XML has no CDATA sections.
    """
    match kind:
        case "json" | "ndjson" | "har" | "sarif":
            return re.sub(_ANYWHERE, r"\\u0023", text)
        case "junit":
            return _COMMAND.sub(lambda one: "&#35;" if one[1] is None else f"{one[1]}&#58;", text)
        case _:
            return text


def _escape_character(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"


def display_width(text: str) -> int:
    """The columns that a terminal takes for a text in one line, such as :func:`escape` makes.

    Wide characters take two, combining marks none (Unicode Standard Annex 11).
    """
    # What is cut ends in an ellipsis, which takes one.
    if text.isascii() or text.replace("…", "").isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def pad(text: str, width: int) -> str:
    """The text with spaces behind it, up to so many columns."""
    return text + " " * (width - display_width(text))


_LINE_BREAK = lazy_pattern(r"\s*[\r\n]\s*")


class SafeText:
    """Spells outside text and values for people; ``ellipsis`` ends what was cut.

    The order is fixed: mask, fold to one line, escape, cut. A secret is recognized only before
    anything else has changed the text.
    """

    __slots__ = ("_ellipsis", "masker")

    def __init__(self, masker: Masker, ellipsis: str = "…") -> None:
        self.masker = masker
        self._ellipsis = ellipsis

    def text(self, text: str) -> str:
        """The whole text in one line; line breaks are escaped like other control characters."""
        return escape(self.masker.text(text))

    def line(self, text: str, limit: int) -> str:
        """At most ``limit`` characters of the text, in one line, line breaks folded to spaces.

        The work is bounded by ``limit``, however long the text is.
        """
        # Indentation folds away: look at more than will be shown.
        folded = _LINE_BREAK.sub(" ", self.masker.clip(text, 4 * limit).strip())
        escaped = escape(folded)
        if len(escaped) > limit:
            return escaped[: limit - len(self._ellipsis)] + self._ellipsis
        return escaped if len(text) <= 4 * limit else escaped + self._ellipsis

    def value(self, value: MaybeValue, limit: int) -> str:
        """A value in its JSON spelling, cut to ``limit`` characters; ``missing`` for MISSING."""
        return self.line(self._spell(value, 4 * limit + self.masker.margin + 1), limit)

    def typed_text(self, value: MaybeValue, limit: int) -> str:
        """A value with its type: ``integer 201``, ``string "active"``, ``null``, ``missing``."""
        kind = type_name(value)
        return f"{kind} {self.value(value, limit)}" if kind else self.value(value, limit)

    def _spell(self, value: MaybeValue, enough: int) -> str:
        match value:
            case str():
                return json.dumps(value[:enough], ensure_ascii=False)
            case dict() | list():
                return beginning(json_pieces(value, _STYLE), enough)
            case FileBody():
                return value.label
            case bytes():
                return f"{len(value):,} bytes"
            case _:
                return "missing" if value is MISSING else write_json(value)


def _bytes_text(value: Value) -> str:
    return value.label if isinstance(value, FileBody) else f"({len(value):,} bytes)"


_STYLE = JsonStyle(default=_bytes_text)


def beginning(chunks: Iterator[str], enough: int) -> str:
    """As many chunks as give ``enough`` characters: a value of 10 MB is not spelled for a line."""
    taken: list[str] = []
    length = 0
    for chunk in chunks:
        taken.append(chunk)
        length += len(chunk)
        if length >= enough:
            break
    return "".join(taken)


_TYPES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    JsonNumber: "number",
    str: "string",
    list: "array",
    dict: "object",
    bytes: "binary,",
}


def type_name(value: MaybeValue) -> str:
    """The JSON type of a value, empty where the spelling alone says it (null, missing)."""
    return _TYPES.get(type(value), "")


def duration_text(duration: float) -> str:
    """A duration for people: ``0.4 ms``, ``12 ms``, ``1.2 s``, ``2 min 5 s``, ``1 h``."""
    if duration < 0.00995:
        return f"{duration * 1000:.1f} ms"
    if duration < 0.9995:
        return f"{duration * 1000:.0f} ms"
    if duration < 60:
        return f"{round(duration, 2):g} s"
    minutes, rest = divmod(round(duration), 60)
    hours, minutes = divmod(minutes, 60)
    parts = (hours, "h"), (minutes, "min"), (rest, "s")
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def count_text(count: int, singular: str) -> str:
    """``1 step``, ``3 steps``; ``criterion`` has its own plural."""
    plural = "criteria" if singular == "criterion" else singular + "s"
    return f"{count:,} {singular if count == 1 else plural}"
