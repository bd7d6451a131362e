"""`arazzo batch results ID`"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from arazzo_runner.cli.batch.contents import read_contents
from arazzo_runner.cli.batch.database import batch_of, open_database
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.report.exit_code import first_code
from arazzo_runner.report.safe_text import escape_stream
from arazzo_runner.text.json_write import write_json
from arazzo_runner.text.number import parse_number

if TYPE_CHECKING:
    from arazzo_runner.batch.database import Database
    from arazzo_runner.batch.model import BatchRecord, RowResult
    from arazzo_runner.journal.model import RowState


@click.command("batch results", cls=SectionedCommand, short_help="print the rows of a batch")
@click.argument("batch", metavar="ID")
@flags_of("batch results")
def command(batch: str, **given: Any) -> int:
    """Print the rows of the batch ID as JSON lines, in their order: what a report has of each.

    Rows that have not ended are omitted while the batch runs, and `skipped` when it was cancelled.
    The exit code is that of `arazzo run --cases` with these rows.
    """
    with open_database(given) as database:
        from arazzo_runner.batch.batches import results_of

        record = batch_of(database, batch)
        states = _states(record, given)
        workflows = _workflows(database, record)
        codes = {0}
        for row in results_of(database, record.batch, states):
            codes.add(row.code)
            for entry in _entries(row, workflows):
                sys.stdout.write(escape_stream(write_json(entry), "json") + "\n")
    return first_code(codes)


def _states(record: BatchRecord, given: Mapping[str, Any]) -> list[RowState]:
    named: tuple[RowState, ...] = ("failed", "doubt", "dead")
    chosen: list[RowState] = [one for one in named if given[one]]
    ended: list[RowState] = ["passed", *named]
    if record.state == "cancelled":
        ended.append("open")
    return chosen or ended


def _workflows(database: Database, record: BatchRecord) -> tuple[str, ...]:
    from arazzo_runner.batch.batches import contents_of
    from arazzo_runner.batch.model import DatabaseError

    try:
        return read_contents(contents_of(database, record.batch)[0]).workflows
    except ValueError:
        raise DatabaseError("is damaged: the flags of a batch cannot be read") from None


def _entries(row: RowResult, workflows: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    from arazzo_runner.batch.result import unpack_report

    if row.state == "open":
        for one in workflows:
            yield {
                "row": row.number, "workflow_id": one, "status": "skipped", "inputs": {},
                "outputs": {}, "duration": 0.0, "ended_by": None, "case": row.name, "steps": [],
            }  # fmt: skip
        return
    report = unpack_report(row.result)
    more: dict[str, Any] = {"in_doubt": list(report.doubt)} if report.doubt else {}
    if row.state == "dead":
        more["dead"] = True
    for entry in json.loads(report.entries, parse_float=parse_number):
        yield {"row": row.number, **entry, **more}
