"""Corrections of text that does not parse, where it can mean one thing alone.

They are what the reasons of :class:`MalformedExpression` say to people, for a program to write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeAlias

from arazzo_runner.expression.ast import Literal, MalformedExpression
from arazzo_runner.expression.common_mistakes import CALCULATES, OPERATORS, WORDS, range_of_statuses
from arazzo_runner.expression.condition import parse_condition
from arazzo_runner.expression.parse import malformed_in, parse_string, parse_template
from arazzo_runner.text.pattern import lazy_pattern

_MOST: Final = 20
"""Mistakes in one text; each is mended by itself."""

_Repair: TypeAlias = Callable[[str, int], str | None]

_SYMBOL: Final = lazy_pattern(r"[=<>!&|]+(?!~)(?![=<>!&|])")
_AND_OR: Final = lazy_pattern(r"(?:and|or)\b", re.IGNORECASE)
_IS: Final = lazy_pattern(r"is(?P<negated>\s+not)?\b", re.IGNORECASE)
_STATUS: Final = lazy_pattern(r"(\$(?:response\.)?)status_?code\b", re.IGNORECASE)
_BARE_STATUS: Final = lazy_pattern(
    r"(?<![\w.$#/-])status_?(?:code)?(?=\s*[=!<>]=?\s*[1-5][0-9]{2}(?!\w))", re.IGNORECASE
)
_SEMICOLON: Final = lazy_pattern(r"(?P<value>[0-9.]+|true|false|null|)\s*;\s*\Z")
# `$statusCode >= 200 && < 300`: the right side compares what the left one does.
_LEFT_SIDE: Final = lazy_pattern(
    r"(?P<operand>\$[^\s()<>=!&|]+)\s*[<>=!]=?[^&|()]*(?:&&|\|\|)\s*\Z"
)
_BRACED: Final = lazy_pattern(r"\{(\$[^{}]*)\}")
# Words between `==` and what can follow a value: text that was not quoted.
_UNQUOTED: Final = lazy_pattern(
    r"(?P<words>[A-Za-z_][\w-]*(?:[ ](?!and\b|or\b|not\b|in\b)[A-Za-z_][\w-]*)*)"
    r"(?=\s*(?:\Z|&&|\|\||\)|(?:and|or)\s))",
    re.IGNORECASE,
)
_WORD: Final = lazy_pattern(
    r"[A-Za-z_][\w-]*(?:\.[\w-]+)*(?=\s*(?:\Z|&&|\|\||\)|[=!<>]|(?:and|or)\b))", re.IGNORECASE
)
_EQUALS: Final = lazy_pattern(r"[=!]=\s*\Z")
_STATUSES: Final = lazy_pattern(r"\$statusCode\s*==\s*(?P<range>[1-5][xX]{2})(?![\w-])")
_POINTER: Final = lazy_pattern(r"#(?:\.|\$\.)?(?=[A-Za-z_])")
_NAMED: Final = lazy_pattern(r"""\[(?P<quote>['"])(?P<name>[A-Za-z0-9_-]+)(?P=quote)\]""")
_NAMER: Final = lazy_pattern(r"\.(?:outputs|inputs|header|query|path)\Z|\$(?:inputs|outputs)\Z")
_OUTPUT: Final = lazy_pattern(r"(\$steps\.[A-Za-z0-9_-]+\.)output(\.)")
_EXPRESSION: Final = lazy_pattern(r"\$[A-Za-z]+[^\s\"'<>&,;(){}|]*")


NameMeanings: TypeAlias = Callable[[str], Sequence[str]]
"""The expressions that a word without a `$` may be meant as."""


def correct_condition(text: str, meanings: NameMeanings | None = None) -> str | None:
    """The simple condition that was meant; None when it parses, or may mean several things.

    A word that has one of the ``meanings`` is meant as that, and one that has several is in doubt.
    """
    named = (partial(_correct_name, meanings),) if meanings is not None else ()
    return _correct(text, _condition_stops, (*named, *_IN_CONDITIONS))


def correct_string(text: str) -> str | None:
    """The expression, or the text with expressions in braces, that was meant; None like above."""
    return _correct(text, _string_stops, (_pointer, _outputs, _correct_bracket_name, _in_braces))


def _correct(
    text: str, stops: Callable[[str], int | None], mends: tuple[_Repair, ...]
) -> str | None:
    now = text
    for _ in range(_MOST):
        at = stops(now)
        if at is None:
            return now if now != text else None
        following = next((new for mend in mends if (new := mend(now, at)) is not None), None)
        if following is None:
            return None
        now = following
    return None


def _condition_stops(text: str) -> int | None:
    parsed = parse_condition(text)[0]
    return parsed.at if isinstance(parsed, MalformedExpression) else None


def _string_stops(text: str) -> int | None:
    parsed = parse_string(text)[0]
    malformed = next(malformed_in(parsed), None)
    if malformed is None and isinstance(parsed, Literal):
        return len(text)  # no expression is left in it
    return malformed.at if malformed else None


# --- in conditions --------------------------------------------------------------------------------


def _operator(text: str, at: int) -> str | None:
    found = _SYMBOL.match(text, at) or _AND_OR.match(text, at)
    meant = OPERATORS.get(found[0].lower()) if found else None
    return text[:at] + meant + text[found.end() :] if found and meant else None


def _correct_is(text: str, at: int) -> str | None:
    found = _IS.match(text, at)
    if found is None:
        return None
    return text[:at] + ("!=" if found["negated"] else "==") + text[found.end() :]


def _status(text: str, at: int) -> str | None:
    """`$response.statusCode` and `$status_code` are meant as `$statusCode`."""
    found = next((one for one in _STATUS.finditer(text) if one.start() <= at <= one.end(1)), None)
    return text[: found.start()] + "$statusCode" + text[found.end() :] if found else None


def _bare_status(text: str, at: int) -> str | None:
    """`status` that is compared with one is meant as `$statusCode`."""
    found = _BARE_STATUS.match(text, at)
    return text[:at] + "$statusCode" + text[found.end() :] if found else None


def _without_semicolon(text: str, at: int) -> str | None:
    """A statement of another language ends with one."""
    found = _SEMICOLON.match(text, at)
    return text[:at] + found["value"] if found else None


def _correct_other_side(text: str, at: int) -> str | None:
    found = _LEFT_SIDE.search(text, 0, at) if text[at : at + 1] in ("<", ">") else None
    return text[:at] + found["operand"] + " " + text[at:] if found else None


def _without_braces(text: str, at: int) -> str | None:
    found = _BRACED.match(text, at)
    return text[:at] + found[1] + text[found.end() :] if found else None


def _correct_name(meanings: NameMeanings, text: str, at: int) -> str | None:
    """A name of the document, which lacks what begins an expression."""
    found = _WORD.match(text, at)
    meant = meanings(found[0]) if found else ()
    if found is None or not meant:
        return None
    # Text that stays as it is never parses.
    return text[:at] + meant[0] + text[found.end() :] if len(meant) == 1 else text


def _correct_quotes(text: str, at: int) -> str | None:
    """A word right of `==`; elsewhere it may be anything."""
    found = _UNQUOTED.match(text, at)
    if found is None or not _EQUALS.search(text, 0, at):
        return None
    words = found["words"]
    meant = WORDS.get(words.lower(), f"'{words}'")
    return text[:at] + meant + text[found.end() :]


def _range(text: str, at: int) -> str | None:
    """`$statusCode == 2XX` as the range that it is."""
    found = next((one for one in _STATUSES.finditer(text) if one.start("range") == at), None)
    if found is None:
        return None
    meant = range_of_statuses(found["range"], None)
    is_all = not (text[: found.start()] + text[found.end() :]).strip()
    return text[: found.start()] + (meant if is_all else f"({meant})") + text[found.end() :]


# --- in expressions -------------------------------------------------------------------------------


def _pointer(text: str, at: int) -> str | None:
    """``#name`` and ``#.name`` are meant as ``#/name``."""
    start = text.rfind("#", 0, at + 1)
    found = _POINTER.match(text, start) if start >= 0 and at - start <= 1 else None
    return text[:start] + "#/" + text[found.end() :] if found else None


def _correct_bracket_name(text: str, at: int) -> str | None:
    """A name in brackets, where one follows a dot."""
    found = _NAMED.match(text, at)
    if found is None or _NAMER.search(text, 0, at) is None:
        return None
    return f"{text[:at]}.{found['name']}{text[found.end() :]}"


def _outputs(text: str, at: int) -> str | None:
    found = next((one for one in _OUTPUT.finditer(text) if one.end(1) == at), None)
    return text[:at] + "outputs" + text[found.start(2) :] if found else None


def _in_braces(text: str, at: int) -> str | None:
    """An expression in front of other text; what the text itself has in braces stays.

    What follows may be no text but a comparison or a sum: then nothing is meant for certain.
    """
    found = _EXPRESSION.match(text)
    if found is None or not text[found.end() : found.end() + 1].isspace() or found.end() != at:
        return None
    return None if CALCULATES.match(text, at) else "{" + found[0] + "}" + _all_in_braces(text[at:])


def _all_in_braces(text: str) -> str:
    for notice in reversed(parse_template(text)[1]):
        if notice.standard.startswith("{"):
            text = text[: notice.start] + notice.standard + text[notice.end :]
    return text


_IN_CONDITIONS: Final = (
    _operator,
    _correct_is,
    _status,
    _bare_status,
    _without_semicolon,
    _correct_other_side,
    _without_braces,
    _range,
    _correct_quotes,
    _pointer,
    _correct_bracket_name,
)
