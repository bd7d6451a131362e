"""Tools that run workflows: one for each, and those that follow and stop a run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import anyio
from msgspec import Struct

from arazzo_runner.catalog.model import WorkflowInfo
from arazzo_runner.expression.value import Value
from arazzo_runner.mcp.answer import CallRefused, ToolAnswer
from arazzo_runner.mcp.client import Client
from arazzo_runner.mcp.listed_tool import ListedTool, ToolEffects
from arazzo_runner.mcp.run_answer import running_answer
from arazzo_runner.mcp.runs import MOST_KEPT, Runs
from arazzo_runner.mcp.workflow_run import WorkflowRun
from arazzo_runner.mcp.workflow_tool import WorkflowTool
from arazzo_runner.text.diagnostic import shorten

PATIENCE: Final = 25.0
"""Seconds that a call waits for a run: clients give up after 30 to 60."""

GET_RUN: Final = "get_run"
CANCEL_RUN: Final = "cancel_run"
_RUN_ID: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"run_id": {"type": "string", "description": "As the call gave it."}},
    "required": ["run_id"],
}


class Confirmation(NamedTuple):
    """The argument that confirms a deletion, and whether a call has it."""

    name: str
    is_given: bool


class RunTools(Struct, frozen=True):
    """Begins and follows runs for calls. ``patience`` is how long a call waits, in seconds."""

    runs: Runs
    reaches_servers: bool = True
    patience: float = PATIENCE

    def tool_of(self, tool: WorkflowTool, *, asks: bool) -> ListedTool:
        """The tool of a workflow, for a client that can ask its user, or for one that cannot."""
        return ListedTool(
            name=tool.name,
            title=tool.title,
            description=tool.description,
            input_schema=tool.input_schema(asks=asks),
            output_schema=tool.output_schema(),
            effects=self.effects_of([tool.info]),
            call=partial(self._call, tool),
        )

    def effects_of(self, workflows: list[WorkflowInfo]) -> ToolEffects:
        """What any of some workflows may do."""
        return ToolEffects(
            read_only=all(one.read_only for one in workflows),
            destructive=any(one.destructive for one in workflows),
            idempotent=all(one.idempotent for one in workflows),
            open_world=self.reaches_servers,
        )

    async def _call(
        self, tool: WorkflowTool, arguments: Mapping[str, Value], client: Client
    ) -> ToolAnswer:
        """A call of the tool of a workflow."""
        own = dict(arguments)
        name = tool.confirm_name
        is_given = tool.info.deletes and own.pop(name, None) is True
        return await self.run(tool, own, client, Confirmation(name, is_given))

    async def run(
        self,
        tool: WorkflowTool,
        arguments: Mapping[str, Value],
        client: Client,
        confirmation: Confirmation,
    ) -> ToolAnswer:
        """Run a workflow, and wait for it; a client that gives up ends the run.

        ``confirmation`` counts where the client cannot ask its user. Raises CallRefused and
        AnswerPending.
        """
        inputs = tool.inputs(arguments)
        if tool.info.deletes:
            await _confirm(tool, arguments, client, confirmation)
        run = self.runs.start(tool, inputs)
        try:
            return await self._follow(run, client)
        except BaseException:
            run.stop.set()
            raise

    async def _follow(self, run: WorkflowRun, client: Client | None) -> ToolAnswer:
        """Wait for a run as long as a call may last, telling the client of each step."""
        told = len(run.steps)
        with anyio.move_on_after(self.patience):
            while run.answer is None:
                await run.changes()
                if client is not None and len(run.steps) > told:
                    told = len(run.steps)
                    await client.tell_step(told, run.steps[-1])
        return run.answer or running_answer(run)

    def tools(self) -> tuple[ListedTool, ...]:
        """The tools about runs that go on."""
        return (
            ListedTool(
                name=GET_RUN,
                title="Result of a run",
                description=(
                    "Wait for a workflow that was still running when its call came back, and give"
                    f" its result. The results of the last {MOST_KEPT} runs are kept."
                ),
                input_schema=_RUN_ID,
                output_schema=None,
                effects=ToolEffects(read_only=True),
                call=self._get_run,
            ),
            ListedTool(
                name=CANCEL_RUN,
                title="Stop a run",
                description="Stop a workflow that is still running: no further step is begun.",
                input_schema=_RUN_ID,
                output_schema=None,
                effects=ToolEffects(read_only=False),
                call=self._cancel_run,
            ),
        )

    async def _get_run(self, arguments: Mapping[str, Value], client: Client) -> ToolAnswer:
        return await self._follow(self._run_of(arguments), client)

    async def _cancel_run(self, arguments: Mapping[str, Value], client: Client) -> ToolAnswer:
        run = self._run_of(arguments)
        run.stop.set()
        return await self._follow(run, client)

    def _run_of(self, arguments: Mapping[str, Value]) -> WorkflowRun:
        run_id = arguments.get("run_id")
        if not isinstance(run_id, str):
            raise CallRefused("`run_id` has to be a string: the one that a call gave")
        run = self.runs.find(run_id)
        if run is None:
            called = shorten(run_id)
            raise CallRefused(f"there is no run `{called}`: only the last {MOST_KEPT} are kept")
        return run


async def _confirm(
    tool: WorkflowTool, arguments: Mapping[str, Value], client: Client, confirmation: Confirmation
) -> None:
    """Raise CallRefused for a deletion that the user does not want, or nobody has confirmed."""
    name = tool.info.workflow_id
    if client.can_ask:
        if not await client.confirm(question(tool, arguments)):
            raise CallRefused(f"the user does not want `{name}` to run; nothing was sent")
    elif not confirmation.is_given:
        raise CallRefused(
            f"the workflow `{name}` deletes ({deletions(tool.info)}); nothing was sent\n"
            f"help: ask the user, then call it again with `{confirmation.name}` as true"
        )


def deletions(info: WorkflowInfo) -> str:
    """The deletions that a workflow asks for, as its own steps tell."""
    own = (one.operation for one in info.steps)
    found = [f"{one.method} {one.path}" for one in own if one and one.method == "DELETE"]
    return ", ".join(dict.fromkeys(found)) or "in a workflow that it calls"


def question(tool: WorkflowTool, arguments: Mapping[str, Value]) -> str:
    """What the user is asked before a workflow that deletes runs."""
    from arazzo_runner.report.body import to_json_data
    from arazzo_runner.report.safe_text import escape
    from arazzo_runner.text.json_write import write_json

    asked = f"Run the workflow `{tool.info.workflow_id}`? It deletes: {deletions(tool.info)}."
    if not arguments:
        return escape(asked)
    text = write_json(to_json_data(dict(arguments)))
    return escape(f"{asked} Inputs: {text[:1_000]}{'…' if len(text) > 1_000 else ''}")
