"""How long may be searched for values: a schema or a criterion can make every look at one costly.

The time is that of the thread's own work, so that a busy machine generates the same. What searches
asks between any two steps; what a run has left of its time counts as well.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf
from time import thread_time
from typing import TypeVar

from arazzo_runner.expression.query.limits import QueryError, seconds_for_query, with_checkpoint

T = TypeVar("T")


def within_seconds(seconds: float, work: Callable[[], T]) -> T:
    """Do the work; raises QueryError at its first :func:`check_time` after so many seconds."""
    until = thread_time() + seconds
    return with_checkpoint(partial(_seconds_left, until, seconds), work, thread_time)


def check_time() -> None:
    """Raise QueryError where the time of what goes on is over."""
    seconds_for_query(inf)


def _seconds_left(until: float, seconds: float) -> float:
    left = until - thread_time()
    if left <= 0:
        raise QueryError(f"it takes longer than {seconds:g} s")
    return left
