"""The world that a run's flags ask for, and the traces of ``--otel`` round it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import click
from click.core import ParameterSource
from msgspec.structs import replace

from arazzo_runner.auth.authorizations import authorizations
from arazzo_runner.cli.diagnostics import show_diagnostics
from arazzo_runner.cli.options.settings import configured_tls
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.events import Event
from arazzo_runner.executor.world import World
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.mock.settings import MockSettings
from arazzo_runner.openapi.security.schemes import Authorization
from arazzo_runner.options.table import members_of, mock_options
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import Severity, error
from arazzo_runner.version import VERSION
from arazzo_runner.worlds.wrappers import CancellableWorld, SignalWorld, StopEvent

if TYPE_CHECKING:
    from arazzo_runner.messaging.model import ChannelRoute

_TYPED: Final = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)


@contextmanager
def open_world(
    prepared: pipeline.PreparedRun,
    given: Mapping[str, Any],
    waiting: AbstractContextManager[object],
    learn: Callable[[Iterable[str]], None] = lambda _secrets: None,
) -> Iterator[World]:
    """The mock, or real HTTP with its limits, for as long as the block runs.

    ``waiting`` stands round what a signal may break off. ``learn`` is told of tokens.
    """
    if given["mock"]:
        from arazzo_runner.worlds.mock import mock_world

        mock = mock_world(prepared.plan, prepared.description.apis(), mock_settings(given))
        yield SignalWorld(mock, waiting)
        return
    from arazzo_runner.http.client import HttpWorld

    with (
        HttpWorld(http_settings(given)) as http,
        _messages(prepared, given) as world_of,
        authorized_world(
            with_rate(given)(world_of(http)),
            authorizations(prepared.plan, prepared.routes),
            given,
            learn,
            prepared.routes,
        ) as authorized,
    ):
        yield SignalWorld(authorized, waiting)


def _messages(
    prepared: pipeline.PreparedRun, given: Mapping[str, Any]
) -> AbstractContextManager[Callable[[World], World]]:
    """Gives what adds the channels of a run to its world, where it has any."""
    if not prepared.routes:
        return nullcontext(lambda world: world)
    from arazzo_runner.messaging.world import blocking_messages

    return blocking_messages(*message_settings(prepared, given))


def message_settings(
    prepared: pipeline.PreparedRun, given: Mapping[str, Any]
) -> tuple[tuple[ChannelRoute, ...], float]:
    """The routes with what to trust, and the seconds of a step without a ``timeout``."""
    from arazzo_runner.pipeline.channels import trusting_routes

    settings = http_settings(given)
    return trusting_routes(prepared.routes, settings), settings.timeout


NewChannels: TypeAlias = Callable[[], AbstractAsyncContextManager[Callable[[World], World]]]
"""Gives what adds the channels of one run to its world."""


def suspending_channels(
    prepared: pipeline.PreparedRun, given: Mapping[str, Any], stop: StopEvent
) -> NewChannels:
    """The channels of each of several runs of a plan within an event loop, until stopped."""
    if not prepared.routes:
        return lambda: nullcontext(lambda world: world)
    from arazzo_runner.messaging.world import suspending_messages

    routes, timeout = message_settings(prepared, given)

    @asynccontextmanager
    async def channels() -> AsyncIterator[Callable[[World], World]]:
        async with suspending_messages(routes, timeout) as world_of:
            yield lambda world: CancellableWorld(world_of(world), stop)

    return channels


def hold_channels(
    prepared: pipeline.PreparedRun,
) -> AbstractAsyncContextManager[None]:
    """Keep the connections of channels open between several runs."""
    if not prepared.routes:
        return nullcontext()
    from arazzo_runner.messaging.world import hold_connections

    return hold_connections()


def with_rate(given: Mapping[str, Any]) -> Callable[[World], World]:
    """Puts worlds under the limit of ``--rate``, all of them under the same."""
    if given["rate"] is None:
        return lambda world: world
    from arazzo_runner.worlds.rate import LimitedWorld, RateLimit

    limit = RateLimit(given["rate"])
    return lambda world: LimitedWorld(world, limit)


@contextmanager
def authorized_world(
    world: World,
    needing: Sequence[Authorization],
    given: Mapping[str, Any],
    learn: Callable[[Iterable[str]], None],
    routes: Sequence[ChannelRoute] = (),
) -> Iterator[World]:
    """The world, or round it one that fetches tokens and answers challenges, where any need it."""
    if not needing:
        yield world
        return
    from arazzo_runner.auth.setup import Permissions, authorizing_world, guarded_endpoints
    from arazzo_runner.cli.credentials import person, token_store
    from arazzo_runner.http.network import BlockingNetwork

    servers = [*given["servers"].values()]
    permissions = Permissions(given["allow_http"], given["allow_net"], servers)
    network, settings = BlockingNetwork(), http_settings(given)
    endpoints = guarded_endpoints(settings, network, os.environ, permissions)
    store = token_store(given)
    yield authorizing_world(world, needing, endpoints, learn, person(), store, routes)


def check_network(given: Mapping[str, Any]) -> None:
    """Raise UsageError for flags about the network that cannot be used, before a run begins."""
    if given["mock"] or given["dry_run"]:
        return
    from arazzo_runner.http.client import check_settings

    check_settings(http_settings(given))


def check_mock(context: click.Context) -> None:
    """Raise UsageError for options of the mock that are typed where there is none.

    What lasts, such as `arazzo.toml`, is for the runs that have one.
    """
    if context.params.get("mock", True):  # a command without the flag has none of the others
        return
    for option in mock_options():
        if context.get_parameter_source(option.parameter) in _TYPED:
            message = f"`{option.flag}` needs `--mock`: without it requests go to the servers"
            raise UsageError(
                error("AZ906", message, help=f"add `--mock`, or remove `{option.flag}`")
            )


def mock_settings(given: Mapping[str, Any]) -> MockSettings:
    """What the flags say of the mock."""
    return MockSettings(
        given["mock_seed"],
        given["mock_lenient"],
        given["mock_inputs"] == "on",
        given["mock_cases"],
    )


def http_settings(given: Mapping[str, Any]) -> HttpSettings:
    """How requests are sent, by the flags about the network."""
    members = members_of("HttpSettings", given)
    size = members.pop("max_response_size")
    tls = configured_tls(given)
    settings = HttpSettings(**members, user_agent=f"arazzo/{VERSION}", source_tls=tls)
    return settings.with_timeout(given["timeout"]).with_response_size(size)


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

    Raises UsageError when the flag cannot be resolved.
    """
    if given["otel"]:
        return _traces(environment)
    if given["otel"] is None and _is_enabled(environment):
        try:
            return _traces(environment)
        except UsageError as reason:
            # Others may have set the variables; it is said, and the run goes on.
            monitor = given.get("monitor")
            found = [replace(one, severity=Severity.WARNING) for one in reason.diagnostics]
            show_diagnostics(found if monitor is None else monitor.unshown_findings(found))
    return lambda _masker: _NoTraces()


def _traces(environment: Mapping[str, str]) -> TracesFactory:
    from arazzo_runner.telemetry.setup import tracer_provider

    chosen = tracer_provider(environment)
    from arazzo_runner.telemetry.tracing import TracingObserver, parent_from

    parent = parent_from(environment)
    return lambda masker: TracingObserver(masker, chosen, parent)


def _is_enabled(environment: Mapping[str, str]) -> bool:
    if not any(name.startswith("OTEL_") for name in environment):
        return False
    from arazzo_runner.telemetry.setup import is_enabled, is_installed

    return is_enabled(environment) and is_installed()
