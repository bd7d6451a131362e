"""What every query language needs: its error, and a bound on the work that a query may do."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

NODES_PER_SECOND: Final = 100_000
"""How much of a query's bound a second is worth: visits of nodes, or work of that size."""


class QueryError(Exception):
    """A query cannot be evaluated; the message is a sentence, ``hint`` the way out."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class Budget(Struct):
    """The work that a query may still do, in visits of nodes.

    It is counted, not timed: the same query on the same document ends alike on any machine. The
    user's limit in seconds is worth :data:`NODES_PER_SECOND` each.
    """

    seconds: float
    total: int
    left: int

    @classmethod
    def of(cls, seconds: float, units_per_node: int = 1) -> Budget:
        """The budget that a limit in seconds is worth, where a visit costs so many units."""
        total = int(seconds * NODES_PER_SECOND * units_per_node)
        return cls(seconds, total, total)

    def spend(self, units: int = 1) -> None:
        """Take from the budget. Raises :class:`QueryError` when it is used up."""
        self.left -= units
        if self.left < 0:
            nodes = int(self.seconds * NODES_PER_SECOND)
            raise QueryError(
                f"the query visits more than {nodes:,} nodes, or does as much work",
                "`--max-query-time` raises the limit",
            )
