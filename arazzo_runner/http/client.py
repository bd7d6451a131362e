"""The HTTP client: the world of the command line, and the one for event loops.

Both are the same machine over another network (``http/network.py``, ``http/anyio_network.py``):
where the network does not suspend, ``send`` does not, and the core runs without an event loop.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Self

from arazzo_runner.executor.world import SendCall, TransportFailure, run_coroutine
from arazzo_runner.http.cookies import CookieJars
from arazzo_runner.http.network import Network
from arazzo_runner.http.pool import ConnectionPool
from arazzo_runner.http.proxy import read_proxies
from arazzo_runner.http.send import HttpWorldBase, Sender, world_headers
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.openapi.message import HttpResponse

__all__ = ["AsyncHttpWorld", "HttpSettings", "HttpWorld", "check_settings"]


class _OverNetwork(HttpWorldBase):
    """A world that sends over a network; all that its two colours share."""

    def __init__(
        self,
        settings: HttpSettings | None = None,
        environment: Mapping[str, str] = os.environ,
        connections: Mapping[str, ConnectionPool] | None = None,
    ) -> None:
        self._settings = settings or HttpSettings()
        self._network = self._open_network()
        self._connections = connections or _pools(self._settings, self._network, environment)
        cookies = CookieJars() if self._settings.cookies else None
        headers = world_headers(self._settings)
        self._senders = {
            name: Sender(pool, self._settings, headers, cookies)
            for name, pool in self._connections.items()
        }

    def _open_network(self) -> Network:
        raise NotImplementedError

    def begin(self) -> Self:
        """A world over the same connections, with cookies of its own: for one run of many."""
        return type(self)(self._settings, connections=self._connections)

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send a request; the connection is kept for the next one."""
        sender = self._senders.get(call.operation[0]) or self._senders[""]
        return await sender.send(call)

    async def sleep(self, key: str, seconds: float) -> None:
        """Let ``seconds`` pass."""
        del key  # for worlds that remember
        await self._network.sleep(seconds)

    async def aclose(self) -> None:
        """Close all connections."""
        for pool in self._connections.values():
            await pool.aclose()


class HttpWorld(_OverNetwork):
    """Sends by blocking sockets; usable with ``with``.

    Raises UsageError at once for settings that cannot be used. Proxies may come from
    ``environment``; ``connections`` may be those of another world.
    """

    def _open_network(self) -> Network:
        from arazzo_runner.http.network import BlockingNetwork

        return BlockingNetwork()

    def close(self) -> None:
        """Close all connections; nothing of it suspends."""
        run_coroutine(self.aclose())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()


class AsyncHttpWorld(_OverNetwork):
    """Sends within a running event loop (asyncio or trio); usable with ``async with``.

    Raises UsageError and takes arguments like :class:`HttpWorld`.
    """

    def _open_network(self) -> Network:
        from arazzo_runner.http.anyio_network import EventLoopNetwork

        return EventLoopNetwork()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *reason: object) -> None:
        await self.aclose()


def check_settings(settings: HttpSettings, environment: Mapping[str, str] = os.environ) -> None:
    """Raise UsageError for settings that cannot be used, as the worlds here do when they open."""
    from arazzo_runner.http.network import BlockingNetwork

    _pools(settings, BlockingNetwork(), environment)


def _pools(
    settings: HttpSettings, network: Network, environment: Mapping[str, str]
) -> dict[str, ConnectionPool]:
    """The connections of each source that has certificates of its own, and "" those of others."""
    names = ("", *settings.source_tls)
    return {name: _connections(settings.of_source(name), network, environment) for name in names}


def _connections(
    settings: HttpSettings, network: Network, environment: Mapping[str, str]
) -> ConnectionPool:
    connections = ConnectionPool(settings, network, read_proxies(settings.proxy, environment))
    if settings.cacert or settings.cert or settings.key:
        connections.tls()  # what cannot be read is known before anything is sent
    return connections
