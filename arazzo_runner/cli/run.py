"""`arazzo run DOCUMENT`"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from shutil import get_terminal_size
from typing import Any, TextIO

import click
from msgspec import Struct

from arazzo_runner import running
from arazzo_runner.cli import options as flags
from arazzo_runner.cli.checks import read_checks
from arazzo_runner.cli.config import credential_aliases
from arazzo_runner.cli.documents import load_document
from arazzo_runner.cli.inputs import check_stdin, read_inputs
from arazzo_runner.cli.names import check_names, unknown_secrets
from arazzo_runner.cli.reports import Reports, read_reports
from arazzo_runner.cli.show import show_diagnostics, show_warnings
from arazzo_runner.cli.signals import Signals, catching_signals
from arazzo_runner.cli.worlds import open_world
from arazzo_runner.errors import DiagnosedError, DocumentError, UsageError
from arazzo_runner.executor.events import Event, Observer
from arazzo_runner.executor.inputs import bundle, declared
from arazzo_runner.executor.result import RunResult
from arazzo_runner.executor.settings import Limits, Settings
from arazzo_runner.expression.value import Value
from arazzo_runner.loading import Description
from arazzo_runner.report.console import Console
from arazzo_runner.report.look import Verbosity
from arazzo_runner.report.mask import NO_MASK, Masker
from arazzo_runner.report.style import style_for
from arazzo_runner.report.verdict import ExitCode, exit_code, first_code
from arazzo_runner.text.diagnostic import Diagnostic


@click.command("run", short_help="run a document's workflows")
@click.argument("document")
@flags.INPUTS
@flags.SELECTION
@flags.WHERE
@flags.DOCUMENTS
@flags.SECRETS
@flags.OUTPUT
@flags.LIMITS
@flags.NETWORK
def command(document: str, **given: Any) -> int:
    """Run the workflows of DOCUMENT: a path, `-` for standard input, or an https URL.

    Without --workflow: all that no other one calls, goes to or retries with, in order.
    """
    run = Run(document, given, time.time(), time.perf_counter())
    return run.to_the_end()


class Run(Struct, frozen=True):
    """One use of the command: what was typed, and when."""

    document: str
    given: Mapping[str, Any]
    started_at: float
    started: float

    def to_the_end(self) -> int:
        """Load, prepare, run, report; an early end is reported too. Returns the exit code."""
        reports = read_reports(self.given["reports"], self.given["as_json"])
        with catching_signals() as signals:
            try:
                with signals:
                    options, prepared = self._start(reports)
            except DiagnosedError as error:
                code = 3 if isinstance(error, DocumentError) else 2
                return self._failed_start(reports, error, code)
            except KeyboardInterrupt:
                return self._failed_start(reports, UsageError(), signals.code or 130)
            show_warnings(self._warnings(prepared))
            if self.given["dry_run"]:
                return self._dry_run(prepared, options)
            return self._run(prepared, options, reports, signals)

    def _start(self, reports: Reports) -> tuple[running.Options, running.Prepared]:
        """All that can go wrong before something is sent."""
        check_stdin(self.document, self.given["inputs_file"], self.given["inputs"])
        reports.check()
        description = load_document(self.document, self.given)
        check_names(description, self.given)
        options = self._options()
        inputs = self._inputs(description)
        return options, running.prepare(description, inputs, self.given["workflows"], options)

    def _failed_start(self, reports: Reports, error: DiagnosedError, code: int) -> int:
        reports.write_failed_start(self._circumstances(), code, error)
        show_diagnostics(error.diagnostics)
        if not error.diagnostics:
            sys.stderr.write("interrupted before anything was sent\n")
        return code

    def _warnings(self, prepared: running.Prepared) -> list[Diagnostic]:
        warnings = prepared.description.warnings
        return [*warnings, *unknown_secrets(prepared.description, self.given)]

    def _options(self) -> running.Options:
        given = self.given
        return running.Options(
            servers=given["servers"],
            server_variables=given["server_variables"],
            environment={**given["env_file"], **os.environ},
            aliases=credential_aliases(),
            needs_credentials=not (given["mock"] or given["dry_run"]),
            settings=self._settings(),
        )

    def _settings(self) -> Settings:
        given = self.given
        limits = Limits(
            max_steps=given["max_steps"],
            max_depth=given["max_depth"],
            max_retries=given["max_retries"],
            max_wait=given["max_wait"],
            run_timeout=given["run_timeout"],
            query_seconds=given["max_query_time"],
            json_depth=given["max_json_depth"],
        )
        return Settings(limits, read_checks(given["checks"]), given["until"], given["fail_fast"])

    def _inputs(self, description: Description) -> dict[str, Value]:
        """The inputs as the workflows to run declare them, those that come first before others."""
        known: dict[str, Value] = {}
        definitions: dict[str, Value] = {}
        for schema in reversed(_schemas(description, self.given["workflows"])):
            known.update(declared(schema) or {})
            definitions.update(schema.get("$defs", {}) if isinstance(schema, dict) else {})
        root = {"$defs": definitions}
        return read_inputs(self.given["inputs"], self.given["inputs_file"], known, root)

    def _masker(self, prepared: running.Prepared) -> Masker:
        if self.given["show_secrets"]:
            return NO_MASK
        named = (prepared.inputs.get(name) for name in self.given["secrets"])
        secrets = [*prepared.secrets, *(str(one) for one in named if one is not None)]
        return Masker(secrets)

    def _dry_run(self, prepared: running.Prepared, options: running.Options) -> int:
        from arazzo_runner.cli.dry_run import show_rehearsal

        masker = self._masker(prepared)
        return show_rehearsal(prepared, masker, options.settings, sys.stdout)

    def _run(
        self,
        prepared: running.Prepared,
        options: running.Options,
        reports: Reports,
        signals: Signals,
    ) -> int:
        masker = self._masker(prepared)
        console = self._console(sys.stderr if reports.on_stdout else sys.stdout, masker)
        with open_world(prepared, self.given, signals) as world:
            learn = running.learning_secrets(prepared, masker.learn)
            observer = _both(learn, console)
            result = running.execute(prepared, world, options, observer, signals.interrupted)
        code = _code(result, signals)
        console.finish(result, code)
        try:
            reports.write(self._circumstances(), prepared, result, code, masker)
        except UsageError as error:
            show_diagnostics(error.diagnostics)
            return first_code([code, ExitCode.USAGE])
        return code

    def _console(self, out: TextIO, masker: Masker) -> Console:
        levels: tuple[Verbosity, ...] = ("normal", "verbose", "bodies")
        verbosity: Verbosity = levels[min(self.given["verbose"], 2)]
        if self.given["quiet"]:
            verbosity = "quiet"
        width = get_terminal_size((100, 24)).columns
        return Console(out, masker, verbosity, style_for(out, os.environ), width)

    def _circumstances(self) -> dict[str, Any]:
        return {
            "document": self.document,
            "started_at": running.rfc3339(self.started_at),
            "duration": time.perf_counter() - self.started,
        }


def _schemas(description: Description, names: Sequence[str]) -> list[Any]:
    """The schemas of the inputs: of the workflows to run, then of the others of the document."""
    document = description.entry.document
    selected = [workflow_id for _, workflow_id in running.select(description, names)]
    others = [one for one in document.workflows if one.workflow_id not in selected]
    chosen = {one.workflow_id: one for one in document.workflows}
    every = [*(chosen[name] for name in selected), *others]
    return [bundle(one.inputs, document.components.inputs) for one in every]


def _both(first: Observer, second: Observer) -> Observer:
    def observe(event: Event) -> None:
        first(event)
        second(event)

    return observe


def _code(result: RunResult, signals: Signals) -> int:
    codes = [exit_code(result)]
    if signals.code is not None:
        codes.append(ExitCode(signals.code))
    return first_code(codes)
