"""``journal=``: runs of a program whose calls are kept, and go on after a crash.

A journal has the document, the workflows and the inputs of a run. All else is the program's, which
gives it again: what is sent otherwise than before ends the run, since a request differs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Literal, TypeAlias
from uuid import uuid4

import msgspec
from msgspec.structs import replace

from arazzo_runner.embed.journal_options import JournalOptions
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.plan import Limits
from arazzo_runner.executor.result import RunResult
from arazzo_runner.executor.run import RunContext
from arazzo_runner.expression.value import Value
from arazzo_runner.journal.decisions import FORM, assumed_responses
from arazzo_runner.journal.journal import Journal, JournaledRun, state_of
from arazzo_runner.journal.model import RowEnded, RowRecord, RunRecord
from arazzo_runner.journal.open import journal_error, journal_errors, open_journal
from arazzo_runner.journal.plan_row import JournaledRow, RowChoice, journaled_row
from arazzo_runner.journal.row import BlockingWait, Wait
from arazzo_runner.journal.row_inputs import (
    FileNotReadError,
    changed_inputs,
    joined_inputs,
    missing_inputs,
    read_inputs,
    row_record,
    split_secrets,
)
from arazzo_runner.journal.world import Decisions
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.recording.run import digests
from arazzo_runner.text.diagnostic import did_you_mean, error

SendAgain: TypeAlias = Sequence[str] | Literal["all"]


class _ProgramRun(msgspec.Struct, frozen=True, tag_field="of", tag="program"):
    """What is kept of a run beside its document and inputs; ``left_out`` are secret inputs."""

    workflows: tuple[str, ...]
    seed: int | None
    left_out: tuple[str, ...]


class RunnerJournal:
    """The journal of a runner: open while a run is in progress, or the runner is used by ``with``.

    Threads may share it. Runs that have not ended keep others from beginning, until they go on.
    """

    def __init__(self, options: JournalOptions) -> None:
        self.options = options
        self._lock = Lock()
        self._users = 0
        self._journal: Journal | None = None
        self._unfinished: list[str] = []

    @contextmanager
    def opened(self, *, creates: bool = True) -> Iterator[Journal]:
        """The journal, closed when nobody uses it any more. Raises UsageError."""
        with self._lock:
            if self._journal is None:
                file, key = self.options.file, self.options.key
                self._journal = open_journal(file, key, creates=creates)
                self._unfinished = [one.run_id for one in self._journal.unfinished()]
            self._users += 1
        try:
            yield self._journal
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0:
                    self._journal.close()
                    self._journal = None

    def check_free(self) -> None:
        """Raise UsageError where a run has not ended, and is not in progress."""
        if self._unfinished:
            run_id, file = self._unfinished[0], self.options.file
            hint = f"`arazzo.resume('{run_id}', journal='{file}', …)` goes on"
            raise journal_error(file, f"has a run that has not ended: `{run_id}`", hint)

    def note_end(self, run_id: str, *, has_ended: bool) -> None:
        """Take note of a run that is no longer in progress."""
        with self._lock:
            if run_id in self._unfinished:
                self._unfinished.remove(run_id)
            if not has_ended:
                self._unfinished.append(run_id)


class JobJournal:
    """The journal of one run: of a new one, or of ``record``, which goes on."""

    def __init__(
        self,
        holder: RunnerJournal,
        prepared: pipeline.PreparedRun,
        record: RunRecord | None = None,
        decisions: Decisions | None = None,
    ) -> None:
        """Take what is to run. Raises UsageError for what a journal cannot keep."""
        if prepared.plan.has_channels:
            message = "`--journal` keeps requests, and the document has steps that use channels"
            raise UsageError(error("AZ906", message, help="run it without a journal"))
        self._holder = holder
        self.prepared = prepared
        self._record = record
        self._decisions = decisions or Decisions()
        self.run_id = str(uuid4()) if record is None else record.run_id
        self.doubt: tuple[str, ...] = ()

    @property
    def _is_over(self) -> bool:
        return self._record is not None and self._record.state != "unfinished"

    @contextmanager
    def open_context(
        self,
        context: RunContext,
        limits: Limits,
        new_wait: Callable[[], Wait] = BlockingWait,
    ) -> Iterator[RunContext]:
        """Keep the calls of a run: in it the context has the world of the journal.

        Raises UsageError where the journal cannot be used, before anything is sent.
        """
        file = self._holder.options.file
        with self._holder.opened(creates=self._record is None) as journal, journal_errors(file):
            if self._record is None:
                self._begin(journal)
            with journal.run(
                self.run_id, time.time, is_resumed=self._record is not None
            ) as self._run:
                self._row = self._journaled_row(self._run, context, limits, new_wait)
                try:
                    yield replace(
                        context,
                        world=self._row.world,
                        clock=self._row.clock,
                        observer=self._row.observing(context.observer),
                    )
                finally:
                    has_ended = self._is_over or self._run.is_finished
                    self._holder.note_end(self.run_id, has_ended=has_ended)

    def _begin(self, journal: Journal) -> None:
        self._holder.check_free()
        prepared = self.prepared
        kept = _ProgramRun(
            tuple(key.workflow for key in prepared.plan.selected),
            prepared.plan.seed,
            tuple(split_secrets(prepared)[1]),
        )
        entry = prepared.description.entry.document.source
        record = RunRecord(
            self.run_id,
            entry.uri or entry.name,
            digests(prepared.description),
            msgspec.msgpack.encode(kept),
            time.time(),
        )
        journal.begin(record, [row_record(0, "", prepared)])

    def _journaled_row(
        self,
        run: JournaledRun,
        context: RunContext,
        limits: Limits,
        new_wait: Callable[[], Wait],
    ) -> JournaledRow:
        choice = RowChoice(
            context.interrupted,
            self._decisions,
            self._holder.options.header,
            way_out=self._way_out,
            is_over=self._is_over,
            limits_time=limits.run_timeout != Limits().run_timeout,
            clock=context.clock,
        )
        return journaled_row(run, self.prepared, context.world, choice, new_wait)

    def end(self, result: RunResult) -> None:
        """Keep how the run has ended, unless it goes on later."""
        self.doubt = tuple(self._row.world.doubt)
        state = self._row.state(result)
        if self._is_over or state == "open":
            return
        self._run.writer.put(RowEnded(0, state))
        self._run.finish(state_of([state]))

    def _way_out(self, key: str) -> str:
        call = f"arazzo.resume('{self.run_id}', journal='{self._holder.options.file}', …)"
        return (
            f"if it was not made: `{call}` with `send_again=['{key}']`; if it was: with"
            f" `assume_done={{'{key}': …}}`, which has its response"
        )


class Resumption(msgspec.Struct, frozen=True):
    """A run that is to go on, and what is said of it.

    ``run_id`` is None for the one that has not ended. ``inputs`` are given again, ``document`` too
    where the journal's cannot be read from its file.
    """

    run_id: str | None
    inputs: Mapping[str, Value]
    changed_document: bool
    send_again: SendAgain
    assume_done: Mapping[str, object]

    def decisions(self) -> Decisions:
        """What is said of calls in doubt. Raises UsageError."""
        try:
            assumed = assumed_responses(dict(self.assume_done))
        except ValueError as reason:
            message = f"`assume_done` cannot be used: {reason}"
            raise UsageError(error("AZ906", message, help=f"it is `{FORM}`")) from None
        sends_all = self.send_again == "all"
        return Decisions(frozenset(() if sends_all else self.send_again), sends_all, assumed)

    def job_journal(
        self,
        holder: RunnerJournal,
        describe: Callable[[str], Description],
        prepare: Callable[..., pipeline.PreparedRun],
    ) -> JobJournal:
        """What goes on. Raises UsageError, InputError and DocumentError, and nothing is sent."""
        with holder.opened(creates=False) as journal, journal_errors(holder.options.file):
            record, rows = self._read_record(journal, holder.options.file)
        kept = _program_run(record, holder.options.file)
        description = describe(record.document)
        self._check_digests(record, description)
        inputs = self._inputs(kept, rows[0], holder.options.file)
        prepared = prepare(description, kept.workflows, inputs, seed=kept.seed)
        return JobJournal(holder, prepared, record, self.decisions())

    def _read_record(self, journal: Journal, file: str) -> tuple[RunRecord, list[RowRecord]]:
        run_id = self.run_id
        if run_id is None:
            unfinished = [one.run_id for one in journal.unfinished()]
            if len(unfinished) != 1:
                listed = ", ".join(f"`{one}`" for one in unfinished)
                several = f"has several runs that have not ended: {listed}"
                reason = several if unfinished else "has no run that has not ended"
                raise journal_error(file, reason, "name one")
            run_id = unfinished[0]
        record = journal.find(run_id)
        if record is None:
            known = [one.run_id for one in journal.store.runs()]
            raise journal_error(file, f"has no run `{run_id}`", did_you_mean(run_id, known))
        rows = journal.rows(run_id)
        if not rows:
            raise journal_error(file, "is damaged: the rows of the run are gone")
        return record, rows

    def _check_digests(self, record: RunRecord, description: Description) -> None:
        now = digests(description)
        changed = [name for name, digest in record.digests.items() if now.get(name) != digest]
        if changed and not self.changed_document:
            listed = ", ".join(f"`{one}`" for one in changed)
            message = f"changed since the run was begun: {listed}"
            hint = "`changed_document=True` goes on all the same: what was sent is not sent again"
            raise UsageError(error("AZ906", message, help=hint))

    def _inputs(self, kept: _ProgramRun, row: RowRecord, file: str) -> dict[str, Value]:
        try:
            known = read_inputs(row)
        except (ValueError, RecursionError):
            raise journal_error(file, "is damaged: the inputs of a row are gone") from None
        except FileNotReadError as reason:
            raise UsageError(error("AZ906", f"the file of an input {reason}")) from None
        missing = missing_inputs(kept.left_out, self.inputs)
        if missing:
            listed = ", ".join(f"`{one}`" for one in missing)
            message = f"the run has secret inputs, which no journal has: {listed}"
            raise UsageError(error("AZ902", message, help="give them again in `inputs`"))
        changed = changed_inputs(known, self.inputs)
        if changed and not self.changed_document:
            listed = ", ".join(f"`{one}`" for one in changed)
            message = f"the run was begun with other values of these inputs: {listed}"
            raise UsageError(error("AZ906", message, help="leave them away: the journal has them"))
        return joined_inputs(known, self.inputs)


def _program_run(record: RunRecord, file: str) -> _ProgramRun:
    try:
        return msgspec.msgpack.decode(record.options, type=_ProgramRun)
    except ValueError:
        reason = f"has the run `{record.run_id}` of a command, not of a program"
        hint = f"`arazzo resume {record.run_id} --journal {file}` goes on with it"
        raise journal_error(file, reason, hint) from None
