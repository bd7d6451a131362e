"""`arazzo batch start DOCUMENT --cases FILE`"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import click

from arazzo_runner.cli.batch.contents import (
    BatchContents,
    limits_of,
    pack_documents,
    unpack_documents,
)
from arazzo_runner.cli.batch.database import open_database
from arazzo_runner.cli.batch.row_records import BatchRows
from arazzo_runner.cli.diagnostics import show_warnings
from arazzo_runner.cli.journal.flags import (
    FLAG_HINT,
    JournalFlags,
    SecretFlagError,
    absolute_place,
    journal_flags,
)
from arazzo_runner.cli.options.check_names import check_names
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of, run_flags
from arazzo_runner.cli.options.settings import load_document
from arazzo_runner.cli.run.run_config import check_flags, check_folder, run_config
from arazzo_runner.errors import UsageError
from arazzo_runner.pipeline.load import Description
from arazzo_runner.recording.documents import DocumentLog
from arazzo_runner.recording.run import digests
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import did_you_mean, error
from arazzo_runner.version import VERSION

if TYPE_CHECKING:
    from arazzo_runner.batch.database import Database
    from arazzo_runner.batch.model import BatchRecord, BatchSubmission

_STANDARD_INPUT: Final = "-"


@click.command("batch start", cls=SectionedCommand, short_help="begin a batch, and print its id")
@click.argument("document")
@flags_of("batch start")
def command(document: str, **given: Any) -> int:
    """Begin a batch: the workflows of DOCUMENT, once for each row of `--cases FILE`.

    All rows are checked before; workers run them, with credentials and secret inputs of their own
    environment. The document and its API descriptions are kept with the batch.
    """
    start = BatchStart(document, run_flags(given))
    with open_database(given) as database:
        batch = start.submit(database)
    sys.stdout.write(f"{batch}\n")
    return 0


class BatchStart:
    """One batch to be submitted."""

    def __init__(self, document: str, given: Mapping[str, Any]) -> None:
        self._document = document
        self._given = given

    def submit(self, database: Database) -> int:
        """Submit it, or find the one that was submitted with the same key. Raises UsageError."""
        from arazzo_runner.batch.store import BatchStore
        from arazzo_runner.cli.batch.refill import feed_queue
        from arazzo_runner.journal.journal import Journal
        from arazzo_runner.journal.model import RunRecord
        from arazzo_runner.journal.open import journal_secret

        rows, documents = self._prepare()
        submission = self._submission(rows, documents)
        known = self._earlier(database, submission)
        if known is not None:
            return known.batch
        kept = BatchContents(self._flags(rows), limits_of(self._given), rows.workflows)
        place = self._document
        if place != _STANDARD_INPUT:
            place = absolute_place(place)
        record = RunRecord(
            str(uuid4()), place, digests(rows.description), kept.to_bytes(), time.time()
        )
        store = BatchStore(database, 0, submission, record.run_id)
        secret = journal_secret(self._given["journal_key"])
        Journal(store, secret).begin(record, rows.records())
        feed_queue(database)
        return store.batch

    def _prepare(self) -> tuple[BatchRows, bytes]:
        """Read all that there is to read, as the workers are going to."""
        given = self._given
        if given["cases"] is None:
            message = "`arazzo batch start` needs rows"
            raise UsageError(error("AZ906", message, help="add `--cases FILE`"))
        if given["submission_key"] == "":
            message = "`--key` is empty, and would be the same key for all batches"
            raise UsageError(error("AZ906", message, help="name the batch, or leave `--key` out"))
        check_flags([self._document], given)
        check_folder(self._document)
        log = DocumentLog()
        load_document(self._document, given, log.wrap)
        documents = pack_documents(log.documents(), Masker())
        # What was read may be masked: the batch is what the database has.
        stored = unpack_documents(documents)
        description = load_document(self._document, given, stored.wrap)
        check_names(description, given)
        _check_rates(description, given["rates"])
        rows = BatchRows(description, given, run_config({**given, "dry_run": True}))
        show_warnings(rows.warnings)
        return rows, documents

    def _submission(self, rows: BatchRows, documents: bytes) -> BatchSubmission:
        from arazzo_runner.batch.model import BatchSubmission

        given = self._given
        return BatchSubmission(
            given["submission_key"],
            _digest(rows, given["rates"]) if given["submission_key"] else b"",
            documents,
            VERSION,
            given["chunk"],
            given["priority"],
            given["rates"],
            given["keep_calls"] == "all",
        )

    def _earlier(self, database: Database, submission: BatchSubmission) -> BatchRecord | None:
        from arazzo_runner.batch.batches import batch_of_key

        known = None if submission.key is None else batch_of_key(database, submission.key)
        if known is not None and known.submission.content != submission.content:
            message = (
                f"`--key {submission.key}` names the batch `{known.batch}`, which has other rows"
            )
            raise UsageError(error("AZ906", message, help="name the new batch by another key"))
        return known

    def _flags(self, rows: BatchRows) -> JournalFlags:
        """What workers have to know of the flags; raises UsageError for a secret among them."""
        try:
            return journal_flags(
                self._given,
                rows.description,
                rows.first.masker(),
                seed=rows.first.plan.seed,
                left_out=tuple(rows.left_out),
            )
        except SecretFlagError as reason:
            message = f"the batch {reason}"
            raise UsageError(error("AZ906", message, help=FLAG_HINT)) from None


def _check_rates(description: Description, rates: Mapping[str, float]) -> None:
    for name in rates:
        if name and name not in description.source_names:
            message = f"`--rate {name}=…` names no source description"
            hint = did_you_mean(name, description.source_names)
            raise UsageError(error("AZ906", message, help=hint))


def _digest(rows: BatchRows, rates: Mapping[str, float]) -> bytes:
    """Of what is submitted: the documents and the rows."""
    found = sha256(repr((sorted(digests(rows.description).items()), sorted(rates))).encode())
    for record in rows.records():
        found.update(record.name.encode("utf-8", "surrogatepass") + b"\0" + record.inputs + b"\0")
    return found.digest()
