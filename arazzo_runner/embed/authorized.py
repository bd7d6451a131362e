"""The worlds of runs whose credentials need a token to be fetched, or a challenge answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from arazzo_runner.auth.authorizations import authorizations
from arazzo_runner.embed.options import ParsedOptions
from arazzo_runner.embed.route import MockTarget, NetworkTarget
from arazzo_runner.executor.plan import Plan
from arazzo_runner.executor.world import World
from arazzo_runner.report.secrets import Masker

if TYPE_CHECKING:
    from arazzo_runner.http.network import Network


def blocking_network() -> Network:
    """The network of a run without an event loop."""
    from arazzo_runner.http.network import BlockingNetwork

    return BlockingNetwork()


def suspending_network() -> Network:
    """The network of a run within an event loop."""
    from arazzo_runner.http.anyio_network import EventLoopNetwork

    return EventLoopNetwork()


def with_authorization(
    world: World, plan: Plan, chosen: ParsedOptions, masker: Masker, network: Callable[[], Network]
) -> World:
    """The world, or round it one that has what its requests need; the mock needs nothing.

    Tokens come over ``network``, or through what the caller handed in.
    """
    needing = authorizations(plan)
    if not needing or isinstance(chosen.route, MockTarget):
        return world
    from arazzo_runner.auth.setup import Permissions, authorizing_world, guarded_endpoints

    if not isinstance(chosen.route, NetworkTarget):
        return authorizing_world(world, needing, None, masker.learn)
    options = chosen.options
    permissions = Permissions(servers=tuple(options.servers.values()))
    endpoints = guarded_endpoints(chosen.http, network(), options.environment, permissions)
    return authorizing_world(world, needing, endpoints, masker.learn)
