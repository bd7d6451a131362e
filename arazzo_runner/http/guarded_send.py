"""Sending where a document says, as far as it may reach: for documents and for tokens."""

from __future__ import annotations

from collections.abc import Mapping

from arazzo_runner.http.address_guard import AddressPolicy, GuardedNetwork
from arazzo_runner.http.network import Network
from arazzo_runner.http.origin import Origin
from arazzo_runner.http.pool import ConnectionPool
from arazzo_runner.http.proxy import read_proxies
from arazzo_runner.http.send import Sender, world_headers
from arazzo_runner.http.settings import HttpSettings


class GuardedSenders:
    """Senders by origin and reach; each sees to it that no other address is connected to.

    Raises UsageError at once for a proxy that cannot be used; it may come from ``environment``.
    """

    def __init__(
        self, settings: HttpSettings, network: Network, environment: Mapping[str, str]
    ) -> None:
        self._settings = settings
        self._network = network
        self._proxies = read_proxies(settings.proxy, environment)
        self._connections: dict[tuple[Origin, AddressPolicy], ConnectionPool] = {}

    def to(self, origin: Origin, reach: AddressPolicy) -> Sender:
        """The sender to an origin; RetrieveError, here or from it, for what is out of reach."""
        key = (origin, reach)
        if key not in self._connections:
            network = self._guarded_network(origin, reach)
            self._connections[key] = ConnectionPool(self._settings, network, self._proxies)
        return Sender(self._connections[key], self._settings, world_headers(self._settings))

    async def aclose(self) -> None:
        """Close what is idle."""
        for connections in self._connections.values():
            await connections.aclose()

    def _guarded_network(self, origin: Origin, reach: AddressPolicy) -> Network:
        """The guarded network; through a proxy, what can be judged is judged here."""
        if self._proxies.of(origin) is None:
            return GuardedNetwork(self._network, reach, origin)
        refusal = reach.refusal_unseen(origin)
        if refusal is not None:
            raise refusal
        return self._network
