"""``--otel``: traces of runs, where they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from msgspec.structs import replace

from arazzo_runner.cli.show import show_diagnostics
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.events import Event
from arazzo_runner.executor.world import World
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import Severity


class Traces(Protocol):
    """An observer, and what wraps the world of a run."""

    def __call__(self, event: Event) -> None:
        """Take note of an event."""
        ...

    def wrap(self, world: World) -> World:
        """The world with spans round its requests."""
        ...


TracesFactory: TypeAlias = Callable[[Masker], Traces]
"""Begins the traces of one run, whose secrets the masker knows."""


class _NoTraces:
    def __call__(self, event: Event) -> None:
        """Nothing is noted."""

    def wrap(self, world: World) -> World:
        return world


def traces_for(given: Mapping[str, Any], environment: Mapping[str, str]) -> TracesFactory:
    """Traces as the flag says, or as the environment does where the extra is installed.

    Raises UsageError when the flag cannot be followed.
    """
    if given["otel"]:
        return _traces(environment)
    if given["otel"] is None and _is_enabled(environment):
        try:
            return _traces(environment)
        except UsageError as reason:
            # Others may have set the variables; it is said, and the run goes on.
            show_diagnostics(replace(one, severity=Severity.WARNING) for one in reason.diagnostics)
    return lambda _masker: _NoTraces()


def _traces(environment: Mapping[str, str]) -> TracesFactory:
    from arazzo_runner.telemetry.starting import tracer_provider

    chosen = tracer_provider(environment)
    from arazzo_runner.telemetry.tracing import TracingObserver, parent_from

    parent = parent_from(environment)
    return lambda masker: TracingObserver(masker, chosen, parent)


def _is_enabled(environment: Mapping[str, str]) -> bool:
    if not any(name.startswith("OTEL_") for name in environment):
        return False
    from arazzo_runner.telemetry.starting import is_enabled, is_installed

    return is_enabled(environment) and is_installed()
