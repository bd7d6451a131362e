"""Three tools in place of one for each of many workflows: find one, describe it, run it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from arazzo_runner.expression.value import Value
from arazzo_runner.mcp.answer import CallRefused, ToolAnswer
from arazzo_runner.mcp.client import Client
from arazzo_runner.mcp.listed_tool import ListedTool, ToolEffects
from arazzo_runner.mcp.outputs import result_schema
from arazzo_runner.mcp.run_tools import Confirmation, RunTools
from arazzo_runner.mcp.workflow_tool import CONFIRM, WorkflowTool
from arazzo_runner.portal.search import WordIndex
from arazzo_runner.text.diagnostic import did_you_mean, shorten
from arazzo_runner.text.json_write import COMPACT, write_json

SEARCH: Final = "search_workflows"
DESCRIBE: Final = "describe_workflow"
RUN: Final = "run_workflow"
MOST_FOUND: Final = 20
"""Workflows that one search gives."""
_WEIGHTS: Final = (10.0, 6.0, 3.0, 1.0)
_ID: Final = {"type": "string", "description": f"As `{SEARCH}` gives it."}


class SearchTools:
    """The tools for many workflows.

    A workflow is called by its workflowId, or by the name of its tool where several have that.
    """

    def __init__(self, tools: Sequence[WorkflowTool], running: RunTools) -> None:
        self._running = running
        count = Counter(one.info.workflow_id for one in tools)
        self._by_id = {
            one.info.workflow_id if count[one.info.workflow_id] == 1 else one.name: one
            for one in tools
        }

    @cached_property
    def _index(self) -> WordIndex:
        return WordIndex(map(_texts, self._by_id.values()), _WEIGHTS)

    def tools(self, *, asks: bool) -> Iterator[ListedTool]:
        """The three tools, for a client that can ask its user, or for one that cannot."""
        read = ToolEffects(read_only=True)
        yield ListedTool(
            name=SEARCH,
            title="Search workflows",
            description=(
                f"Find workflows by words, the best {MOST_FOUND} first. There are"
                f" {len(self._by_id)}; without a query, the first of them."
            ),
            input_schema={"type": "object", "properties": {"query": {"type": "string"}}},
            output_schema=_FOUND,
            effects=read,
            call=self._search,
        )
        yield ListedTool(
            name=DESCRIBE,
            title="Describe a workflow",
            description="What a workflow does, and the JSON Schemas of its inputs and outputs.",
            input_schema=_object({"workflow_id": _ID}, "workflow_id"),
            output_schema=None,
            effects=read,
            call=self._describe,
        )
        inputs = {"type": "object", "description": f"By the schema that `{DESCRIBE}` gives."}
        properties = {"workflow_id": _ID, "inputs": inputs}
        if not asks:
            properties["confirm"] = CONFIRM
        yield ListedTool(
            name=RUN,
            title="Run a workflow",
            description="Run a workflow with these inputs, and give its outputs.",
            input_schema=_object(properties, "workflow_id"),
            output_schema=result_schema({"type": "object"}),
            effects=self._running.effects_of([one.info for one in self._by_id.values()]),
            call=self._run,
        )

    async def _search(self, arguments: Mapping[str, Value], _client: Client) -> ToolAnswer:
        query = arguments.get("query") or ""
        if not isinstance(query, str):
            raise CallRefused("`query` has to be a string: words to look for")
        ids = list(self._by_id)
        found = [ids[at] for at in self._index.search(query)] if query.strip() else ids
        lines = [_line(one, self._by_id[one]) for one in found[:MOST_FOUND]]
        text = write_json({"workflows": lines, "total": len(found)}, COMPACT)
        return ToolAnswer((text,), {"workflows": lines, "total": len(found)})

    async def _describe(self, arguments: Mapping[str, Value], _client: Client) -> ToolAnswer:
        tool = self._tool(arguments)
        steps = (one.operation for one in tool.info.steps)
        data = {
            **_line(str(arguments["workflow_id"]), tool),
            "description": tool.description,
            "inputs": tool.input_schema(asks=True),
            "outputs": tool.info.outputs,
            "requests": [f"{one.method} {one.path}" for one in steps if one],
            "idempotent": tool.info.idempotent,
        }
        return ToolAnswer((write_json(data, COMPACT),), data)

    async def _run(self, arguments: Mapping[str, Value], client: Client) -> ToolAnswer:
        tool = self._tool(arguments)
        for name in arguments.keys() - {"workflow_id", "inputs", "confirm"}:
            called = shorten(name)
            raise CallRefused(f"`{RUN}` has no argument `{called}`\nhelp: inputs stand in `inputs`")
        inputs = arguments.get("inputs", {})
        if not isinstance(inputs, dict):
            raise CallRefused("`inputs` has to be an object: values by the names of inputs")
        confirmation = Confirmation("confirm", arguments.get("confirm") is True)
        return await self._running.run(tool, inputs, client, confirmation)

    def _tool(self, arguments: Mapping[str, Value]) -> WorkflowTool:
        name = arguments.get("workflow_id")
        if not isinstance(name, str):
            raise CallRefused("`workflow_id` has to be a string: the name of a workflow")
        found = self._by_id.get(name)
        if found is None:
            hint = did_you_mean(name, self._by_id) or f"`{SEARCH}` finds them by words"
            raise CallRefused(f"no workflow is called `{shorten(name)}`\nhelp: {hint}")
        return found


def _texts(tool: WorkflowTool) -> tuple[str, str, str, str]:
    """What a workflow is found by, the gravest first."""
    info = tool.info
    operations = (one.operation for one in info.steps)
    words = (f"{one.operation_id or ''} {one.method} {one.path}" for one in operations if one)
    return info.workflow_id, info.summary or "", info.description or "", " ".join(words)


def _line(name: str, tool: WorkflowTool) -> dict[str, Any]:
    info = tool.info
    return {
        "workflow_id": name,
        "title": tool.title,
        "read_only": info.read_only,
        "destructive": info.destructive,
        "deletes": info.deletes,
    }


def _object(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(required)}


_FOUND: Final = _object(
    {"workflows": {"type": "array", "items": {"type": "object"}}, "total": {"type": "integer"}},
    "workflows",
    "total",
)
