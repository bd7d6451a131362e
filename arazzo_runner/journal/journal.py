"""A journal that is open: runs begun in it, resumed from it, and ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import TracebackType

from msgspec.structs import replace

from arazzo_runner.journal.cipher import Cipher, cipher_for, inputs_place, options_place
from arazzo_runner.journal.model import CallRecord, RowRecord, RowState, RunRecord, RunState
from arazzo_runner.journal.row import BlockingWait, RowJournal, Wait
from arazzo_runner.journal.store import JournalStore
from arazzo_runner.journal.writer import JournalWriter


class Journal:
    """A store with its cipher. Every method raises JournalError where the store cannot be used."""

    def __init__(self, store: JournalStore, secret: str | None = None) -> None:
        """Take a store that is open; ``secret`` is what it is, or is to be, encrypted with."""
        self._store = store
        self._cipher: Cipher = cipher_for(store, secret)

    @property
    def store(self) -> JournalStore:
        """Where it is kept."""
        return self._store

    def unfinished(self) -> list[RunRecord]:
        """The runs that have not come to their end, the oldest first."""
        return [one for one in self._store.runs() if one.state == "unfinished"]

    def begin(self, run: RunRecord, rows: Iterable[RowRecord]) -> None:
        """Keep a run that is about to begin."""
        options = self._cipher.seal(run.options, options_place(run.run_id))
        sealed = (
            replace(one, inputs=self._cipher.seal(one.inputs, inputs_place(run.run_id, one.number)))
            for one in rows
        )
        self._store.create(replace(run, options=options), sealed)

    def find(self, run_id: str) -> RunRecord | None:
        """A run with its options readable."""
        found = next((one for one in self._store.runs() if one.run_id == run_id), None)
        if found is None:
            return None
        opened = self._cipher.open(found.options, options_place(run_id))
        return replace(found, options=opened)

    def rows(self, run_id: str) -> list[RowRecord]:
        """The rows of a run with their inputs readable."""
        return [
            replace(one, inputs=self._cipher.open(one.inputs, inputs_place(run_id, one.number)))
            for one in self._store.rows(run_id)
        ]

    def close(self) -> None:
        """Release it for other processes."""
        self._store.close()

    def run(
        self, run_id: str, now: Callable[[], float], *, is_resumed: bool = False
    ) -> JournaledRun:
        """A run whose calls are kept from now on; ``now`` gives seconds since 1970."""
        return JournaledRun(self._store, self._cipher, run_id, now, is_resumed=is_resumed)


class JournaledRun:
    """A run in progress; within it, its entries are written as they come."""

    def __init__(
        self,
        store: JournalStore,
        cipher: Cipher,
        run_id: str,
        now: Callable[[], float],
        *,
        is_resumed: bool,
    ) -> None:
        self._store = store
        self._cipher = cipher
        self._now = now
        self._is_resumed = is_resumed
        self.is_finished = False
        self.run_id = run_id
        self.writer = JournalWriter(store, run_id)

    def row(
        self,
        number: int,
        new_wait: Callable[[], Wait] = BlockingWait,
        calls: Iterable[CallRecord] | None = None,
    ) -> RowJournal:
        """The journal of a row; ``calls`` are what is known of it, where they were read before."""
        if calls is None:
            calls = self._store.calls(self.run_id, number) if self._is_resumed else ()
        known = {one.key: one for one in calls}
        return RowJournal(self.writer, self._cipher, number, known, self._now, new_wait)

    def finish(self, state: RunState) -> None:
        """Keep that the run has come to its end."""
        self.close()
        if self.writer.broken is None:
            self._store.finish(self.run_id, state, self._now())
            self.is_finished = True

    def close(self) -> None:
        """Write what is left; the run stays unfinished."""
        self.writer.close()

    def __enter__(self) -> JournaledRun:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what is left."""
        self.close()


def state_of(row_states: Sequence[RowState]) -> RunState:
    """The state of a run whose rows have these: an open one leaves it unfinished."""
    if "open" in row_states:
        return "unfinished"
    if "error" in row_states:
        return "error"
    return "failed" if "failed" in row_states else "passed"
