"""`arazzo journal list|show|prune --journal FILE`"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import Any, Final

import click

from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.errors import UsageError
from arazzo_runner.journal.model import RunRecord
from arazzo_runner.journal.open import journal_error, journal_errors
from arazzo_runner.journal.sqlite import SqliteStore
from arazzo_runner.journal.store import JournalStore
from arazzo_runner.pipeline.run import rfc3339
from arazzo_runner.report.safe_text import count_text, escape, escape_stream
from arazzo_runner.text.diagnostic import did_you_mean, error

ACTIONS: Final = ("list", "show", "prune")


@click.command(
    "journal", cls=SectionedCommand, short_help="list, show or prune the runs of a journal"
)
@click.argument("action", type=click.Choice(ACTIONS))
@click.argument("run_id", required=False)
@flags_of("journal")
def command(action: str, run_id: str | None, **given: Any) -> int:
    """List the runs of a journal, show the calls of one, or prune those that finished long ago.

    A run that has not ended stays: `arazzo resume` goes on with it.
    """
    file = given["journal"]
    if file is None:
        raise UsageError(error("AZ906", "`--journal FILE` is missing"))
    if (run_id is None) is (action == "show"):
        message = (
            "`arazzo journal show` needs the id of a run"
            if run_id is None
            else (f"`arazzo journal {action}` is about all runs: leave `{run_id}` away")
        )
        raise UsageError(error("AZ906", message))
    with journal_errors(file):
        store = SqliteStore(file, creates=False)
        try:
            if action == "prune":
                return _prune(store, given)
            found = _list(store) if run_id is None else [_show(store, file, run_id)]
        finally:
            store.close()
    if given["as_json"]:
        shown = found if run_id is None else found[0]
        sys.stdout.write(escape_stream(json.dumps(shown, indent=2), "json") + "\n")
    else:
        lines = (line for one in found for line in _lines(one, is_whole=run_id is not None))
        sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def _prune(store: JournalStore, given: Mapping[str, Any]) -> int:
    count = store.prune(time.time() - given["keep"])
    sys.stdout.write(f"removed {count_text(count, 'run')}\n")
    return 0


def _list(store: JournalStore) -> list[dict[str, Any]]:
    return [_run_json(store, one) for one in store.runs()]


def _run_json(store: JournalStore, run: RunRecord) -> dict[str, Any]:
    rows, calls = store.row_counts(run.run_id), store.call_counts(run.run_id)
    return {
        "run": run.run_id,
        "status": run.state,
        "document": run.document,
        "started_at": rfc3339(run.started),
        "finished_at": None if run.finished is None else rfc3339(run.finished),
        "rows": {"total": sum(rows.values()), **rows},
        "calls": {"total": calls.total, "open": calls.open},
    }


def _show(store: JournalStore, file: str, run_id: str) -> dict[str, Any]:
    run = next((one for one in store.runs() if one.run_id == run_id), None)
    if run is None:
        known = [one.run_id for one in store.runs()]
        raise journal_error(file, f"has no run `{run_id}`", did_you_mean(run_id, known))
    rows = [
        {
            "row": row.number,
            "case": row.name or None,
            "status": row.state,
            "calls": [
                {
                    "key": call.key,
                    "kind": call.kind,
                    "begun_at": rfc3339(call.begun),
                    "outcome": "unknown" if call.is_open else "known",
                }
                for call in store.calls(run_id, row.number)
            ],
        }
        for row in store.rows(run_id)
    ]
    return {**_run_json(store, run), "rows": rows}


def _lines(shown: Mapping[str, Any], *, is_whole: bool) -> list[str]:
    document = escape(shown["document"])
    lines = [f"{shown['run']}  {shown['status']}  {shown['started_at']}  {document}"]
    calls = shown["calls"]
    lines.append(f"  {count_text(calls['total'], 'call')}, {calls['open']} without an outcome")
    if not is_whole:
        return lines
    for row in shown["rows"]:
        case = f" case {escape(row['case'])}" if row["case"] else ""
        lines.append(f"  row {row['row']}{case}: {row['status']}")
        lines += (
            f"    {call['begun_at']}  {call['kind']:5}  {call['outcome']:7}  {escape(call['key'])}"
            for call in row["calls"]
        )
    return lines
