"""elementpath's parsers and context with limits: their work is counted, the outside is closed.

Every token counts each evaluation, each item that it selects and the size of what it makes; every
axis counts the nodes it walks over. What reads files, the network or the environment is not
there, nor is what parses XML again. ``matches``, ``replace`` and ``tokenize`` have a time limit
(XPath and XQuery Functions and Operators 3.1, section 5.6), since the library's own use ``re``,
which a hostile pattern hangs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeVar

import regex
from elementpath import XPath1Parser, XPath2Parser, XPathContext
from elementpath.datatypes import Integer
from elementpath.regex import RegexError, translate_pattern
from elementpath.sequences import xlist
from elementpath.xpath30 import XPath30Parser
from elementpath.xpath31 import XPath31Parser
from elementpath.xpath_tokens import XPathToken

from arazzo_runner.expression.query.limits import Budget, QueryError
from arazzo_runner.expression.query.regex import compile_regex, limited_call

_FLAGS: Final = {"s": regex.DOTALL, "m": regex.MULTILINE, "i": regex.IGNORECASE, "x": regex.VERBOSE}
_REPLACEMENT: Final = regex.compile(r"\\([\\$])|\$([0-9]+)|([^\\$]+)")

T = TypeVar("T")


def matches(token: Any, context: Any = None) -> bool:
    """``fn:matches($input, $pattern, $flags?)``"""
    context = token.context or context
    subject = token.get_argument(context, default="", cls=str)
    pattern = _compile(token, context, 2)
    return _limited_call(token, pattern, subject, pattern.search) is not None


def tokenize(token: Any, context: Any = None) -> list[str]:
    """``fn:tokenize($input, $pattern?, $flags?)``"""
    context = token.context or context
    subject: str = token.get_argument(context, default="", cls=str)
    if len(token) == 1 or not subject:
        return subject.split()
    pattern = _compile(token, context, 2)
    _refuse_empty(token, pattern)
    # Groups split nothing: only what stands between matches is wanted.
    spans = [found.span() for found in _limited_call(token, pattern, subject, _finder(pattern))]
    starts = [0, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), len(subject)]
    return [subject[start:end] for start, end in zip(starts, ends, strict=True)]


def replace(token: Any, context: Any = None) -> str:
    """``fn:replace($input, $pattern, $replacement, $flags?)``"""
    context = token.context or context
    subject: str = token.get_argument(context, default="", cls=str)
    template: str = token.get_argument(context, 2, required=True, cls=str)
    pattern = _compile(token, context, 3)
    _refuse_empty(token, pattern)
    # The result may be as long as the product of both.
    token.parser.budget.spend((len(subject) + 1) * (len(template) + 1) // 1_024)
    verbatim = "q" in _flags(token, context, 3)
    parts: list[str | int] = [template] if verbatim else _template(token, template, pattern.groups)
    return "".join(
        _pieces(subject, _limited_call(token, pattern, subject, _finder(pattern)), parts)
    )


def _pieces(subject: str, found: list[Any], parts: list[str | int]) -> Iterator[str]:
    done = 0
    for match in found:
        yield subject[done : match.start()]
        for part in parts:
            yield part if isinstance(part, str) else match.group(part) or ""
        done = match.end()
    yield subject[done:]


def _template(token: Any, template: str, groups: int) -> list[str | int]:
    """A replacement as text and numbers of groups."""
    parts: list[str | int] = []
    at = 0
    while at < len(template):
        part = _REPLACEMENT.match(template, at)
        if part is None:
            raise token.error("FORX0004", f"Invalid replacement string {template!r}")
        escaped, group, text = part.groups()
        parts += [escaped or text] if group is None else _group(group, groups)
        at = part.end()
    return parts


def _group(digits: str, groups: int) -> list[str | int]:
    """``$12`` is group 12, or where there are fewer groups, group 1 and the digit 2."""
    used = len(digits)
    while used > 1 and int(digits[:used]) > groups:
        used -= 1
    number = int(digits[:used])
    return [number if number <= groups else "", digits[used:]]


def _flags(token: Any, context: Any, index: int) -> str:
    if len(token) <= index:
        return ""
    return str(token.get_argument(context, index, required=True, cls=str))


def _compile(token: Any, context: Any, flags_index: int) -> Any:
    pattern: str = token.get_argument(context, 1, required=True, cls=str)
    flags = _flags(token, context, flags_index)
    bits = 0
    for flag in flags.replace("q", ""):
        if flag not in _FLAGS:
            raise token.error("FORX0001", f"Invalid regular expression flag {flag!r}")
        bits |= _FLAGS[flag]
    if "q" in flags:
        return compile_regex(regex.escape(pattern), bits & regex.IGNORECASE)
    try:
        return compile_regex(translate_pattern(pattern, bits, token.parser.xsd_version), int(bits))
    except RegexError as problem:
        raise token.error("FORX0002", f"Invalid regular expression: {problem}") from None


def _refuse_empty(token: Any, pattern: Any) -> None:
    if pattern.search("") is not None:
        raise token.error("FORX0003", "the pattern matches a zero-length string")


def _finder(pattern: Any) -> Callable[..., list[Any]]:
    def find(subject: str, timeout: float) -> list[Any]:
        return list(pattern.finditer(subject, timeout=timeout))

    return find


def _limited_call(token: Any, pattern: Any, subject: str, call: Callable[..., T]) -> T:
    return limited_call(pattern, call, subject, token.parser.budget)


_PARSERS: Final[dict[str, Any]] = {
    "xpath-10": XPath1Parser,
    "xpath-20": XPath2Parser,
    "xpath-30": XPath30Parser,
    "xpath-31": XPath31Parser,
}

MAX_PRECISION: Final = 1_000
"""The most decimal places that a rounding may ask for."""

_REFUSED: Final = frozenset(
    {
        "analyze-string",
        "available-environment-variables",
        "collection",
        "doc",
        "doc-available",
        "environment-variable",
        "json-doc",
        "load-xquery-module",
        "parse-xml",
        "parse-xml-fragment",
        "transform",
        "unparsed-text",
        "unparsed-text-available",
        "unparsed-text-lines",
        "uri-collection",
    }
)


@lru_cache(maxsize=4)
def parser_class(version: str) -> Any:
    """The bounded parser class of a version (``xpath-31``); its parsers need a ``budget``.

    Raises :class:`QueryError` for a version that is unknown.
    """
    base = _PARSERS.get(version)
    if base is None:
        known = "`, `".join(_PARSERS)
        raise QueryError(f"`{version}` is not a version of XPath; known are `{known}`")
    table = {
        name: _counted_token(name, token)
        for name, token in base.symbol_table.items()
        if name.rpartition("}")[2] not in _REFUSED
    }
    return type(base)("Bounded" + base.__name__, (base,), {"symbol_table": table})


class _CountedToken(XPathToken):
    """A token that counts; mixed into each token class of the library."""

    parser: Any

    def evaluate(self, context: Any = None) -> Any:
        """Evaluate and count, by the size of the result."""
        budget = self.parser.budget
        budget.spend()
        value = super().evaluate(context)
        budget.spend(_size(value))
        return value

    def select(self, context: Any = None) -> Iterator[Any]:
        """Select and count each item."""
        budget = self.parser.budget
        for item in super().select(context):
            budget.spend(1 + _size(item))
            yield item

    def iter_comparison_data(self, context: Any) -> Iterator[Any]:
        """Count the pairs: comparisons of sequences try each item with each."""
        is_1_0 = self.parser.version == "1.0"
        for pair in super().iter_comparison_data(context):
            self.parser.budget.spend()
            yield _with_number(*pair) if is_1_0 else pair


class _DistinctToken(_CountedToken):
    """``distinct-values``: the library compares each value with all before it."""

    def select(self, context: Any = None) -> Iterator[Any]:
        """Select, each value the dearer the more there were before it."""
        for count, item in enumerate(super().select(context)):
            self.parser.budget.spend(count // 32)
            yield item


class _RangeToken(_CountedToken):
    """``1 to 1000000000``: the library makes the whole list at once."""

    def evaluate(self, context: Any = None) -> Any:
        """Count the numbers before they are made."""
        start, stop = self.get_operands(context, cls=Integer)
        if start is None or stop is None:
            return []
        self.parser.budget.spend(1 + max(0, stop - start) // 16)
        return xlist(range(start, stop + 1))


class _RoundToken(_CountedToken):
    """``round(1, 99999999999)``: the library makes the power of ten, while it parses already."""

    def evaluate(self, context: Any = None) -> Any:
        """Refuse a precision that no number has."""
        precision = self.get_argument(context, index=1) if len(self) > 1 else 0
        if isinstance(precision, int) and abs(precision) > MAX_PRECISION:
            raise QueryError(f"the precision {precision:.0e} of a rounding is beyond any number")
        return super().evaluate(context)


def _size(value: object) -> int:
    if isinstance(value, str):
        return len(value) // 64
    if isinstance(value, int):
        return value.bit_length() // 64
    if isinstance(value, list):
        return len(value) // 16
    return 0


_METHODS: Final[dict[str, dict[str, Any]]] = {
    "matches": {"evaluate": matches},
    "replace": {"evaluate": replace},
    "tokenize": {"evaluate": tokenize},
}


_MIXINS: Final[dict[str, type[_CountedToken]]] = {
    "distinct-values": _DistinctToken,
    "to": _RangeToken,
    "round": _RoundToken,
    "round-half-to-even": _RoundToken,
}


def _counted_token(name: str, token: type) -> type:
    local = name.rpartition("}")[2]
    mixin = _MIXINS.get(local, _CountedToken)
    own = type(token.__name__, (token,), _METHODS[local]) if local in _METHODS else token
    return type(token.__name__, (mixin, own), {})


def _with_number(left: Any, right: Any) -> tuple[Any, Any]:
    # XPath 1.0, section 3.4: beside a number, the other one is made a number.
    if _is_number(left) == _is_number(right):
        return left, right
    return _as_number(left), _as_number(right)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _as_number(value: Any) -> float:
    try:
        return float(value if _is_number(value) else str(value))
    except ValueError:
        return float("nan")


def _axis(name: str) -> Any:
    def walk(self: BoundedContext, *arguments: Any, **named: Any) -> Iterator[Any]:
        for node in getattr(XPathContext, name)(self, *arguments, **named):
            self.budget.spend()
            yield node

    return walk


class BoundedContext(XPathContext):
    """A dynamic context whose axes count the nodes they pass, also those that do not match."""

    budget: Budget

    iter_attributes = _axis("iter_attributes")
    iter_children_or_self = _axis("iter_children_or_self")
    iter_matching_nodes = _axis("iter_matching_nodes")
    iter_siblings = _axis("iter_siblings")
    iter_descendants = _axis("iter_descendants")
    iter_ancestors = _axis("iter_ancestors")
    iter_preceding = _axis("iter_preceding")
    iter_followings = _axis("iter_followings")
