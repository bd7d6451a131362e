"""`arazzo batch retry ID`"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from arazzo_runner.cli.batch.database import batch_of, content_of_batch, open_database
from arazzo_runner.cli.journal.resume import read_decisions
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.errors import UsageError
from arazzo_runner.report.safe_text import count_text
from arazzo_runner.text.diagnostic import did_you_mean, error

if TYPE_CHECKING:
    from arazzo_runner.batch.content import BatchContent
    from arazzo_runner.batch.database import Database
    from arazzo_runner.batch.model import BatchRecord
    from arazzo_runner.journal.world import Decisions


@click.command(
    "batch retry",
    cls=SectionedCommand,
    short_help="run rows again that failed, or decide calls in doubt",
)
@click.argument("batch", metavar="ID")
@flags_of("batch retry")
def command(batch: str, **given: Any) -> int:
    """Run rows of the batch ID again: those that failed, dead letters, or those in doubt.

    Rows that passed stay as they are, and a POST that a server has confirmed is not sent again.
    """
    decisions = read_decisions(given)
    is_decided = bool(given["send_again"] or given["assume_done"])
    if not (given["failed"] or given["dead"] or is_decided):
        message = "`arazzo batch retry` has to know which rows"
        hint = "add `--failed`, `--dead`, `--send-again [KEY]` or `--assume-done FILE`"
        raise UsageError(error("AZ906", message, help=hint))
    with open_database(given) as database:
        from arazzo_runner.cli.batch.refill import feed_queue

        record = batch_of(database, batch)
        if record.state == "cancelled":
            message = f"the batch `{record.batch}` is cancelled"
            hint = f"`arazzo batch resume {record.batch}` goes on with it"
            raise UsageError(error("AZ906", message, help=hint))
        count = _retry(database, record, given, decisions)
        feed_queue(database)
    sys.stdout.write(f"{count_text(count, 'row')} of batch {record.batch} run again\n")
    return 0


def _retry(
    database: Database, record: BatchRecord, given: Mapping[str, Any], decisions: Decisions
) -> int:
    from arazzo_runner.batch import retry

    content = content_of_batch(database, record, given["journal_key"])
    count = _decide(database, record, content, decisions)
    if given["failed"]:
        count += retry.retry_failed(database, record, content)
    if given["dead"]:
        count += retry.retry_dead(database, record)
    return count


def _decide(
    database: Database, record: BatchRecord, content: BatchContent, decisions: Decisions
) -> int:
    from arazzo_runner.batch import retry
    from arazzo_runner.journal.outcome import encode_outcome

    doubt = retry.calls_in_doubt(database, record.batch, content)
    by_name = {f"{row}:{key}": (row, key) for row, key in doubt}
    for name in (*decisions.send_again, *decisions.assumed):
        if name not in by_name:
            message = f"the batch `{record.batch}` has no call `{name}` in doubt"
            hint = did_you_mean(name, by_name)
            raise UsageError(error("AZ906", message, help=hint))
    outcomes = {by_name[name]: encode_outcome(one) for name, one in decisions.assumed.items()}
    count = retry.assume_done(database, record, content, outcomes) if outcomes else 0
    names = by_name if decisions.sends_all else decisions.send_again
    again = [by_name[name] for name in names if by_name[name] not in outcomes]
    return count + (retry.send_again(database, record, again) if again else 0)
