"""`arazzo batch results ID`"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any, Final

import click

from arazzo_runner.cli.batch.contents import read_contents
from arazzo_runner.cli.batch.database import batch_of, content_of_batch, open_database
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.report.exit_code import first_code
from arazzo_runner.report.safe_text import escape, escape_stream
from arazzo_runner.text.json_write import write_json
from arazzo_runner.text.number import parse_number

if TYPE_CHECKING:
    from arazzo_runner.batch.content import BatchContent
    from arazzo_runner.batch.database import Database
    from arazzo_runner.batch.model import BatchRecord, RowResult
    from arazzo_runner.journal.cipher import Cipher
    from arazzo_runner.journal.model import RowState

_FIRST: Final = ("row", "case", "workflow_id", "status", "duration", "in_doubt")
_PLACE: Final = "line"
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What spreadsheets begin a formula with, in full width as well."""
_MARK: Final = "\ufeff"
"""What tells Excel that a file is UTF-8."""


@click.command("batch results", cls=SectionedCommand, short_help="print the rows of a batch")
@click.argument("batch", metavar="ID")
@flags_of("batch results")
def command(batch: str, **given: Any) -> int:
    """Print the rows of the batch ID as JSON lines, in their order: what a report has of each.

    --format csv prints a table with the outputs as columns.

    Rows that have not ended are omitted while the batch runs, and `skipped` when it was cancelled.
    The exit code is that of `arazzo run --cases` with these rows.
    """
    with open_database(given) as database:
        from arazzo_runner.batch.batches import results_of

        record = batch_of(database, batch)
        content = content_of_batch(database, record, given["journal_key"])
        workflows = _workflows(database, record, content)
        codes = {0}

        def entries() -> Iterator[dict[str, Any]]:
            for row in results_of(database, record.batch, _states(record, given)):
                codes.add(row.code)
                yield from _entries(row, workflows, content)

        if given["results_format"] == "csv":
            write_table(entries(), sys.stdout, content.cipher)
        else:
            _write_lines(entries())
    return first_code(codes)


def _write_lines(entries: Iterable[dict[str, Any]]) -> None:
    for entry in entries:
        sys.stdout.write(escape_stream(write_json(entry), "json") + "\n")


def _states(record: BatchRecord, given: Mapping[str, Any]) -> list[RowState]:
    named: tuple[RowState, ...] = ("failed", "doubt", "dead")
    chosen: list[RowState] = [one for one in named if given[one]]
    ended: list[RowState] = ["passed", *named]
    if record.state == "cancelled":
        ended.append("open")
    return chosen or ended


def _workflows(database: Database, record: BatchRecord, content: BatchContent) -> tuple[str, ...]:
    from arazzo_runner.batch.batches import contents_of
    from arazzo_runner.batch.model import DatabaseError

    try:
        return read_contents(content.options(contents_of(database, record.batch)[0])).workflows
    except ValueError:
        raise DatabaseError("is damaged: the flags of a batch cannot be read") from None


def _entries(
    row: RowResult, workflows: tuple[str, ...], content: BatchContent
) -> Iterator[dict[str, Any]]:
    if row.state == "open":
        for one in workflows:
            yield {
                "row": row.number, "workflow_id": one, "status": "skipped", "inputs": {},
                "outputs": {}, "duration": 0.0, "ended_by": None, "case": row.name, "steps": [],
            }  # fmt: skip
        return
    report = content.report(row)
    more: dict[str, Any] = {"in_doubt": list(report.doubt)} if report.doubt else {}
    if row.state == "dead":
        more["dead"] = True
    for entry in json.loads(report.entries, parse_float=parse_number):
        yield {"row": row.number, **entry, **more}


def write_table(entries: Iterable[Mapping[str, Any]], stream: IO[str], cipher: Cipher) -> None:
    """Write entries of reports as lines of CSV. Members of objects are columns of their own.

    The lines wait on the disk, encrypted by ``cipher``, until the names of all columns are known.
    Arrays are JSON, and no cell is a formula.
    """
    outputs: dict[str, None] = {}
    with tempfile.TemporaryFile() as waiting:
        for entry in entries:
            cells = _cells(entry)
            outputs |= dict.fromkeys(name for name in cells if name not in _FIRST)
            waiting.write(b64encode(cipher.seal(json.dumps(cells).encode(), _PLACE)) + b"\n")
        waiting.seek(0)
        columns = (*_FIRST, *sorted(outputs))
        stream.write(_MARK)
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(map(cell_text, columns))
        for line in waiting:
            cells = json.loads(cipher.open(b64decode(line), _PLACE))
            writer.writerow([cells.get(name, "") for name in columns])


def _cells(entry: Mapping[str, Any]) -> dict[str, str]:
    cells = {name: cell_text(entry.get(name, "")) for name in _FIRST}
    cells["in_doubt"] = cell_text(" ".join(entry.get("in_doubt", ())))
    for name, value in _members("outputs", entry["outputs"]):
        cells[name] = cell_text(value)
    return cells


def _members(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The value with its name; of an object its members, each with its path as the name."""
    if not isinstance(value, dict) or (not value and name != "outputs"):
        yield name, value
        return
    for key, member in value.items():
        yield from _members(f"{name}.{key}", member)


def cell_text(value: Any) -> str:
    """A value as a cell: a text that a spreadsheet would take for a formula has a `'` before it."""
    if not isinstance(value, str):
        return "" if value is None else write_json(value)
    text = escape(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
