"""Writes the entries of a run in their order, those that have come together in one transaction.

A thread does it: one commit waits for the disk (milliseconds), and serves all that wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from threading import Condition, Thread
from typing import Final

from msgspec import Struct, field

from arazzo_runner.journal.model import (
    CallBegun,
    CallWithdrawn,
    JournalEntry,
    JournalError,
    RowTakenError,
)
from arazzo_runner.journal.store import JournalStore

_TAKEN: Final = "has this row for another process by now"


class Ticket(Struct, eq=False):
    """An entry on its way to the disk; ``error`` is why it will never be there."""

    entry: JournalEntry
    wake: list[Callable[[], None]] = field(default_factory=list)
    is_done: bool = False
    error: JournalError | None = None


class JournalWriter:
    """The entries of one run. ``broken`` is why none are written any more."""

    def __init__(self, store: JournalStore, run_id: str) -> None:
        self._store = store
        self.run_id = run_id
        self._queue: list[Ticket] = []
        self._changed = Condition()
        self._closing = False
        self.broken: JournalError | None = None
        self._thread = Thread(target=self._write_all, name="journal", daemon=True)
        self._thread.start()

    def put(self, entry: JournalEntry, wake: Callable[[], None] | None = None) -> Ticket:
        """Have an entry written; ``wake`` is called from another thread when that is done."""
        ticket = Ticket(entry, [wake] if wake else [])
        with self._changed:
            if self.broken is not None:
                ticket.is_done, ticket.error = True, self.broken
            else:
                self._queue.append(ticket)
                self._changed.notify_all()
        if ticket.is_done and wake is not None:
            wake()
        return ticket

    def wait(self, ticket: Ticket) -> None:
        """Block until an entry is on the disk. Raises JournalError where it is not going to be."""
        with self._changed:
            self._changed.wait_for(lambda: ticket.is_done)
        if ticket.error is not None:
            raise ticket.error

    def withdraw(self, ticket: Ticket) -> None:
        """Take back that a call was begun: it is not going to be made."""
        begun = ticket.entry
        assert isinstance(begun, CallBegun)
        with self._changed:
            if ticket in self._queue:
                self._queue.remove(ticket)
                return
        self.put(CallWithdrawn(begun.row, begun.call.key))

    def close(self) -> None:
        """Write what is left, and end the thread. What cannot be written is in ``broken``."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _write_all(self) -> None:
        while group := self._next_group():
            error: JournalError | None = None
            taken: Collection[int] = ()
            try:
                if self.broken is None:
                    taken = self._store.write(self.run_id, [one.entry for one in group])
            except JournalError as reason:
                error = reason
            self._settle(group, error, taken)

    def _next_group(self) -> list[Ticket]:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closing)
            group, self._queue = self._queue, []
        return group

    def _settle(
        self, group: list[Ticket], error: JournalError | None, taken: Collection[int]
    ) -> None:
        with self._changed:
            self.broken = self.broken or error
            for ticket in group:
                is_taken = ticket.entry.row in taken
                ticket.error = self.broken or (RowTakenError(_TAKEN) if is_taken else None)
                ticket.is_done = True
            self._changed.notify_all()
        for ticket in group:
            for wake in ticket.wake:
                wake()
