"""`arazzo batch resume ID`"""

from __future__ import annotations

from typing import Any

import click

from arazzo_runner.cli.batch.state import change_state
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of


@click.command(
    "batch resume",
    cls=SectionedCommand,
    short_help="go on with a batch that was paused or cancelled",
)
@click.argument("batch", metavar="ID")
@flags_of("batch resume")
def command(batch: str, **given: Any) -> int:
    """Go on with the batch ID, which was paused or cancelled."""
    return change_state(batch, "running", "resumed", given)
