"""Regular expressions within a time limit: ``re`` can neither be bounded nor interrupted.

LIMITS: a hostile pattern fails its criterion instead of hanging the run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from math import inf
from typing import Any, Final, TypeVar

from arazzo_runner.expression.query.limits import (
    Budget,
    QueryError,
    seconds_for_query,
    work_clock,
)
from arazzo_runner.expression.value import MISSING, MaybeValue
from arazzo_runner.text.pattern import lazy_pattern

T = TypeVar("T")

MAX_SUBJECT: Final = 1 << 20
"""The longest text that is searched, in characters."""

MAX_PATTERN: Final = 10_000
"""The longest pattern, in characters."""

MAX_PLAIN: Final = 1_000
"""The longest plain text in a pattern, in characters."""

_PLAIN: Final = lazy_pattern(r"(?:\\.|[^\\\[\](){}|*+?^$.])+", re.DOTALL)

_TOO_MUCH_MEMORY: Final = "the regular expression needs too much memory for this text"

# The clock passes that many times as fast as a process computes, at the most.
_FASTEST: Final = 20
_FIRST_SHARE: Final = 1 / 32
_LEAST_SHARE: Final = 0.01

# Of its time, what a search has to have for itself; and how many threads may take from it.
_ENOUGH: Final = 0.8
_MOST_THREADS: Final = 64

# Shares of a budget that one match is given in turn, until it is done in time.
_SHARES: Final = (0.0001, 0.001, 0.01, 0.1, 0.8)


def regex_search(pattern: str, subject: str, seconds: float) -> bool:
    """Whether the pattern matches anywhere in the subject.

    Raises :class:`QueryError`: the pattern is invalid, the subject is too long, or the search
    takes longer than ``seconds``.
    """
    return _first_match(pattern, subject, seconds) is not None


def regex_part(pattern: str, subject: str, seconds: float) -> MaybeValue:
    """The first group of the first match, or the match where the pattern has no group.

    MISSING without a match, or where the group has no part in it. Raises :class:`QueryError`.
    """
    match = _first_match(pattern, subject, seconds)
    part: str | None = match and match[1 if match.re.groups else 0]
    return MISSING if part is None else part


def _first_match(pattern: str, subject: str, seconds: float) -> Any:
    check_subject(subject)
    search = compile_regex(pattern).search
    try:
        return _search(search, subject, seconds_for_query(seconds))
    except TimeoutError:
        seconds_for_query(seconds)  # where it was the run that had no more time
        raise QueryError(
            f"the regular expression takes longer than {seconds:g} s",
            "make it simpler, or raise the limit with `--max-query-time`",
        ) from None


def _search(search: Callable[..., T], subject: str, seconds: float) -> T:
    try:
        return _timed_search(search, subject, seconds)
    except MemoryError:
        # A recursive pattern (`(?R)`) has no other end than the package's own stack.
        raise QueryError(_TOO_MUCH_MEMORY, "make it simpler") from None
    except KeyboardInterrupt:
        # A signal that ends the run is a failed criterion; any other is not for us.
        seconds_for_query(seconds)
        raise


def _timed_search(search: Callable[..., T], subject: str, seconds: float) -> T:
    """Search; TimeoutError after so many seconds, QueryError when the run is over before.

    The package counts the CPU time of the process, and a run's time passes by the clock: on a busy
    machine many times as fast. Where the run may end before the match, it is begun again and again
    with more time, as much as the clock leaves at the pace that was seen.
    """
    left = seconds_for_query(inf)
    is_early = left > seconds * _FASTEST
    share = seconds if is_early else min(seconds, left) * _FIRST_SHARE
    while True:
        try:
            return _thread_search(search, subject, share)
        except TimeoutError:
            if share >= seconds:
                raise
        before, left = left, seconds_for_query(inf)
        pace = max((before - left) / share, 1)
        share = min(2 * share, seconds, max(left / pace, _LEAST_SHARE))


def _thread_search(search: Callable[..., T], subject: str, seconds: float) -> T:
    """Search for so many seconds of the thread's own work; TimeoutError after that.

    The time that other threads compute counts for the package as well. Where it was theirs that
    took the search's, it is begun again with more, by what was seen.
    """
    clock, timeout, left = work_clock(), seconds, seconds_for_query(inf)
    while True:
        began = clock() if clock else 0.0
        try:
            return search(subject, timeout=timeout)
        except TimeoutError:
            worked = clock() - began if clock else timeout
            if worked >= seconds * _ENOUGH or timeout >= seconds * _MOST_THREADS:
                raise
        before, left = left, seconds_for_query(inf)
        # The time of the run passes meanwhile, at the pace that was seen.
        most = left if left == inf else left * timeout / max(before - left, _LEAST_SHARE)
        timeout = min(
            timeout * max(seconds / max(worked, _LEAST_SHARE / 10), 2),
            seconds * _MOST_THREADS,
            max(most, _LEAST_SHARE),
        )


@lru_cache(maxsize=256)
def compile_regex(pattern: str, flags: int = 0) -> Any:
    """The compiled pattern. Raises :class:`QueryError` when it is invalid or too long."""
    import regex

    if len(pattern) > MAX_PATTERN:
        raise QueryError(f"the regular expression is longer than {MAX_PATTERN:,} characters")
    if _plain_length(pattern) > MAX_PLAIN:
        raise QueryError(
            f"the regular expression contains more than {MAX_PLAIN:,} plain characters"
        )
    try:
        return regex.compile(pattern, flags)
    except regex.error as problem:
        raise QueryError(f"the regular expression is invalid: {problem}") from None
    except RecursionError:
        raise QueryError("the regular expression is nested too deeply") from None


def _plain_length(pattern: str) -> int:
    runs = (run.group().replace("\\\\", ".").replace("\\", "") for run in _PLAIN.finditer(pattern))
    return max((len(run) for run in runs), default=0)


def check_subject(subject: str) -> None:
    """Raise :class:`QueryError` for a subject that is too long to be searched."""
    if len(subject) > MAX_SUBJECT:
        raise QueryError(f"the text has {len(subject):,} characters; {MAX_SUBJECT:,} are searched")


def limited_call(pattern: Any, call: Callable[..., T], subject: str, budget: Budget) -> T:
    """One of many matches of a query, all of them within one budget.

    ``call`` uses the compiled pattern on a subject, with a ``timeout``. Without a
    clock the time that was spent is known only by the timeout it stayed within, and that is what
    is charged.
    """
    check_subject(subject)
    # Before it searches plain text, the package makes a table for it, for which no timeout counts:
    # 0.12 s for 1,000 characters, growing with the third power.
    budget.spend(_plain_length(pattern.pattern) ** 3 // 80_000)
    for share in _SHARES:
        budget.spend(int(share * budget.total))
        try:
            return _search(call, subject, seconds_for_query(share * budget.seconds))
        except TimeoutError:
            continue
    seconds_for_query(budget.seconds)
    raise QueryError(
        f"a regular expression takes longer than {budget.seconds:g} s",
        "make it simpler, or raise the limit with `--max-query-time`",
    )
