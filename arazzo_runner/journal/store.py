"""Where a journal is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from arazzo_runner.journal.model import (
    CallCounts,
    CallRecord,
    JournalEntry,
    RowRecord,
    RowState,
    RunRecord,
    RunState,
)


class JournalStore(Protocol):
    """Runs, rows and calls that outlive the process. Each method raises JournalError.

    A store may be used by one thread at a time.
    """

    def create(self, run: RunRecord, rows: Iterable[RowRecord]) -> None:
        """Keep a run that begins; it is safe from a crash when this returns."""
        ...

    def write(self, run_id: str, entries: Sequence[JournalEntry]) -> Collection[int]:
        """Keep entries in their order, all or none; they are safe when this returns.

        Returns the rows that another process has by now: of these, outcomes alone were kept.
        """
        ...

    def finish(self, run_id: str, state: RunState, finished: float) -> None:
        """Keep that a run has come to its end."""
        ...

    def runs(self) -> list[RunRecord]:
        """All runs, the oldest first."""
        ...

    def rows(self, run_id: str) -> list[RowRecord]:
        """The rows of a run in order."""
        ...

    def calls(self, run_id: str, row: int) -> list[CallRecord]:
        """The calls of a row in the order in which they were begun."""
        ...

    def row_counts(self, run_id: str) -> dict[RowState, int]:
        """How many rows of a run are in which state."""
        ...

    def call_counts(self, run_id: str) -> CallCounts:
        """How many calls a run has made."""
        ...

    def prune(self, before: float) -> int:
        """Remove the runs that finished before an instant, and give their space back.

        Returns how many there were.
        """
        ...

    def read_setting(self, name: str) -> bytes | None:
        """A setting of the journal as a whole, such as the salt of its key."""
        ...

    def write_setting(self, name: str, value: bytes) -> None:
        """Keep a setting."""
        ...

    def close(self) -> None:
        """Release it for other processes."""
        ...
