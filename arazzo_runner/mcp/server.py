"""The server of the protocol: the SDK's low-level one, with our handlers.

Tools are made from JSON Schemas that are there already, so its high-level server, which makes them
from signatures, has nothing to give.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import mcp_types as types
from mcp.server.lowlevel.server import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.shared.exceptions import MCPError
from msgspec import Struct

from arazzo_runner.errors import ArazzoError
from arazzo_runner.mcp.answer import ToolAnswer, refusal
from arazzo_runner.mcp.client import AnswerPending, Client, RequestContext
from arazzo_runner.mcp.listed_tool import ListedTool
from arazzo_runner.mcp.offer import Offer
from arazzo_runner.mcp.runs import Runs
from arazzo_runner.mcp.workflow_run import WorkflowRun
from arazzo_runner.text.diagnostic import did_you_mean, shorten
from arazzo_runner.version import VERSION

_JSON: Final = "application/json"
_BUG: Final = "a bug in arazzo kept this tool from working; the server's log has more"


def new_server(offer: Offer, runs: Runs) -> Server[Any]:
    """A server of what is offered: for one connection over stdio, or any number by HTTP."""
    handlers = _Handlers(offer, runs)

    @asynccontextmanager
    async def lifespan(_server: Server[Any]) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for runner in offer.runners():
                await stack.enter_async_context(runner)
            await stack.enter_async_context(runs.serving())
            yield

    server: Server[Any] = Server(
        "arazzo",
        version=VERSION,
        title=offer.title,
        instructions=offer.instructions,
        lifespan=lifespan,
        get_tool_input_schema=offer.schema_of,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_read_resource=handlers.read_resource,
    )
    # What a client is to be asked comes back with a state, which it must not be able to make.
    sealing = RequestStateBoundary(RequestStateSecurity.ephemeral(), default_audience="arazzo")
    server.middleware.append(sealing)
    return server


class _Handlers(Struct, frozen=True):
    """Requests in the protocol's types, answers in ours."""

    offer: Offer
    runs: Runs

    async def list_tools(
        self, context: RequestContext, _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        """All tools, in one page."""
        listed = self.offer.tools_for(asks=Client(context).can_ask)
        return types.ListToolsResult(tools=[_tool(one) for one in listed.values()])

    async def call_tool(
        self, context: RequestContext, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        """What a tool gives, its refusal, or what the user is to be asked first."""
        client = Client(context, params)
        tools = self.offer.tools_for(asks=client.can_ask)
        tool = tools.get(params.name)
        if tool is None:
            missing = f"there is no tool `{shorten(params.name)}`"
            nearest = did_you_mean(params.name, tools)
            raise MCPError(types.INVALID_PARAMS, f"{missing}; {nearest}" if nearest else missing)
        try:
            return _result(await tool.call(params.arguments or {}, client))
        except AnswerPending as pending:
            return pending.result()
        except ArazzoError as reason:
            return _result(refusal(str(reason)))
        except MCPError:  # the client could not be asked
            raise
        except Exception as bug:  # noqa: BLE001 - nothing of it may reach the client
            self.runs.report_bug(bug)
            return _result(refusal(_BUG))

    async def list_resources(
        self, _context: RequestContext, _params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        """The reports of the runs that are kept."""
        return types.ListResourcesResult(resources=[_report(one) for one in self.runs.reported()])

    async def read_resource(
        self, _context: RequestContext, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """The report of a run, secrets masked."""
        run = self.runs.find_uri(params.uri)
        if run is None:
            missing = f"there is no resource `{shorten(params.uri)}`"
            raise MCPError(types.INVALID_PARAMS, missing)
        text = types.TextResourceContents(uri=run.uri, mime_type=_JSON, text=run.report)
        return types.ReadResourceResult(contents=[text])


def _tool(tool: ListedTool) -> types.Tool:
    effects = tool.effects
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=dict(tool.input_schema),
        output_schema=None if tool.output_schema is None else dict(tool.output_schema),
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=effects.read_only,
            destructive_hint=effects.destructive,
            idempotent_hint=effects.idempotent,
            open_world_hint=effects.open_world,
        ),
    )


def _result(answer: ToolAnswer) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=one) for one in answer.texts],
        structured_content=None if answer.structured is None else dict(answer.structured),
        is_error=answer.is_error,
    )


def _report(run: WorkflowRun) -> types.Resource:
    return types.Resource(
        uri=run.uri,
        name=f"{run.id}.json",
        title=f"Report of `{run.tool.info.workflow_id}`",
        mime_type=_JSON,
        size=len(run.report.encode()),
    )
