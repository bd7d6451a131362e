"""Text of a document → expressions, templates and literals, once, at load.

Arazzo 1.1.0, "Runtime Expressions". Nothing raises on any text: what cannot be parsed is a
:class:`MalformedExpression` with its reason, what parsed in a form outside the standard comes
with a :class:`Notice`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, TypeAlias

from arazzo_runner.expression.ast import (
    ArrayTemplate,
    DynamicValue,
    Expression,
    Literal,
    MalformedExpression,
    Notice,
    ObjectTemplate,
    Selector,
    Template,
)
from arazzo_runner.expression.common_mistakes import CALCULATES
from arazzo_runner.expression.grammar import ROOTS, is_expression_start, read_expression
from arazzo_runner.expression.scanner import ConditionScanner, ParseError, Scanner
from arazzo_runner.text.pattern import lazy_pattern

MAX_BYTES: Final = 10_000
"""The longest text of one expression or condition, in bytes of UTF-8."""

PARSED: Final = 4_096
"""How many parsed texts are kept: documents repeat themselves, `$statusCode == 200` above all."""

Notices: TypeAlias = tuple[Notice, ...]

# An expression in text without braces: a root and what can belong to it, up to white space or
# punctuation of the text round it. Whole words such as `$url` alone are left in peace.
_UNBRACED: Final = lazy_pattern(
    r"\$[A-Za-z]+\.[^\s\"'<>&,;:(){}|=!?\\^/#]+(?:#/[^\s\"'<>&,;:(){}|=!?\\^]*)?|\$statusCode\b"
)
_LOOKS_LIKE: Final = lazy_pattern(r"\$([A-Za-z]+)[.#]")


@lru_cache(maxsize=PARSED)
def parse_expression(text: str) -> tuple[Expression, Notices]:
    """Parse a text that must be one expression; :class:`MalformedExpression` when it is none."""
    notices: list[Notice] = []
    expression = _read_whole(text, 0, len(text), notices)
    return expression, tuple(notices)


def parse_string(text: str) -> tuple[Literal | Expression | Template, Notices]:
    """Parse a string value: an expression as a whole, text with ``{$…}`` in it, or a literal.

    :class:`MalformedExpression` when it begins like an expression, or holds one in braces, that
    does not parse. An expression in text without braces stays text, with a notice.
    """
    if "$" not in text:
        return Literal(text), ()
    if is_expression_start(text, 0, len(text)):
        return parse_expression(text)
    parsed, notices = parse_template(text)
    # One bad expression spoils the whole; the message shows that one, not all the text round it.
    return next(malformed_in(parsed), parsed), notices


@lru_cache(maxsize=PARSED)
def parse_template(text: str) -> tuple[Literal | Template, Notices]:
    """Parse text in which only ``{$…}`` is special, such as a regular expression or a JSONPath.

    An expression that does not parse is a :class:`MalformedExpression` among the parts; it
    raises when the template is evaluated.
    """
    notices: list[Notice] = []
    parts = tuple(_parts(text, notices))
    if any(isinstance(part, Expression) for part in parts):
        return Template(parts), tuple(notices)
    return Literal(text), tuple(notices)


def malformed_in(dynamic: DynamicValue) -> Iterator[MalformedExpression]:
    """Every expression in a value that did not parse, in the order of the text."""
    match dynamic:
        case MalformedExpression():
            yield dynamic
        case Template(parts):
            for part in parts:
                if isinstance(part, MalformedExpression):
                    yield part
        case Selector(context, selector, _):
            yield from malformed_in(context)
            yield from malformed_in(selector)
        case ObjectTemplate(members):
            for _, member in members:
                yield from malformed_in(member)
        case ArrayTemplate(items):
            for item in items:
                yield from malformed_in(item)
        case _:
            return


def length_error(text: str) -> str | None:
    """The reason why a text is refused for its length, or None."""
    size = len(text.encode("utf-8", "replace"))
    if size <= MAX_BYTES:
        return None
    return f"it has {size:,} bytes, and an expression or condition at most {MAX_BYTES:,}"


def _read_whole(text: str, start: int, end: int, notices: list[Notice]) -> Expression:
    whole = text[start:end]
    if reason := length_error(whole):
        return MalformedExpression(whole, start, reason, start)
    cursor = Scanner(text, start, end, notices)
    try:
        expression = read_expression(cursor)
    except ParseError as stop:
        return MalformedExpression(whole, start, stop.reason, stop.at)
    if cursor.at < end:
        reason = _leftover(expression.text, text[cursor.at : end])
        return MalformedExpression(
            whole, start, reason, cursor.at, _way_out(expression.text, cursor)
        )
    return expression


def _way_out(expression: str, cursor: Scanner) -> str:
    if CALCULATES.match(cursor.text, cursor.at, cursor.end):
        return "an expression reads one value: nothing is compared or calculated"
    return f"in text an expression stands in braces: `{{{expression}}}`"


def _leftover(expression: str, rest: str) -> str:
    shown = rest if len(rest) <= 20 else rest[:20] + "…"
    return f"`{shown}` cannot follow `{expression}`"


def _parts(text: str, notices: list[Notice]) -> Iterator[str | Expression]:
    done = 0
    for start in _braces(text):
        if start < done:
            continue
        if done < start:
            yield from _plain_text(text, done, start, notices)
        close = text.find("}", start)
        if close < 0:
            yield MalformedExpression(text[start:], start, "this `{` is not closed", start)
            return
        yield _read_whole(text, start + 1, close, notices)
        done = close + 1
    if done < len(text):
        yield from _plain_text(text, done, len(text), notices)


def _braces(text: str) -> Iterator[int]:
    """The offsets of each ``{`` that opens an expression."""
    start = text.find("{$")
    while start >= 0:
        if _is_expression_start(text, start + 1):
            yield start
        start = text.find("{$", start + 1)


def _is_expression_start(text: str, at: int) -> bool:
    # Up to the brace that closes it, so that `{$url}` is a whole one.
    close = text.find("}", at, at + MAX_BYTES)
    end = len(text) if close < 0 else close
    return is_expression_start(text, at, end) or _misspelt_root(text, at) is not None


def _misspelt_root(text: str, at: int) -> str | None:
    """The root that a word here was probably meant to be (``$input.`` for ``$inputs.``)."""
    found = _LOOKS_LIKE.match(text, at)
    if found is None or found.group(1).lower() in ROOTS:
        return None
    return _nearest_root(found.group(1))


@lru_cache(maxsize=1_024)
def _nearest_root(word: str) -> str | None:
    from difflib import get_close_matches

    near = get_close_matches(word, ROOTS.values(), n=1, cutoff=0.8)
    return near[0] if near else None


def _plain_text(text: str, start: int, end: int, notices: list[Notice]) -> Iterator[str]:
    """A stretch without expressions; what looks like one is noticed."""
    for found in _UNBRACED.finditer(text, start, end):
        notice = _unbraced_notice(text, found.start(), found.end()) or _misspelling(
            text, found.start()
        )
        if notice:
            notices.append(notice)
    yield text[start:end]


def _unbraced_notice(text: str, start: int, end: int) -> Notice | None:
    trimmed = start + len(text[start:end].rstrip(".]"))
    end = trimmed + 1 if text[trimmed:end].startswith("]") else trimmed
    cursor = ConditionScanner(text, start, end)
    try:
        expression = read_expression(cursor)
    except ParseError:
        return None
    braced = f"{{{expression.text}}}"
    message = f"`{expression.text}` without braces in text is not evaluated; write `{braced}`"
    return Notice(message, start, cursor.at, braced)


def _misspelling(text: str, start: int) -> Notice | None:
    root = _misspelt_root(text, start)
    if root is None:
        return None
    end = text.index(".", start)
    message = f"`{text[start:end]}` is not a runtime expression; did you mean `${root}`?"
    return Notice(message, start, end, "$" + root)
