"""The cases of ``--cases`` run, ``--jobs`` of them at once, and told in the order of the file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from typing import Any, TypeAlias

import anyio
from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner import running
from arazzo_runner.cli.performing import Maskers, maskers_of
from arazzo_runner.cli.rows import CaseRun
from arazzo_runner.cli.tracing import TracesFactory
from arazzo_runner.cli.worlds import authorized_world, http_settings
from arazzo_runner.credentials.needing import authorizations
from arazzo_runner.executor.events import Event, WorkflowFinished
from arazzo_runner.executor.result import RunResult, Status, WorkflowResult
from arazzo_runner.executor.run import RunContext, run_plan
from arazzo_runner.executor.settings import Settings
from arazzo_runner.executor.world import World
from arazzo_runner.report.secrets import Masker
from arazzo_runner.worlds.mock import MockWorld
from arazzo_runner.worlds.wrappers import CancellableWorld

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
    tokens: list[str] = field(default_factory=list)
    maskers: list[Masker] = field(default_factory=list)

    async def all(self) -> None:
        given = self.batch.given
        if not self.batch.cases:
            return
        async with (
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
            self._finish(number, await self._run(case, new_world))

    def _finish(self, number: int, ran: CaseResult) -> None:
        self.failed |= any(not one.passed for one in ran.result.workflows)
        self.batch.over(ran)
        self.over[number] = ran
        while self.told in self.over:
            self.batch.tell(self.over.pop(self.told))
            self.told += 1

    async def _run(self, case: CaseRun, new_world: CaseWorldFactory) -> CaseResult:
        batch = self.batch
        masked = maskers_of(case.prepared, batch.given)
        if batch.stop() or (self.failed and batch.settings.fail_fast):
            return CaseResult(case, _skipped_result(case), masked, (), began=False)
        batch.begun(case.name)
        masked.recording.learn(self.tokens)
        self.maskers.append(masked.recording)
        events: list[Event] = []
        learn = running.secrets_observer(case.prepared, masked.recording.learn)
        traces = batch.new_traces(masked.recording)

        def observe(event: Event) -> None:
            learn(event)
            traces(event)
            events.append(_with_case_name(event, case.name))

        with new_world() as world:
            traced = traces.wrap(world)
            context = RunContext(traced, running.SYSTEM_CLOCK, batch.settings, observe, batch.stop)
            result = await run_plan(case.prepared.plan, case.prepared.inputs, context)
        self.maskers.remove(masked.recording)
        entries = tuple(replace(one, case=case.name) for one in result.workflows)
        return CaseResult(case, replace(result, workflows=entries), masked, events)


def _with_case_name(event: Event, name: str) -> Event:
    if isinstance(event, WorkflowFinished) and event.depth == 0:
        return replace(event, result=replace(event.result, case=name))
    return event


def _skipped_result(case: CaseRun) -> RunResult:
    plan = case.prepared.plan
    workflows = [plan.workflows[key].workflow for key in plan.selected]
    skipped = (
        WorkflowResult(
            one.workflow_id, Status.SKIPPED, {}, {}, 0.0, (), None, None, one.place, case=case.name
        )
        for one in workflows
    )
    return RunResult(tuple(skipped), 0.0)


@asynccontextmanager
async def _worlds(
    batch: CaseBatch, learn: Callable[[Iterable[str]], None]
) -> AsyncIterator[CaseWorldFactory]:
    """Gives each case its world: connections and tokens are shared, cookies and mocks are not."""
    prepared, given = batch.cases[0].prepared, batch.given
    if given["mock"]:
        apis = prepared.description.apis()
        yield lambda: nullcontext(MockWorld(apis, given["mock_seed"]))
        return
    from arazzo_runner.http.client import AsyncHttpWorld

    needing = authorizations(prepared.plan)
    stop = _StopSignal(batch.stop)
    async with AsyncHttpWorld(http_settings(given)) as http:
        if given["cookies"]:
            yield lambda: authorized_world(
                CancellableWorld(http.begin(), stop), needing, given, learn
            )
            return
        with authorized_world(CancellableWorld(http, stop), needing, given, learn) as world:
            yield lambda: nullcontext(world)


class _StopSignal(Struct, frozen=True):
    """What signals say, for worlds that ask."""

    is_set: Callable[[], bool]
