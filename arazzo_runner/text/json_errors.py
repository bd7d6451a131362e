"""What is wrong with malformed JSON, in words for people."""

from __future__ import annotations

import json
import re
from typing import Final, NamedTuple

from msgspec.structs import replace

from arazzo_runner.text.diagnostic import Diagnostic, Label, error
from arazzo_runner.text.outline import tokens
from arazzo_runner.text.positions import place_between
from arazzo_runner.text.source import SourceFile


class _Sentence(NamedTuple):
    message: str
    way_out: str


_COMMA: Final = _Sentence("a comma before a closing bracket is not allowed", "remove the comma")
_COMMENT: Final = _Sentence("JSON has no comments", "remove it, or rename the file to `.yaml`")
_SINGLE: Final = _Sentence("JSON strings use double quotes only", "write \"…\" instead of '…'")

# json.JSONDecodeError's own words, of which Python has changed some: the beginning is enough.
_SENTENCES: Final[dict[str, _Sentence]] = {
    "Expecting ':'": _Sentence("the `:` after a key is missing", 'write `"key": value`'),
    "Expecting ','": _Sentence(
        "a comma or a closing bracket is missing", "put a comma between two values"
    ),
    "Expecting property name": _Sentence(
        "a key in double quotes is expected here", 'write `"key": value`, or close the object'
    ),
    "Expecting value": _Sentence("a value is missing here", "write a value, or close the bracket"),
    "Unterminated string": _Sentence("this string is not closed", 'close it with "'),
    "Invalid control": _Sentence(
        "a line break or another control character is not allowed in a string",
        r"write `\n` or `\t`",
    ),
    "Invalid \\": _Sentence(
        "this is not a JSON escape", r"write `\\` for a backslash, `\u` with four digits"
    ),
    "Extra data": _Sentence(
        "something follows after the end of the document",
        "remove it, or fix the brackets before it",
    ),
    "Illegal trailing comma": _COMMA,
}


class JsonFault(NamedTuple):
    """What is wrong with a JSON text, where, and the bracket that is concerned, by offsets."""

    message: str
    way_out: str
    start: int
    opening: int | None = None


def explain_json(source: SourceFile, reason: json.JSONDecodeError) -> Diagnostic:
    """The finding about a syntax error in JSON text."""
    fault = json_fault(source.text, reason)
    place = place_between(source, fault.start, fault.start + 1)
    found = error("AZ103", fault.message, place, help=fault.way_out)
    if fault.opening is None:
        return found
    opened = place_between(source, fault.opening, fault.opening + 1)
    return replace(found, more=(Label(opened, "opened here"),))


def json_fault(text: str, reason: json.JSONDecodeError) -> JsonFault:
    """What a syntax error in JSON text is, in words for people."""
    start = min(reason.pos, len(text.rstrip()))
    opening = _innermost_bracket(text, start)
    if opening is not None and reason.msg.startswith("Expecting"):
        wanted = _CLOSING[text[opening]]
        if start == len(text.rstrip()):
            message = f"this `{text[opening]}` is not closed"
            return JsonFault(message, f"close it with `{wanted}`", opening)
        if text[start] in "]}" and text[start] != wanted:
            message = f"`{text[start]}` cannot close a `{text[opening]}`"
            return JsonFault(message, f"close it with `{wanted}` before", start, opening)
    sentence = _sentence_by_character(text, start) or _sentence_by_message(reason.msg)
    if sentence is _COMMA:
        start = text.rfind(",", 0, start + 1)
    return JsonFault(sentence.message, sentence.way_out, start)


_CLOSING: Final = {"[": "]", "{": "}"}


def _innermost_bracket(text: str, end: int) -> int | None:
    """Where the innermost bracket opens that is open before ``end``."""
    still_open: list[int] = []
    for token in tokens(text[:end]):
        if token.lastgroup == "open":
            still_open.append(token.start())
        elif token.lastgroup == "close" and still_open:
            still_open.pop()
    return still_open[-1] if still_open else None


def _sentence_by_message(words: str) -> _Sentence:
    found = (known for begin, known in _SENTENCES.items() if words.startswith(begin))
    return next(found, _Sentence(f"the JSON is malformed: {words}", "check this line"))


def _sentence_by_character(text: str, start: int) -> _Sentence | None:
    """Mistakes that a look at the text tells better than the parser's words."""
    rest = text[start : start + 16]
    if rest.startswith(("//", "/*", "#")):
        return _COMMENT
    if rest.startswith("'"):
        return _SINGLE
    if rest.startswith(("}", "]")) and text[:start].rstrip().endswith(","):
        return _COMMA
    word = re.match(r"True|False|None|undefined|nan|inf\b", rest)
    if word is None:
        return None
    return _Sentence(f"`{word[0]}` is not a JSON value", "write `true`, `false` or `null`")
