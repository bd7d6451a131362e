"""`arazzo batch status`"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from arazzo_runner.cli.batch.database import batch_of, open_database
from arazzo_runner.cli.batch.live import watch_status
from arazzo_runner.cli.batch.progress import status_json, status_lines
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.errors import UsageError
from arazzo_runner.report.safe_text import escape_stream
from arazzo_runner.text.diagnostic import error

if TYPE_CHECKING:
    from arazzo_runner.batch.batches import BatchStatus
    from arazzo_runner.batch.database import Database


@click.command("batch status", cls=SectionedCommand, short_help="show how far a batch is")
@click.argument("batch", metavar="[ID]", required=False)
@flags_of("batch status")
def command(batch: str | None, **given: Any) -> int:
    """Show how far the batch ID is, or all batches: rows by how they ended, and the workers."""
    if given["watch"] and (batch is None or given["as_json"]):
        message = "`--watch` shows one batch, and no JSON"
        raise UsageError(error("AZ906", message, help="name its ID, and leave `--json` away"))
    with open_database(given) as database:
        if given["watch"]:
            assert batch is not None
            return watch_status(database, batch_of(database, batch).batch)
        found = _statuses(database, batch)
        if given["as_json"]:
            shown = [status_json(one) for one in found]
            text = json.dumps(shown[0] if batch is not None else shown, indent=2)
            sys.stdout.write(escape_stream(text, "json") + "\n")
        else:
            sys.stdout.writelines(f"{line}\n" for one in found for line in status_lines(one))
    return 0


def _statuses(database: Database, batch: str | None) -> list[BatchStatus]:
    from arazzo_runner.batch.batches import all_batches, status_of_batch

    records = all_batches(database) if batch is None else [batch_of(database, batch)]
    return [status_of_batch(database, one) for one in records]
