"""The journal of one row: what is known of its calls, and what becomes known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from arazzo_runner.journal.cipher import Cipher, call_place, result_place
from arazzo_runner.journal.model import (
    CallBegun,
    CallEnded,
    CallKind,
    CallRecord,
    JournalEntry,
    JournalError,
    RowEnded,
    RowProbe,
    RowState,
)
from arazzo_runner.journal.writer import JournalWriter, Ticket


class Wait(Protocol):
    """Waits once for the disk."""

    @property
    def wake(self) -> Callable[[], None] | None:
        """What to call, from any thread; None where nothing has to be called."""
        ...

    async def until_done(self, writer: JournalWriter, ticket: Ticket) -> None:
        """Return when an entry is on the disk. Raises JournalError where it is not going to be."""
        ...


class BlockingWait:
    """Waits where there is no event loop."""

    wake = None

    async def until_done(self, writer: JournalWriter, ticket: Ticket) -> None:
        """Block until an entry is on the disk."""
        writer.wait(ticket)


class RowJournal:
    """One row of a run in progress, or of one that is resumed."""

    def __init__(
        self,
        writer: JournalWriter,
        cipher: Cipher,
        number: int,
        known: dict[str, CallRecord],
        now: Callable[[], float],
        new_wait: Callable[[], Wait] = BlockingWait,
    ) -> None:
        self._writer = writer
        self._cipher = cipher
        self._number = number
        self._known = known
        self._new_wait = new_wait
        self.now = now

    @property
    def failure(self) -> JournalError | None:
        """Why nothing is written any more; None while all is well."""
        return self._writer.broken

    @property
    def first_call(self) -> float | None:
        """When the first of the known calls was begun, in seconds since 1970."""
        return min((one.begun for one in self._known.values()), default=None)

    def find(self, key: str) -> CallRecord | None:
        """What the journal has of a call, its outcome readable. Raises JournalError."""
        call = self._known.get(key)
        if call is None or call.outcome is None:
            return call
        opened = self._cipher.open(call.outcome, self._place(key))
        return CallRecord(call.key, call.kind, call.digest, call.begun, opened)

    async def begin(self, key: str, digest: bytes) -> Ticket:
        """Keep that a call is about to be made; when this returns, no crash can forget it.

        Raises JournalError. Where the waiting is broken off, the call is taken back.
        """
        wait, call = self._new_wait(), self._call(key, "send", digest, None)
        ticket = self._writer.put(CallBegun(self._number, call), wait.wake)
        try:
            await wait.until_done(self._writer, ticket)
        except BaseException:
            self.withdraw(ticket)
            raise
        return ticket

    def withdraw(self, ticket: Ticket) -> None:
        """Keep that a call which was begun is not going to be made.

        One that was in doubt before stays so: it may have been made then.
        """
        begun = ticket.entry
        if not (isinstance(begun, CallBegun) and begun.call.key in self._known):
            self._writer.withdraw(ticket)

    def end(self, key: str, kind: CallKind, digest: bytes, outcome: bytes) -> None:
        """Keep what came of a call, without waiting for the disk."""
        sealed = self._cipher.seal(outcome, self._place(key))
        self._writer.put(CallEnded(self._number, self._call(key, kind, digest, sealed)))

    async def try_alone(self) -> None:
        """Keep that the row is about to run alone, which no crash can forget. Raises JournalError.

        A row that was tried and has no end is what ended the process.
        """
        await self._wait_for(RowProbe(self._number))

    async def _wait_for(self, entry: JournalEntry) -> None:
        wait = self._new_wait()
        await wait.until_done(self._writer, self._writer.put(entry, wait.wake))

    def close(self, state: RowState) -> None:
        """Keep that the row has run to its end."""
        self._writer.put(RowEnded(self._number, state))

    async def finish(self, state: RowState, code: int, result: bytes) -> None:
        """Like :meth:`close`, with its exit code and what is kept of it; waits for the disk.

        Raises JournalError.
        """
        sealed = self._cipher.seal(result, result_place(self._writer.run_id, self._number))
        await self._wait_for(RowEnded(self._number, state, code, sealed))

    def _call(self, key: str, kind: CallKind, digest: bytes, outcome: bytes | None) -> CallRecord:
        return CallRecord(key, kind, digest, self.now(), outcome)

    def _place(self, key: str) -> str:
        return call_place(self._writer.run_id, self._number, key)
