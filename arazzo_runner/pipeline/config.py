"""Where and how to run: what the user chose, and what the environment says."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from msgspec import field

from arazzo_runner.executor.plan import Settings
from arazzo_runner.executor.run_state import Debugger
from arazzo_runner.mock.settings import MockSettings
from arazzo_runner.openapi.security.credentials import CredentialLookup, CredentialReader, no_lookup
from arazzo_runner.openapi.security.schemes import Credentials, MissingCredentials
from arazzo_runner.pipeline.generation import Generation
from arazzo_runner.text.diagnostic import SafeRepr


class RunConfig(SafeRepr, frozen=True):
    """Where and how to run.

    ``servers`` are base URLs by source name (``""``: for all); ``credentials`` are given by hand
    and win; ``environment`` is where the others are read from, ``aliases`` names other variables
    that serve too, ``more`` is asked for what is not set, and ``ask`` for what is then missing:
    it gives variables. ``mock`` is set where the mock answers. ``needs_credentials`` False leaves
    requests without credentials where none are set. ``headers`` are ``[SOURCE=]NAME=VALUE``;
    ``no_auth`` is where no credentials go: ``all`` or ``SOURCE[.SCHEME]``; ``identities`` are the
    credentials that steps may name. ``secrets`` are names of inputs and outputs to mask. With
    ``own_channels`` the world has channels itself, as a recording has, and needs no brokers.
    ``debugger`` is asked before and after each attempt of a step.
    """

    servers: Mapping[str, str] = field(default_factory=dict)
    server_variables: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    aliases: Mapping[str, str] = field(default_factory=dict)
    needs_credentials: bool = True
    secrets: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    no_auth: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    credentials: Credentials = field(default_factory=Credentials)
    more: CredentialLookup = no_lookup
    mock: MockSettings | None = None
    generation: Generation = Generation()
    identities: Mapping[str, CredentialReader] = field(default_factory=dict)
    own_channels: bool = False
    ask: Callable[[MissingCredentials], Mapping[str, str]] = lambda _missing: {}
    debugger: Debugger | None = None

    def brief(self) -> str:
        """The servers alone: the environment holds secrets."""
        return ", ".join(self.servers.values())
