"""`arazzo resume [RUN_ID] --journal FILE`"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from click.core import ParameterSource

from arazzo_runner.cli.journal.flags import (
    JournalFlags,
    is_of_program,
    missing_headers,
    read_flags,
    resumed_flags,
)
from arazzo_runner.cli.journal.option import JournalOption
from arazzo_runner.cli.journal.row_secrets import read_rows
from arazzo_runner.cli.journal.store import open_journal
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.cli.options.overwrite import check_outputs
from arazzo_runner.cli.run.cases_file import CaseInputs
from arazzo_runner.cli.run.command import RunCommand, run_journaled
from arazzo_runner.cli.run.run_config import inputs_of_flags
from arazzo_runner.cli.run.session import CommandSession, StartedRun
from arazzo_runner.errors import UsageError
from arazzo_runner.expression.value import Value
from arazzo_runner.journal.decisions import FORM, assumed_responses
from arazzo_runner.journal.journal import Journal
from arazzo_runner.journal.model import JournalError, RowRecord, RunRecord
from arazzo_runner.journal.open import journal_error, journal_errors
from arazzo_runner.journal.row_inputs import (
    FileNotReadError,
    changed_inputs,
    joined_inputs,
    missing_inputs,
    read_inputs,
)
from arazzo_runner.journal.world import Decisions
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.pipeline.load import Description
from arazzo_runner.recording.run import digests
from arazzo_runner.retrieve.pipe import read_file
from arazzo_runner.text.diagnostic import did_you_mean, error
from arazzo_runner.text.source import Place, SourceFile

_ALL: Final = "all"


@click.command("resume", cls=SectionedCommand, short_help="go on with a run from its journal")
@click.argument("run_id", required=False)
@flags_of("resume")
def command(run_id: str | None, **given: Any) -> int:
    """Go on with the run RUN_ID of a journal, which `arazzo run --journal FILE` began.

    RUN_ID may be omitted where one run has not ended. Responses that are known are not asked for
    again. The document, inputs, rows and servers are the journal's; secret inputs are given again.
    """
    session = CommandSession("", given)
    journal = ResumedRun(run_id, given)
    return run_journaled(session, lambda: journal.start(session), journal)


class ResumedRun(JournalOption):
    """A run that goes on where its journal ends."""

    is_resumed = True

    def __init__(self, run_id: str | None, given: Mapping[str, Any]) -> None:
        super().__init__("", {**given, "idempotency_key": None})
        self._wanted = run_id
        self._kept = JournalFlags({})
        self._digests: Mapping[str, str] = {}
        self._records: Sequence[RowRecord] = ()

    def start(self, session: CommandSession) -> StartedRun:
        """Read the run, and all that can go wrong before it goes on."""
        check_outputs(self.given, ())
        self._journal = open_journal(self.given)
        file = self.given["journal"]
        with journal_errors(file):
            record = self._find(self._journal)
            self._records = self._journal.rows(record.run_id)
            if not self._records:
                raise JournalError("is damaged: the rows of the run are gone")
        if is_of_program(record.options):
            reason = f"has the run `{record.run_id}` of a program, not of this command"
            raise journal_error(file, reason, "the program goes on with it: `arazzo_runner.resume`")
        try:
            self._kept = read_flags(record.options)
        except ValueError:
            raise journal_error(file, "is damaged: what the run was asked for is gone") from None
        self.run_id, self._digests = record.run_id, record.digests
        self.document = session.document = record.document
        self.ended = {one.number: one.state for one in self._records if one.state != "open"}
        self.given = session.given = resumed_flags(self._kept, self.given)
        self.decisions = read_decisions(self.given)
        self._check_headers()
        self._check_profile()
        self._check_rows()
        check_outputs(self.given, [record.document])
        return RunCommand(record.document, self.given, session, None, self).start()

    def _find(self, journal: Journal) -> RunRecord:
        file, wanted = self.given["journal"], self._wanted
        if wanted is None:
            unfinished = journal.unfinished()
            if len(unfinished) != 1:
                raise _choice_error(file, unfinished, journal)
            wanted = unfinished[0].run_id
        record = journal.find(wanted)
        if record is None:
            known = [one.run_id for one in journal.store.runs()]
            raise journal_error(file, f"has no run `{wanted}`", did_you_mean(wanted, known))
        return record

    def _check_headers(self) -> None:
        missing = missing_headers(self._kept, self.given["headers"])
        if missing:
            listed = ", ".join(f"`{one}`" for one in missing)
            message = f"the run was begun with secret header fields, which no journal has: {listed}"
            raise UsageError(error("AZ906", message, help="give them again with `--header`"))

    def _check_profile(self) -> None:
        name = self._kept.profile
        if name and self.given["profile"].name != name:
            message = f"the run was begun with the credentials of the profile `{name}`"
            raise UsageError(error("AZ906", message, help=f"add `--profile {name}`"))

    def _check_rows(self) -> None:
        source = click.get_current_context().get_parameter_source("row_file")
        if source is not ParameterSource.COMMANDLINE and not self._kept.row_secrets:
            self.given = {
                **self.given,
                "row_file": None,
            }  # what is configured is for runs that begin
        elif self.given["row_file"] is not None and not self._kept.has_cases:
            message = "the run was begun without `--cases`, and has no rows"
            raise UsageError(error("AZ906", message, help="remove `--cases`"))

    def check(self) -> None:
        """The journal is open."""

    def check_description(self, description: Description) -> None:
        """Raise UsageError where a document is another one than when the run was begun."""
        now = digests(description)
        changed = [name for name, digest in self._digests.items() if now.get(name) != digest]
        if changed and not self.given["changed_document"]:
            listed = ", ".join(f"`{one}`" for one in changed)
            message = f"changed since the run was begun: {listed}"
            hint = "`--changed-document` goes on all the same: what was sent is not sent again"
            raise UsageError(error("AZ906", message, help=hint))

    def inputs(self, description: Description) -> dict[str, Value] | None:
        """The inputs of the one row, with those that were given again."""
        return self._inputs(self._records[0], self._typed_inputs(description))

    def cases(self, description: Description) -> Sequence[CaseInputs]:
        """The rows in their order, with the inputs that were given again."""
        place = Place(SourceFile("", "", ""))
        rows = read_rows(
            self.given["row_file"],
            self._kept,
            self._records,
            description,
            self.given["workflows"],
        )
        typed = self._typed_inputs(description, [*rows.values()])
        return [
            CaseInputs(row.name, self._inputs(row, {**typed, **rows.get(row.name, {})}), place)
            for row in self._records
        ]

    def _typed_inputs(
        self, description: Description, rows: Sequence[Mapping[str, Value]] = ()
    ) -> dict[str, Value]:
        typed = inputs_of_flags(description, self.given)
        missing = missing_inputs(self._kept.left_out, typed)
        if rows:
            missing = [one for one in missing if any(missing_inputs([one], row) for row in rows)]
        if missing:
            listed = ", ".join(f"`{one}`" for one in missing)
            name = missing[0]
            message = f"the run has secret inputs, which no journal has: {listed}"
            hint = f"give them again: `-i {name}=…`, or `ARAZZO_INPUT_{name.upper()}`"
            raise UsageError(error("AZ902", message, help=hint))
        return typed

    def _inputs(self, row: RowRecord, typed: Mapping[str, Value]) -> dict[str, Value]:
        try:
            kept = read_inputs(row)
        except (ValueError, RecursionError):
            reason = "is damaged: the inputs of a row are gone"
            raise journal_error(self.given["journal"], reason) from None
        except FileNotReadError as reason:
            raise UsageError(error("AZ906", f"the file of an input {reason}")) from None
        changed = changed_inputs(kept, typed)
        if changed and not self.given["changed_document"]:
            listed = ", ".join(f"`{one}`" for one in changed)
            which = f"the row `{row.name}`" if row.name else "the run"
            message = f"{which} was begun with other values of these inputs: {listed}"
            raise UsageError(error("AZ906", message, help="leave them away: the journal has them"))
        return joined_inputs(kept, typed)

    def begin(self, description: Description) -> None:
        """Let the calls of the run be kept."""
        del description
        self._open_run()


def _choice_error(file: str, unfinished: Sequence[RunRecord], journal: Journal) -> UsageError:
    if unfinished:
        listed = ", ".join(f"`{one.run_id}`" for one in unfinished)
        return journal_error(file, f"has several runs that have not ended: {listed}", "name one")
    runs = journal.store.runs()
    hint = f"of a copy, `{Path(file).name}-wal` is a part, in which the latest runs are"
    if runs:
        hint = f"`arazzo resume {runs[-1].run_id} --journal {file}` shows the latest"
    return journal_error(file, "has no run that has not ended", hint)


def read_decisions(given: Mapping[str, Any]) -> Decisions:
    """What the flags say of calls in doubt. Raises UsageError."""
    assumed: dict[str, HttpResponse] = {}
    file = given["assume_done"]
    if file is not None:
        try:
            assumed = assumed_responses(msgspec.json.decode(read_file(file)))
        except (OSError, ValueError, RecursionError) as reason:
            message = f"`--assume-done {file}` cannot be used: {reason}"
            raise UsageError(error("AZ906", message, help=f"it is `{FORM}`")) from None
    again = frozenset(given["send_again"])
    return Decisions(again - {_ALL}, _ALL in again, assumed)
