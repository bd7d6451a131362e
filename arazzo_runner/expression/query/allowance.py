"""The time that all queries of a document may take together, where they are checked before a run.

Each has a limit of its own, and a document may have a hundred thousand of them. Who checks asks
before each, and remembers those for which there was no time: none of them passes unseen.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final, TypeVar

from arazzo_runner.text.source import Place, Pointer

MAX_CHECK_SECONDS: Final = 10.0
"""The seconds that the checks of all queries of a document take at the most."""

T = TypeVar("T")


class QueryAllowance:
    """The time for queries: ``clock`` gives the seconds that the thread has computed.

    The core has no clock, so that it is handed in. ``unchecked`` are the places of the queries that
    were asked for when the time was over.
    """

    __slots__ = ("_clock", "_spent", "unchecked")

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._spent = 0.0
        self.unchecked: dict[tuple[int, Pointer], Place] = {}

    def spend(self, place: Place, check: Callable[[], T]) -> T | None:
        """What the check of a query gives; None where no time is left for it."""
        if self._spent >= MAX_CHECK_SECONDS:
            self.unchecked.setdefault((id(place.source), place.pointer), place)
            return None
        began = self._clock()
        try:
            return check()
        finally:
            self._spent += self._clock() - began

    def apply(self, work: Callable[[], T]) -> T:
        """Do the work, all queries of which are checked within this time."""
        token = _allowance.set(self)
        try:
            return work()
        finally:
            _allowance.reset(token)


_allowance: ContextVar[QueryAllowance | None] = ContextVar("query_allowance", default=None)


def checked_query(place: Place, check: Callable[[], T]) -> T | None:
    """What the check of the query at ``place`` gives; None where the time of all of them is over.

    Raises whatever the check raises. Without an allowance there is time for each.
    """
    allowance = _allowance.get()
    return check() if allowance is None else allowance.spend(place, check)
