"""Durations in classes that are 1 % wide: what many processes add up, and percentiles need."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, TypeAlias

from msgspec import Struct, field

_WIDTH: Final = math.log(1.01)
_SHORTEST: Final = 1e-6  # seconds: what is shorter is as long

HistogramData: TypeAlias = tuple[float, float, list[tuple[int, int]]]
"""The sum, the longest, and the classes with their counts: what is sent between processes."""


class Histogram(Struct):
    """How many durations, in seconds, are in which class; ``longest`` is exact."""

    total: float = 0.0
    longest: float = 0.0
    classes: dict[int, int] = field(default_factory=dict)

    def add(self, duration: float) -> None:
        """Count a duration."""
        number = round(math.log(max(duration, _SHORTEST)) / _WIDTH)
        self.classes[number] = self.classes.get(number, 0) + 1
        self.total += duration
        self.longest = max(self.longest, duration)

    def merge(self, other: Histogram) -> None:
        """Count what another one has."""
        for number, count in other.classes.items():
            self.classes[number] = self.classes.get(number, 0) + count
        self.total += other.total
        self.longest = max(self.longest, other.longest)

    @property
    def count(self) -> int:
        """How many durations there are."""
        return sum(self.classes.values())

    @property
    def mean(self) -> float:
        """The mean; 0 where there is nothing."""
        return self.total / self.count if self.classes else 0.0

    def percentile(self, share: float) -> float:
        """The duration below which this share (0.95) is, between two where it falls between them.

        At most half a class beside that of the durations themselves; 0 where there is nothing.
        """
        if not self.classes:
            return 0.0
        rank = share * (self.count - 1)
        below, above = self._at(math.floor(rank)), self._at(math.ceil(rank))
        return min(self.longest, below + (above - below) * (rank - math.floor(rank)))

    def _at(self, rank: int) -> float:
        """The duration that has so many before it."""
        number = next(number for number, last in self._last_ranks() if rank <= last)
        return math.exp(number * _WIDTH)

    def _last_ranks(self) -> Iterator[tuple[int, int]]:
        before = 0
        for number in sorted(self.classes):
            before += self.classes[number]
            yield number, before - 1

    def to_data(self) -> HistogramData:
        """What another process makes the same of."""
        return self.total, self.longest, [*self.classes.items()]

    @classmethod
    def from_data(cls, data: HistogramData) -> Histogram:
        """The one that :meth:`to_data` was asked of."""
        total, longest, classes = data
        return cls(total, longest, dict(classes))
