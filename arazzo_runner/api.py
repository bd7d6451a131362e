"""What Python programs call: load, validate and run documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Unpack, cast

from msgspec.structs import replace

from arazzo_runner.embed.documents import (
    DocumentPath,
    LoadOptions,
    access_for,
    document_location,
    in_python_words,
    load_data,
    load_limits,
    load_path,
    rendered_errors,
    source_folders,
    source_overrides,
)
from arazzo_runner.embed.options import RunOptions
from arazzo_runner.embed.result import Result
from arazzo_runner.embed.runner import ResumedRunOptions, ResumeOptions, Runner, Workflows
from arazzo_runner.embed.stream import Stream
from arazzo_runner.expression.value import Value
from arazzo_runner.lint.suppress import Selection
from arazzo_runner.pipeline.load import Description, SharedCache
from arazzo_runner.pipeline.validate import ValidateOptions
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.limits import first_findings


def load(document: DocumentPath, **options: Unpack[LoadOptions]) -> Description:
    """Read an Arazzo document, by its path or URL, with the API descriptions that it names.

    Raises DocumentError with all that was found, and UsageError when it cannot be read.
    """
    with rendered_errors():
        return load_path(document, options)


def load_text(
    document: str | Mapping[str, Any],
    *,
    name: str = "<text>",
    base: DocumentPath = ".",
    **options: Unpack[LoadOptions],
) -> Description:
    """Read an Arazzo document from its YAML or JSON text, or from the object that it would be.

    ``name`` stands in messages; relative URLs of sources are taken from the folder ``base``. Raises
    DocumentError with all that was found.
    """
    with rendered_errors():
        return load_data(document, name, base, options)


def validate(
    *documents: DocumentPath,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    **options: Unpack[LoadOptions],
) -> list[Diagnostic]:
    """All findings about documents, and about their agreement with their API descriptions.

    ``select`` and ``ignore`` are beginnings of diagnostic codes. Nothing is sent, and nothing is
    raised: a document that cannot be read is a finding. As on the command line each fix has been
    tried on the text, and those that would do harm are not offered.
    """
    from arazzo_runner.pipeline.fix import ValidateSettings, check_document

    access = access_for(options)
    # Fixes are tried on the text that was judged.
    access = replace(access, open=lru_cache(maxsize=1)(access.open))
    wanted = ValidateOptions(
        source_overrides(options), load_limits(options), Selection(tuple(select), tuple(ignore))
    )
    setting = ValidateSettings(access, wanted, SharedCache(), source_folders(options))
    places = [document_location(one) for one in documents]
    most = wanted.limits.findings
    return [
        in_python_words(one)
        for place in places
        for one in first_findings(place, check_document(setting, place), most)
    ]


def render(diagnostic: Diagnostic) -> str:
    """A finding as the command line shows it: the sentence, the line it is about, the way out."""
    from arazzo_runner.report.diagnostics.text import render_text

    return render_text(diagnostic).rstrip()


def run(
    document: Description | DocumentPath,
    workflow: Workflows = None,
    *,
    inputs: Mapping[str, Value] | None = None,
    **options: Unpack[RunOptions],
) -> Result:
    """Run a workflow, or all that no other workflow uses, to the end.

    Raises UsageError, InputError and DocumentError before anything is sent, and nothing for steps
    that fail: they are in the result. Within a running event loop it blocks that, see `arun`.
    """
    return Runner(**options).run(document, workflow, inputs=inputs)


async def arun(
    document: Description | DocumentPath,
    workflow: Workflows = None,
    *,
    inputs: Mapping[str, Value] | None = None,
    **options: Unpack[RunOptions],
) -> Result:
    """Do what :func:`run` does, within a running event loop (asyncio or trio)."""
    return await Runner(**options).arun(document, workflow, inputs=inputs)


def resume(run_id: str | None = None, **options: Unpack[ResumedRunOptions]) -> Result:
    """Go on with a run of ``journal=``, by default the one that has not ended.

    Responses that are known are not asked for again; options are given as to `run`. Raises
    UsageError, InputError and DocumentError before anything is sent.
    """
    runner, own = _resuming_runner(options)
    return runner.resume(run_id, **own)


async def aresume(run_id: str | None = None, **options: Unpack[ResumedRunOptions]) -> Result:
    """Do what :func:`resume` does, within a running event loop (asyncio or trio)."""
    runner, own = _resuming_runner(options)
    return await runner.aresume(run_id, **own)


def _resuming_runner(options: ResumedRunOptions) -> tuple[Runner, ResumeOptions]:
    names = ResumeOptions.__annotations__.keys()
    others = {name: value for name, value in options.items() if name not in names}
    own = {name: value for name, value in options.items() if name in names}
    return Runner(**cast("RunOptions", others)), cast("ResumeOptions", own)


def stream(
    document: Description | DocumentPath,
    workflow: Workflows = None,
    *,
    inputs: Mapping[str, Value] | None = None,
    **options: Unpack[RunOptions],
) -> Stream:
    """The events of a run, for ``async for``; the run goes as far as they are taken.

    Raises what :func:`run` does when the first event is asked for.
    """
    return Runner(**options).stream(document, workflow, inputs=inputs)
