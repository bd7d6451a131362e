"""Limits of queries and values: the work of a query, its error, and the size of what is built.

A few lines of a document can double a value again and again. Values are shared, not copied, so that
a payload of 2 to the power of 40 members costs nothing until it is written out. It is counted
before, level by level, and no further than the limit.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from math import inf
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from msgspec import Struct

from arazzo_runner.expression.value import Value
from arazzo_runner.text.number import JsonNumber

if TYPE_CHECKING:
    from arazzo_runner.text.source import Place, Pointer

NODES_PER_SECOND: Final = 100_000
"""How much of a query's bound a second is worth: visits of nodes, or work of that size."""


class QueryError(Exception):
    """A query cannot be evaluated; the message is a sentence, ``hint`` the way out."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


Checkpoint: TypeAlias = Callable[[], float]
"""The seconds that a run has left; raises :class:`QueryError` when it is over or interrupted."""

WorkClock: TypeAlias = Callable[[], float]
"""The seconds that the thread itself has computed."""

_checkpoint: ContextVar[Checkpoint] = ContextVar("query_checkpoint", default=lambda: inf)
_work_clock: ContextVar[WorkClock | None] = ContextVar("work_clock", default=None)
_match_seconds: ContextVar[float] = ContextVar("match_seconds", default=1.0)
T = TypeVar("T")


def with_checkpoint(
    checkpoint: Checkpoint,
    work: Callable[[], T],
    clock: WorkClock | None = None,
    match_seconds: float | None = None,
) -> T:
    """Do the work; each query within it asks the checkpoint at its start and while it goes on.

    Within such work, both are asked. The core has no clock of its own, and a query no room in its
    callers for one: the XPath library calls back with nothing of ours but its tokens. Patterns of
    schemas have ``match_seconds`` for one string.
    """
    outer = _checkpoint.get()
    token = _checkpoint.set(lambda: min(outer(), checkpoint()))
    clock_token = _work_clock.set(clock or _work_clock.get())
    seconds = _match_seconds.get() if match_seconds is None else match_seconds
    seconds_token = _match_seconds.set(seconds)
    try:
        return work()
    finally:
        _match_seconds.reset(seconds_token)
        _work_clock.reset(clock_token)
        _checkpoint.reset(token)


def seconds_for_query(limit: float) -> float:
    """The seconds that a query may take: its own limit, or what is left of the run.

    Raises :class:`QueryError` when the run is over.
    """
    return min(limit, _checkpoint.get()())


def seconds_for_match() -> float:
    """The seconds that the pattern of a schema may take for one string."""
    return _match_seconds.get()


def work_clock() -> WorkClock | None:
    """The clock of the thread's own work; None where no other thread computes."""
    return _work_clock.get()


_LOOKS_PER_SECOND: Final = 20


class Budget(Struct):
    """The work that a query may still do, in visits of nodes.

    It is counted, not timed: the same query on the same document ends alike on any machine. The
    user's limit in seconds is worth :data:`NODES_PER_SECOND` each. The time of the run is looked at
    each time that ``floor`` is passed.
    """

    seconds: float
    total: int
    left: int
    step: int
    floor: int

    @classmethod
    def of(cls, seconds: float, units_per_node: int = 1) -> Budget:
        """The budget that a limit in seconds is worth, where a visit costs so many units.

        Raises :class:`QueryError` when the run is over.
        """
        seconds_for_query(seconds)
        total = int(seconds * NODES_PER_SECOND * units_per_node)
        step = NODES_PER_SECOND * units_per_node // _LOOKS_PER_SECOND
        return cls(seconds, total, total, step, max(total - step, 0))

    def spend(self, units: int = 1) -> None:
        """Take from the budget. Raises :class:`QueryError` when it, or the run's time, is over."""
        self.left -= units
        if self.left < self.floor:
            self._look()

    def _look(self) -> None:
        if self.left < 0:
            nodes = int(self.seconds * NODES_PER_SECOND)
            raise QueryError(
                f"the query visits more than {nodes:,} nodes, or does as much work",
                "`--max-query-time` raises the limit",
            )
        seconds_for_query(self.seconds)
        self.floor = max(self.left - self.step, 0)


MAX_CHECK_SECONDS: Final = 10.0
"""The seconds that the checks of all queries of a document take before a run, at the most."""


class QueryAllowance:
    """The time that all queries of a document have together.

    ``clock`` gives the seconds that the thread has computed: the core has none of its own.
    ``unchecked`` are the places of the queries that were asked for when the time was over.
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


MAX_TEXT: Final = 10 * 2**20
"""Characters of a text with expressions in it, once they are replaced."""

MAX_CHARACTERS: Final = 50 * 2**20
MAX_VALUES: Final = 1_000_000
MAX_LEVELS: Final = 512

_SCALARS: Final = frozenset({int, float, JsonNumber, bool, type(None)})


class ValueTooLargeError(ValueError):
    """A value is larger than any request or input should be; the message is a sentence."""


def check_bounds(value: Value) -> None:
    """Raise :class:`ValueTooLargeError` for a value of too many members, characters or levels."""
    level, values, characters = [value], 0, 0
    for _ in range(MAX_LEVELS + 1):
        below: list[Value] = []
        for one in level:
            if isinstance(one, dict):
                below.extend(one.values())
                characters += sum(map(len, one))
            elif isinstance(one, list):
                below.extend(one)
            elif type(one) not in _SCALARS:
                characters += len(one)
            if values + len(below) > MAX_VALUES:
                raise ValueTooLargeError(f"the value grows beyond {MAX_VALUES:,} members")
        if characters > MAX_CHARACTERS:
            raise ValueTooLargeError(f"the value grows beyond {MAX_CHARACTERS:,} characters")
        if not below:
            return
        values += len(below)
        level = below
    raise ValueTooLargeError(f"the value is nested deeper than {MAX_LEVELS} levels")
