"""A documentation tool: what a program that offers tools to models has to know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from msgspec import Struct


class ToolResult(NamedTuple):
    """What a call gives back: a text for a model, the same as data, and whether it failed.

    The text of a failure says what is wrong and how to call instead.
    """

    text: str
    structured: dict[str, Any] | None = None
    is_error: bool = False


ToolCall: TypeAlias = Callable[[Mapping[str, Any]], ToolResult]
"""Does what a tool is for, with arguments that fit its schema."""


class DocumentationTool(Struct, frozen=True):
    """A tool that reads what is documented, or tries a workflow without a network.

    ``input_schema`` and ``output_schema`` are JSON Schemas (2020-12) of objects. ``read_only``: a
    call changes nothing; ``idempotent``: a second one changes nothing more.
    """

    name: str
    title: str
    description: str
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None
    run: ToolCall
    read_only: bool = True
    idempotent: bool = True

    def call(self, arguments: Mapping[str, Any] | None) -> ToolResult:
        """The result for some arguments, of any kind; raises nothing that they could cause."""
        from arazzo_runner.portal.arguments import argument_problems

        given = {} if arguments is None else arguments
        problems = argument_problems(self.name, self.input_schema, given)
        if problems:
            return ToolResult(problems, None, is_error=True)
        return self.run(given)
