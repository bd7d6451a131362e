"""The world that a run's flags ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from arazzo_runner import running
from arazzo_runner.executor.world import World
from arazzo_runner.version import VERSION
from arazzo_runner.worlds.interruptible import InterruptibleWorld
from arazzo_runner.worlds.limits import HttpSettings


@contextmanager
def open_world(
    prepared: running.Prepared, given: Mapping[str, Any], waiting: AbstractContextManager[object]
) -> Iterator[World]:
    """The mock, or real HTTP with its limits, for as long as the block runs.

    ``waiting`` stands round what a signal may break off.
    """
    if given["mock"]:
        from arazzo_runner.worlds.mock import MockWorld

        mock = MockWorld(prepared.description.apis(), given["mock_seed"])
        yield InterruptibleWorld(mock, waiting)
        return
    from arazzo_runner.worlds.http import HttpWorld

    with HttpWorld(http_settings(given)) as world:
        yield InterruptibleWorld(world, waiting)


def http_settings(given: Mapping[str, Any]) -> HttpSettings:
    """How requests are sent, by the flags about the network."""
    settings = HttpSettings(
        follow_redirects=given["follow_redirects"],
        cacert=given["cacert"],
        cert=given["cert"],
        key=given["key"],
        insecure=given["insecure"],
        proxy=given["proxy"],
        http2=given["http2"],
        cookies=given["cookies"],
        user_agent=f"arazzo/{VERSION}",
    )
    settings = settings.with_timeout(given["timeout"])
    return settings.with_response_size(given["max_response_size"])
