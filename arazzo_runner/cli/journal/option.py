"""``--journal FILE``: a run whose calls are kept, from its beginning or where it was left.

Loaded where there is the flag.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

import click

from arazzo_runner.cli.diagnostics import show_diagnostics
from arazzo_runner.cli.journal.flags import (
    FLAG_HINT,
    JournalFlags,
    SecretFlagError,
    absolute_place,
    journal_flags,
)
from arazzo_runner.cli.journal.store import open_journal
from arazzo_runner.cli.run.cases_file import CaseInputs
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.plan import Plan
from arazzo_runner.executor.result import RunResult
from arazzo_runner.executor.world import World
from arazzo_runner.expression.value import Value
from arazzo_runner.journal.journal import Journal, JournaledRun, state_of
from arazzo_runner.journal.model import RowEnded, RowState, RunRecord
from arazzo_runner.journal.open import journal_error, journal_errors
from arazzo_runner.journal.plan_row import (
    JournaledRow,
    RowChoice,
    journaled_row,
)
from arazzo_runner.journal.row import BlockingWait, Wait
from arazzo_runner.journal.row_inputs import differing_secrets, row_record, split_secrets
from arazzo_runner.journal.world import Decisions
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.recording.run import digests
from arazzo_runner.report.curl import shell_quote
from arazzo_runner.report.exit_code import ExitCode
from arazzo_runner.text.diagnostic import error


class JournalOption:
    """A run that begins with a journal. What :class:`ResumedRun` does otherwise is overridden.

    ``decisions`` are about calls in doubt, ``ended`` the states of rows that came to their end.
    """

    is_resumed = False

    def __init__(self, document: str, given: Mapping[str, Any]) -> None:
        self.document = document
        self.given = given
        self.run_id = str(uuid4())
        self.decisions = Decisions()
        self.ended: Mapping[int, RowState] = {}
        self._journal: Journal | None = None
        self._run: JournaledRun | None = None
        self._rows: Sequence[tuple[str, pipeline.PreparedRun]] = ()
        self._states: list[RowState] = []
        self._row_secrets: Mapping[str, Sequence[int]] = {}

    @property
    def journal(self) -> Journal:
        """The journal, opened when it is needed first. Raises UsageError."""
        if self._journal is None:
            self._journal = open_journal(self.given, creates=True)
        return self._journal

    def check(self) -> None:
        """Open the journal. Raises UsageError where a run in it has not ended, too."""
        _check_flags(self.given)
        if self.document == "-":
            message = "`--journal` needs a document that can be read again, not standard input"
            raise UsageError(error("AZ906", message, help="write it to a file"))
        with journal_errors(self.given["journal"]):
            unfinished = self.journal.unfinished()
        if unfinished:
            oldest, file = unfinished[0], self.given["journal"]
            reason = f"has a run that has not ended: `{oldest.run_id}`"
            raise journal_error(file, reason, f"`{self._resume_command(oldest.run_id)}` goes on")

    def check_description(self, description: Description) -> None:
        """Raise UsageError where what was read is not what the run was begun with."""

    def inputs(self, description: Description) -> dict[str, Value] | None:
        """The inputs of the one row of a run that goes on; None for those of the flags."""
        del description
        return None

    def cases(self, description: Description) -> Sequence[CaseInputs] | None:
        """The cases of a run that goes on; None for those of the flags."""
        del description
        return None

    def take(self, rows: Sequence[tuple[str, pipeline.PreparedRun]]) -> None:
        """Take what is going to run, at least one row: its case's name (or none), and itself.

        Raises UsageError for what a journal cannot keep.
        """
        self._rows = rows
        self._states = [self.ended.get(at, "open") for at in range(len(rows))]
        check_channels(rows[0][1].plan, "--journal")
        self._row_secrets = differing_secrets([prepared for _, prepared in rows])

    def begin(self, description: Description) -> None:
        """Keep the run with its rows; nothing is sent yet. Raises UsageError."""
        kept = self._flags(description)
        record = RunRecord(
            self.run_id,
            absolute_place(self.document),
            digests(description),
            kept.to_bytes(),
            time.time(),
        )
        records = [row_record(at, *row) for at, row in enumerate(self._rows)]
        with journal_errors(self.given["journal"]):
            self.journal.begin(record, records)
        self._open_run()

    def _flags(self, description: Description) -> JournalFlags:
        masker = self._rows[0][1].masker()
        for _, prepared in self._rows if self._row_secrets else ():
            masker.learn(prepared.secrets)
        left_out = {name for _, prepared in self._rows for name in split_secrets(prepared)[1]}
        try:
            return journal_flags(
                self.given,
                description,
                masker,
                seed=self._rows[0][1].plan.seed,
                has_cases=self.given["cases"] is not None,
                left_out=sorted(left_out - self._row_secrets.keys()),
                row_secrets=self._row_secrets,
                is_part=bool(self.given["case"]),
            )
        except SecretFlagError as reason:
            raise journal_error(self.given["journal"], str(reason), FLAG_HINT) from None

    def _open_run(self) -> None:
        self._run = self.journal.run(self.run_id, time.time, is_resumed=self.is_resumed)

    def row(
        self,
        world: World,
        number: int,
        interrupted: Callable[[], bool],
        new_wait: Callable[[], Wait] = BlockingWait,
    ) -> JournaledRow:
        """What runs in place of ``world``. Raises UsageError for a journal that cannot be read."""
        assert self._run is not None
        choice = RowChoice(
            interrupted,
            self.decisions,
            self.given["idempotency_key"],
            number,
            f"{number}:" if len(self._rows) > 1 else "",
            self._way_out,
            number in self.ended,
            self.limits_time,
        )
        with journal_errors(self.given["journal"]):
            return journaled_row(self._run, self._rows[number][1], world, choice, new_wait)

    def end_row(self, number: int, row: JournaledRow, result: RunResult) -> None:
        """Keep how a row has ended; one that was interrupted, or is in doubt, has not."""
        assert self._run is not None
        state = row.state(result)
        if state == "open" or number in self.ended:
            return
        self._states[number] = state
        self._run.writer.put(RowEnded(number, state))

    def leave_out(self, number: int) -> None:
        """Keep that a row never runs, since another one has failed; one in doubt has not."""
        assert self._run is not None
        if not {"failed", "error"} & {*self._states}:
            return
        self._states[number] = "skipped"
        self._run.writer.put(RowEnded(number, "skipped"))

    def is_left_out(self, number: int) -> bool:
        """Whether the row did not run when the run was begun, and never does."""
        return self.ended.get(number) == "skipped"

    def close(self) -> list[int]:
        """Write what is left, and release the file. The exit code of what cannot be written."""
        if self._journal is None:
            return []
        file, run = self.given["journal"], self._run
        try:
            with journal_errors(file):
                if run is not None:
                    self._end(run)
        except UsageError as reason:
            show_diagnostics(reason.diagnostics)
            return [ExitCode.NO_RESPONSE]
        finally:
            self._journal.close()
        return []

    def _end(self, run: JournaledRun) -> None:
        state = state_of(self._states)
        if state == "unfinished":
            run.close()
        else:
            run.finish(state)
        if run.writer.broken is not None:
            self._states = ["open"]
            raise run.writer.broken

    @property
    def limits_time(self) -> bool:
        """Whether the user has set a limit of time."""
        parameters = click.get_current_context().command.params
        default = next(one for one in parameters if one.name == "run_timeout")
        context = click.get_current_context()
        return bool(self.given["run_timeout"] != default.get_default(context))

    @property
    def unfinished_command(self) -> str | None:
        """The command that goes on with the run; None where it has ended, or never began."""
        if self._run is None or "open" not in self._states:
            return None
        return self._resume_command(self.run_id)

    def _resume_command(self, run_id: str) -> str:
        words = ["arazzo", "resume", run_id, "--journal", self.given["journal"]]
        if self.given["journal_key"]:
            words += ["--journal-key", self.given["journal_key"]]
        if self.given["profile"].name:
            words += ["--profile", self.given["profile"].name]
        if self._row_secrets and run_id == self.run_id:
            words += ["--cases", self.given.get("row_file") or self.given["cases"]]
        return " ".join(map(shell_quote, words))

    def _way_out(self, key: str) -> str:
        command = self._resume_command(self.run_id)
        return (
            f"if it was not made: `{command} --send-again {shell_quote(key)}`; if it was:"
            f" `{command} --assume-done FILE`, where FILE has its response"
        )


def _check_flags(given: Mapping[str, Any]) -> None:
    context = click.get_current_context()
    for parameter in context.command.params:
        name = parameter.name or ""
        if name in _REASONS and given[name] != parameter.get_default(context):
            message = f"`--journal` cannot be used together with `{parameter.opts[-1]}`"
            raise UsageError(error("AZ906", message, help=_REASONS[name]))


_REASONS: Final = {
    "mock": "a mock answers at once, and the same each time: there is nothing to go on with",
    "cookies": "the cookies of a run are not in its journal",
    "repeat": "write a file of cases, and run it with `--cases`",
    "watch": "a run that goes on is not begun again",
    "dry_run": "nothing is sent in a dry run",
}


def check_channels(plan: Plan, keeper: str) -> None:
    """Raise UsageError for steps that use channels, of which ``keeper`` keeps nothing."""
    if plan.has_channels:
        message = f"`{keeper}` keeps requests, and the document has steps that use channels"
        raise UsageError(error("AZ906", message, help="run it with `arazzo run` alone"))
