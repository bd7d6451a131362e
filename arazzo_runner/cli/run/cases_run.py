"""The cases of ``--cases`` run, ``--jobs`` of them at once, and shown in the order of the file.

A line each, and one report of all.
"""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TypeAlias

import anyio
from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.auth.authorizations import authorizations
from arazzo_runner.cli.credentials import check_person
from arazzo_runner.cli.run.cases_file import CaseRun, prepare_cases
from arazzo_runner.cli.run.reports import ReportObserver
from arazzo_runner.cli.run.rerun import RerunCommand, typed_command
from arazzo_runner.cli.run.session import Maskers, RunSession, StartedRun, maskers_of
from arazzo_runner.cli.run.world import (
    NewChannels,
    TracesFactory,
    authorized_world,
    hold_channels,
    http_settings,
    mock_settings,
    suspending_channels,
    with_rate,
)
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.body_budget import BodyBudget
from arazzo_runner.executor.events import Event, WorkflowFinished
from arazzo_runner.executor.plan import Settings
from arazzo_runner.executor.result import RunResult, Status, WorkflowResult
from arazzo_runner.executor.run import RunContext, run_plan
from arazzo_runner.executor.world import World
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.report.mask import mask_value
from arazzo_runner.report.safe_text import count_text, escape
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.cases import names_width, row_lines
from arazzo_runner.report.terminal.console import Console
from arazzo_runner.report.terminal.live import LiveItems
from arazzo_runner.report.terminal.style import TextStyle
from arazzo_runner.report.traversal import steps_of
from arazzo_runner.text.diagnostic import Diagnostic, error
from arazzo_runner.worlds.mock import mock_world
from arazzo_runner.worlds.threads import ComputingWorld, StoppableCompute
from arazzo_runner.worlds.wrappers import CancellableWorld

if TYPE_CHECKING:
    from arazzo_runner.cli.journal.option import JournalOption
    from arazzo_runner.report.terminal.live import LiveStream

CaseWorldFactory: TypeAlias = Callable[[], AbstractContextManager[World]]


class CaseResult(Struct, frozen=True):
    """A case that is over, with what happened, in order; ``began`` False for one left out."""

    case: CaseRun
    result: RunResult
    masked: Maskers
    events: Sequence[Event]
    began: bool = True


class CaseBatch(Struct, frozen=True):
    """The cases to run, and how.

    ``begun`` and ``over`` are called as it happens, ``tell`` with each case in order.
    """

    cases: Sequence[CaseRun]
    given: Mapping[str, Any]
    settings: Settings
    stop: Callable[[], bool]
    tell: Callable[[CaseResult], None]
    new_traces: TracesFactory
    begun: Callable[[str], None]
    over: Callable[[CaseResult], None]
    journal: JournalOption | None = None


def run_cases(batch: CaseBatch) -> None:
    """Run every case to its end; after a stop, those that have not begun are left out."""
    try:
        anyio.run(_RunQueue(batch).all)
    except BaseExceptionGroup as several:
        raise _first_error(several) from several


def _first_error(error: BaseException) -> BaseException:
    """What happened first: a reader that has gone away is none of several bugs."""
    return _first_error(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


class _RunQueue(Struct):
    """The runs in progress: the next to begin, and those over that wait for earlier ones."""

    batch: CaseBatch
    next: int = 0
    told: int = 0
    over: dict[int, CaseResult] = field(default_factory=dict)
    failed: bool = False
    channels: NewChannels = lambda: nullcontext(lambda world: world)
    tokens: list[str] = field(default_factory=list)
    maskers: list[Masker] = field(default_factory=list)

    async def all(self) -> None:
        given = self.batch.given
        if not self.batch.cases:
            return
        prepared, stop = self.batch.cases[0].prepared, _StopSignal(self.batch.stop)
        self.channels = suspending_channels(prepared, given, stop)
        async with (
            hold_channels(prepared),
            _worlds(self.batch, self._learn) as new_world,
            anyio.create_task_group() as group,
        ):
            for _ in range(min(given["jobs"], len(self.batch.cases))):
                group.start_soon(self._work, new_world)

    def _learn(self, secrets: Iterable[str]) -> None:
        """A token is a secret of all that go on, and of those that come."""
        found = [*secrets]
        self.tokens += found
        for masker in self.maskers:
            masker.learn(found)

    async def _work(self, new_world: CaseWorldFactory) -> None:
        while self.next < len(self.batch.cases):
            number, case = self.next, self.batch.cases[self.next]
            self.next += 1
            self._finish(number, await self._run(number, case, new_world))

    def _finish(self, number: int, ran: CaseResult) -> None:
        self.failed |= any(not one.passed for one in ran.result.workflows)
        self.batch.over(ran)
        self.over[number] = ran
        while self.told in self.over:
            self.batch.tell(self.over.pop(self.told))
            self.told += 1

    async def _run(self, number: int, case: CaseRun, new_world: CaseWorldFactory) -> CaseResult:
        batch = self.batch
        masked = maskers_of(case.prepared, batch.given)
        if self._leaves_out(number):
            return CaseResult(case, _skipped_result(case), masked, (), began=False)
        batch.begun(case.name)
        masked.recording.learn(self.tokens)
        self.maskers.append(masked.recording)
        events: list[Event] = []
        learn = pipeline.secrets_observer(case.prepared, masked.recording)
        traces = batch.new_traces(masked.recording)

        def observe(event: Event) -> None:
            learn(event)
            traces(event)
            events.append(_with_case(event, case))

        async with self.channels() as world_of:
            with new_world() as world:
                context = RunContext(
                    traces.wrap(world_of(world)),
                    pipeline.SYSTEM_CLOCK,
                    batch.settings,
                    observe,
                    batch.stop,
                    pipeline.other_judge(batch.settings),
                    StoppableCompute(_StopSignal(batch.stop)),
                )
                result = await self._run_plan(number, case, context)
        self.maskers.remove(masked.recording)
        entries = tuple(case.labeled(one) for one in result.workflows)
        return CaseResult(case, replace(result, workflows=entries), masked, events)

    def _leaves_out(self, number: int) -> bool:
        journal = self.batch.journal
        if self.batch.stop():
            return True
        if journal is not None and journal.is_left_out(number):
            return True
        if not (self.failed and self.batch.settings.fail_fast):
            return False
        if journal is not None:
            journal.leave_out(number)
        return True

    async def _run_plan(self, number: int, case: CaseRun, context: RunContext) -> RunResult:
        """Run a case, its calls kept where there is a journal."""
        journal, plan, inputs = self.batch.journal, case.prepared.plan, case.prepared.inputs
        if journal is None:
            return await run_plan(plan, inputs, context)
        from arazzo_runner.journal.loop_wait import LoopWait

        row = journal.row(context.world, number, self.batch.stop, LoopWait)
        kept = replace(
            context,
            world=row.world,
            clock=row.clock,
            observer=row.observing(context.observer),
        )
        result = await run_plan(plan, inputs, kept)
        journal.end_row(number, row, result)
        return result


def _with_case(event: Event, case: CaseRun) -> Event:
    if isinstance(event, WorkflowFinished) and event.depth == 0:
        return replace(event, result=case.labeled(event.result))
    return event


def _skipped_result(case: CaseRun) -> RunResult:
    plan = case.prepared.plan
    workflows = [plan.workflows[key].workflow for key in plan.selected]
    skipped = (
        case.labeled(
            WorkflowResult(one.workflow_id, Status.SKIPPED, {}, {}, 0.0, (), None, None, one.place)
        )
        for one in workflows
    )
    return RunResult(tuple(skipped), 0.0)


@asynccontextmanager
async def _worlds(
    batch: CaseBatch, learn: Callable[[Iterable[str]], None]
) -> AsyncIterator[CaseWorldFactory]:
    """Gives each case its world: connections and tokens are shared, cookies and mocks are not."""
    prepared, given, stop = batch.cases[0].prepared, batch.given, _StopSignal(batch.stop)
    if given["mock"]:
        apis = prepared.description.apis()
        settings = mock_settings(given)
        yield lambda: nullcontext(
            CancellableWorld(ComputingWorld(mock_world(prepared.plan, apis, settings)), stop)
        )
        return
    from arazzo_runner.http.client import AsyncHttpWorld

    needing, limited = authorizations(prepared.plan, prepared.routes), with_rate(given)
    async with AsyncHttpWorld(http_settings(given)) as http:
        if given["cookies"]:
            yield lambda: authorized_world(
                limited(CancellableWorld(http.begin(), stop)), needing, given, learn
            )
            return
        one = limited(CancellableWorld(http, stop))
        with authorized_world(one, needing, given, learn) as world:
            yield lambda: nullcontext(world)


class _StopSignal(Struct, frozen=True):
    """What signals say, for worlds that ask."""

    is_set: Callable[[], bool]


def ready_cases(
    description: Description,
    given: Mapping[str, Any],
    options: pipeline.RunConfig,
    new_traces: TracesFactory,
    journal: JournalOption | None = None,
) -> tuple[StartedRun, Sequence[Diagnostic]]:
    """Read the file of cases and check all of them; what is to be said before they run.

    Raises UsageError and InputError.
    """
    if given["record"] is not None:
        flag = "--repeat" if given["cases"] is None else "--cases"
        message = f"`--record` records one run, and `{flag}` makes several"
        way_out = "to record one case, pass its inputs with `-i`" if given["cases"] else None
        raise UsageError(error("AZ906", message, help=way_out))
    rows = None if journal is None else journal.cases(description)
    cases = prepare_cases(description, given, options, rows)
    if not cases:
        raise UsageError(error("AZ906", f"`{given['cases']}` contains no case"))
    if options.needs_credentials:
        check_person(cases[0].prepared.plan, given, cases[0].prepared.routes)
    if journal is not None:
        journal.take([(one.row or "", one.prepared) for one in cases])
    return CaseSet(cases, options, new_traces, journal).perform, cases[0].prepared.warnings


class CaseSet(Struct, frozen=True):
    """Cases that are ready to run, at least one."""

    cases: Sequence[CaseRun]
    options: pipeline.RunConfig
    new_traces: TracesFactory
    journal: JournalOption | None = None

    def perform(self, session: RunSession) -> int:
        """Run all, tell each, report them together. Returns the exit code."""
        prepared, given = self.cases[0].prepared, session.given
        if given["dry_run"]:
            return self._rehearse(given)
        # Each case masks its own secrets before anything is told of it.
        masker = Masker() if not given["show_secrets"] else maskers_of(prepared, given).shown
        told = ReportObserver(session.reports, session.circumstances, prepared, masker)
        width = names_width([one.name for one in self.cases])
        settings, stop = self.options.settings, session.signals.interrupted
        with session.live() as stream, told:
            teller = _CaseReporter(
                session, told, width, stream, BodyBudget(settings.limits.max_kept)
            )
            progress = self._progress(session.console(masker, out=stream).look, stream)
            batch = CaseBatch(
                self.cases,
                given,
                settings,
                stop,
                teller.report,
                self.new_traces,
                progress.begin,
                _on_case_end(progress),
                self.journal,
            )
            run_cases(batch)
        console = session.console(masker)
        if teller.left_out:
            left_out = count_text(teller.left_out, "case")
            console.write([f"  {console.look.marks.skipped} {left_out} skipped"])
        if teller.left_out or not teller.blank:
            console.write([""])
        result = RunResult(tuple(teller.entries), session.circumstances()["duration"])
        console.know(result)
        return session.end(result, told, console)

    def _progress(self, look: TextStyle, stream: LiveStream | None) -> LiveItems:
        progress = LiveItems(look, time.monotonic, len(self.cases), "case")
        if stream is not None:
            stream.progress = progress
        return progress

    def _rehearse(self, given: Mapping[str, Any]) -> int:
        from arazzo_runner.cli.run.dry_run import show_dry_run

        for number, case in enumerate(self.cases):
            masker = maskers_of(case.prepared, given).shown
            kind = "repetition" if case.row is None else "case"
            title = f"{kind} {masker.text(escape(case.name))}: "
            sys.stdout.write(("\n" if number else "") + title)
            show_dry_run(case.prepared, masker, self.options.settings, sys.stdout)
        return 0


def _on_case_end(progress: LiveItems) -> Callable[[CaseResult], None]:
    def end(ran: CaseResult) -> None:
        passed = all(one.passed for one in ran.result.workflows)
        progress.end(ran.case.name, failed=ran.began and not passed)

    return end


class _CaseReporter(Struct):
    """Tells case after case, each with its own secrets masked; ``entries`` are for the report."""

    session: RunSession
    told: ReportObserver
    width: int
    out: LiveStream | None
    bodies: BodyBudget
    again: RerunCommand = field(default_factory=lambda: typed_command().without("--case"))
    entries: list[WorkflowResult] = field(default_factory=list)
    left_out: int = 0
    blank: bool = True

    def report(self, ran: CaseResult) -> None:
        masker = ran.masked.shown
        workflows = mask_value(ran.result, masker).workflows
        self.entries += workflows
        self.bodies.keep_all(steps_of(workflows))
        if not ran.began:
            self.left_out += 1
            return
        for event in ran.events:
            self.told(mask_value(event, masker))
        self._show(ran, self.session.console(masker, out=self.out))

    def _show(self, ran: CaseResult, console: Console) -> None:
        if console.look.verbosity == "quiet":
            return
        if console.look.verbosity != "normal":
            for event in ran.events:
                console(event)
        row = () if ran.case.row is None else ("--case", ran.case.row)
        command = self.again.with_seed(ran.case.prepared.plan.seed)
        again = command.line(ran.masked.recording, *row)
        lines = row_lines(ran.case.name, ran.result, again, console.look, self.width)
        console.write(lines)
        self.blank = not lines[-1]
