"""`arazzo batch work`"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import click

from arazzo_runner.cli.batch.database import batch_of, content_of_batch, open_database
from arazzo_runner.cli.diagnostics import show_diagnostics
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.cli.run.signals import Signals, catching_signals
from arazzo_runner.cli.run.world import traces_for
from arazzo_runner.errors import DiagnosedError
from arazzo_runner.operating_system.sockets import selector_loop
from arazzo_runner.report.safe_text import escape

if TYPE_CHECKING:
    from arazzo_runner.batch.database import Database
    from arazzo_runner.batch.model import BatchRecord
    from arazzo_runner.batch.rate import SharedRate
    from arazzo_runner.batch.worker import BatchWorker
    from arazzo_runner.cli.batch.runnable import OpenBatch

_POLL: Final = 0.1
_DONE_POLL: Final = 0.3


@click.command(
    "batch work", cls=SectionedCommand, short_help="run the rows of batches until it is stopped"
)
@flags_of("batch work")
def command(**given: Any) -> int:
    """Run the rows of batches, with as many workers as there are, until SIGTERM.

    Credentials and secret inputs are those of this worker. At SIGTERM rows in flight end, and what
    is left is free for other workers at once.
    """
    with open_database(given) as database, catching_signals() as signals:
        return WorkCommand(database, given, signals).run()


class WorkCommand:
    """One worker process."""

    def __init__(self, database: Database, given: Mapping[str, Any], signals: Signals) -> None:
        from arazzo_runner.batch.database import Database

        self._database = database
        self._given = given
        self._signals = signals
        self._writing = Database(given["database"])
        self._batches: dict[int, OpenBatch | None] = {}
        self._worker: BatchWorker | None = None
        self._new_traces = traces_for(given, os.environ)
        self._opening = asyncio.Lock()

    def run(self) -> int:
        """Work to the end. Returns the exit code; raises UsageError for a batch it cannot run."""
        named = self._given["batch"]
        if named is not None:
            self._plan(batch_of(self._database, str(named)))
        try:
            with asyncio.Runner(loop_factory=selector_loop) as runner:
                runner.run(self._work())
        finally:
            self._writing.close()
        return self._signals.code or 0

    async def _work(self) -> None:
        from arazzo_runner.batch.batches import chunks_at_once, chunks_to_queue
        from arazzo_runner.batch.chunks import WorkerChunks
        from arazzo_runner.batch.queue import ProcrastinateQueue
        from arazzo_runner.batch.watchdog import Watchdog
        from arazzo_runner.batch.worker import BatchWorker

        jobs, named = self._given["jobs"], self._given["batch"]
        chunks = WorkerChunks(self._database, uuid4(), jobs)
        stop = asyncio.Event()
        async with ProcrastinateQueue(self._database) as queue:
            feed = partial(chunks_to_queue, self._database)
            worker = BatchWorker(chunks, queue, self._open_batch, feed, jobs, self._say)
            self._worker = worker
            with Watchdog() as watchdog:
                watching = asyncio.create_task(self._watch(stop, watchdog))
                sys.stderr.write(f"working on batches of {self._database.label}\n")
                at_once = await asyncio.to_thread(chunks_at_once, self._database, jobs, named)
                await worker.run(at_once, named, stop)
                self._database.give_up()
                self._writing.give_up()
                await watching
            for batch in self._batches.values():
                if batch is not None:
                    await batch.close()

    def _say(self, away: str | None) -> None:
        """Say that the database is away, which rows wait for, or that it is back."""
        said = "is back" if away is None else f"{escape(away)}; the rows wait for it"
        sys.stderr.write(f"the database `{escape(self._database.label)}` {said}\n")
        sys.stderr.flush()

    async def _watch(self, stop: asyncio.Event, watchdog: Any) -> None:
        """Stop at a signal, or when there is nothing left to do, where that is asked for."""
        until_done = self._given["until_done"]
        waited = 0.0
        while not self._signals.interrupted():
            watchdog.alive()
            await asyncio.sleep(_POLL)
            waited += _POLL
            if until_done and waited >= _DONE_POLL:
                waited = 0.0
                if await self._is_done():
                    break
        stop.set()

    async def _is_done(self) -> bool:
        from arazzo_runner.batch.batches import running_batches
        from arazzo_runner.batch.model import DatabaseError

        assert self._worker is not None
        if not self._worker.is_idle:
            return False
        try:
            running = await asyncio.to_thread(running_batches, self._database)
        except DatabaseError:
            return False
        named = self._given["batch"]
        refused = [number for number, batch in self._batches.items() if batch is None]
        left = [one for one in running if named in (None, one) and one not in refused]
        return self._worker.is_idle and not left

    def _plan(self, record: BatchRecord) -> Any:
        """The plan of a batch. Raises DiagnosedError where it cannot be run here."""
        from arazzo_runner.batch.batches import contents_of
        from arazzo_runner.cli.batch.plan import BatchPlan

        content = content_of_batch(self._database, record, self._given["journal_key"])
        return BatchPlan(record, content, *contents_of(self._database, record.batch), self._given)

    async def _open_batch(self, batch: int) -> OpenBatch | None:
        async with self._opening:
            if batch not in self._batches:
                self._batches[batch] = await self._new_batch(batch)
            return self._batches[batch]

    async def _new_batch(self, number: int) -> OpenBatch | None:
        from arazzo_runner.batch.batches import find_batch
        from arazzo_runner.batch.rate import SharedRate
        from arazzo_runner.batch.store import BatchStore
        from arazzo_runner.cli.batch.runnable import OpenBatch

        record = await asyncio.to_thread(find_batch, self._database, number)
        if record is None:
            return None
        try:
            plan = self._plan(record)
        except DiagnosedError as reason:
            sys.stderr.write(f"batch {number} is left to other workers:\n")
            show_diagnostics(reason.diagnostics, secrets=reason.secrets)
            return None
        assert self._worker is not None
        store = BatchStore(self._writing, number, record.submission, record.run_id)
        batch = OpenBatch(record, plan, store, self._worker, self._new_traces)

        def new_rate(api: str, per_second: float) -> SharedRate:
            return SharedRate(self._database, api, per_second)

        await batch.open(new_rate)
        return batch
