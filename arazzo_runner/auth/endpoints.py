"""Requests to the endpoints of an authorization server.

These requests carry the credentials of a client or a user. They follow no redirect, keep no
cookie, read a small response, and go no further than the document that names them may.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import count
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.executor.world import SendCall, TransportFailure, World
from arazzo_runner.http.address_guard import ANYWHERE, AddressPolicy, system_zone, user_policy
from arazzo_runner.http.errors import TransportError
from arazzo_runner.http.guarded_send import GuardedSenders
from arazzo_runner.http.network import Network
from arazzo_runner.http.origin import Origin
from arazzo_runner.http.settings import MIB, HttpSettings
from arazzo_runner.http.url import parse_url
from arazzo_runner.openapi.message import HttpRequest, HttpResponse, WireExchange
from arazzo_runner.openapi.servers import is_web_url

CALL_KEY: Final = "authorization"
"""What the keys of the requests for tokens and of the waits between them begin with."""

_NO_OPERATION: Final = ("", "", "")


class Endpoint(Struct, frozen=True):
    """A URL of an authorization server; ``from_url`` when a document from a URL names it.

    ``source`` is the source description whose credentials it takes: its certificates are shown.
    """

    url: str
    from_url: bool
    source: str = ""

    @property
    def label(self) -> str:
        """The URL as messages show it: a query may hold a secret."""
        return self.url.partition("#")[0].partition("?")[0]


class Endpoints(Protocol):
    """The way to authorization servers."""

    async def ask(
        self, endpoint: Endpoint, request: HttpRequest, timeout: float | None
    ) -> HttpResponse | TransportFailure:
        """Send a request to an endpoint; ``timeout`` in seconds."""
        ...

    def refusal(self, endpoint: Endpoint) -> TransportFailure | None:
        """Why a browser must not be sent to an endpoint, or None."""
        ...


class EndpointPolicies(Struct, frozen=True):
    """How far endpoints may be: those that ``own`` documents name, and those of ``others``.

    ``trusted`` are the origins that the user named with ``--server``: they may be anywhere.
    """

    own: AddressPolicy
    others: AddressPolicy
    trusted: frozenset[Origin] = frozenset()

    def of(self, endpoint: Endpoint, origin: Origin) -> AddressPolicy:
        """How far a request to an endpoint may go."""
        if origin in self.trusted:
            return AddressPolicy(self.own.plain, ANYWHERE)
        return self.others if endpoint.from_url else self.own


class GuardedEndpoints:
    """Asks over the network, as far as the document that names an endpoint reaches."""

    def __init__(
        self,
        settings: HttpSettings,
        network: Network,
        environment: Mapping[str, str],
        reaches: EndpointPolicies,
    ) -> None:
        settings = replace(
            settings,
            cookies=False,
            follow_redirects=0,
            max_response_size=MIB,
            max_decoded_size=MIB,
        )
        self._senders = {
            name: GuardedSenders(settings.of_source(name), network, environment)
            for name in ("", *settings.source_tls)
        }
        self._reaches = reaches

    async def ask(
        self, endpoint: Endpoint, request: HttpRequest, timeout: float | None
    ) -> HttpResponse | TransportFailure:
        """Send a request; what is out of reach is refused."""
        senders = self._senders.get(endpoint.source) or self._senders[""]
        try:
            origin, _ = parse_url(request.url)
            sender = senders.to(origin, self._reaches.of(endpoint, origin))
            outcome = await sender.send(SendCall(CALL_KEY, request, timeout, _NO_OPERATION))
        except TransportError as reason:
            return replace(reason.failure, hint=None)
        except RetrieveError as reason:
            return TransportFailure("refused", reason.message, reason.hint)
        finally:
            # Tokens are asked for seldom: no connection waits for the next time.
            await senders.aclose()
        if isinstance(outcome, TransportFailure) and outcome.code in ("limit", "connect"):
            # The hints of a world are about the servers of steps.
            return replace(outcome, hint=None)
        return outcome

    def refusal(self, endpoint: Endpoint) -> TransportFailure | None:
        """What can be told from the URL: a browser resolves names by itself."""
        return _refusal(endpoint, self._reaches)


class WorldEndpoints:
    """Asks through a world that was handed in: a client or an application has its own network."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._numbers = count(1)

    async def ask(
        self, endpoint: Endpoint, request: HttpRequest, timeout: float | None
    ) -> HttpResponse | TransportFailure:
        """Send a request through the world."""
        del endpoint
        key = f"{CALL_KEY}#{next(self._numbers)}@1"
        return await self._world.send(SendCall(key, request, timeout, _NO_OPERATION))

    def refusal(self, endpoint: Endpoint) -> TransportFailure | None:
        """A browser has its own network: https, or this machine."""
        own = user_policy(allow_http=False)
        return _refusal(endpoint, EndpointPolicies(own, own))


class LoggedEndpoints:
    """Asks through other endpoints, and keeps what went over the wire until it is taken."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints
        self._exchanges: tuple[WireExchange, ...] = ()

    async def ask(
        self, endpoint: Endpoint, request: HttpRequest, timeout: float | None
    ) -> HttpResponse | TransportFailure:
        """Send a request."""
        outcome = await self._endpoints.ask(endpoint, request, timeout)
        self._exchanges += outcome.exchanges
        return outcome

    def refusal(self, endpoint: Endpoint) -> TransportFailure | None:
        """Why a browser must not be sent to an endpoint."""
        return self._endpoints.refusal(endpoint)

    def take_exchanges(self) -> tuple[WireExchange, ...]:
        """What was kept; it is forgotten."""
        kept, self._exchanges = self._exchanges, ()
        return kept


def _refusal(endpoint: Endpoint, reaches: EndpointPolicies) -> TransportFailure | None:
    try:
        origin, _ = parse_url(endpoint.url)
    except TransportError as reason:
        return replace(reason.failure, hint=None)
    if not endpoint.url.isprintable():
        return TransportFailure("refused", f"the URL of `{origin}` contains a control character")
    where = system_zone(origin.host) or "public"
    found = reaches.of(endpoint, origin).refusal(origin, where)
    return None if found is None else TransportFailure("refused", found.message, found.hint)


def parse_origins(urls: Collection[str]) -> frozenset[Origin]:
    """The origins of URLs that the user named; brokers have none."""
    return frozenset(parse_url(url)[0] for url in urls if is_web_url(url))
