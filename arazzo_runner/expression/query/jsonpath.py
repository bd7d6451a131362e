"""JSONPath (RFC 9535) within limits: visited nodes are counted, patterns have a time limit.

The library evaluates; its parser is made to build segments and filters that count what they visit,
and ``match`` and ``search`` that cannot hang. Its own ones have no bound: ``$..*..*..*..*`` on 540
bytes ran for seconds. Its comparisons are replaced as well: it reads integers as floats, which are
exact up to 2^53 only, and takes ``true`` for 1 within arrays and objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Final, TypeGuard

from jsonpath_rfc9535 import (
    NOTHING,
    JSONPathEnvironment,
    JSONPathError,
    JSONPathNode,
    JSONPathNodeList,
    JSONPathQuery,
    JSONPathSyntaxError,
    Parser,
)
from jsonpath_rfc9535.filter_expressions import (
    ComparisonExpression,
    Expression,
    FilterContext,
    FilterExpression,
    FloatLiteral,
    IntegerLiteral,
)
from jsonpath_rfc9535.function_extensions import ExpressionType, FilterFunction
from jsonpath_rfc9535.segments import (
    JSONPathChildSegment,
    JSONPathRecursiveDescentSegment,
    JSONPathSegment,
)
from jsonpath_rfc9535.selectors import FilterSelector, JSONPathSelector
from jsonpath_rfc9535.tokens import Token, TokenStream

from arazzo_runner.expression.query.limits import Budget, QueryError
from arazzo_runner.expression.query.regex import compile_regex, limited_call
from arazzo_runner.expression.value import Value, exact_numbers, has_equal_leaves
from arazzo_runner.text.number import parse_number
from arazzo_runner.text.pattern import lazy_pattern

MAX_TEXT: Final = 4_000
"""The longest JSONPath, in bytes."""

GOESSNER: Final = "draft-goessner-dispatch-jsonpath-00"
"""The other version that the specification names."""

# A string, or the draft's script expression where a selector stands.
_SCRIPT: Final = lazy_pattern(
    r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"
      | (?P<before>[\[,]\s*)\(\s*@\.length\s*-\s*(?P<back>[1-9][0-9]*)\s*\)(?=\s*[\],])""",
    re.VERBOSE,
)

_NUMBER: Final = lazy_pattern(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")

# Compiled queries are kept and shared, so that the budget of an evaluation cannot live in them.
_budget: ContextVar[Budget] = ContextVar("jsonpath_budget")


def jsonpath_nodes(
    text: str, value: Value, seconds: float, version: str | None = None
) -> list[tuple[tuple[str | int, ...], Value]]:
    """The nodes that a JSONPath selects: their locations and values, in its order.

    Raises :class:`QueryError`: the path is not RFC 9535, or it is too long, or it visits more
    nodes than ``seconds`` are worth.
    """
    query = compile_jsonpath(text, version)
    token = _budget.set(Budget.of(seconds))
    try:
        return [(node.location, node.value) for node in query.finditer(value)]
    except RecursionError:
        raise QueryError("the JSONPath is nested too deeply") from None
    finally:
        _budget.reset(token)


@lru_cache(maxsize=256)
def compile_jsonpath(text: str, version: str | None = None) -> JSONPathQuery:
    """The compiled JSONPath. Raises :class:`QueryError` when it is not RFC 9535.

    The version of the draft also has its script expression ``[(@.length-1)]``.
    """
    size = len(text.encode("utf-8", "replace"))
    if size > MAX_TEXT:
        raise QueryError(f"the JSONPath has {size:,} bytes; {MAX_TEXT:,} are allowed")
    try:
        return _environment().compile(_without_scripts(text) if version == GOESSNER else text)
    except JSONPathError as problem:
        raise QueryError(f"the JSONPath is invalid: {problem}") from None
    except RecursionError:
        raise QueryError("the JSONPath is nested too deeply") from None


def is_singular(text: str, version: str | None = None) -> bool:
    """Whether a JSONPath leads to one node at most, by its form (RFC 9535, section 2.3.5.1).

    Raises :class:`QueryError` when it is not RFC 9535.
    """
    return compile_jsonpath(text, version).singular_query()


def _without_scripts(text: str) -> str:
    """``[(@.length-1)]`` counts from the end of an array: RFC 9535 writes it ``[-1]``."""
    return _SCRIPT.sub(
        lambda found: f"{found['before']}-{found['back']}" if found["back"] else found[0], text
    )


@lru_cache(maxsize=1)
def _environment() -> JSONPathEnvironment:
    return _BoundedEnvironment()


class _ChildSegment(JSONPathChildSegment):
    """Selects children, and counts them."""

    __slots__ = ()

    def resolve(self, nodes: Iterable[JSONPathNode]) -> Iterator[JSONPathNode]:
        return _select_nodes(self.selectors, nodes)


class _DescendantSegment(JSONPathRecursiveDescentSegment):
    """Selects among descendants, to any depth, and counts each one that it looks at."""

    __slots__ = ()

    def resolve(self, nodes: Iterable[JSONPathNode]) -> Iterator[JSONPathNode]:
        for node in nodes:
            yield from _select_nodes(self.selectors, _count_nodes(_descend(node)))


def _select_nodes(
    selectors: tuple[JSONPathSelector, ...], nodes: Iterable[JSONPathNode]
) -> Iterator[JSONPathNode]:
    # A node was counted when it was selected; each further selector looks at it again.
    budget = _budget.get()
    again = len(selectors) - 1
    for node in nodes:
        budget.spend(again)
        for selector in selectors:
            yield from _count_nodes(selector.resolve(node))


def _count_nodes(nodes: Iterable[JSONPathNode]) -> Iterator[JSONPathNode]:
    budget = _budget.get()
    for node in nodes:
        budget.spend()
        yield node


def _descend(root: JSONPathNode) -> Iterator[JSONPathNode]:
    """A node and the objects and arrays below it, each before those inside it."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        inner = [node.new_child(value, key, node) for key, value in _members(node.value)]
        pending += reversed(inner)


def _members(value: object) -> list[tuple[Any, object]]:
    """What of an object or array can have descendants."""
    if isinstance(value, dict):
        return [(key, one) for key, one in value.items() if isinstance(one, dict | list)]
    if isinstance(value, list):
        return [(at, one) for at, one in enumerate(value) if isinstance(one, dict | list)]
    return []


class _CountedFilter(FilterExpression):
    """A filter that counts each node it is asked about; a long one counts it several times."""

    __slots__ = ("cost",)

    def __init__(self, inner: FilterExpression) -> None:
        super().__init__(inner.token, inner.expression)
        self.cost = 1 + len(str(inner)) // 64

    def evaluate(self, context: FilterContext) -> bool:
        _budget.get().spend(self.cost)
        return super().evaluate(context)


class _Comparison(ComparisonExpression):
    """A comparison of JSON values (RFC 9535, section 2.3.5.2.2), numbers by their exact values."""

    __slots__ = ()

    def evaluate(self, context: FilterContext) -> bool:
        left, right = _operand(self.left, context), _operand(self.right, context)
        match self.operator:
            case "==":
                return has_equal_leaves(left, right, _is_equal_leaf)
            case "!=":
                return not has_equal_leaves(left, right, _is_equal_leaf)
            case "<" | "<=":
                less, more = left, right
            case _:
                less, more = right, left
        is_equal_enough = "=" in self.operator and has_equal_leaves(less, more, _is_equal_leaf)
        return is_equal_enough or _is_less(less, more)


def _make_exact(expression: Expression) -> None:
    """Let a filter's comparisons be exact; a loop, since each operator is one level deeper."""
    pending = [expression]
    while pending:
        outer = pending.pop()
        for side in ("expression", "left", "right"):
            inner = getattr(outer, side, None)
            if isinstance(inner, ComparisonExpression):
                exact = _Comparison(inner.token, inner.left, inner.operator, inner.right)
                setattr(outer, side, exact)
            elif inner is not None:
                pending.append(inner)


def _operand(expression: Expression, context: FilterContext) -> object:
    """What is compared: a value, or the library's NOTHING where a query selects no node."""
    value = expression.evaluate(context)
    if isinstance(value, JSONPathNodeList):  # only singular queries can be compared
        return value[0].value if value else NOTHING
    return value


def _is_equal_leaf(left: object, right: object) -> bool:
    if _is_number(left) and _is_number(right):
        left, right = exact_numbers(left, right)
    # Neither true nor "1" is 1; NOTHING equals itself alone.
    elif type(left) is not type(right):
        return False
    return bool(left == right)


def _is_less(left: object, right: object) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    if _is_number(left) and _is_number(right):
        less, more = exact_numbers(left, right)
        return bool(less < more)
    return False


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


class _BoundedParser(Parser):
    """Makes the counting kinds of segments and filters, and comparisons of exact numbers."""

    def parse_query(
        self, stream: TokenStream, *, in_filter: bool = False
    ) -> Iterable[JSONPathSegment]:
        for segment in super().parse_query(stream, in_filter=in_filter):
            descends = isinstance(segment, JSONPathRecursiveDescentSegment)
            counted = _DescendantSegment if descends else _ChildSegment
            yield counted(env=segment.env, token=segment.token, selectors=segment.selectors)

    def parse_filter_selector(self, stream: TokenStream) -> FilterSelector:
        selector = super().parse_filter_selector(stream)
        _make_exact(selector.expression)
        selector.expression = _CountedFilter(selector.expression)
        return selector

    def parse_integer_literal(self, stream: TokenStream) -> Expression:
        return _number_literal(stream.current)

    def parse_float_literal(self, stream: TokenStream) -> Expression:
        return _number_literal(stream.current)


def _number_literal(token: Token) -> Expression:
    """A number as it is spelled; RFC 9535, section 2.3.5.1, has no leading zeros."""
    spelling = token.value
    if not _NUMBER.fullmatch(spelling):
        raise JSONPathSyntaxError("invalid number literal", token=token)
    if spelling.lstrip("-").isdecimal():
        return IntegerLiteral(token, value=int(spelling))
    return FloatLiteral(token, value=parse_number(spelling))


class _Match(FilterFunction):
    """``match()`` (RFC 9535, section 2.4.6), with I-Regexp (RFC 9485) and a time bound."""

    method = "fullmatch"

    @property
    def arg_types(self) -> list[ExpressionType]:
        return [ExpressionType.VALUE, ExpressionType.VALUE]

    @property
    def return_type(self) -> ExpressionType:
        return ExpressionType.LOGICAL

    def __call__(self, subject: object, pattern: object) -> bool:
        if not isinstance(subject, str) or not isinstance(pattern, str):
            return False
        translated = _from_iregexp(pattern)
        if translated is None:
            return False
        usable = compile_regex(translated)
        match = getattr(usable, self.method)
        return limited_call(usable, match, subject, _budget.get()) is not None


class _Search(_Match):
    """``search()`` (RFC 9535, section 2.4.7)."""

    method = "search"


@lru_cache(maxsize=256)
def _from_iregexp(pattern: str) -> str | None:
    """An I-Regexp for the ``regex`` package; None for what is none, which matches nothing."""
    from iregexp_check import check

    if not check(pattern):
        return None
    out: list[str] = []
    escaped = in_class = False
    for character in pattern:
        # RFC 9485, section 5.3: an unescaped dot outside of a class is any character but CR and LF.
        plain_dot = character == "." and not escaped and not in_class
        out.append(r"[^\r\n]" if plain_dot else character)
        if not escaped and character in "[]":
            in_class = character == "["
        escaped = character == "\\" and not escaped
    return "".join(out)


class _BoundedEnvironment(JSONPathEnvironment):
    """The library's environment with the bounded parser and functions."""

    parser_class = _BoundedParser

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        self.function_extensions["match"] = _Match()
        self.function_extensions["search"] = _Search()
