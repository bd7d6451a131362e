"""One run, from a plan with its inputs to a result; within an event loop or without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    contextmanager,
    nullcontext,
)
from typing import TYPE_CHECKING

from msgspec.structs import replace

from arazzo_runner.embed.documents import rendered_errors
from arazzo_runner.embed.options import ParsedOptions
from arazzo_runner.embed.result import Result
from arazzo_runner.embed.route import checked_world
from arazzo_runner.embed.worlds import (
    NewWorld,
    blocking_network,
    suspending_network,
    with_authorization,
)
from arazzo_runner.executor.events import Event, Observer
from arazzo_runner.executor.result import RunResult
from arazzo_runner.executor.run import RunContext, run_plan
from arazzo_runner.executor.run_state import Compute
from arazzo_runner.executor.world import World, run_coroutine
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.report.exit_code import ExitCode, exit_code
from arazzo_runner.report.secrets import NO_MASK, Masker
from arazzo_runner.text.diagnostic import SafeRepr
from arazzo_runner.worlds.rate import LimitedWorld
from arazzo_runner.worlds.wrappers import AwaitHook, HookedWorld, Hooks, await_hook, call_hook

if TYPE_CHECKING:
    from arazzo_runner.embed.journal import JobJournal
    from arazzo_runner.http.network import Network
    from arazzo_runner.journal.row import Wait
    from arazzo_runner.messaging.model import ChannelRoute
    from arazzo_runner.telemetry.tracing import TracingObserver


class RunJob(SafeRepr, frozen=True):
    """A run that has begun: all that can be wrong with the call is known not to be.

    ``masker`` is for what is shown, ``secrets`` knows them whether they are shown or not.
    """

    prepared: pipeline.PreparedRun
    chosen: ParsedOptions
    masker: Masker
    secrets: Masker
    started_at: float
    traces: TracingObserver | None = None
    journal: JobJournal | None = None

    def brief(self) -> str:
        """What is run."""
        return self.description.brief()

    @property
    def description(self) -> Description:
        """What is run."""
        return self.prepared.description


def job_of(
    prepared: pipeline.PreparedRun, chosen: ParsedOptions, journal: JobJournal | None = None
) -> RunJob:
    """Begin a run now."""
    secrets = prepared.masker()
    masker = NO_MASK if chosen.show_secrets else secrets
    traces = _traces(secrets) if chosen.otel else None
    return RunJob(prepared, chosen, masker, secrets, chosen.clock.now(), traces, journal)


def _traces(secrets: Masker) -> TracingObserver:
    from arazzo_runner.telemetry.tracing import TracingObserver

    return TracingObserver(secrets)


def run_blocking(job: RunJob, begin: NewWorld) -> Result:
    """Run to the end; the world must not suspend."""
    with _blocking_channels(job) as world_of:
        world = _run_world(job, lambda one: world_of(begin(one)), blocking_network, call_hook)
        with journal_context(job, run_context(job, world)) as context:
            ran = run_coroutine(run_plan(job.prepared.plan, job.prepared.inputs, context))
            end_job(job, ran)
        return result_of(job, ran)


def _blocking_channels(job: RunJob) -> AbstractContextManager[Callable[[World], World]]:
    """Gives what adds the channels of the run to its world, where it has any."""
    if not job.prepared.routes:
        return nullcontext(lambda world: world)
    from arazzo_runner.messaging.world import blocking_messages

    return blocking_messages(*_message_settings(job))


def suspending_channels(job: RunJob) -> AbstractAsyncContextManager[Callable[[World], World]]:
    """Gives what adds the channels of a run within an event loop to its world."""
    if not job.prepared.routes:
        return nullcontext(lambda world: world)
    from arazzo_runner.messaging.world import suspending_messages

    return suspending_messages(*_message_settings(job))


def _message_settings(job: RunJob) -> tuple[tuple[ChannelRoute, ...], float]:
    from arazzo_runner.pipeline.channels import trusting_routes

    http = job.chosen.http
    return trusting_routes(job.prepared.routes, http), http.timeout


async def run_suspending(job: RunJob, begin: NewWorld) -> Result:
    """Run to the end within an event loop."""
    async with suspending_channels(job) as world_of:
        world = suspending_world(job, lambda one: world_of(begin(one)))
        context = replace(run_context(job, world), compute=suspending_compute(job))
        with journal_context(job, context, suspends=True) as kept:
            ran = await run_plan(job.prepared.plan, job.prepared.inputs, kept)
            end_job(job, ran)
        return result_of(job, ran)


@contextmanager
def journal_context(
    job: RunJob, context: RunContext, *, suspends: bool = False
) -> Iterator[RunContext]:
    """What a run needs; with a journal its calls are kept. Raises UsageError."""
    if job.journal is None:
        yield context
        return
    from arazzo_runner.journal.row import BlockingWait

    new_wait: Callable[[], Wait] = BlockingWait
    if suspends:
        from arazzo_runner.journal.loop_wait import LoopWait

        new_wait = LoopWait
    limits = job.chosen.options.settings.limits
    with rendered_errors(), job.journal.open_context(context, limits, new_wait) as kept:
        yield kept


def end_job(job: RunJob, ran: RunResult) -> None:
    """Take note of how a run has ended, where that is kept."""
    if job.journal is not None:
        job.journal.end(ran)


def suspending_compute(job: RunJob) -> Compute:
    """Where the core of a run within an event loop computes what may take long."""
    from arazzo_runner.worlds.threads import StoppableCompute, compute_in_thread

    cancel = job.chosen.cancel
    return compute_in_thread if cancel is None else StoppableCompute(cancel)


def suspending_world(job: RunJob, begin: NewWorld) -> World:
    """The world of a run within an event loop."""
    world = _run_world(job, begin, suspending_network, await_hook)
    if job.chosen.cancel is None:
        return world
    from arazzo_runner.worlds.wrappers import CancellableWorld

    return CancellableWorld(world, job.chosen.cancel)


def _run_world(
    job: RunJob, begin: NewWorld, network: Callable[[], Network], settle: AwaitHook
) -> World:
    world, hooks = begin(job.prepared), job.chosen.hooks
    if job.chosen.rate is not None:
        world = LimitedWorld(world, job.chosen.rate)
    if job.chosen.wrap is not None:
        world = checked_world("what `wrap` gives", job.chosen.wrap(world))
    if job.traces is not None:
        world = job.traces.wrap(world)
    if hooks != Hooks():
        world = HookedWorld(world, hooks, settle)
    return with_authorization(world, job.prepared, job.chosen, job.secrets, network)


def run_context(job: RunJob, world: World, *observers: Observer) -> RunContext:
    """What the engine needs beside the plan."""
    learn = pipeline.secrets_observer(job.prepared, job.secrets)
    observing = [
        one for one in (learn, job.traces, *observers, job.chosen.on_event) if one is not None
    ]

    def notify(event: Event) -> None:
        for one in observing:
            one(event)

    settings = job.chosen.options.settings
    judge = pipeline.other_judge(settings)
    return RunContext(world, job.chosen.clock, settings, notify, _interrupt_check(job), judge)


def _interrupt_check(job: RunJob) -> Callable[[], bool]:
    cancel = job.chosen.cancel
    return cancel.is_set if cancel is not None else lambda: False


def result_of(job: RunJob, ran: RunResult) -> Result:
    """The result of what ran."""
    warnings = job.prepared.warnings
    result = Result(ran, _code(ran), job.description, job.started_at, job.masker, warnings)
    if job.journal is not None:
        result.run_id, result.in_doubt = job.journal.run_id, job.journal.doubt
    return result


def _code(ran: RunResult) -> ExitCode:
    stopped = any(one.error is not None and one.error.code == "cancelled" for one in ran.workflows)
    return ExitCode.INTERRUPTED if stopped else exit_code(ran)
