"""The worlds of a route, opened and closed: what is shared by many runs, and what one run has.

Connections, a TLS context and the lifespan of an application are opened once; what a run must not
see of the one before it (cookies, the mock's state) begins with each. A world of a run whose
credentials need a token or a response to a challenge is wrapped in one that provides them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, TypeAlias, assert_never

from arazzo_runner.auth.authorizations import authorizations
from arazzo_runner.embed.documents import rendered_errors
from arazzo_runner.embed.options import ParsedOptions
from arazzo_runner.embed.route import (
    AsgiTarget,
    AsyncClientTarget,
    AsyncTransportTarget,
    ClientTarget,
    MockTarget,
    NetworkTarget,
    RequestTarget,
    TransportTarget,
    WorldTarget,
    WsgiTarget,
)
from arazzo_runner.executor.world import World
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.pipeline.run import PreparedRun
from arazzo_runner.report.secrets import Masker

if TYPE_CHECKING:
    from arazzo_runner.http.network import Network

NewWorld: TypeAlias = Callable[[PreparedRun], World]
"""Gives the world of one run."""


@contextmanager
def open_blocking(
    route: RequestTarget, http: HttpSettings, environment: Mapping[str, str]
) -> Iterator[NewWorld]:
    """The worlds of a route that needs no event loop."""
    if isinstance(route, NetworkTarget):
        from arazzo_runner.http.client import HttpWorld

        with rendered_errors():
            opened = HttpWorld(http, environment)
        with opened as world:
            yield lambda _prepared: world.begin()
    elif isinstance(route, WorldTarget):
        from arazzo_runner.worlds.suspension import ExclusiveWorld

        exclusive = ExclusiveWorld(route.world)
        yield lambda _prepared: exclusive
    else:
        yield lambda prepared: _world(route, http, prepared)


@asynccontextmanager
async def open_suspending(
    route: RequestTarget, http: HttpSettings, environment: Mapping[str, str]
) -> AsyncIterator[NewWorld]:
    """The worlds of any route, for runs within an event loop."""
    match route:
        case NetworkTarget():
            from arazzo_runner.http.client import AsyncHttpWorld

            with rendered_errors():
                opened = AsyncHttpWorld(http, environment)
            async with opened as world:
                yield lambda _prepared: world.begin()
        case AsgiTarget():
            from arazzo_runner.worlds.asgi_lifespan import started_application

            async with started_application(route.app) as app:
                yield lambda prepared: _world(AsgiTarget(app, route.client), http, prepared)
        case _:
            yield lambda prepared: _with_checkpoints(route, _world(route, http, prepared))


def _with_checkpoints(route: RequestTarget, world: World) -> World:
    """A world that does not keep other tasks from running."""
    from arazzo_runner.worlds.threads import ComputingWorld, ThreadedWorld

    match route:
        case MockTarget():
            return ComputingWorld(world)
        case ClientTarget() | TransportTarget() | WsgiTarget():
            return ThreadedWorld(world)
        case _:
            return world


def _world(route: RequestTarget, http: HttpSettings, prepared: PreparedRun) -> World:
    match route:
        case WorldTarget():
            return route.world
        case MockTarget():
            from arazzo_runner.worlds.mock import mock_world

            return mock_world(prepared.plan, prepared.description.apis(), route.settings)
        case ClientTarget() | AsyncClientTarget():
            return _client_world(route, http)
        case TransportTarget() | AsyncTransportTarget() | WsgiTarget() | AsgiTarget():
            return _transport_world(route, http)
        case NetworkTarget():
            raise AssertionError("connections are opened, not made for each run")
        case _:
            assert_never(route)


def _client_world(route: ClientTarget | AsyncClientTarget, http: HttpSettings) -> World:
    from arazzo_runner.worlds.httpx import AsyncClientWorld, ClientWorld

    if isinstance(route, ClientTarget):
        return ClientWorld(route.client, http)
    return AsyncClientWorld(route.client, http)


def _transport_world(
    route: TransportTarget | AsyncTransportTarget | WsgiTarget | AsgiTarget, http: HttpSettings
) -> World:
    from arazzo_runner.worlds import httpx as httpx_worlds
    from arazzo_runner.worlds.wrappers import InProcessWorld

    match route:
        case TransportTarget():
            return httpx_worlds.TransportWorld(route.transport, http)
        case AsyncTransportTarget():
            return httpx_worlds.AsyncTransportWorld(route.transport, http)
        case WsgiTarget() | AsgiTarget():
            return InProcessWorld(_application_world(route, http))
        case _:
            assert_never(route)


def _application_world(route: WsgiTarget | AsgiTarget, http: HttpSettings) -> World:
    """Over the transport that the library of the client, else httpx, has for applications."""
    from arazzo_runner.worlds import httpx as httpx_worlds
    from arazzo_runner.worlds.httpx_library import library_of

    client, library = route.client, library_of(route.client)
    if isinstance(route, WsgiTarget):
        transport = library.WSGITransport(route.app)
        if client is None:
            return httpx_worlds.TransportWorld(transport, http)
        return httpx_worlds.ClientWorld(
            library.Client(**httpx_worlds.client_options(client, transport)), http
        )
    transport = library.ASGITransport(route.app)
    if client is None:
        return httpx_worlds.AsyncTransportWorld(transport, http)
    return httpx_worlds.AsyncClientWorld(
        library.AsyncClient(**httpx_worlds.client_options(client, transport)), http
    )


def blocking_network() -> Network:
    """The network of a run without an event loop."""
    from arazzo_runner.http.network import BlockingNetwork

    return BlockingNetwork()


def suspending_network() -> Network:
    """The network of a run within an event loop."""
    from arazzo_runner.http.anyio_network import EventLoopNetwork

    return EventLoopNetwork()


def with_authorization(
    world: World,
    prepared: PreparedRun,
    chosen: ParsedOptions,
    masker: Masker,
    network: Callable[[], Network],
) -> World:
    """The world, or round it one that has what its requests need; the mock needs nothing.

    Tokens come over ``network``, or through what the caller handed in.
    """
    routes = prepared.routes
    needing = authorizations(prepared.plan, routes)
    if not needing or isinstance(chosen.route, MockTarget):
        return world
    from arazzo_runner.auth.setup import Permissions, authorizing_world, guarded_endpoints

    if not isinstance(chosen.route, NetworkTarget):
        return authorizing_world(world, needing, None, masker.learn, routes=routes)
    options = chosen.options
    permissions = Permissions(servers=tuple(options.servers.values()))
    endpoints = guarded_endpoints(chosen.http, network(), options.environment, permissions)
    return authorizing_world(world, needing, endpoints, masker.learn, routes=routes)
