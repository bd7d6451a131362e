"""What `arazzo batch pause`, `cancel` and `resume` do: another state for a batch."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arazzo_runner.cli.batch.database import batch_of, open_database
from arazzo_runner.errors import UsageError
from arazzo_runner.text.diagnostic import error

if TYPE_CHECKING:
    from arazzo_runner.batch.model import BatchState


def change_state(spelled: str, state: BatchState, said: str, given: Mapping[str, Any]) -> int:
    """Give a batch another state; ``said`` is what is printed. Raises UsageError."""
    with open_database(given) as database:
        from arazzo_runner.batch.batches import set_state
        from arazzo_runner.cli.batch.refill import feed_queue, forget_queued

        record = batch_of(database, spelled)
        if not set_state(database, record.batch, state):
            message = f"the batch `{record.batch}` is {record.state}, and cannot be {said}"
            raise UsageError(error("AZ906", message))
        if state == "running":
            feed_queue(database)
        else:
            forget_queued(database, record.batch)
        sys.stdout.write(f"batch {record.batch} {said}\n")
    return 0
