"""`arazzo run DOCUMENT…`"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.cli.credentials import check_person
from arazzo_runner.cli.diagnostics import show_warnings
from arazzo_runner.cli.options.check_names import check_names, unknown_secrets
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.cli.options.settings import AccessWrapper, load_document, writes_files
from arazzo_runner.cli.run.run_config import (
    check_flags,
    check_folder,
    chosen_documents,
    inputs_of_flags,
    run_config,
)
from arazzo_runner.cli.run.session import CommandSession, RunSession, StartedRun, maskers_of
from arazzo_runner.cli.run.world import (
    TracesFactory,
    check_network,
    open_world,
    traces_for,
)
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.events import Observer
from arazzo_runner.executor.result import RunResult
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.report.exit_code import first_code
from arazzo_runner.report.files import check_writable
from arazzo_runner.text.diagnostic import Diagnostic, error
from arazzo_runner.worlds.wrappers import SignalCompute

if TYPE_CHECKING:
    from arazzo_runner.cli.journal.option import JournalOption
    from arazzo_runner.cli.run.record import RecordOption


@click.command("run", cls=SectionedCommand, short_help="run the workflows of documents")
@click.argument("named", metavar="DOCUMENT…", nargs=-1, required=True)
@flags_of("run")
def command(named: tuple[str, ...], **given: Any) -> int:
    """Run the workflows of each DOCUMENT: a path, `-` for standard input, or an https URL.

    A folder stands for all documents in it. Without --workflow, all workflows run
    that no other workflow calls, goes to or retries with, in the order of the document.
    """
    if given["step"] or given["breaks"]:
        return _run_debugged(named, given)
    if given["every"] is not None or given["on_failure"] is not None:
        from arazzo_runner.cli.monitor.monitor import monitor_runs

        return monitor_runs(named, given, _run_once)
    if given["watch"]:
        from arazzo_runner.cli.run.watch import watch

        return watch(named, given, _run_once)
    return _run_once(named, given)


def _run_once(named: Sequence[str], given: Mapping[str, Any]) -> int:
    if len(named) > 1:
        from arazzo_runner.cli.other_tools import check_words

        check_words(named, click.get_current_context())
    documents = chosen_documents(named)
    if writes_files(given):
        from arazzo_runner.cli.options.overwrite import check_outputs

        check_outputs(given, documents)
    if len(documents) > 1:
        from arazzo_runner.cli.run.documents_run import run_documents

        return run_documents(documents, named, given)
    return _run_document(documents[0], given)


def _run_debugged(named: Sequence[str], given: Mapping[str, Any]) -> int:
    from arazzo_runner.cli.debugger.debugger import TerminalDebugger
    from arazzo_runner.cli.debugger.flags import check_debugger

    check_debugger(chosen_documents(named), given)
    return _run_once(named, {**given, "debugger": TerminalDebugger(given)})


def _run_document(document: str, given: Mapping[str, Any]) -> int:
    session = CommandSession(document, given)
    recording = _record_option(document, given, session.started_at)
    if given["journal"] is None:
        return session.to_the_end(RunCommand(document, given, session, recording).start)
    from arazzo_runner.cli.journal.option import JournalOption

    journal = JournalOption(document, given)
    command = RunCommand(document, given, session, recording, journal)
    return run_journaled(session, command.start, journal)


def run_journaled(
    session: CommandSession, start: Callable[[], StartedRun], journal: JournalOption
) -> int:
    """Run a document, its calls kept in a journal. Returns the exit code."""
    try:
        code = session.to_the_end(start)
    finally:
        problems = journal.close()
    if journal.unfinished_command is not None:
        sys.stderr.write(f"resume: {journal.unfinished_command}\n")
    return first_code([code, *problems])


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
    journal: JournalOption | None = None

    def start(self) -> StartedRun:
        """All that can go wrong before something is sent."""
        check_flags([self.document], self.given)
        check_folder(self.document)
        if self.journal is not None:
            self.journal.check()
        if self.given["wait_for"]:
            from arazzo_runner.cli.run.wait_for import wait_for_urls

            wait_for_urls(self.given)
        description = load_document(self.document, self.given, self._around())
        if self.journal is not None:
            self.journal.check_description(description)
        check_names(description, self.given)
        if self.given["record"] is not None:
            check_writable(self.given["record"], "recording")
        if self.given["saved"]:
            from arazzo_runner.cli.run.save import check_saved

            check_saved(description, self.given)
        check_network(self.given)
        options = self._options(description)
        new_traces = traces_for(self.given, os.environ)
        ready, warnings = self._ready(description, options, new_traces)
        monitor = self.given.get("monitor")
        found = [*warnings, *unknown_secrets(description, self.given)]
        show_warnings(found if monitor is None else monitor.unshown_findings(found))
        if self.given["wait_for"]:
            from arazzo_runner.cli.run.wait_for import wait_for_sources

            wait_for_sources(description, self.given)
        if self.journal is not None:
            self.journal.begin(description)
        return ready

    def _options(self, description: Description) -> pipeline.RunConfig:
        options = run_config(self.given)
        if "debugger" not in self.given:
            return options
        from arazzo_runner.cli.debugger.flags import debugger_of

        return replace(options, debugger=debugger_of(description, self.given))

    def _around(self) -> AccessWrapper:
        watching: AccessWrapper = self.given.get("wrap_access", lambda access: access)
        recording = self.recording
        return (lambda one: recording.wrap_access(watching(one))) if recording else watching

    def _ready(
        self, description: Description, options: pipeline.RunConfig, new_traces: TracesFactory
    ) -> tuple[StartedRun, Sequence[Diagnostic]]:
        """The run and what is to be said before it."""
        if self.given["case"] and self.given["cases"] is None:
            message = "`--case` selects rows of `--cases FILE`, which is missing"
            raise UsageError(error("AZ906", message, help="add `--cases FILE`"))
        if self.given["cases"] is not None or self.given["repeat"] > 1:
            from arazzo_runner.cli.run.cases_run import ready_cases

            return ready_cases(description, self.given, options, new_traces, self.journal)
        inputs = self.journal.inputs(description) if self.journal is not None else None
        if inputs is None:
            inputs = inputs_of_flags(description, self.given)
        prepared = pipeline.prepare_run(description, inputs, self.given["workflows"], options)
        if options.needs_credentials:
            check_person(prepared.plan, self.given, prepared.routes)
        if self.journal is not None:
            self.journal.take([("", prepared)])

        def start(session: RunSession) -> int:
            return self._run(prepared, options, session, new_traces)

        return start, prepared.warnings

    def _run(
        self,
        prepared: pipeline.PreparedRun,
        options: pipeline.RunConfig,
        session: RunSession,
        new_traces: TracesFactory,
    ) -> int:
        masked = maskers_of(prepared, self.given)
        if self.given["dry_run"]:
            from arazzo_runner.cli.run.dry_run import show_dry_run

            return show_dry_run(prepared, masked.shown, options.settings, sys.stdout)
        traces = new_traces(masked.recording)
        signals = session.signals
        results: list[RunResult] = []

        def go(observer: Observer) -> RunResult:
            with open_world(prepared, self.given, signals, masked.recording.learn) as world:
                sent, clock = traces.wrap(world), None
                row = None
                if self.journal is not None:
                    row = self.journal.row(sent, 0, signals.interrupted)
                    sent, clock = row.world, row.clock
                    observer = row.observing(observer)
                if (debugger := session.debugger) is not None:
                    clock = debugger.clock(clock or pipeline.SYSTEM_CLOCK)
                result = pipeline.execute_run(
                    prepared,
                    self.recording.wrap(sent) if self.recording else sent,
                    options,
                    observer,
                    signals.interrupted,
                    clock,
                    SignalCompute(signals),
                )
            if row is not None and self.journal is not None:
                self.journal.end_row(0, row, result)
            results.append(result)
            return result

        def keep() -> None:
            if self.recording:
                self.recording.write(prepared, options, masked.recording)
            if self.given["saved"]:
                from arazzo_runner.cli.run.save import write_saved

                for result in results:
                    write_saved(result, self.given["saved"])

        return session.perform(prepared, masked, go, keep, traces)
