"""Regular expressions under a time bound: ``re`` can neither be bounded nor interrupted.

LIMITS: a hostile pattern fails its criterion instead of hanging the run.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeVar

from arazzo_runner.expression.budget import Budget, QueryError

T = TypeVar("T")

MAX_SUBJECT: Final = 1 << 20
"""The longest text that is searched, in characters."""

MAX_PATTERN: Final = 10_000
"""The longest pattern, in characters."""

# Shares of a budget that one match is given in turn, until it is done in time.
_SHARES: Final = (0.0001, 0.001, 0.01, 0.1, 0.8)


def regex_search(pattern: str, subject: str, seconds: float) -> bool:
    """Whether the pattern matches anywhere in the subject.

    Raises :class:`QueryError`: the pattern is invalid, the subject is too long, or the search
    takes longer than ``seconds``.
    """
    check_subject(subject)
    search = compiled(pattern).search
    try:
        return search(subject, timeout=seconds) is not None
    except TimeoutError:
        raise QueryError(
            f"the regular expression takes longer than {seconds:g} s",
            "make it simpler, or raise the limit with `--max-query-time`",
        ) from None


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Any:
    """The compiled pattern. Raises :class:`QueryError` when it is invalid."""
    import regex

    if len(pattern) > MAX_PATTERN:
        raise QueryError(f"the regular expression is longer than {MAX_PATTERN:,} characters")
    try:
        return regex.compile(pattern)
    except regex.error as problem:
        raise QueryError(f"the regular expression is invalid: {problem}") from None
    except RecursionError:
        raise QueryError("the regular expression is nested too deeply") from None


def check_subject(subject: str) -> None:
    """Raise :class:`QueryError` for a subject that is too long to be searched."""
    if len(subject) > MAX_SUBJECT:
        raise QueryError(f"the text has {len(subject):,} characters; {MAX_SUBJECT:,} are searched")


def bounded_call(call: Callable[..., T], subject: str, budget: Budget) -> T:
    """One of many matches of a query, all of them within one budget.

    ``call`` is a method of a compiled pattern that takes a subject and a ``timeout``. Without a
    clock the time that was spent is known only by the timeout it stayed within, and that is what
    is charged.
    """
    check_subject(subject)
    for share in _SHARES:
        budget.spend(int(share * budget.total))
        try:
            return call(subject, timeout=share * budget.seconds)
        except TimeoutError:
            continue
    raise QueryError(
        f"a regular expression takes longer than {budget.seconds:g} s",
        "make it simpler, or raise the limit with `--max-query-time`",
    )
