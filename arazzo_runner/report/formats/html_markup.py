"""HTML that is safe by its type: what is no markup is escaped where it is put into some.

A template is text of this program, which `LiteralString` (PEP 675) lets type checkers hold. A
template engine does the same in six times the time: to start and to compile a page it takes as long
as 150 requests.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import LiteralString

from arazzo_runner.report.safe_text import escape_lines

_SHORT = 80


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


NOTHING = Markup()


def fill(template: LiteralString, *values: object) -> Markup:
    """The template with a value for each ``%s``: markup as it is, anything else as text."""
    return Markup(template % tuple([one if type(one) is Markup else _spell(one) for one in values]))


def join(parts: Iterable[Markup]) -> Markup:
    """Markup after markup."""
    return Markup("".join(parts))


def _spell(value: object) -> str:
    """A value that is no markup, as text in HTML."""
    text = value if isinstance(value, str) else str(value)
    return _escape_short(text) if len(text) <= _SHORT else _escape(text)


def _escape(text: str) -> str:
    return escape(escape_lines(text))  # control characters are spelled


@lru_cache(maxsize=4096)
def _escape_short(text: str) -> str:
    """The same names, paths and fields stand at most steps."""
    return _escape(text)
