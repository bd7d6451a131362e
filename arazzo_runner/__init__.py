"""Run, embed and check Arazzo workflows."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from arazzo_runner.api import arun, load, load_text, run, validate
    from arazzo_runner.embed.result import Result
    from arazzo_runner.embed.runner import Runner
    from arazzo_runner.errors import (
        ArazzoError,
        DocumentError,
        InputError,
        UsageError,
        WorkflowFailed,
    )
    from arazzo_runner.loading import Description

_HOMES = {
    "api": ("arun", "load", "load_text", "run", "validate"),
    "embed.result": ("Result",),
    "embed.runner": ("Runner",),
    "errors": ("ArazzoError", "DocumentError", "InputError", "UsageError", "WorkflowFailed"),
    "loading": ("Description",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ArazzoError",
    "Description",
    "DocumentError",
    "InputError",
    "Result",
    "Runner",
    "UsageError",
    "WorkflowFailed",
    "arun",
    "load",
    "load_text",
    "run",
    "validate",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used: `import arazzo_runner` alone costs nothing."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
