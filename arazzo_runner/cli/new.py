"""`arazzo new SOURCE`"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import click
from msgspec.structs import replace

from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.cli.options.overwrite import check_output_file
from arazzo_runner.cli.options.settings import load_limits, retrieve_settings
from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.document.store import is_remote
from arazzo_runner.errors import UsageError
from arazzo_runner.options.table import options_of
from arazzo_runner.report.safe_text import escape
from arazzo_runner.text.diagnostic import error

_STANDARD: Final = "-"
"""Standard input or output in place of a file."""
_UNNAMED: Final = "workflows.arazzo.yaml"


@click.command("new", cls=SectionedCommand, short_help="write workflows from an API description")
@click.argument("source", required=False)
@flags_of("new")
def command(source: str | None, **given: Any) -> int:
    """Write workflows for an API from SOURCE, its OpenAPI description: a path or an https URL.

    Each resource gives workflows that create, read, list, change and delete it. What is
    written is valid and passes `arazzo run --mock`; what does not is omitted, and shown.
    """
    output: str | None = given["output"] if given["output"] != _STANDARD else None
    if output is not None:
        check_output_file(output, is_forced=given["force"])
    if given["from_scratch"]:
        text, count = _scratch(source, given)
    else:
        text, count = _workflows(_named_source(source), output, given)
    if output is None:
        sys.stdout.write(text)
        return 0
    from arazzo_runner.report.files import write_pieces

    write_pieces(output, (text.encode(),), "document")
    shown = escape(output)
    if given["from_scratch"]:
        sys.stdout.write(
            f"{shown} has two steps to begin with: edit it, then arazzo validate {shown}\n"
        )
    else:
        many = "s" if count > 1 else ""
        sys.stdout.write(f"{count} workflow{many} in {shown}; try: arazzo run {shown} --mock\n")
    return 0


def _named_source(source: str | None) -> str:
    if source is None:
        message = "the SOURCE is missing: a path or URL of an OpenAPI description"
        raise click.UsageError(f"{message}; without one, `arazzo new --from-scratch`")
    if source == _STANDARD:
        raise click.UsageError("the SOURCE has to be a file or a URL: the document names it")
    return source


def _scratch(source: str | None, given: Mapping[str, Any]) -> tuple[str, int]:
    from arazzo_runner.generate.scratch import SCRATCH

    if source is not None or given["only"] or given["workflow"] or given["cleanup"]:
        raise click.UsageError("`--from-scratch` takes no SOURCE, and of the options `--output`")
    name = given["output"]
    return (SCRATCH.replace("FILE", name) if name not in (None, _STANDARD) else SCRATCH), 1


def _workflows(source: str, output: str | None, given: Mapping[str, Any]) -> tuple[str, int]:
    """The document and the number of its workflows; what was omitted is shown."""
    from arazzo_runner.generate.draft import DraftSource
    from arazzo_runner.generate.openapi.generate import (
        OpenApiRequest,
        generate_workflows,
        source_name,
    )
    from arazzo_runner.generate.writer import write_draft

    reader = _reader(source, output, given)
    described = DraftSource(source_name(_stem(source)), _relative_url(source, output))
    only = _only(given["only"])
    request = OpenApiRequest(
        described, _stem(source), only, given["cleanup"], given["workflow"] or ""
    )
    generated = generate_workflows(request, reader)
    _show_notes(generated.notes)
    draft = generated.draft
    if generated.problems:
        raise UsageError(*generated.problems)
    if output is not None:
        comment = f"Try it without a server: arazzo run {Path(output).name} --mock"
        draft = replace(draft, comment=(comment,))
    return write_draft(draft), len(draft.workflows)


def _only(texts: Iterable[str]) -> tuple[str, ...]:
    """The operations that `--only` names. Raises click.UsageError where it names none."""
    names = [one.strip() for text in texts for one in text.split(",")]
    if names and not any(names):
        raise click.UsageError("`--only` needs an operation: its operationId, or `GET /pets`")
    return tuple(one for one in names if one)


def _reader(source: str, output: str | None, given: Mapping[str, Any]) -> Any:
    """What reads the description, and drafts as if they stood where they will be written."""
    from arazzo_runner.document.store import read_text
    from arazzo_runner.generate.verify import DraftReader
    from arazzo_runner.openapi.description import read_description
    from arazzo_runner.retrieve.access import document_access
    from arazzo_runner.retrieve.files import file_uri
    from arazzo_runner.text.parse import decode

    whole = {**_unset_options(), **given}
    access = document_access(retrieve_settings(whole), os.environ)
    limits = load_limits(whole)
    try:
        retrieved = access.open(source)
    except RetrieveError as failure:
        raise failure.as_usage("the API description") from None
    file = decode(retrieved.data, retrieved.name, retrieved.uri)
    parsed = read_text(file, retrieved.data, limits.sources.description, access.memory)
    _check_kind(source, parsed.value)
    read_description(file, parsed.value)
    return DraftReader(access, file_uri(output or _UNNAMED), limits, retrieved)


def _check_kind(source: str, value: object) -> None:
    """Refuse what holds requests and responses, from which nothing can be written yet."""
    kind = _traffic_kind(value) if isinstance(value, dict) else None
    if kind is not None:
        message = (
            f"`{source}` is {kind}: `arazzo new` cannot read it yet, only OpenAPI descriptions"
        )
        hint = "use the OpenAPI description of that API, or `arazzo new --from-scratch`"
        raise UsageError(error("AZ906", message, None, "", hint))


def _traffic_kind(value: Mapping[str, object]) -> str | None:
    """What a file of requests is called, by the members that its form requires."""
    info, log = value.get("info"), value.get("log")
    if isinstance(log, dict) and "entries" in log:
        return "a HAR"
    if isinstance(info, dict) and "item" in value and "openapi" not in value:
        return "a Postman collection"
    if "exchanges" in value and "recorded_at" in value:
        return "a recording"
    return None


def _unset_options() -> dict[str, Any]:
    """What reading documents asks for that is no flag here: the sources are the command's own."""
    return {
        one.parameter: () if one.is_repeatable else False if one.is_switch else one.default
        for one in options_of("validate")
    }


def _stem(source: str) -> str:
    path = urlsplit(source).path if "://" in source else source
    return Path(path).name or urlsplit(source).netloc


def _relative_url(source: str, output: str | None) -> str:
    """The URL of the description from where the document will stand."""
    if is_remote(source):
        return source
    from arazzo_runner.retrieve.files import file_path, file_uri

    path = file_path(source) if source.lower().startswith("file:") else source
    folder = Path(output).parent if output is not None else Path()
    try:
        relative = Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive
        return file_uri(path)
    url = quote(relative, safe="/!$&'()*+,;=@~")
    return f"./{url}" if ":" in url.partition("/")[0] else url


def _show_notes(notes: Iterable[str]) -> None:
    for note in notes:
        sys.stderr.write(f"note: {escape(note)}\n")
