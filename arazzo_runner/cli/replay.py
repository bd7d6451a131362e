"""`arazzo replay FILE [DOCUMENT]`"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.cli.diagnostics import show_warnings
from arazzo_runner.cli.inputs import check_stdin, inputs_for
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.cli.options.overwrite import check_outputs
from arazzo_runner.cli.options.settings import load_document, read_checks
from arazzo_runner.cli.run.session import CommandSession, RunSession, StartedRun, maskers_of
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.events import Observer
from arazzo_runner.executor.result import RunResult
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.recording import run as recording_run
from arazzo_runner.recording.documents import documents_resolved_from, resolve_from_file
from arazzo_runner.recording.file import read_recording
from arazzo_runner.recording.model import Recording
from arazzo_runner.report.safe_text import escape
from arazzo_runner.text.diagnostic import error
from arazzo_runner.worlds.wrappers import SignalCompute


@click.command("replay", cls=SectionedCommand, short_help="replay a recorded run, without a server")
@click.argument("file")
@click.argument("document", required=False)
@flags_of("replay")
def command(file: str, document: str | None, **given: Any) -> int:
    """Replay the run recorded in FILE, and fail where a request differs; sends nothing.

    FILE is what `arazzo run --record FILE` wrote. DOCUMENT is run instead of the recorded one.
    Credentials are not needed.
    """
    check_outputs(given, [file, *([document] if document else [])])
    session = CommandSession(document or file, given)
    return session.to_the_end(lambda: _start(file, document, session))


def _start(file: str, document: str | None, session: CommandSession) -> StartedRun:
    recording = read_recording(file)
    if recording.is_of_mock:
        message = f"`{file}` is a recording of `arazzo mock`, which has no workflow"
        raise UsageError(error("AZ906", message, help=f"`arazzo new {file}` writes one"))
    given = {**session.given, **_places(recording, file, session.given)}
    session.document = document or resolve_from_file(recording.document, file)
    documents = documents_resolved_from(recording.documents, file)
    if session.document == "-" and document is None and "-" not in documents.by_uri:
        message = f"the document of `{file}` was read from standard input"
        raise UsageError(error("AZ906", message, help=f"name it: `arazzo replay {file} DOCUMENT`"))
    check_stdin(session.document, given["inputs_file"], given["inputs"])
    description = load_document(session.document, given, documents.wrap)
    typed = inputs_for(description, given, recording.asked.workflows)
    options = _options(recording, given)
    prepared = recording_run.prepare_replay(recording, description, typed, options)
    show_warnings(prepared.warnings)
    return Replay(recording, description, prepared, options).run


def _places(recording: Recording, file: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Where source descriptions were read from; flags win."""
    recorded = {name: resolve_from_file(one, file) for name, one in recording.asked.sources.items()}
    folders = [resolve_from_file(one, file) for one in recording.asked.source_dirs]
    return {
        "sources": {**recorded, **given["sources"]},
        "source_dirs": (*given["source_dirs"], *folders),
    }


def _options(recording: Recording, given: Mapping[str, Any]) -> pipeline.RunConfig:
    settings = recording.asked.settings
    if given["checks"]:
        settings = replace(settings, checks=read_checks(given["checks"]))
    durations = {**settings.max_durations, **given["max_durations"]}
    settings = replace(settings, max_durations=durations)
    return recording_run.replay_options(recording, pipeline.RunConfig(settings=settings))


class Replay(Struct, frozen=True):
    """A recording that is ready to be run again."""

    recording: Recording
    description: Description
    prepared: pipeline.PreparedRun
    options: pipeline.RunConfig

    def run(self, session: RunSession) -> int:
        """Run, tell, report; say which documents have changed where it did not pass."""
        signals = session.signals

        def go(observer: Observer) -> RunResult:
            return recording_run.replay(
                self.recording,
                self.prepared,
                self.options,
                observer,
                signals.interrupted,
                SignalCompute(signals),
            )

        code = session.perform(self.prepared, maskers_of(self.prepared, session.given), go)
        changed = recording_run.changed_documents(self.recording, self.description) if code else []
        if changed:
            names = ", ".join(f"`{escape(one)}`" for one in changed)
            sys.stderr.write(f"note: changed since it was recorded: {names}\n")
        return code
