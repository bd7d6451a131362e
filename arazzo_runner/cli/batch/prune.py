"""`arazzo batch prune [ID]`"""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from arazzo_runner.cli.batch.database import batch_of, open_database
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.errors import UsageError
from arazzo_runner.report.safe_text import count_text
from arazzo_runner.text.diagnostic import error

_ENDED = ("done", "cancelled")


@click.command(
    "batch prune",
    cls=SectionedCommand,
    short_help="remove batches that finished, or the calls of rows that passed",
)
@click.argument("batch", metavar="[ID]", required=False)
@flags_of("batch prune")
def command(batch: str | None, **given: Any) -> int:
    """Remove the batch ID, or all that finished longer ago than `--keep`.

    With `--passed` the batch stays with its results, and the calls of rows that passed go: they
    hold the responses of servers, and nothing goes on with them.
    """
    if given["passed"] and batch is None:
        raise UsageError(error("AZ906", "`--passed` is about one batch: name its ID"))
    with open_database(given) as database:
        from arazzo_runner.batch.batches import drop_calls, drop_finished

        if batch is None:
            count = drop_finished(database, time.time() - given["keep"])
            sys.stdout.write(f"removed {count} {'batch' if count == 1 else 'batches'}\n")
            return 0
        record = batch_of(database, batch)
        if given["passed"]:
            count = drop_calls(database, record.batch)
            sys.stdout.write(f"removed {count_text(count, 'call')} of batch {record.batch}\n")
            return 0
        if record.state not in _ENDED:
            message = f"the batch `{record.batch}` is {record.state}"
            hint = f"`arazzo batch cancel {record.batch}` ends it"
            raise UsageError(error("AZ906", message, help=hint))
        drop_finished(database, None, record.batch)
        sys.stdout.write(f"removed batch {record.batch}\n")
    return 0
