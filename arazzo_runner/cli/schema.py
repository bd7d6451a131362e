"""`arazzo schema NAME`"""

from __future__ import annotations

import sys
from importlib.resources import files
from typing import Final

import click

SCHEMAS: Final = {
    "document": ("arazzo_runner.document", "document.schema.json"),
    "report": ("arazzo_runner.report.formats", "report.schema.json"),
    "events": ("arazzo_runner.report.formats", "events.schema.json"),
    "auth": ("arazzo_runner.auth", "auth.schema.json"),
}
"""The schemas by name: the package and the file that have each."""


@click.command("schema", short_help="print the JSON Schema of documents or reports")
@click.argument("name", type=click.Choice(tuple(SCHEMAS)))
def command(name: str) -> int:
    """Print a JSON Schema (2020-12): of Arazzo documents, or of what other commands print as JSON.

    Editors use the schema of `document` to complete and check documents.
    """
    room, file = SCHEMAS[name]
    sys.stdout.write(files(room).joinpath(file).read_text(encoding="utf-8"))
    return 0
