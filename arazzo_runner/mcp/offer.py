"""What a server offers: a tool for each workflow, or three for many, and those beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from arazzo_runner.embed.runner import Runner
from arazzo_runner.mcp.listed_tool import ListedTool
from arazzo_runner.mcp.run_tools import CANCEL_RUN, GET_RUN, RunTools
from arazzo_runner.mcp.search_tools import DESCRIBE, RUN, SEARCH, SearchTools
from arazzo_runner.mcp.workflow_tool import WorkflowTool

OWN_NAMES: Final = (GET_RUN, CANCEL_RUN, SEARCH, DESCRIBE, RUN)
"""Names that no workflow gets."""
MOST_TOOLS: Final = 30
"""Workflows that have a tool each: clients take some 40 tools, and a model reads all of them."""


class Offer:
    """The workflows that are offered, how they run, and further ``others``."""

    def __init__(
        self,
        tools: Sequence[WorkflowTool],
        running: RunTools,
        title: str,
        others: Sequence[ListedTool] = (),
    ) -> None:
        self.title = title
        self._tools = tools
        self._running = running
        self._others = others
        self._search = SearchTools(tools, running)
        self._listed: dict[bool, dict[str, ListedTool]] = {}

    def tools_for(self, *, asks: bool) -> Mapping[str, ListedTool]:
        """The tools by name, for a client that can ask its user, or for one that cannot."""
        if asks not in self._listed:
            every = [*self._workflows(asks=asks), *self._others]
            self._listed[asks] = {one.name: one for one in every}
        return self._listed[asks]

    def _workflows(self, *, asks: bool) -> Iterable[ListedTool]:
        if len(self._tools) > MOST_TOOLS:
            yield from self._search.tools(asks=asks)
        else:
            yield from (self._running.tool_of(one, asks=asks) for one in self._tools)
        if self._tools:
            yield from self._running.tools()

    def schema_of(self, name: str) -> Mapping[str, Any] | None:
        """The schema of the arguments of a tool."""
        found = self.tools_for(asks=False).get(name)
        return found.input_schema if found else None

    def runners(self) -> list[Runner]:
        """The runners of all documents."""
        return list({id(one.document.runner): one.document.runner for one in self._tools}.values())

    @property
    def instructions(self) -> str:
        """What a model is told of the server as a whole."""
        workflows = [_RUNNING] if self._tools else []
        many = [_SEARCHING] if len(self._tools) > MOST_TOOLS else []
        return " ".join([*many, *workflows, *([_READING] if self._others else [])])


_RUNNING: Final = (
    "A workflow is some requests to an API, in the order that it says, with checks of each"
    " response. Outputs are structured content. A failure is explained in the text: which step"
    " failed, what was expected and what was received. Credentials and secret inputs are set by"
    " whoever runs this server; never ask the user for them. What reads `***` is masked. A call"
    f" that takes longer gives a run_id for `{GET_RUN}`."
)
_SEARCHING: Final = f"Find a workflow with `{SEARCH}`, then read its inputs with `{DESCRIBE}`."
_READING: Final = (
    "The documentation tools describe the API itself, and check and try workflows that you write"
    " (Arazzo documents), without sending anything."
)
