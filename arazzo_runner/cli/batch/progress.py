"""How far a batch is, as JSON and for people."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from arazzo_runner.pipeline.run import rfc3339
from arazzo_runner.report.safe_text import count_text, escape

if TYPE_CHECKING:
    from arazzo_runner.batch.batches import BatchStatus
    from arazzo_runner.batch.model import Counts


def status_json(status: BatchStatus) -> dict[str, Any]:
    """The status of a batch as JSON."""
    record, counts = status.record, status.counts
    return {
        "batch": record.batch,
        "state": record.state,
        "document": record.document,
        "key": record.submission.key,
        "priority": record.submission.priority,
        "rates": dict(record.submission.rates),
        "created_at": rfc3339(record.created),
        "finished_at": None if record.finished is None else rfc3339(record.finished),
        "rows": {
            "total": counts.total,
            "open": counts.open,
            "passed": counts.passed,
            "failed": counts.failed,
            "in_doubt": counts.doubt,
            "dead": counts.dead,
        },
        "chunks": {
            "total": status.chunks,
            "done": status.chunks_done,
            "taken": status.chunks_taken,
        },
        "rows_per_second": rows_per_second(status),
        "workers": [
            {
                "host": one.host, "pid": one.pid, "jobs": one.jobs, "chunks": one.chunks,
                "last_beat": round(one.beat, 1),
            }
            for one in status.workers
        ],
    }  # fmt: skip


def rows_per_second(status: BatchStatus) -> float | None:
    """The rows that ended in a second since the batch began; None where none has."""
    record, counts = status.record, status.counts
    ended = counts.total - counts.open
    seconds = (record.finished or time.time()) - record.created
    return round(ended / seconds, 2) if ended and seconds > 0 else None


def status_lines(status: BatchStatus, rate: float | None = None) -> list[str]:
    """The status for people; ``rate`` are rows a second as they are now."""
    record, counts = status.record, status.counts
    shown = rate or rows_per_second(status)
    speed = f", {shown:g} rows/s" if shown else ""
    left = f", {_time(counts.open / shown)} left" if _goes_on(status) and shown else ""
    lines = [
        f"batch {record.batch}  {record.state}  {escape(record.document)}",
        f"  {counts.total - counts.open} of {count_text(counts.total, 'row')}{speed}{left}",
        f"  {_counts(counts)}",
    ]
    lines += (
        f"  worker {escape(one.host)}:{one.pid}: {count_text(one.chunks, 'chunk')},"
        f" last seen {one.beat:.0f} s ago"
        for one in status.workers
    )
    if record.state == "running" and not status.workers:
        lines.append("  waits for a worker: `arazzo batch work`")
    if record.state == "paused":
        lines.append(f"  waits for `arazzo batch resume {record.batch}`")
    return [*lines, *_ways_out(status)]


def _counts(counts: Counts) -> str:
    return (
        f"{counts.passed} passed, {counts.failed} failed, {counts.doubt} in doubt,"
        f" {counts.dead} dead, {counts.open} open"
    )


def _goes_on(status: BatchStatus) -> bool:
    return status.record.state == "running" and bool(status.counts.open)


def _ways_out(status: BatchStatus) -> list[str]:
    counts, batch = status.counts, status.record.batch
    lines = []
    if counts.doubt:
        lines.append(f"  in doubt: `arazzo batch results {batch} --doubt` names the calls")
    if counts.dead:
        lines.append(f"  dead letters: `arazzo batch results {batch} --dead`")
    return lines


def _time(seconds: float) -> str:
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {left} s" if minutes else f"{left} s"
