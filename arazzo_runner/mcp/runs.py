"""The runs of a server: begun, followed, stopped, and kept with their reports for a while.

A run is a task of the server and not of the call that began it, so that a call that is cancelled
or has waited long enough leaves it a way to end: its steps, and what `x-finally` names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

import anyio
from anyio.abc import TaskGroup

from arazzo_runner.errors import ArazzoError
from arazzo_runner.executor.run_state import GRACE
from arazzo_runner.expression.value import Value
from arazzo_runner.mcp.answer import CallRefused, refusal
from arazzo_runner.mcp.run_answer import result_answer
from arazzo_runner.mcp.workflow_run import WorkflowRun
from arazzo_runner.mcp.workflow_tool import WorkflowTool
from arazzo_runner.report.safe_text import count_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MOST_KEPT: Final = 100
"""Runs that have ended, whose results and reports are kept."""
MOST_KEPT_BYTES: Final = 64 * 2**20
"""Characters of all reports that are kept; the last one always is."""
MOST_AT_ONCE: Final = 100
"""Runs that go on at the same time."""

ReportBug: TypeAlias = Callable[[Exception], None]
"""Is told of an exception that nobody expected."""


class Runs:
    """All runs of a server."""

    def __init__(self, report_bug: ReportBug) -> None:
        self.report_bug = report_bug
        self._runs: dict[str, WorkflowRun] = {}
        self._tasks: TaskGroup | None = None

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Runs can be begun in this block; what still runs at its end is stopped in order."""
        async with anyio.create_task_group() as self._tasks:
            try:
                yield
            finally:
                self.stop()
                # A second more than `x-finally` has, and nothing is waited for any longer.
                for one in self._runs.values():
                    one.scope.deadline = anyio.current_time() + GRACE + 1

    def stop(self) -> None:
        """Let all runs end: no further step is sent."""
        for one in self._runs.values():
            one.stop.set()

    def start(self, tool: WorkflowTool, inputs: Mapping[str, Value]) -> WorkflowRun:
        """Begin a run. Raises CallRefused where too many go on."""
        going = sum(1 for one in self._runs.values() if one.answer is None)
        if self._tasks is None or going >= MOST_AT_ONCE:
            running = count_text(going, "workflow")
            raise CallRefused(f"{running} at once is the limit of this server: wait for one to end")
        run = WorkflowRun(tool)
        self._runs[run.id] = run
        self._tasks.start_soon(self._perform, run, inputs)
        return run

    async def _perform(self, run: WorkflowRun, inputs: Mapping[str, Value]) -> None:
        # Whatever is cancelled around it: a run is stopped, and ends in order.
        with run.scope:
            await self._run(run, inputs)
        self._forget()

    async def _run(self, run: WorkflowRun, inputs: Mapping[str, Value]) -> None:
        document, info = run.tool.document, run.tool.info
        try:
            result = await document.runner.arun(
                document.description,
                info.workflow_id,
                inputs=inputs,
                on_event=run.observe,
                cancel=run.stop,
            )
            run.finish(result_answer(run, result), result.to_json())
        except ArazzoError as reason:
            run.finish(refusal(str(reason)))
        except Exception as bug:  # noqa: BLE001 - a bug in one run must not end the server
            self.report_bug(bug)
            run.finish(refusal("a bug in arazzo ended this run; the server's log has more"))
        finally:
            if run.answer is None:
                run.finish(refusal("the server ended before the run did"))

    def _forget(self) -> None:
        """Drop the oldest runs that have ended beyond what is kept."""
        ended = [one for one in self._runs.values() if one.answer is not None]
        size = sum(len(one.report) for one in ended)
        for one in ended[:-1]:
            if len(ended) <= MOST_KEPT and size <= MOST_KEPT_BYTES:
                return
            ended.remove(one)
            size -= len(one.report)
            del self._runs[one.id]

    def find(self, run_id: str) -> WorkflowRun | None:
        """A run that goes on, or that is kept."""
        return self._runs.get(run_id)

    def find_uri(self, uri: str) -> WorkflowRun | None:
        """The run whose report is a resource."""
        return next((one for one in self.reported() if one.uri == uri), None)

    def reported(self) -> Iterator[WorkflowRun]:
        """The runs that have a report, the last one first."""
        return (one for one in reversed(self._runs.values()) if one.report)
