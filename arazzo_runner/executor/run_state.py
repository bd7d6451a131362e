"""What a whole run shares: its world, and the little that has to be counted across workflows.

This is the one mutable value of the core. Everything else is replaced, never changed.

Where a step stands when it runs: its workflow, the scope, the run, and how deep.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from msgspec import Struct

from arazzo_runner.executor.events import Observer
from arazzo_runner.executor.plan import Clock, Plan, Settings, WorkflowKey, WorkflowPlan
from arazzo_runner.executor.result import StepError, WorkflowResult
from arazzo_runner.executor.world import World
from arazzo_runner.expression.scope import Scope, WorkflowValues
from arazzo_runner.expression.value import Value
from arazzo_runner.text.source import Place


class RunState:
    """The run in progress.

    ``stopped`` is set once, by the first limit reached or interruption, and ends every workflow
    in progress as an error, whatever its actions say.
    """

    __slots__ = (
        "_interrupted",
        "_started",
        "clock",
        "completed",
        "entries",
        "plan",
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
        self.stopped: StepError | None = None
        self.steps = 0
        self.waited = 0.0
        self.visits: dict[str, int] = {}
        self.values: dict[WorkflowKey, WorkflowValues] = {}
        self.completed: dict[WorkflowKey, WorkflowResult] = {}
        self.entries: list[WorkflowResult] = []
        self._interrupted = interrupted
        self._started = clock.monotonic()

    def count_step(self, place: Place) -> None:
        """Count a visit of a step against ``--max-steps``, the run's time and interruptions."""
        limits = self.settings.limits
        if self._interrupted():
            self.stop("cancelled", "the run was interrupted", None, place)
        elif self.steps >= limits.max_steps:
            self.stop(
                "max-steps",
                f"the run reached its limit of {limits.max_steps} steps",
                "raise it with `--max-steps` if the loop is intended",
                place,
            )
        else:
            self.check_time(place)
            self.steps += self.stopped is None

    def time_left(self) -> float:
        """The seconds that the run may still take; none are left when it is 0 or less."""
        elapsed = self.clock.monotonic() - self._started
        return self.settings.limits.run_timeout - elapsed

    def check_time(self, place: Place) -> None:
        """Hold the time of the run against ``--run-timeout``."""
        if self.time_left() <= 0:
            limit = self.settings.limits.run_timeout
            message = f"the run took longer than {limit:g} s"
            self.stop("run-timeout", message, "raise the limit with `--run-timeout`", place)

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
        self.values[key] = WorkflowValues(inputs, before.outputs if before else {})

    def has_visited(self, workflow_id: str, step_id: str) -> bool:
        """Whether a step has run, or is running."""
        return f"{workflow_id}/{step_id}" in self.visits

    def next_visit(self, workflow_id: str, step_id: str) -> str:
        """The stable key of a visit, ``workflow/step#visit``."""
        key = f"{workflow_id}/{step_id}"
        self.visits[key] = visit = self.visits.get(key, 0) + 1
        return f"{key}#{visit}"


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
