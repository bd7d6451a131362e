"""The world that a run's flags ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from arazzo_runner import api
from arazzo_runner.executor.world import World
from arazzo_runner.version import VERSION
from arazzo_runner.worlds.interruptible import InterruptibleWorld


@contextmanager
def open_world(prepared: api.Prepared, given: Mapping[str, Any]) -> Iterator[World]:
    """The mock, or real HTTP with its limits, for as long as the block runs."""
    if given["mock"]:
        from arazzo_runner.worlds.mock import MockWorld

        yield InterruptibleWorld(MockWorld(prepared.description.apis(), given["mock_seed"]))
        return
    from arazzo_runner.worlds.http import HttpSettings, HttpWorld

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
    with HttpWorld(settings.with_response_size(given["max_response_size"])) as world:
        yield InterruptibleWorld(world)
