"""`arazzo batch cancel ID`"""

from __future__ import annotations

from typing import Any

import click

from arazzo_runner.cli.batch.state import change_state
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of


@click.command(
    "batch cancel",
    cls=SectionedCommand,
    short_help="end a batch; rows that have not ended are skipped",
)
@click.argument("batch", metavar="ID")
@flags_of("batch cancel")
def command(batch: str, **given: Any) -> int:
    """End the batch ID: rows in flight send nothing more, others are skipped."""
    return change_state(batch, "cancelled", "cancelled", given)
