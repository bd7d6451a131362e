"""The state of a run: its world, and the little that has to be counted across workflows.

:class:`RunState` is the one mutable value of the core; everything else is replaced, never changed.
:class:`WorkflowState` is where a step stands when it runs: workflow, scope, run, and depth.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Final, Protocol, TypeVar

from msgspec import Struct

from arazzo_runner.executor.body_budget import BodyBudget
from arazzo_runner.executor.events import Observer
from arazzo_runner.executor.plan import (
    Clock,
    Plan,
    PlannedAction,
    Settings,
    StepKey,
    StepPlan,
    WorkflowKey,
    WorkflowPlan,
)
from arazzo_runner.executor.result import Attempt, StepError, WorkflowResult
from arazzo_runner.executor.world import World
from arazzo_runner.expression.query.limits import Checkpoint, QueryError, with_checkpoint
from arazzo_runner.expression.scope import Scope, WorkflowValues
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.response.contract import Judge
from arazzo_runner.text.source import Place

GRACE: Final = 4.0
"""So many seconds has what runs when a workflow was stopped; a signal ends a run within 5."""


T = TypeVar("T")


class Compute(Protocol):
    """Does work that may take long, and has no effect: within an event loop in a thread."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]:
        """What the work gives."""
        ...


async def compute_here(work: Callable[[], T], /) -> T:
    """Do the work where it is asked for."""
    return work()


class Debugger(Protocol):
    """Is asked before and after each attempt of a step; a run without one pays nothing.

    It may change the inputs of the workflow (:meth:`WorkflowState.set_input`).
    """

    async def before(self, planned: StepPlan, frame: WorkflowState, key: str) -> bool:
        """Whether the attempt is made; ``key`` is ``workflow/step#visit@attempt``."""
        ...

    async def after(
        self,
        planned: StepPlan,
        frame: WorkflowState,
        attempt: Attempt,
        scope: Scope,
        action: PlannedAction | None,
    ) -> bool:
        """Whether the step is tried once more, whatever was decided (``action``).

        ``scope`` is that after the attempt.
        """
        ...


LAST_SECONDS: Final = 1.0
"""So many seconds have the queries in the outputs of a workflow that was stopped."""


class TimeLimit(Struct, frozen=True):
    """The instant (``Clock.limited``) that ends something, and what that then fails with."""

    until: float
    error: StepError


class RunState:
    """The run in progress.

    ``stopped`` is set by the first limit reached or interruption, and ends every workflow in
    progress as an error, whatever its actions say. Only the time limit of a step that calls a
    workflow ends no more than that workflow, and is lifted with it.
    """

    __slots__ = (
        "_interrupted",
        "_started",
        "_time_limits",
        "bodies",
        "clock",
        "completed",
        "debugger",
        "entries",
        "is_ending",
        "judge",
        "offload",
        "plan",
        "prerequisites",
        "run_inputs",
        "settings",
        "steps",
        "stopped",
        "tell",
        "values",
        "visits",
        "waited",
        "world",
    )

    def __init__(
        self,
        plan: Plan,
        run_inputs: Mapping[str, Value],
        world: World,
        settings: Settings,
        clock: Clock,
        tell: Observer,
        interrupted: Callable[[], bool],
    ) -> None:
        self.plan = plan
        self.run_inputs = run_inputs
        self.world = world
        self.settings = settings
        self.clock = clock
        self.tell: Observer = tell
        self.judge: Judge | None = None
        self.offload: Compute = compute_here
        self.debugger: Debugger | None = None
        self.bodies = BodyBudget(settings.limits.max_kept)
        self.stopped: StepError | None = None
        self.steps = 0
        self.waited = 0.0
        self.visits: dict[StepKey, int] = {}
        self.values: dict[WorkflowKey, WorkflowValues] = {}
        self.completed: dict[WorkflowKey, WorkflowResult] = {}
        self.entries: list[WorkflowResult] = []
        self.prerequisites = 0
        self._interrupted = interrupted
        self._started = clock.limited()
        self._time_limits: list[TimeLimit] = []
        self.is_ending = False

    def count_step(self, place: Place) -> None:
        """Count a visit of a step against ``--max-steps``, the run's time and interruptions."""
        limits = self.settings.limits
        self.check_interruption(place)
        if self.steps >= limits.max_steps:
            self.stop(
                "max-steps",
                f"the run reached its limit of {limits.max_steps} steps",
                "raise it with `--max-steps` if the loop is intended",
                place,
            )
        else:
            self.check_time(place)
            self.steps += self.stopped is None

    def check_interruption(self, place: Place) -> None:
        """Stop where the user has interrupted the run: nothing more is sent."""
        if self._interrupted() and not self.is_ending:
            self.stop("cancelled", "the run was interrupted", None, place)

    async def compute(self, work: Callable[[], T], place: Place, *, is_heavy: bool) -> T:
        """Do work of a step, whose queries end when the run does; what is heavy, out of the way."""
        timed = self._timed(partial(self._seconds_left, place), work)
        return await self.offload(timed) if is_heavy else timed()

    async def compute_last(self, work: Callable[[], T], place: Place, *, is_heavy: bool) -> T:
        """Do the work at the end of a workflow: where the run was stopped, it has a moment left."""
        if self.stopped is None:
            return await self.compute(work, place, is_heavy=is_heavy)
        until = self.clock.limited() + LAST_SECONDS
        timed = self._timed(partial(self._seconds_until, until), work)
        return await self.offload(timed) if is_heavy else timed()

    def _timed(self, checkpoint: Checkpoint, work: Callable[[], T]) -> Callable[[], T]:
        seconds = self.settings.limits.query_seconds
        return partial(with_checkpoint, checkpoint, work, self.clock.thread, seconds)

    def _seconds_left(self, place: Place) -> float:
        """A checkpoint: the seconds left; QueryError where the run is over or interrupted."""
        if self.is_over(place):
            assert self.stopped is not None
            raise QueryError(self.stopped.message, self.stopped.hint)
        return self.time_left()

    def _seconds_until(self, until: float) -> float:
        left = until - self.clock.limited()
        if left <= 0:
            raise QueryError("the run is over", "raise the limit with `--run-timeout`")
        return left

    def is_over(self, place: Place) -> bool:
        """Whether the run, or the calling step, has no time left or was interrupted."""
        if self.stopped is None:
            self.check_interruption(place)
            self.check_time(place)
        return self.stopped is not None

    def time_left(self) -> float:
        """The seconds that what runs now may still take; none are left when it is 0 or less."""
        now = self.clock.limited()
        left = self._started + self.settings.limits.run_timeout - now
        return min([left, *(limit.until - now for limit in self._time_limits)])

    def check_time(self, place: Place) -> None:
        """Hold the time against ``--run-timeout``, and against the limits of steps in progress."""
        now, limit = self.clock.limited(), self.settings.limits.run_timeout
        if now - self._started >= limit:
            message = f"the run took longer than {limit:g} s"
            self.stop("run-timeout", message, "raise the limit with `--run-timeout`", place)
        # The outermost that is over ends all within it.
        over = next((one.error for one in self._time_limits if one.until <= now), None)
        if over is not None and self.stopped is None:
            self.stopped = over

    @contextmanager
    def time_limit(self, limit: TimeLimit) -> Iterator[None]:
        """Let what runs within it be over in time; :meth:`lift` says whether it was."""
        self._time_limits.append(limit)
        try:
            yield
        finally:
            self._time_limits.pop()

    @contextmanager
    def grace_period(self, place: Place) -> Iterator[None]:
        """Let what runs when a workflow has ended run, also where a limit or the user stopped it.

        It then has :data:`GRACE` seconds, and steps as a run has.
        """
        before = (self.stopped, self.steps, self.is_ending, self._started, self._time_limits)
        self.is_ending = True
        if self.stopped is not None:
            now = self.clock.limited()
            message = f"what `x-finally` runs took longer than the {GRACE:g} s that it has left"
            late = StepError("timeout", message, None, "response", place)
            self.stopped, self.steps, self._started = None, 0, now
            self._time_limits = [TimeLimit(now + GRACE, late)]
        try:
            yield
        finally:
            stopped, steps, self.is_ending, self._started, self._time_limits = before
            if stopped is not None:
                self.stopped, self.steps = stopped, steps

    def lift(self, limit: TimeLimit) -> StepError | None:
        """What a limit fails with, if it stopped what ran within it; other things go on."""
        if self.stopped is not limit.error:
            return None
        self.stopped = None
        return limit.error

    def count_wait(self, seconds: float, place: Place) -> None:
        """Count a wait against the limit for all waits of a run."""
        limit = self.settings.limits.all_waits
        self.waited += seconds
        if self.waited > limit:
            self.stop(
                "max-waits",
                f"the run would wait longer than {limit:g} s in total",
                "shorten `retryAfter` or `--max-wait`",
                place,
            )

    def check_depth(self, depth: int, place: Place) -> None:
        """Hold the nesting of workflows against its limit."""
        limit = self.settings.limits.max_depth
        if depth > limit:
            self.stop(
                "max-depth",
                f"workflows call each other more than {limit} deep",
                "raise the limit with `--max-depth` if the recursion is intended",
                place,
            )

    @contextmanager
    def prerequisite(self, place: Place, depth: int) -> Iterator[None]:
        """Let a prerequisite run within its workflow; a chain of them is limited as calls are."""
        limit = self.settings.limits.max_depth
        self.prerequisites += 1
        if self.prerequisites + depth > limit:
            message = f"workflows depend on each other more than {limit} deep"
            hint = "raise the limit with `--max-depth` if so many prerequisites are intended"
            self.stop("max-depth", message, hint, place)
        try:
            yield
        finally:
            self.prerequisites -= 1

    def check_retries(self, retries: int, place: Place) -> None:
        """Hold the retries of one visit of a step against ``--max-retries``."""
        limit = self.settings.limits.max_retries
        if retries >= limit:
            self.stop(
                "max-retries",
                f"the step failed after {limit} {'retry' if limit == 1 else 'retries'},"
                " the limit for one visit",
                "raise it with `--max-retries` if that many retries are intended",
                place,
            )

    def stop(self, code: str, message: str, hint: str | None, place: Place) -> None:
        """End the run; what ran stays in the results."""
        if self.stopped is None:
            self.stopped = StepError(code, message, hint, "response", place)

    def begin(self, key: WorkflowKey, inputs: Mapping[str, Value]) -> None:
        """Make these the inputs of the workflow's latest run; its outputs come when it ends."""
        before = self.values.get(key)
        outputs, steps = (before.outputs, before.steps) if before else ({}, {})
        self.values[key] = WorkflowValues(inputs, outputs, steps)

    def has_visited(self, key: StepKey) -> bool:
        """Whether a step has run, or is running."""
        return key in self.visits

    def next_visit(self, key: StepKey) -> str:
        """The stable key of a visit, ``workflow/step#visit``, see :meth:`StepKey.text`."""
        self.visits[key] = visit = self.visits.get(key, 0) + 1
        return f"{key.text(self.plan.entry)}#{visit}"


class CallWorkflow(Protocol):
    """Runs a workflow to its end; ``executor/workflow.py`` hands itself to the steps as this."""

    def __call__(
        self, key: WorkflowKey, inputs: Mapping[str, Value], ledger: RunState, depth: int
    ) -> Awaitable[WorkflowResult]:
        """Run the workflow ``key`` at ``depth``."""
        ...


class WorkflowState(Struct, frozen=True):
    """One workflow in progress; ``steps`` is its scope's mapping, growing as steps finish."""

    plan: WorkflowPlan
    scope: Scope
    steps: dict[str, Mapping[str, Value]]
    inputs: Mapping[str, Value]
    ledger: RunState
    depth: int
    call_workflow: CallWorkflow

    def set_input(self, name: str, value: Value) -> None:
        """Change an input for all that is evaluated from now on, where a debugger does."""
        # With a debugger, the workflow has a dictionary of its own (`executor/workflow.py`).
        assert isinstance(self.inputs, dict)
        self.inputs[name] = value
