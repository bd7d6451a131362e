"""`arazzo batch init`"""

from __future__ import annotations

import sys
from typing import Any

import click

from arazzo_runner.cli.batch.database import open_database
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.report.safe_text import escape


@click.command(
    "batch init",
    cls=SectionedCommand,
    short_help="make the tables of batches, or bring them up to date",
)
@flags_of("batch init")
def command(**given: Any) -> int:
    """Make the tables of batches in the schema `arazzo` of a database, or bring them up to date.

    Done again it changes nothing.
    """
    with open_database(given, has_tables=False) as database:
        from arazzo_runner.batch.schema import migrate

        said = "has the tables now" if migrate(database) else "had the tables already"
        sys.stdout.write(f"the database {escape(database.label)} {said}\n")
    return 0
