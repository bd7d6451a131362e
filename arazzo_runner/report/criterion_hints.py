"""What may be behind a criterion that failed, where the values themselves do not show it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from arazzo_runner.executor.result import Attempt, CriterionResult
from arazzo_runner.expression.pointer import at_pointer
from arazzo_runner.expression.select import pointer_tokens
from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.report.body import media_type
from arazzo_runner.text.pattern import lazy_pattern

LONGEST: Final = 1_000_000
"""A longer body is not read once more for a hint; in characters."""

COMPARED: Final = 200
"""Longer strings are not compared by their look; in characters."""

_POINTER: Final = "$response.body#"
_LITERAL: Final = lazy_pattern(r"'((?:[^']|'')*)'")


def criterion_hints(criterion: CriterionResult, attempt: Attempt) -> Iterator[str]:
    """The ways out that the response and the characters of the values suggest."""
    yield from _text_that_is_json(criterion, attempt)
    if criterion.kind == "simple" and "==" in criterion.condition:
        yield from _same_looking_texts(criterion)


def _text_that_is_json(criterion: CriterionResult, attempt: Attempt) -> Iterator[str]:
    """A body that is a string by its content type, and would have the member as JSON."""
    body, response = attempt.body, attempt.response
    if not isinstance(body, str) or response is None or len(body) > LONGEST:
        return
    missing = [one.expression for one in criterion.operands if one.value is MISSING]
    pointers = [one.removeprefix(_POINTER) for one in missing if one.startswith(_POINTER)]
    if not pointers:
        return
    try:
        value: Value = json.loads(body)
    except (ValueError, RecursionError):
        return
    for pointer in pointers:
        if at_pointer(value, pointer_tokens(pointer)) is not MISSING:
            kind = media_type(response.headers)
            yield f"the body is `{kind}`, so it is a string; as JSON it would have `{pointer}`"


def _same_looking_texts(criterion: CriterionResult) -> Iterator[str]:
    """Strings that look alike and are not: combined characters, scripts, spaces."""
    literals = [text.replace("''", "'") for text in _LITERAL.findall(criterion.condition)]
    values = [one.value for one in criterion.operands if isinstance(one.value, str)]
    texts = dict.fromkeys(text for text in [*values, *literals] if len(text) <= COMPARED)
    for one, other in combinations(texts, 2):
        if one.casefold() != other.casefold() and _look(one) == _look(other):
            first, second = json.dumps(one), json.dumps(other)
            yield f"the strings look alike, but their characters differ: `{first}` and `{second}`"


# Letters of Cyrillic and Greek that look like Latin ones in nearly all fonts, in lower case and as
# the lower case of capitals that do (Unicode Technical Standard 39, `confusables.txt`).
_LATIN: Final = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0456\u0458\u0501\u051b\u051d"
    "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7",
    "abekmhopctyxsijdqwabezhikmvoptyx",
)


def _look(text: str) -> str:
    """The text with what looks alike made equal, and without what is not seen.

    Unicode Standard Annex 15, NFKC; characters of the category Cf, such as U+200B, have no width.
    """
    seen = "".join(one for one in text if unicodedata.category(one) != "Cf")
    return unicodedata.normalize("NFKC", seen).casefold().translate(_LATIN).strip()
