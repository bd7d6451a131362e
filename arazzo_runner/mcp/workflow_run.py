"""One run of a workflow: what has become of it so far, and how it is stopped."""

from __future__ import annotations

import secrets
from threading import Event
from typing import Final

import anyio

from arazzo_runner.executor import events
from arazzo_runner.mcp.answer import ToolAnswer
from arazzo_runner.mcp.workflow_tool import WorkflowTool

RUNS: Final = "arazzo://runs/"
"""What the URIs of reports begin with."""


class WorkflowRun:
    """One run of a workflow, while it goes on and afterwards.

    ``steps`` are the steps that have ended so far, each in a few words. ``stop`` lets it end in
    order, and the deadline of ``scope`` at once.
    """

    def __init__(self, tool: WorkflowTool) -> None:
        self.id = secrets.token_hex(8)
        self.tool = tool
        self.steps: list[str] = []
        self.stop = Event()
        self.scope = anyio.CancelScope(shield=True)
        self.answer: ToolAnswer | None = None
        self.report = ""
        self._changed = anyio.Event()

    @property
    def uri(self) -> str:
        """The resource that has its report."""
        return f"{RUNS}{self.id}/report.json"

    def observe(self, event: events.Event) -> None:
        """Take note of a step that has ended."""
        if isinstance(event, events.StepFinished):
            self.steps.append(f"{event.result.step_id}: {event.result.status.value}")
            self._wake()

    def finish(self, answer: ToolAnswer, report: str = "") -> None:
        """Keep what came of it."""
        self.answer, self.report = answer, report
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, anyio.Event()
        changed.set()

    async def changes(self) -> None:
        """Wait until a step or the run has ended."""
        await self._changed.wait()
