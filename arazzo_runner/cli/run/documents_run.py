"""Several documents run, ``--jobs`` of them at once, and shown in their order, with one report."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from functools import partial
from typing import Any, TypeAlias

import anyio
import click
from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.auth.authorizations import authorizations
from arazzo_runner.cli.credentials import check_person
from arazzo_runner.cli.diagnostics import show_diagnostics, show_warnings
from arazzo_runner.cli.inputs import input_schemas_of, read_inputs_file
from arazzo_runner.cli.options.check_names import check_names, unknown_secrets
from arazzo_runner.cli.options.settings import load_document
from arazzo_runner.cli.run.documents import DocumentChoice, choose_documents, refuse_single
from arazzo_runner.cli.run.documents_report import DocumentsReport
from arazzo_runner.cli.run.load_turn import LoadTurn
from arazzo_runner.cli.run.ordered_output import OrderedOutput, OrderedStream
from arazzo_runner.cli.run.reports import start_code
from arazzo_runner.cli.run.rerun import RerunCommand, document_word, typed_command
from arazzo_runner.cli.run.run_config import check_flags, check_folder, inputs_of_flags, run_config
from arazzo_runner.cli.run.session import (
    CommandSession,
    Maskers,
    RunSession,
    StartedRun,
    maskers_of,
)
from arazzo_runner.cli.run.signals import Signals
from arazzo_runner.cli.run.world import (
    TracesFactory,
    authorized_world,
    check_network,
    http_settings,
    mock_settings,
    suspending_channels,
    traces_for,
    with_rate,
)
from arazzo_runner.cli.usage_errors import usage_diagnostic
from arazzo_runner.document.retrieval import DocumentAccess
from arazzo_runner.errors import DiagnosedError, UsageError
from arazzo_runner.executor.events import Event
from arazzo_runner.executor.plan import Settings
from arazzo_runner.executor.result import RunResult
from arazzo_runner.executor.run import RunContext, run_plan
from arazzo_runner.executor.world import World
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description, SharedCache
from arazzo_runner.report.exit_code import ExitCode, exit_code, first_code
from arazzo_runner.report.safe_text import escape
from arazzo_runner.report.secrets import NO_MASK, Masker
from arazzo_runner.report.terminal.console import Console
from arazzo_runner.report.terminal.live import LiveItems
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.worlds.mock import mock_world
from arazzo_runner.worlds.threads import ComputingWorld, StoppableCompute
from arazzo_runner.worlds.wrappers import CancellableWorld

WorldFactory: TypeAlias = Callable[
    [pipeline.PreparedRun, Callable[[Iterable[str]], None]], AbstractContextManager[World]
]


def run_documents(documents: Sequence[str], named: Sequence[str], given: Mapping[str, Any]) -> int:
    """Run all of several documents; ``named`` are the paths that were typed. Returns the exit code.

    One that is invalid or cannot be read is reported, and the others run.
    """
    session = CommandSession("", given, documents=tuple(documents))
    return session.to_the_end(DocumentsCommand(documents, named, given).start)


class PreparedDocument(Struct, frozen=True):
    """A document that is ready to run."""

    document: str
    prepared: pipeline.PreparedRun
    settings: Settings
    masked: Maskers
    warnings: Sequence[Diagnostic]


class DocumentsCommand(Struct):
    """One use of the command; ``given`` are the flags for all documents."""

    documents: Sequence[str]
    named: Sequence[str]
    given: Mapping[str, Any]
    shared: SharedCache = field(default_factory=SharedCache)
    stdin: list[Any] = field(default_factory=list)
    choice: DocumentChoice = DocumentChoice(())

    def start(self) -> StartedRun:
        """All that can go wrong before any document is run."""
        refuse_single(self.given)
        check_flags(self.documents, self.given)
        check_network(self.given)
        if self.given["wait_for"]:
            from arazzo_runner.cli.run.wait_for import wait_for_urls

            wait_for_urls(self.given)
        if self.given["inputs_file"]:
            table = read_inputs_file(self.given["inputs_file"])
            self.given = {**self.given, "inputs_file": table}
        self.choice = choose_documents(self.documents, self.given, self.load)
        if "monitor" in self.given:
            ready = lambda one: self.prepare(one, self.load(one))  # noqa: E731
            self.given["monitor"].check_documents(ready, self.choice.documents)
        traces = traces_for(self.given, os.environ)
        return partial(self._perform, traces)

    def load(self, document: str) -> Description:
        """A document with what its sources name, which others may have read before."""
        check_folder(document)
        given = {**self.given, "sources": self.choice.sources_of(document, self.given)}
        return load_document(document, given, self._keep_stdin, self.shared)

    def _keep_stdin(self, access: DocumentAccess) -> DocumentAccess:
        """Standard input can be read once, and may be asked for twice."""
        wrap = self.given.get("wrap_access")
        access = access if wrap is None else wrap(access)

        def read(location: str) -> Any:
            if location != "-":
                return access.open(location)
            if not self.stdin:
                self.stdin.append(access.open(location))
            return self.stdin[0]

        return replace(access, open=read)

    def prepare(self, document: str, description: Description) -> PreparedDocument:
        """All that can go wrong before a document is run. Raises DiagnosedError."""
        own = self.choice.flags_of(description, self.given)
        check_names(description, own)
        options = run_config(own)
        inputs = inputs_of_flags(description, own)
        if inputs:
            known = input_schemas_of(description, own["workflows"])
            inputs = {name: value for name, value in inputs.items() if known.takes(name)}
        prepared = pipeline.prepare_run(description, inputs, own["workflows"], options)
        if options.needs_credentials:
            check_person(prepared.plan, self.given, prepared.routes)
        warnings = (*prepared.warnings, *unknown_secrets(description, own))
        return PreparedDocument(
            document, prepared, options.settings, maskers_of(prepared, own), warnings
        )

    def wait(self, description: Description) -> Callable[[], None]:
        """What waits for the servers of those source descriptions that ``--wait-for`` names."""
        if not self.given["wait_for"]:
            return lambda: None
        from arazzo_runner.cli.run.wait_for import wait_for_sources

        return partial(wait_for_sources, description, self.choice.flags_of(description, self.given))

    def _perform(self, traces: TracesFactory, session: RunSession) -> int:
        if self.given["dry_run"]:
            return self._rehearse()
        report = DocumentsReport(session, self.choice.documents)
        with session.live() as stream, report:
            output = OrderedOutput()
            out = session.out if stream is None else stream
            look = Console(out, Masker()).look
            progress = LiveItems(look, time.monotonic, len(self.choice.documents), "document")
            if stream is not None:
                stream.progress = progress
            turn = LoadTurn(session.signals)
            queue = DocumentQueue(self, session, report, output, out, traces, progress, turn)
            if "monitor" in self.given:
                queue.warned = self.given["monitor"].warned
            try:
                anyio.run(queue.all)
            except BaseExceptionGroup as several:
                raise _first_error(several) from several
            finally:
                output.close()
        return report.end()

    def _rehearse(self) -> int:
        """Show the requests of each document, as far as they can be built."""
        from arazzo_runner.cli.run.dry_run import show_dry_run

        codes: list[int] = []
        for number, document in enumerate(self.choice.documents):
            sys.stdout.write(("\n" if number else "") + f"{escape(document)}\n\n")
            try:
                description = self.load(document)
                ready = self.prepare(document, description)
                self.wait(description)()
            except DiagnosedError as reason:
                sys.stdout.flush()
                show_diagnostics(reason.diagnostics, secrets=reason.secrets)
                codes.append(start_code(reason))
                continue
            show_warnings(ready.warnings)
            masker = ready.masked.shown
            codes.append(show_dry_run(ready.prepared, masker, ready.settings, sys.stdout))
        return first_code(codes)


def _first_error(error: BaseException) -> BaseException:
    """What happened first: a reader that has gone away is none of several bugs."""
    return _first_error(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


class DocumentQueue(Struct):
    """The documents in progress, and the next to begin."""

    command: DocumentsCommand
    session: RunSession
    report: DocumentsReport
    output: OrderedOutput
    out: Any
    traces: TracesFactory
    progress: LiveItems
    turn: LoadTurn
    next: int = 0
    failed: bool = False
    warned: set[Diagnostic] = field(default_factory=set)
    tokens: list[str] = field(default_factory=list)
    maskers: list[Masker] = field(default_factory=list)

    async def all(self) -> None:
        """Run every document; after a stop those that have not begun are skipped."""
        documents = self.command.choice.documents
        async with self._worlds() as new_world, anyio.create_task_group() as group:
            for _ in range(min(self.command.given["jobs"], len(documents))):
                group.start_soon(self._work, new_world)

    async def _work(self, new_world: WorldFactory) -> None:
        documents = self.command.choice.documents
        while self.next < len(documents):
            number, document = self.next, documents[self.next]
            self.next += 1
            self.report.begin(number)
            code = await self._run(number, document, new_world)
            self.failed |= code != ExitCode.PASSED
            self.output.end(number)
            self.report.advance()
            self.progress.end(document, failed=code not in (ExitCode.PASSED, None))

    @property
    def _is_stopped(self) -> bool:
        fails = self.failed and self.command.given["fail_fast"]
        return fails or self.session.signals.interrupted()

    async def _run(self, number: int, document: str, new_world: WorldFactory) -> int | None:
        """Run a document; the exit code that it alone would have, None where it was skipped."""
        if self._is_stopped:
            self.report.skip(number)
            return None
        self.progress.begin(document)
        try:
            description = await self.turn.load(partial(self.command.load, document))
            with self.session.signals:
                ready = self.command.prepare(document, description)
            await self.turn.in_thread(self.command.wait(description))
        except KeyboardInterrupt:
            self.report.skip(number)
            return None
        except (DiagnosedError, click.ClickException) as reason:
            return self._refuse(number, document, _diagnosed(reason))
        result = await self._execute(number, ready, new_world)
        code = self._code(result)
        self.report.add(number, ready.prepared, ready.masked.shown, result, code)
        return code

    def _code(self, result: RunResult) -> int:
        received = self.session.signals.code
        return first_code([exit_code(result), *([] if received is None else [received])])

    def _refuse(self, number: int, document: str, reason: DiagnosedError) -> int:
        code = start_code(reason)
        self._title(number, document, NO_MASK)
        show_diagnostics(reason.diagnostics, self._errors(number), reason.secrets)
        self.report.refuse(number, reason, code)
        return code

    def _title(self, number: int, document: str, masker: Masker) -> Console:
        """Say which document what follows is about."""
        console = self._console(number, masker, document)
        if console.look.verbosity != "quiet":
            look = console.look
            console.write([look.style.paint(look.style.bold, look.shown.text(document)), ""])
        return console

    def _console(self, number: int, masker: Masker, document: str) -> Console:
        again = partial(_rerun_line, typed_command(), self.command.named, masker, document)
        stream = OrderedStream(self.output, number, self.out)
        return self.session.console(masker, again, stream)

    def _errors(self, number: int) -> OrderedStream:
        return OrderedStream(self.output, number, sys.stderr)

    async def _execute(
        self, number: int, ready: PreparedDocument, new_world: WorldFactory
    ) -> RunResult:
        masked, prepared = ready.masked, ready.prepared
        masked.recording.learn(self.tokens)
        self.maskers.append(masked.recording)
        console = self._title(number, ready.document, masked.shown)
        fresh = [one for one in ready.warnings if one not in self.warned]
        self.warned.update(fresh)
        show_warnings(fresh, self._errors(number))
        learn = pipeline.secrets_observer(prepared, masked.recording)
        traces = self.traces(masked.recording)
        lines = self.report.lines(number, masked.shown, self.output)

        def observe(event: Event) -> None:
            for tell in (learn, console, lines, traces):
                tell(event)

        channels = suspending_channels(prepared, self.command.given, self.session.signals)
        async with channels() as world_of:
            with new_world(prepared, self._learn) as world:
                context = RunContext(
                    traces.wrap(world_of(world)),
                    pipeline.SYSTEM_CLOCK,
                    ready.settings,
                    observe,
                    self.session.signals.interrupted,
                    pipeline.other_judge(ready.settings),
                    StoppableCompute(self.session.signals),
                )
                result = await run_plan(prepared.plan, prepared.inputs, context)
        self.maskers.remove(masked.recording)
        if console.look.verbosity != "quiet":
            console.write_unreported(result)
        return result

    def _learn(self, secrets: Iterable[str]) -> None:
        """A token is a secret of all that go on, and of those that come."""
        found = [*secrets]
        self.tokens += found
        for masker in self.maskers:
            masker.learn(found)

    @asynccontextmanager
    async def _worlds(self) -> AsyncIterator[WorldFactory]:
        """Gives each document its world: connections are shared, cookies and mocks are not."""
        given = self.command.given
        if given["mock"]:
            yield partial(_mock_world, self.session.signals, given)
            return
        from arazzo_runner.http.client import AsyncHttpWorld

        async with AsyncHttpWorld(http_settings(given)) as http:
            yield partial(_http_world, http, self.session.signals, with_rate(given), given)


def _mock_world(
    stop: Signals,
    given: Mapping[str, Any],
    prepared: pipeline.PreparedRun,
    _learn: Callable[[Iterable[str]], None],
) -> AbstractContextManager[World]:
    apis = prepared.description.apis()
    mock = mock_world(prepared.plan, apis, mock_settings(given))
    return nullcontext(CancellableWorld(ComputingWorld(mock), stop))


@contextmanager
def _http_world(
    http: Any,
    stop: Signals,
    limited: Callable[[World], World],
    given: Mapping[str, Any],
    prepared: pipeline.PreparedRun,
    learn: Callable[[Iterable[str]], None],
) -> Iterator[World]:
    own = http.begin() if given["cookies"] else http
    world = limited(CancellableWorld(own, stop))
    needing = authorizations(prepared.plan, prepared.routes)
    with authorized_world(world, needing, given, learn) as authorized:
        yield authorized


def _diagnosed(reason: DiagnosedError | click.ClickException) -> DiagnosedError:
    if isinstance(reason, click.ClickException):
        return UsageError(usage_diagnostic(reason))
    return reason


def _rerun_line(
    command: RerunCommand, named: Sequence[str], masker: Masker, document: str, workflow_id: str
) -> str:
    """The command for a workflow of one of the documents."""
    kept = command.without("--workflow").without("--jobs").without_words(named)
    return kept.line(masker, document_word(document), "--workflow", workflow_id)
