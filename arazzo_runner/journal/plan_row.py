"""A row of a run that a plan makes: its world and clock round a journal, and how it has ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import chain, repeat
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.executor.events import Event, Observer
from arazzo_runner.executor.plan import Clock, OperationCall, Plan
from arazzo_runner.executor.result import RunResult, Status
from arazzo_runner.executor.world import World
from arazzo_runner.journal.journal import JournaledRun
from arazzo_runner.journal.model import RowState
from arazzo_runner.journal.row import BlockingWait, RowJournal, Wait
from arazzo_runner.journal.world import Decisions, IdempotencyKeys, JournalSettings, JournalWorld
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.report.exit_code import document_status

_IDEMPOTENCY: Final = "idempotency-key"
_STATES: Final[Mapping[Status, RowState]] = {
    Status.PASSED: "passed",
    Status.FAILED: "failed",
    Status.ERROR: "error",
}


class JournaledRow(Struct, frozen=True):
    """A row that runs: its world and clock, and what has to be told of what happens in it."""

    world: JournalWorld
    learn: Observer
    clock: Clock

    def observing(self, observer: Observer) -> Observer:
        """An observer that learns secrets before another one is told."""

        def observe(event: Event) -> None:
            self.learn(event)
            observer(event)

        return observe

    def state(self, result: RunResult) -> RowState:
        """How the row has ended; one that was interrupted, or is in doubt, is open."""
        if self.world.is_suspended or is_interrupted(result):
            return "open"
        return _STATES[document_status(result)]


class RowChoice(Struct, frozen=True):
    """What is asked of a row.

    ``number`` is the row's, ``prefix`` stands before the keys of its calls. ``header`` is the
    header field for idempotency keys that the user names, ``clock`` that of the run. In a row that
    ``is_over`` nothing is sent; ``limits_time``: the user has set a limit of time. ``way_out`` says
    how a call in doubt is decided.
    """

    interrupted: Callable[[], bool]
    decisions: Decisions = Decisions()
    header: str | None = None
    number: int = 0
    prefix: str = ""
    way_out: Callable[[str], str | None] = lambda _key: None
    is_over: bool = False
    limits_time: bool = False
    clock: Clock = pipeline.SYSTEM_CLOCK


def journaled_row(
    run: JournaledRun,
    prepared: pipeline.PreparedRun,
    world: World,
    choice: RowChoice,
    new_wait: Callable[[], Wait] = BlockingWait,
) -> JournaledRow:
    """What runs in place of ``world``. Raises JournalError."""
    # A masker of its own: what tokens are, the digests of requests do not depend on.
    masker = prepared.masker()
    keys = IdempotencyKeys(UUID(run.run_id), choice.header, documented_keys(prepared.plan))
    settings = JournalSettings(
        masker,
        keys,
        choice.interrupted,
        choice.decisions,
        choice.prefix,
        choice.way_out,
        choice.is_over,
    )
    row = run.row(choice.number, new_wait)
    learn = pipeline.secrets_observer(prepared, masker)
    return JournaledRow(JournalWorld(world, row, settings), learn, _clock(row, choice))


def _clock(row: RowJournal, choice: RowChoice) -> Clock:
    """The clock of a row; a limit of time that the user has set counts from its first call.

    For one that is over no time passes. The default limit would end what goes on a day later.
    """
    if choice.is_over or row.first_call is None or not choice.limits_time:
        return choice.clock
    before = max(0.0, row.now() - row.first_call)
    readings = chain([0.0], repeat(before))  # the first is the beginning
    return replace(choice.clock, recorded=partial(next, readings))


def is_interrupted(result: RunResult) -> bool:
    """Whether the run was stopped from outside."""
    return any(one.error is not None and one.error.code == "cancelled" for one in result.workflows)


def documented_keys(plan: Plan) -> dict[tuple[str, str, str], str]:
    """The header fields by which operations take an idempotency key, as they are declared."""
    found: dict[tuple[str, str, str], str] = {}
    steps = (step for workflow in plan.workflows.values() for step in workflow.steps)
    for call in (step.call for step in steps):
        if isinstance(call, OperationCall):
            operation = call.operation
            for parameter in operation.parameters:
                if parameter.location == "header" and parameter.name.lower() == _IDEMPOTENCY:
                    found[call.source, operation.method, operation.path] = parameter.name
    return found
