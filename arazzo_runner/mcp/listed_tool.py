"""A tool of the server, whatever it does: what clients see of it, and what a call does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from arazzo_runner.expression.value import Value
from arazzo_runner.mcp.answer import ToolAnswer
from arazzo_runner.mcp.client import Client
from arazzo_runner.text.diagnostic import SafeRepr

ToolCall: TypeAlias = Callable[[Mapping[str, Value], Client], Awaitable[ToolAnswer]]
"""Carries out a call with these arguments. Raises CallRefused and AnswerPending."""


class ToolEffects(SafeRepr, frozen=True):
    """What a call may do: the hints of the protocol. ``open_world``: it reaches other servers."""

    read_only: bool
    destructive: bool = False
    idempotent: bool = True
    open_world: bool = False

    def brief(self) -> str:
        """Whether it changes anything."""
        return "read-only" if self.read_only else "changes"


class ListedTool(SafeRepr, frozen=True):
    """A tool with the schemas of its arguments and of the structured content that it gives."""

    name: str
    title: str
    description: str
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any] | None
    effects: ToolEffects
    call: ToolCall

    def brief(self) -> str:
        """Its name alone."""
        return self.name
