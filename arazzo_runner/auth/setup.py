"""The authorizing world of a plan, over the world that sends its requests."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from arazzo_runner.auth.authorizations import authorizations
from arazzo_runner.auth.endpoints import (
    CALL_KEY,
    EndpointPolicies,
    Endpoints,
    GuardedEndpoints,
    WorldEndpoints,
    parse_origins,
)
from arazzo_runner.auth.interactive import Person
from arazzo_runner.auth.token_store import TokenStore
from arazzo_runner.auth.tokens import BY_PERSON, TokenCache, TokenContext, no_terminal_failure
from arazzo_runner.auth.world import AuthorizingWorld
from arazzo_runner.executor.plan import Plan
from arazzo_runner.executor.world import World
from arazzo_runner.http.address_guard import document_policy, user_policy
from arazzo_runner.http.network import Network
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.openapi.security.credentials import Credentials
from arazzo_runner.openapi.security.schemes import Authorization
from arazzo_runner.openapi.security.token_need import TokenNeed
from arazzo_runner.text.diagnostic import Diagnostic, error

if TYPE_CHECKING:
    from arazzo_runner.messaging.model import ChannelRoute

# 43 characters: what RFC 7636, section 4.1, asks of a verifier at least.
_OCTETS: Final = 32

SecretListener = Callable[[Iterable[str]], None]


class Permissions(Struct, frozen=True):
    """What the user allows tokens to be fetched from; ``servers`` are URLs that the user named."""

    allow_http: bool = False
    allow_net: bool = False
    servers: Sequence[str] = ()

    def reaches(self) -> EndpointPolicies:
        """How far the requests for tokens go."""
        own = user_policy(allow_http=self.allow_http)
        others = document_policy(allow_http=self.allow_http, allow_net=self.allow_net)
        return EndpointPolicies(own, others, parse_origins(self.servers))


def needs_person_findings(
    plan: Plan, store: TokenStore | None = None, routes: Iterable[ChannelRoute] = ()
) -> list[Diagnostic]:
    """The findings about needs that cannot be fulfilled where nobody is at a terminal.

    What ``store`` has of another run needs nobody.
    """
    failures = [
        no_terminal_failure(need)
        for each in authorizations(plan, routes)
        for need in each.needs
        if isinstance(need, TokenNeed) and need.flow in BY_PERSON
        if store is None or store.load(need, _client(each, need)) is None
    ]
    return [error("AZ905", one.message, help=one.hint) for one in dict.fromkeys(failures)]


def _client(authorization: Authorization, need: TokenNeed) -> str:
    return authorization.credentials.of(need.owner, need.scheme).get("client_id", "")


def authorizing_world(
    world: World,
    authorizations: Iterable[Authorization],
    endpoints: Endpoints | None,
    learn: SecretListener,
    person: Person | None = None,
    store: TokenStore | None = None,
    routes: Iterable[ChannelRoute] = (),
) -> World:
    """The world of one run that fulfils the needs of its authorizations.

    Tokens come from ``endpoints``, or through ``world`` itself where there are none. ``learn`` is
    told of every secret before it can be shown. ``routes`` are those that ``world`` has.
    """
    credentials = Credentials()
    for one in authorizations:
        credentials = credentials.joined(one.credentials)
    tokens = tokens_of(world, credentials, endpoints, learn, person, store)
    needs = {one.step: need for one in routes if (need := one.need) is not None}
    return AuthorizingWorld(world, credentials, tokens, _random_token, learn, channel_needs=needs)


def tokens_of(
    world: World,
    credentials: Credentials,
    endpoints: Endpoints | None,
    learn: SecretListener,
    person: Person | None,
    store: TokenStore | None = None,
) -> TokenCache:
    """The tokens of one run, without the world that sends them."""
    waits = count(1)
    by = TokenContext(
        endpoints or WorldEndpoints(world),
        learn,
        monotonic,
        _random_token,
        lambda seconds: world.sleep(f"{CALL_KEY}#{next(waits)}/wait", seconds),
        person,
        store,
    )
    return TokenCache(credentials, by)


def guarded_endpoints(
    settings: HttpSettings,
    network: Network,
    environment: Mapping[str, str],
    permissions: Permissions,
) -> GuardedEndpoints:
    """The way to authorization servers over a network, under the rules for documents' URLs."""
    return GuardedEndpoints(settings, network, environment, permissions.reaches())


def _random_token() -> str:
    return secrets.token_urlsafe(_OCTETS)
