"""`arazzo batch pause ID`"""

from __future__ import annotations

from typing import Any

import click

from arazzo_runner.cli.batch.state import change_state
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of


@click.command(
    "batch pause",
    cls=SectionedCommand,
    short_help="let no row of a batch begin until it is resumed",
)
@click.argument("batch", metavar="ID")
@flags_of("batch pause")
def command(batch: str, **given: Any) -> int:
    """Let no row of the batch ID begin: rows in flight send nothing more."""
    return change_state(batch, "paused", "paused", given)
