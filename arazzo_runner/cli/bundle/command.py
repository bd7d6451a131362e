"""`arazzo bundle DOCUMENT`"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Final

import click

from arazzo_runner.cli.diagnostics import show_diagnostics
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.cli.options.overwrite import check_output_file
from arazzo_runner.cli.options.settings import load_document
from arazzo_runner.document.uris import resolve_reference, without_fragment
from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.executor.plan import Unit
from arazzo_runner.pipeline.load import Description
from arazzo_runner.recording.documents import DocumentLog, RecordedDocuments
from arazzo_runner.report.safe_text import escape
from arazzo_runner.text.diagnostic import Severity, error
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.source import SourceFile

_STANDARD: Final = "-"


@click.command(
    "bundle",
    cls=SectionedCommand,
    short_help="write a document and all that it needs into one file",
)
@click.argument("document")
@flags_of("bundle")
def command(document: str, **given: Any) -> int:
    """Write DOCUMENT and the documents that it needs into one file, which runs without any other.

    The API descriptions and all that they refer to are kept as they are written, in the extension
    `x-bundle`. Credentials, inputs and configuration are no documents, and stay where they are.
    """
    output: str | None = given["output"] if given["output"] != _STANDARD else None
    if output is not None:
        check_output_file(output, is_forced=given["force"])
    text, count = _bundle(document, given, output)
    if output is None:
        sys.stdout.write(text)
        return 0
    from arazzo_runner.report.files import write_pieces

    content = text.encode()
    write_pieces(output, (content,), "document")
    shown = escape(output)
    counted = f"{count} document{'s' if count > 1 else ''}"
    sys.stdout.write(f"{counted} in {shown}; try: arazzo run {shown} --mock\n")
    if len(content) > DocumentLimits().max_bytes:
        sys.stderr.write(f"{len(content):,} bytes: reading it needs `--max-document-size`\n")
    return 0


def _bundle(document: str, given: dict[str, Any], output: str | None) -> tuple[str, int]:
    """The text of the bundle, and how many documents are in it."""
    from arazzo_runner.pipeline.bundle import BUNDLE
    from arazzo_runner.pipeline.bundle_references import read_references
    from arazzo_runner.pipeline.bundle_text import bundle_contents, bundle_text

    log = DocumentLog()
    description = load_document(document, given, log.wrap)
    if BUNDLE in description.entry.document.raw:
        message = f"`{document}` is a bundle already"
        raise UsageError(error("AZ906", message, help="name the document that it was made of"))
    if description.missing:
        raise DocumentError(*description.reported(description.errors))
    unresolved = read_references(description)
    show_diagnostics([one for one in unresolved if one.severity is Severity.ERROR])
    entry = description.entry.document
    files, overrides = _files(log.documents(), entry.source), dict(_overrides(description))
    contents = bundle_contents(entry.source, files, overrides)
    as_json = output is not None and output.lower().endswith(".json")
    return bundle_text(entry, contents, as_json=as_json), len(contents.documents) + 1


def _files(documents: RecordedDocuments, entry: SourceFile) -> dict[str, SourceFile]:
    """What was read, by the URI that was asked for."""
    from arazzo_runner.text.parse import decode

    return {
        uri: decode(one.data, one.uri, one.uri)
        for uri, one in documents.by_uri.items()
        if one.uri != entry.uri
    }


def _overrides(description: Description) -> Iterator[tuple[str, str]]:
    """The URIs of source descriptions for which `--source` or `--source-dir` names others."""
    for unit in description.units.values():
        document = unit.document
        for one in document.source_descriptions:
            uri = without_fragment(resolve_reference(document.base_uri, one.url))
            read = _uri_of(unit, one.name, description)
            if read not in (None, uri):
                yield uri, str(read)


def _uri_of(unit: Unit, name: str, description: Description) -> str | None:
    """Where a source description was read."""
    if name in unit.apis:
        return unit.apis[name].source.uri
    if name in unit.async_apis:
        return unit.async_apis[name].source.uri
    key = unit.documents.get(name, "")
    return description.units[key].document.source.uri if key in description.units else None
