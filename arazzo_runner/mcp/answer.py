"""What a tool gives back, and why one refuses to run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from arazzo_runner.errors import ArazzoError
from arazzo_runner.expression.value import Value


class ToolAnswer(NamedTuple):
    """The texts for the model, the same as data where there is some, and whether it went wrong."""

    texts: tuple[str, ...]
    structured: Mapping[str, Value] | None = None
    is_error: bool = False


class CallRefused(ArazzoError):
    """A call that cannot be carried out; the text says why, and what would help."""


def refusal(text: str) -> ToolAnswer:
    """The answer to a call that nothing was done for."""
    return ToolAnswer((text,), is_error=True)
