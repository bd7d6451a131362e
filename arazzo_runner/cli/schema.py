"""`arazzo schema NAME`, and `arazzo schema inputs|outputs DOCUMENT`"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import click

from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.errors import UsageError
from arazzo_runner.text.diagnostic import error

if TYPE_CHECKING:
    from arazzo_runner.pipeline.load import Description

SCHEMAS: Final = {
    "document": ("arazzo_runner.document", "document.schema.json"),
    "report": ("arazzo_runner.report.formats", "report.schema.json"),
    "events": ("arazzo_runner.report.formats", "events.schema.json"),
    "auth": ("arazzo_runner.auth", "auth.schema.json"),
}
"""The schemas by name: the package and the file that have each."""

OF_WORKFLOWS: Final = ("inputs", "outputs")
"""The schemas that a workflow has."""


@click.command(
    "schema", cls=SectionedCommand, short_help="print the JSON Schema of documents or reports"
)
@click.argument("name", type=click.Choice((*SCHEMAS, *OF_WORKFLOWS)))
@click.argument("document", required=False)
@flags_of("schema")
def command(name: str, document: str | None, workflow: str | None, **given: Any) -> int:
    """Print a JSON Schema (2020-12): of Arazzo documents, or of what other commands print as JSON.

    `inputs` and `outputs` are those of a workflow of DOCUMENT. Editors use the schema of
    `document` to complete and check documents.
    """
    if name in OF_WORKFLOWS:
        sys.stdout.write(_of_workflow(name, document, workflow, given))
        return 0
    if document is not None:
        raise click.UsageError(f"the schema of `{name}` is not about one document")
    room, file = SCHEMAS[name]
    sys.stdout.write(files(room).joinpath(file).read_text(encoding="utf-8"))
    return 0


def _of_workflow(
    name: str, document: str | None, workflow: str | None, given: Mapping[str, Any]
) -> str:
    """The schema of a workflow's inputs or outputs, as JSON text in ASCII."""
    from arazzo_runner.cli.options.settings import load_document
    from arazzo_runner.text.json_write import JsonStyle, write_json

    if document is None:
        raise click.UsageError(f"`{name}` needs a DOCUMENT: `arazzo schema {name} DOCUMENT`")
    description = load_document(document, given)
    chosen = description.workflows[_select(description, workflow)]
    schema = chosen.inputs if name == "inputs" else chosen.outputs
    stated = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return write_json(stated, JsonStyle(indent=2, ensure_ascii=True)) + "\n"


def _select(description: Description, workflow: str | None) -> str:
    """The workflow that was named; where the document has one, that need not be named."""
    from arazzo_runner.pipeline.run import select_workflows

    if workflow is not None:
        return select_workflows(description, [workflow])[0].workflow
    known = description.workflow_ids
    if len(known) == 1:
        return known[0]
    listed = ", ".join(f"`{one}`" for one in known)
    message = f"`{description.entry.document.source.name}` has several workflows"
    raise UsageError(error("AZ901", message, help=f"name one with `--workflow`: {listed}"))
