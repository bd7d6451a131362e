"""`arazzo schema NAME`"""

from __future__ import annotations

import sys
from importlib.resources import files
from typing import Final

import click

_SCHEMAS: Final = {
    "document": ("arazzo_runner.document", "document.schema.json"),
    "report": ("arazzo_runner.report.formats", "report.schema.json"),
    "events": ("arazzo_runner.report.formats", "events.schema.json"),
    "auth": ("arazzo_runner.auth", "auth.schema.json"),
}


@click.command("schema", short_help="print the JSON Schema of documents or reports")
@click.argument("name", type=click.Choice(tuple(_SCHEMAS)))
def command(name: str) -> int:
    """Print a JSON Schema (2020-12): of Arazzo documents, or of what other commands print as JSON.

    Editors use the schema of `document` to complete and check documents.
    """
    room, file = _SCHEMAS[name]
    sys.stdout.write(files(room).joinpath(file).read_text(encoding="utf-8"))
    return 0
