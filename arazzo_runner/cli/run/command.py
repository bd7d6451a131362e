"""`arazzo run DOCUMENT`"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from arazzo_runner.cli.credentials import check_person, with_credentials
from arazzo_runner.cli.diagnostics import show_warnings
from arazzo_runner.cli.options.check_names import check_names, unknown_secrets
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.cli.options.generate import generation_of
from arazzo_runner.cli.options.profiles import NO_PROFILE
from arazzo_runner.cli.options.settings import AccessWrapper, load_document, settings_of
from arazzo_runner.cli.run.session import CommandSession, RunSession, StartedRun, maskers_of
from arazzo_runner.cli.run.world import (
    TracesFactory,
    check_mock,
    check_network,
    mock_settings,
    open_world,
    traces_for,
)
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.events import Observer
from arazzo_runner.executor.result import RunResult
from arazzo_runner.expression.value import Value
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.report.files import check_writable
from arazzo_runner.text.diagnostic import Diagnostic, error
from arazzo_runner.worlds.wrappers import SignalCompute

if TYPE_CHECKING:
    from arazzo_runner.cli.run.record import RecordOption


@click.command("run", cls=SectionedCommand, short_help="run a document's workflows")
@click.argument("document")
@flags_of("run")
def command(document: str, **given: Any) -> int:
    """Run the workflows of DOCUMENT: a path, `-` for standard input, or an https URL.

    Without --workflow, all workflows run that no other workflow calls, goes to or
    retries with, in the order of the document.
    """
    occasion = CommandSession(document, given)
    recording = _record_option(document, given, occasion.started_at)
    return occasion.to_the_end(RunCommand(document, given, occasion, recording).start)


def _record_option(document: str, given: Mapping[str, Any], started: float) -> RecordOption | None:
    if given["record"] is None:
        return None
    from arazzo_runner.cli.run.record import RecordOption

    return RecordOption(document, given, started)


class RunCommand(Struct, frozen=True):
    """One use of the command."""

    document: str
    given: Mapping[str, Any]
    session: CommandSession
    recording: RecordOption | None = None

    def start(self) -> StartedRun:
        """All that can go wrong before something is sent."""
        if self.given["inputs"] or self.given["inputs_file"]:
            from arazzo_runner.cli.inputs import check_stdin

            check_stdin(self.document, self.given["inputs_file"], self.given["inputs"])
        if self.given["dry_run"]:
            from arazzo_runner.cli.run.dry_run import refuse_reports

            refuse_reports(click.get_current_context())
        check_mock(click.get_current_context())
        if self.given["wait_for"]:
            from arazzo_runner.cli.run.wait_for import wait_for_urls

            wait_for_urls(self.given)
        description = load_document(self.document, self.given, self._around())
        check_names(description, self.given)
        if self.given["record"] is not None:
            check_writable(self.given["record"], "recording")
        if self.given["saved"]:
            from arazzo_runner.cli.run.save import check_saved

            check_saved(description, self.given)
        check_network(self.given)
        options = self._options()
        new_traces = traces_for(self.given, os.environ)
        ready, warnings = self._ready(description, options, new_traces)
        show_warnings([*warnings, *unknown_secrets(description, self.given)])
        if self.given["wait_for"]:
            from arazzo_runner.cli.run.wait_for import wait_for_sources

            wait_for_sources(description, self.given)
        return ready

    def _around(self) -> AccessWrapper:
        return self.recording.wrap_access if self.recording else lambda access: access

    def _ready(
        self, description: Description, options: pipeline.RunConfig, new_traces: TracesFactory
    ) -> tuple[StartedRun, Sequence[Diagnostic]]:
        """The run and what is to be said before it."""
        if self.given["case"] and self.given["cases"] is None:
            message = "`--case` selects rows of `--cases FILE`, which is missing"
            raise UsageError(error("AZ906", message, help="add `--cases FILE`"))
        if self.given["cases"] is not None or self.given["repeat"] > 1:
            from arazzo_runner.cli.run.cases_run import ready_cases

            return ready_cases(description, self.given, options, new_traces)
        inputs = self._inputs(description)
        prepared = pipeline.prepare_run(description, inputs, self.given["workflows"], options)
        if options.needs_credentials:
            check_person(prepared.plan)

        def start(session: RunSession) -> int:
            return self._run(prepared, options, session, new_traces)

        return start, prepared.warnings

    def _inputs(self, description: Description) -> Mapping[str, Value]:
        given = self.given
        if not (given["inputs"] or given["inputs_file"] or given.get("profile", NO_PROFILE).inputs):
            return {}
        from arazzo_runner.cli.inputs import inputs_for

        return inputs_for(description, given, given["workflows"])

    def _options(self) -> pipeline.RunConfig:
        given = self.given
        options = pipeline.RunConfig(
            servers=given["servers"],
            server_variables=given["server_variables"],
            needs_credentials=not (given["mock"] or given["dry_run"]),
            secrets=tuple(given["secrets"]),
            headers=given["headers"],
            no_auth=given["no_auth"],
            settings=settings_of(given),
            mock=mock_settings(given) if given["mock"] else None,
            generation=generation_of(given),
        )
        return with_credentials(options, given)

    def _run(
        self,
        prepared: pipeline.PreparedRun,
        options: pipeline.RunConfig,
        performance: RunSession,
        new_traces: TracesFactory,
    ) -> int:
        masked = maskers_of(prepared, self.given)
        if self.given["dry_run"]:
            from arazzo_runner.cli.run.dry_run import show_dry_run

            return show_dry_run(prepared, masked.shown, options.settings, sys.stdout)
        traces = new_traces(masked.recording)
        signals = performance.signals
        results: list[RunResult] = []

        def go(observer: Observer) -> RunResult:
            with open_world(prepared, self.given, signals, masked.recording.learn) as world:
                traced = traces.wrap(world)
                kept = self.recording.wrap(traced) if self.recording else traced
                result = pipeline.execute_run(
                    prepared,
                    kept,
                    options,
                    observer,
                    signals.interrupted,
                    compute=SignalCompute(signals),
                )
            results.append(result)
            return result

        def keep() -> None:
            if self.recording:
                self.recording.write(prepared, options, masked.recording)
            if self.given["saved"]:
                from arazzo_runner.cli.run.save import write_saved

                for result in results:
                    write_saved(result, self.given["saved"])

        return performance.perform(prepared, masked, go, keep, traces)
