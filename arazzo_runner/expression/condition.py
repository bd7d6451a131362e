"""Simple conditions: text → tree, and back.

Arazzo 1.1.0, "Criterion Object", sections "Literals" and "Operators":

    condition  = and *( "||" and )
    and        = not *( "&&" not )
    not        = "!" not / comparison
    comparison = primary [ ( "==" / "!=" / "<" / "<=" / ">" / ">=" ) primary ]
    primary    = "(" condition ")" / literal / expression
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, assert_never
from typing import Literal as Choice

from arazzo_runner.expression.ast import (
    And,
    Comparison,
    Condition,
    Constant,
    Expression,
    MalformedExpression,
    Not,
    Notice,
    Or,
)
from arazzo_runner.expression.common_mistakes import (
    OPERATORS,
    bare_word,
    jsonpath_in_simple,
    no_operator,
)
from arazzo_runner.expression.grammar import read_expression
from arazzo_runner.expression.parse import PARSED, length_error
from arazzo_runner.expression.scanner import ConditionScanner, ParseError
from arazzo_runner.text.number import parse_number
from arazzo_runner.text.pattern import lazy_pattern

MAX_NESTING: Final = 50
"""How deep parentheses and ``!`` may nest."""

_SPACE: Final = lazy_pattern(r"\s*")
_COMPARATOR: Final = lazy_pattern(r"[=<>]+~?|![=~]+|~=?")
_STRING: Final = lazy_pattern(r"'((?:[^']|'')*)'")
_DOUBLE_QUOTED: Final = lazy_pattern(r'"((?:[^"]|"")*)"')
_NUMBER: Final = lazy_pattern(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORD: Final = lazy_pattern(r"[^\s()<>=!&|'\"]+")
_PHRASE: Final = lazy_pattern(r"[^()<>=!&|'\"]+")
_AFTER_OPERAND: Final = lazy_pattern(r"[\s()<>=!&|]|\Z")
_JSONPATH: Final = lazy_pattern(r"\$(?:[.\[]|\Z)")
_ANY_WORD: Final = lazy_pattern(r"[A-Za-z]+|[=<>&|!]+|\S")


@lru_cache(maxsize=PARSED)
def parse_condition(text: str) -> tuple[Condition | MalformedExpression, tuple[Notice, ...]]:
    """Parse a simple condition; a :class:`MalformedExpression` shows the way out, if it is none.

    Text in double quotes is accepted with a notice.
    """
    if reason := length_error(text):
        return MalformedExpression(text, 0, reason, 0), ()
    cursor = ConditionScanner(text, 0, len(text))
    try:
        condition: Condition | MalformedExpression = _whole(cursor)
    except ParseError as stop:
        condition = MalformedExpression(text, 0, stop.reason, stop.at)
    return condition, tuple(cursor.notices)


def _whole(cursor: ConditionScanner) -> Condition:
    condition = _or(cursor, 0)
    if _next(cursor):
        raise ParseError(_unexpected_reason(cursor), cursor.at)
    return condition


def _or(cursor: ConditionScanner, depth: int) -> Condition:
    terms = [_and(cursor, depth)]
    while _accept_symbol(cursor, "||"):
        terms.append(_and(cursor, depth))
    return _balanced_tree(Or, terms)


def _and(cursor: ConditionScanner, depth: int) -> Condition:
    terms = [_not(cursor, depth)]
    while _accept_symbol(cursor, "&&"):
        terms.append(_not(cursor, depth))
    return _balanced_tree(And, terms)


def _balanced_tree(
    make: Callable[[Condition, Condition], Condition], terms: list[Condition]
) -> Condition:
    # Both operators are associative; halves keep the tree of a long chain shallow.
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return make(_balanced_tree(make, terms[:middle]), _balanced_tree(make, terms[middle:]))


def _not(cursor: ConditionScanner, depth: int) -> Condition:
    if _next(cursor) != "!":
        return _comparison(cursor, depth)
    _check_nesting(cursor, depth)
    cursor.at += 1
    return Not(_not(cursor, depth + 1))


def _comparison(cursor: ConditionScanner, depth: int) -> Condition:
    left = _primary(cursor, depth)
    operator = _comparator(cursor)
    if operator is None:
        return left
    right = _primary(cursor, depth)
    if _next(cursor) and _COMPARATOR.match(cursor.text, cursor.at):
        raise ParseError("comparisons cannot be chained; join two of them with `&&`", cursor.at)
    return Comparison(operator, left, right)


def _comparator(cursor: ConditionScanner) -> Choice["==", "!=", "<", "<=", ">", ">="] | None:
    _next(cursor)
    start = cursor.at
    match cursor.take(_COMPARATOR):
        case "==" | "!=" | "<" | "<=" | ">" | ">=" as operator:
            return operator
        case "":
            return None
        case other if other in OPERATORS:
            raise ParseError(f"`{other}` is not an operator; write `{OPERATORS[other]}`", start)
        case other:
            way_out = no_operator(other, cursor.text[:start], "")
            raise ParseError(way_out or f"`{other}` is not an operator", start)


def _primary(cursor: ConditionScanner, depth: int) -> Condition:
    match _next(cursor):
        case "(":
            return _group(cursor, depth)
        case "'":
            return _text(cursor, _STRING, "'")
        case '"':
            return _double_quoted_text(cursor)
        case "$":
            return _expression(cursor)
        case "{" if not cursor.text.startswith("{}", cursor.at):
            raise ParseError(
                "braces are not used in simple conditions: write `$…`, not `{$…}`", cursor.at
            )
        case "!":
            raise ParseError(
                "`!` negates a whole comparison; put it in parentheses: `(!…)`", cursor.at
            )
        case _:
            return _word(cursor)


def _group(cursor: ConditionScanner, depth: int) -> Condition:
    _check_nesting(cursor, depth)
    start = cursor.at
    cursor.at += 1
    inner = _or(cursor, depth + 1)
    if _accept_symbol(cursor, ")"):
        return inner
    if _next(cursor):
        raise ParseError(_unexpected_reason(cursor), cursor.at)
    raise ParseError("this `(` is not closed", start)


def _check_nesting(cursor: ConditionScanner, depth: int) -> None:
    if depth >= MAX_NESTING:
        raise ParseError(f"parentheses and `!` nest deeper than {MAX_NESTING}", cursor.at)


def _text(cursor: ConditionScanner, pattern: re.Pattern[str], quote: str) -> Constant:
    start = cursor.at
    written = cursor.take(pattern)
    if not written:
        raise ParseError(f"the string that begins with {quote} is not closed", start)
    return Constant(written[1:-1].replace(quote * 2, quote), written, start)


def _double_quoted_text(cursor: ConditionScanner) -> Constant:
    constant = _text(cursor, _DOUBLE_QUOTED, '"')
    standard = _quoted_text(constant.value)
    cursor.note(f"strings are in single quotes: `{standard}`", constant.start, standard)
    return constant


def _quoted_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _expression(cursor: ConditionScanner) -> Expression:
    if _JSONPATH.match(cursor.text, cursor.at):
        raise ParseError(jsonpath_in_simple(cursor.text), cursor.at)
    expression = read_expression(cursor)
    if not _AFTER_OPERAND.match(cursor.text, cursor.at):
        bad = cursor.text[cursor.at]
        raise ParseError(f"`{bad}` cannot follow `{expression.text}`", cursor.at)
    return expression


def _word(cursor: ConditionScanner) -> Constant:
    start = cursor.at
    phrase = _PHRASE.match(cursor.text, start)
    word = cursor.take(_WORD)
    if not word or phrase is None:
        raise ParseError("a value is missing here", start)
    match word:
        case "true" | "false":
            return Constant(word == "true", word, start)
        case "null":
            return Constant(None, word, start)
        case _ if _NUMBER.fullmatch(word):
            return Constant(_number(word, start), word, start)
        case _:
            before, after = cursor.text[:start], cursor.text[phrase.end() :]
            raise ParseError(bare_word(phrase.group().strip(), before, after), start)


def _number(word: str, at: int) -> int | float:
    is_whole = word.lstrip("-").isdigit()
    if is_whole and len(word) <= 4_300:
        return int(word)
    if is_whole:
        raise ParseError("this number is too large", at)
    return parse_number(word)


def _next(cursor: ConditionScanner) -> str:
    cursor.take(_SPACE)
    return cursor.next()


def _accept_symbol(cursor: ConditionScanner, symbol: str) -> bool:
    _next(cursor)
    if not cursor.text.startswith(symbol, cursor.at):
        return False
    cursor.at += len(symbol)
    return True


def _unexpected_reason(cursor: ConditionScanner) -> str:
    found = _ANY_WORD.match(cursor.text, cursor.at)
    word = found.group() if found else ""
    way_out = no_operator(word, cursor.text[: cursor.at], cursor.text[cursor.at :])
    if way_out:
        return way_out
    meant = OPERATORS.get(word.lower())
    return f"`{word}` is not expected here" + (f"; write `{meant}`" if meant else "")


# --- tree → text, and what is in it -------------------------------------------------------------


def unparse(condition: Condition) -> str:
    """The condition as text, in the standard's form; parsing it gives the same tree."""
    match condition:
        case Constant(value, text, _):
            return _quoted_text(value) if isinstance(value, str) else text
        case Expression():
            return condition.text
        case Comparison(operator, left, right):
            return (
                f"{_in_parentheses(left, _OPERANDS)} {operator} {_in_parentheses(right, _OPERANDS)}"
            )
        case Not(inner):
            return "!" + _in_parentheses(inner, _TERMS)
        case And(left, right):
            return f"{_in_parentheses(left, _TERMS)} && {_in_parentheses(right, _TERMS)}"
        case Or(left, right):
            kinds = (*_TERMS, And)
            return f"{_in_parentheses(left, kinds)} || {_in_parentheses(right, kinds)}"
        case _:
            assert_never(condition)


_OPERANDS: Final = (Constant, Expression)
_TERMS: Final = (*_OPERANDS, Comparison, Not)


def _in_parentheses(condition: Condition, plain: tuple[type, ...]) -> str:
    text = unparse(condition)
    return text if isinstance(condition, plain) else f"({text})"


def operands(condition: Condition) -> tuple[Expression, ...]:
    """The expressions of a condition, each once, in the order of the text."""
    found: dict[str, Expression] = {}
    todo = [condition]
    while todo:
        match todo.pop():
            case Expression() as leaf:
                found[leaf.text] = leaf
            case Comparison(_, left, right) | And(left, right) | Or(left, right):
                todo += right, left
            case Not(inner):
                todo.append(inner)
            case _:
                continue
    return tuple(found.values())
