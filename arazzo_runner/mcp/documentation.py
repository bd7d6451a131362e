"""The documentation tools of the portal as tools of the protocol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from anyio.to_thread import run_sync

from arazzo_runner.expression.value import Value
from arazzo_runner.mcp.answer import ToolAnswer
from arazzo_runner.mcp.client import Client
from arazzo_runner.mcp.listed_tool import ListedTool, ToolEffects
from arazzo_runner.portal.model import DocumentationTool


def listed_documentation(tools: Iterable[DocumentationTool]) -> list[ListedTool]:
    """The tools with their calls, each in a thread, so that other calls go on."""
    return [
        ListedTool(
            name=one.name,
            title=one.title,
            description=one.description,
            input_schema=one.input_schema,
            output_schema=one.output_schema,
            effects=ToolEffects(read_only=one.read_only, idempotent=one.idempotent),
            call=partial(_call, one),
        )
        for one in tools
    ]


async def _call(
    tool: DocumentationTool, arguments: Mapping[str, Value], _client: Client
) -> ToolAnswer:
    result = await run_sync(tool.call, arguments)
    return ToolAnswer((result.text,), result.structured, result.is_error)
