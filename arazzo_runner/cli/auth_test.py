"""`arazzo auth --test`: what is tried for each scheme, over the network of the flags."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from arazzo_runner.cli.credentials import person
from arazzo_runner.cli.worlds import http_settings
from arazzo_runner.credentials.endpoints import GuardedEndpoints
from arazzo_runner.credentials.sources import CredentialStores
from arazzo_runner.credentials.survey import SchemeStatus
from arazzo_runner.credentials.trial import CredentialTest, try_request, try_tokens
from arazzo_runner.credentials.wiring import (
    Permissions,
    authorizing_world,
    guarded_endpoints,
    tokens_of,
)
from arazzo_runner.executor.drive import run_coroutine
from arazzo_runner.executor.world import World
from arazzo_runner.openapi.model import Operation
from arazzo_runner.openapi.security.credentials import (
    SECRET_KINDS,
    Credentials,
    OAuthFlow,
    credentials_from,
    find_flow,
)
from arazzo_runner.openapi.security.schemes import Authorization, authorize, missing_parts
from arazzo_runner.openapi.security.token_need import token_need
from arazzo_runner.openapi.servers import server_url
from arazzo_runner.report.secrets import Masker


class CredentialTester(Struct, frozen=True):
    """What trials are made with."""

    sources: CredentialStores
    given: Mapping[str, Any]
    masker: Masker
    world: World
    endpoints: GuardedEndpoints

    @classmethod
    @contextmanager
    def opened(
        cls, sources: CredentialStores, given: Mapping[str, Any], masker: Masker
    ) -> Iterator[CredentialTester]:
        """The network, for as long as the block runs."""
        from arazzo_runner.http.client import HttpWorld
        from arazzo_runner.http.network import BlockingNetwork

        servers = [*given["servers"].values()]
        permissions = Permissions(given["allow_http"], given["allow_net"], servers)
        settings = http_settings(given)
        endpoints = guarded_endpoints(settings, BlockingNetwork(), os.environ, permissions)
        with HttpWorld(settings) as world:
            yield cls(sources, given, masker, world, endpoints)

    def trial(self, use: SchemeStatus) -> CredentialTest:
        """Try the credential of one scheme; commands and the keyring are asked for it."""
        credentials = self._credentials(use)
        lacking = missing_parts(use.scheme, use.source, credentials)
        if lacking:
            names = " and ".join(f"`{name}`" for name in lacking)
            return CredentialTest("missing", "it is not set", f"set {names}")
        way = find_flow(use.scheme, credentials.of(use.source, use.scheme.name))
        if way is not None and way.flow is not None:
            return self._tokens(use, credentials, way.flow)

        def authorized(operation: Operation) -> tuple[str, Authorization]:
            return self._authorized(operation, use, credentials)

        return run_coroutine(try_request(use, authorized, self._around))

    def _credentials(self, use: SchemeStatus) -> Credentials:
        """Those of this scheme alone, so that no other one is tried in its place."""
        found = credentials_from(
            self.sources.variables,
            use.source,
            [use.scheme],
            self.sources.aliases,
            self.sources.more,
        )
        parts = found.of(use.source, use.scheme.name)
        self.masker.learn(parts[kind] for kind in SECRET_KINDS if kind in parts)
        return found.joined(Credentials(certificate=bool(self.given["cert"])))

    def _tokens(
        self, use: SchemeStatus, credentials: Credentials, flow: OAuthFlow
    ) -> CredentialTest:
        needs = [
            token_need(use.scheme, use.source, flow, one.scopes, one.server) for one in use.uses
        ]
        tokens = tokens_of(self.world, credentials, self.endpoints, self.masker.learn, person())
        return run_coroutine(try_tokens(dict.fromkeys(needs), tokens))

    def _authorized(
        self, operation: Operation, use: SchemeStatus, credentials: Credentials
    ) -> tuple[str, Authorization]:
        servers = self.given["servers"]
        override = servers.get(use.source, servers.get(""))
        server = server_url(operation, override, self.given["server_variables"])
        return server, authorize(operation, use.source, credentials, frozenset(), server)

    def _around(self, authorization: Authorization) -> World:
        if not authorization.needs:
            return self.world
        learn = self.masker.learn
        return authorizing_world(self.world, [authorization], self.endpoints, learn, person())
