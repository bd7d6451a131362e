"""`arazzo batch status ID --watch`: the status on a terminal, anew every two seconds."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

from arazzo_runner.cli.batch.progress import status_lines
from arazzo_runner.operating_system.terminal import has_escape_sequences
from arazzo_runner.report.safe_text import escape

if TYPE_CHECKING:
    from arazzo_runner.batch.batches import BatchStatus
    from arazzo_runner.batch.database import Database

_PERIOD: Final = 2.0
_OPEN: Final = ("running", "paused")


def watch_status(database: Database, batch: int) -> int:
    """Show the status until the batch has ended: redrawn on a terminal, else a block each time.

    A database that does not answer meanwhile is waited for.
    """
    from arazzo_runner.batch.model import NoAnswerError

    before: tuple[float, int] | None = None
    height, is_away = 0, False
    while True:
        try:
            status = _status(database, batch)
        except NoAnswerError as reason:
            if not is_away:
                height = _draw([f"the database {escape(str(reason))}; waiting for it"], height)
            is_away = True
            time.sleep(_PERIOD)
            continue
        is_away = False
        if status is None:  # it was pruned meanwhile
            return 0
        now, ended = time.monotonic(), status.counts.total - status.counts.open
        rate = None if before is None else (ended - before[1]) / (now - before[0])
        height = _draw(status_lines(status, rate and round(rate, 1)), height)
        if not _goes_on(status):
            return 0
        before = (now, ended)
        time.sleep(_PERIOD)


def _status(database: Database, batch: int) -> BatchStatus | None:
    from arazzo_runner.batch.batches import find_batch, status_of_batch

    record = find_batch(database, batch)
    return None if record is None else status_of_batch(database, record)


def _goes_on(status: BatchStatus) -> bool:
    return status.record.state in _OPEN and bool(status.counts.open)


def _draw(lines: list[str], height: int) -> int:
    """Write lines over those of the time before; returns how many there are."""
    if sys.stdout.isatty() and has_escape_sequences(sys.stdout):
        up = f"\x1b[{height}F\x1b[J" if height else ""
        sys.stdout.write(up + "\n".join(lines) + "\n")
    else:
        sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    return len(lines)
