"""A reading position in a text, and how parsing stops."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct, field

from arazzo_runner.expression.ast import Notice
from arazzo_runner.text.pattern import lazy_pattern

# What ends a pointer or a name in a condition: white space, operators, parentheses.
_CONDITION_END: Final = lazy_pattern(r"[\s<>()]|==|!=|&&|\|\|")


class ParseError(Exception):
    """Parsing stops: ``reason`` is a sentence, ``at`` the offset where."""

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


class Scanner(Struct):
    """A reading position in a text, in which an expression ends where the text (``end``) does."""

    text: str
    at: int
    end: int
    notices: list[Notice] = field(default_factory=list)

    def free_end(self) -> int:
        """Where text that may hold any character ends."""
        return self.end

    def take(self, pattern: re.Pattern[str]) -> str:
        """Read what the pattern matches here, which may be nothing."""
        found = pattern.match(self.text, self.at, self.end)
        if found is None:
            return ""
        self.at = found.end()
        return found.group()

    def take_all(self, pattern: re.Pattern[str], where: str) -> str:
        """Read up to the free end; the pattern must match all of it."""
        found = pattern.match(self.text, self.at, self.free_end())
        assert found is not None  # these patterns match nothing, too
        if found.end() < self.free_end():
            bad = self.text[found.end()]
            raise ParseError(f"`{bad}` is not allowed in {where}", found.end())
        self.at = found.end()
        return found.group()

    def next(self) -> str:
        """The character here, or nothing at the end."""
        return self.text[self.at : self.at + 1] if self.at < self.end else ""

    def since(self, start: int) -> str:
        """The text read from ``start``."""
        return self.text[start : self.at]

    def note(self, message: str, start: int, standard: str) -> None:
        """Remember a form outside the standard, from ``start`` to here."""
        self.notices.append(Notice(message, start, self.at, standard))

    def note_walk(self, start: int, standard: str) -> None:
        """Remember a walk: the standard has it in conditions only."""
        walk = self.since(start)
        self.note(f"`{walk}` is not standard here; it is read as `{standard}`", start, standard)


class ConditionScanner(Scanner):
    """A reading position in a condition: white space and operators end an expression."""

    def free_end(self) -> int:
        """Where an operator, a parenthesis or white space is next."""
        found = _CONDITION_END.search(self.text, self.at, self.end)
        return found.start() if found else self.end

    def note_walk(self, start: int, standard: str) -> None:
        """Nothing: ``[]`` and ``.`` are operators of conditions."""
