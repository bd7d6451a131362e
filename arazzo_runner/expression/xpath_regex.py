"""``matches``, ``replace`` and ``tokenize`` of XPath with a time bound.

XPath and XQuery Functions and Operators 3.1, section 5.6. The library's own use ``re``, which a
hostile pattern hangs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

import regex
from elementpath.regex import RegexError, translate_pattern

from arazzo_runner.expression.regex_query import compile_regex, limited_call

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
