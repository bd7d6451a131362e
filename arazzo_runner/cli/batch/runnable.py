"""A batch as a worker runs it: its plan, its world, and each row with what is kept of it."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from arazzo_runner.auth.authorizations import authorizations
from arazzo_runner.batch.model import BatchRecord, OpenRow
from arazzo_runner.batch.rate import SharedRate
from arazzo_runner.batch.result import RowReport, pack_report
from arazzo_runner.batch.store import BatchStore
from arazzo_runner.batch.worker import RowEnd
from arazzo_runner.cli.batch.plan import BatchPlan
from arazzo_runner.cli.run.session import maskers_of
from arazzo_runner.cli.run.world import TracesFactory, authorized_world, http_settings
from arazzo_runner.executor.events import Event, Observer, StepFinished
from arazzo_runner.executor.result import RunResult, Status
from arazzo_runner.executor.run import RunContext, run_plan
from arazzo_runner.executor.world import SendCall, World
from arazzo_runner.journal.journal import JournaledRun
from arazzo_runner.journal.model import RowState
from arazzo_runner.journal.plan_row import documented_keys, is_interrupted
from arazzo_runner.journal.row import RowJournal
from arazzo_runner.journal.world import IdempotencyKeys, JournalSettings, JournalWorld
from arazzo_runner.openapi.request.link import origin_of
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.report.exit_code import exit_code
from arazzo_runner.report.formats.json_parts import JsonParts
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.json_write import write_json
from arazzo_runner.worlds.threads import StoppableCompute
from arazzo_runner.worlds.wrappers import CancellableWorld, StopEvent

Turn = Callable[[SendCall], Awaitable[None]]


class OpenBatch:
    """A batch that this worker runs. ``stop`` breaks requests in flight off."""

    def __init__(
        self,
        record: BatchRecord,
        plan: BatchPlan,
        store: BatchStore,
        stop: StopEvent,
        new_traces: TracesFactory,
    ) -> None:
        self.store = store
        self.run = JournaledRun(
            store, plan.content.cipher, record.run_id, time.time, is_resumed=False
        )
        self._record = record
        self._plan = plan
        self._stop = stop
        self._new_traces = new_traces
        self._world: World | None = None
        self._open = AsyncExitStack()
        self._turn: Turn | None = None
        self._tokens: list[str] = []
        self._maskers: list[Masker] = []
        self._keys = IdempotencyKeys(
            UUID(record.run_id),
            plan.given["idempotency_key"],
            documented_keys(plan.planned.plan),
        )

    async def open(self, new_rate: Callable[[str, float], SharedRate]) -> None:
        """Open connections and the ways to tokens: all rows share them."""
        from arazzo_runner.http.client import AsyncHttpWorld

        given = self._plan.given
        http = await self._open.enter_async_context(AsyncHttpWorld(http_settings(given)))
        self._world = self._open.enter_context(
            authorized_world(
                CancellableWorld(http, self._stop),
                authorizations(self._plan.planned.plan),
                given,
                self._learn,
            )
        )
        rates = self._record.submission.rates
        self._turn = rate_turns(self._record.batch, rates, new_rate) if rates else None

    async def close(self) -> None:
        """Close what is open, and write what is left."""
        await self._open.aclose()
        self.run.close()

    def _learn(self, secrets: Iterable[str]) -> None:
        """A token is a secret of all rows that run, and of those that come."""
        found = [*secrets]
        self._tokens += found
        for masker in self._maskers:
            masker.learn(found)

    async def run_row(
        self, row: OpenRow, journal: RowJournal, is_stopped: Callable[[], bool]
    ) -> RowEnd | None:
        """Run a row; None where it was stopped, or cannot be kept any more."""
        plan, number = self._plan, row.number
        prepared = plan.prepare(row)
        masker = maskers_of(prepared, plan.given).recording
        masker.learn(self._tokens)
        self._maskers.append(masker)
        traces = self._new_traces(masker)
        assert self._world is not None
        settings = JournalSettings(
            masker,
            self._keys,
            is_stopped,
            prefix=f"{number}:",
            way_out=self._way_out,
            turn=self._turn,
        )
        world = JournalWorld(traces.wrap(self._world), journal, settings)
        failed: list[str] = []
        learn = pipeline.secrets_observer(prepared, masker)
        observers: tuple[Observer, ...] = (learn, traces, _failures(prepared, failed))
        context = RunContext(
            world,
            pipeline.SYSTEM_CLOCK,
            plan.options.settings,
            _all_of(observers),
            is_stopped,
            pipeline.other_judge(plan.options.settings),
            StoppableCompute(self._stop),
        )
        try:
            result = await run_plan(prepared.plan, prepared.inputs, context)
        finally:
            self._maskers.remove(masker)
        if world.failure is not None or is_interrupted(result):
            return None
        return _row_end(row, result, world, failed, masker)

    def _way_out(self, key: str) -> str:
        command = f"arazzo batch retry {self._record.batch}"
        return (
            f"if it was not made: `{command} --send-again {key}`; if it was:"
            f" `{command} --assume-done FILE`, where FILE has its response"
        )

    def bug(self, row: OpenRow, reason: Exception) -> bytes:
        """What is kept of a row that this program cannot run: why, and no more."""
        masker = self._plan.masker()
        error = {
            "code": "dead",
            "message": masker.text(f"the row ended what ran it: {type(reason).__name__}: {reason}"),
            "hint": None,
        }
        entries: list[dict[str, Any]] = [
            {
                "workflow_id": key.workflow, "status": "error", "inputs": {}, "outputs": {},
                "duration": 0.0, "ended_by": None, "case": masker.text(row.name), "error": error,
                "steps": [],
            }
            for key in self._plan.planned.plan.selected
        ]  # fmt: skip
        return pack_report(RowReport(json.dumps(entries).encode()))


def _all_of(observers: Sequence[Observer]) -> Observer:
    def observe(event: Event) -> None:
        for tell in observers:
            tell(event)

    return observe


def _failures(prepared: pipeline.PreparedRun, failed: list[str]) -> Observer:
    """Takes note of the steps that did not pass, as the keys of their calls begin."""

    def observe(event: Event) -> None:
        if isinstance(event, StepFinished) and event.result.status is not Status.PASSED:
            failed.append(event.step_key.text(prepared.plan.entry))

    return observe


def _row_end(
    row: OpenRow, result: RunResult, world: JournalWorld, failed: Sequence[str], masker: Masker
) -> RowEnd:
    code = exit_code(result)
    show = JsonParts(masker)
    entries = [show.workflow(replace(one, case=row.name)) for one in result.workflows]
    report = RowReport(write_json(entries).encode(), tuple(world.doubt), tuple(failed))
    state: RowState = "passed" if code == 0 else "failed"
    return RowEnd("doubt" if world.doubt else state, code, pack_report(report))


def rate_turns(
    batch: int, rates: Mapping[str, float], new_rate: Callable[[str, float], SharedRate]
) -> Turn:
    """What a request waits for: its turn among all of the batch, and among those to its API.

    An API is where requests of a source go to: batches that limit the same one share it.
    """
    shared = new_rate(f"batch {batch}", rates[""]) if "" in rates else None
    apis: dict[str, SharedRate] = {}

    async def turn(call: SendCall) -> None:
        source = call.operation[0]
        if source in rates:
            origin = origin_of(call.request.url) or source
            if origin not in apis:
                apis[origin] = new_rate(origin, rates[source])
            await apis[origin].turn()
        if shared is not None:
            await shared.turn()

    return turn
