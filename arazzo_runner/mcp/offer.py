"""What a server offers: a tool for each workflow, or three for many, and those beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from arazzo_runner.embed.runner import Runner
from arazzo_runner.mcp.listed_tool import ListedTool
from arazzo_runner.mcp.run_tools import CANCEL_RUN, GET_RUN, RunTools
from arazzo_runner.mcp.workflow_tool import WorkflowTool

OWN_NAMES: Final = (GET_RUN, CANCEL_RUN)
"""Names that no workflow gets."""


class Offer(Struct, frozen=True):
    """The workflows that are offered, how they run, and further ``others``."""

    tools: Sequence[WorkflowTool]
    running: RunTools
    title: str
    others: Sequence[ListedTool] = ()

    def tools_for(self, *, asks: bool) -> list[ListedTool]:
        """The tools for a client that can ask its user, or for one that cannot."""
        return [*self._workflows(asks=asks), *self.others]

    def _workflows(self, *, asks: bool) -> Iterable[ListedTool]:
        if not self.tools:
            return
        yield from (self.running.tool_of(one, asks=asks) for one in self.tools)
        yield from self.running.tools()

    def find(self, name: str, *, asks: bool) -> ListedTool | None:
        """The tool of this name."""
        return next((one for one in self.tools_for(asks=asks) if one.name == name), None)

    def schema_of(self, name: str) -> Mapping[str, Any] | None:
        """The schema of the arguments of a tool."""
        found = self.find(name, asks=False)
        return found.input_schema if found else None

    def runners(self) -> list[Runner]:
        """The runners of all documents."""
        return list({id(one.document.runner): one.document.runner for one in self.tools}.values())

    @property
    def instructions(self) -> str:
        """What a model is told of the server as a whole."""
        return INSTRUCTIONS


INSTRUCTIONS: Final = (
    "Each tool runs a workflow: some requests to an API, in the order that the workflow says, with"
    " checks of each response. Outputs are structured content. A failure is explained in the text:"
    " which step failed, what was expected and what came. Credentials and secret inputs are set by"
    " whoever runs this server; never ask the user for them. What reads `***` is masked."
    f" A call that takes longer gives a run_id for `{GET_RUN}`."
)
