"""When the runs of ``--every`` begin: from begin to begin, those that were missed are skipped."""

from __future__ import annotations

import math

from msgspec import Struct


class Schedule(Struct, frozen=True):
    """Runs that begin at ``first`` and each ``period`` after it; seconds of one clock."""

    first: float
    period: float

    def after(self, begun: float, now: float) -> tuple[float, int]:
        """When the run after the one ``begun`` begins, and how many are skipped before it.

        ``begun`` is a moment of the schedule; ``now``, when that run has ended. One that is due
        just now begins.
        """
        number = round((begun - self.first) / self.period) + 1
        due = math.ceil((now - self.first) / self.period)
        following = max(number, due)
        return self.first + following * self.period, following - number
