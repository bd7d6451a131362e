"""Credentials of a command: what ``[credentials]`` and the flags say of where they are read.

[credentials]
ARAZZO_AUTH_SHOP_LOGIN_USERNAME = "SHOP_USER"                       # another variable
ARAZZO_AUTH_SHOP_LOGIN_PASSWORD = { command = "pass show shop" }    # a program that prints it
cred_command = "vault-reader {name}"                                # a program for all
keyring = "arazzo"                                                  # a service of the keyring

[credentials.alice]                                                 # for steps that name `alice`
ARAZZO_AUTH_SHOP_LOGIN_USERNAME = "ALICE_USER"
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click
from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.auth.authorizations import authorizations
from arazzo_runner.auth.sources import CredentialStore, CredentialStores
from arazzo_runner.cli.options.config_file import CREDENTIALS, check_owner, config_file, read_config
from arazzo_runner.cli.options.profiles import profile_of
from arazzo_runner.cli.options.settings import configured_tls
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.plan import Plan
from arazzo_runner.openapi.model import SecurityScheme
from arazzo_runner.openapi.security.credentials import CredentialReader
from arazzo_runner.openapi.security.schemes import (
    Credentials,
    MissingCredentials,
    credentials_from,
)
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.report.safe_text import escape

_COMMAND: Final = "cred_command"
_KEYRING: Final = "keyring"

if TYPE_CHECKING:
    from arazzo_runner.auth.interactive import Person
    from arazzo_runner.auth.token_store import TokenStore
    from arazzo_runner.messaging.model import ChannelRoute


class CredentialConfig(Struct, frozen=True):
    """What a ``[credentials]`` table says: other variables, commands for single variables, for all.

    ``keyring`` is the service under which the system's keyring has them.
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    commands: Mapping[str, str] = field(default_factory=dict)
    command: str | None = None
    keyring: str | None = None
    named: Mapping[str, CredentialConfig] = field(default_factory=dict)

    def joined(self, other: CredentialConfig) -> CredentialConfig:
        """Both tables as one, the other is a profile's; it wins, variable by variable."""
        own = {name: one for name, one in self.aliases.items() if name not in other.commands}
        commands = {name: one for name, one in self.commands.items() if name not in other.aliases}
        return CredentialConfig(
            {**own, **other.aliases},
            {**commands, **other.commands},
            other.command or self.command,
            other.keyring or self.keyring,
            {**self.named, **other.named},
        )


def credential_table() -> dict[str, Any]:
    """The ``[credentials]`` table with what the profile in use says, which wins."""
    profile = profile_of(click.get_current_context(silent=True))
    return {**read_config().get(CREDENTIALS, {}), **profile.credentials}


def credential_config(table: Mapping[str, Any]) -> CredentialConfig:
    """Read a table of credentials, ``[credentials]`` or a profile's. Raises click.UsageError."""
    config = CredentialConfig()
    for name, value in table.items():
        config = config.joined(_entry(name, value))
    return config


def _entry(name: str, value: Any) -> CredentialConfig:
    match value:
        case str() if value.strip() and name == _COMMAND:
            return CredentialConfig(command=value)
        case str() if value.strip() and name == _KEYRING:
            return CredentialConfig(keyring=value)
        case str() if name not in (_COMMAND, _KEYRING):
            return CredentialConfig(aliases={name: value})
        case {"command": str(command)} if len(value) == 1 and name not in (_COMMAND, _KEYRING):
            return CredentialConfig(commands={name: command})
        case dict() if not name.startswith("ARAZZO_") and name not in (_COMMAND, _KEYRING):
            return CredentialConfig(named={name: credential_config(value)})
        case _:
            raise _refused_error(name)


def named_credentials(
    given: Mapping[str, Any], config: CredentialConfig | None = None
) -> dict[str, CredentialReader]:
    """The credentials that steps may name, ``[credentials.NAME]``. Raises UsageError."""
    return {name: _named_reader(one) for name, one in named_stores(given, config).items()}


def _named_reader(stores: CredentialStores) -> CredentialReader:
    def read(source: str, schemes: Iterable[SecurityScheme]) -> Credentials:
        return credentials_from(stores.variables, source, schemes, stores.aliases, stores.more)

    return read


def named_stores(
    given: Mapping[str, Any], config: CredentialConfig | None = None
) -> dict[str, CredentialStores]:
    """Where the credentials of ``[credentials.NAME]`` are read, by name. Raises UsageError."""
    config = config or credential_config(credential_table())
    return {name: _named_stores(one, given["env_file"]) for name, one in config.named.items()}


def _named_stores(config: CredentialConfig, file: Mapping[str, str]) -> CredentialStores:
    """Nothing but what the table names, and the client of a scheme that it has a part of."""
    prefixes = {name.rpartition("_")[0] for name in (*config.aliases, *config.commands)}
    clients = {prefix + one for prefix in prefixes for one in _CLIENT} - config.aliases.keys()
    known = {*clients, *config.aliases.values()}
    environment = {name: value for name, value in os.environ.items() if name in known}
    own = {name: value for name, value in file.items() if name in known}
    return CredentialStores(environment, own, config.aliases, tuple(_other_stores(config)))


_CLIENT: Final = ("_CLIENT_ID", "_CLIENT_SECRET")


def _refused_error(name: str) -> click.UsageError:
    match name:
        case "cred_command":
            wanted = 'a command line, such as "vault-reader {name}"'
        case "keyring":
            wanted = 'the name of a service, such as "arazzo"'
        case _:
            wanted = 'the name of a variable, such as "API_PASSWORD", or { command = "…" }'
    return click.UsageError(f"`{config_file()}`: `{name}` has to be {wanted}")


def credential_stores(
    given: Mapping[str, Any], config: CredentialConfig | None = None
) -> CredentialStores:
    """All places where credentials are, by the flags and the configuration. Raises UsageError.

    ``config`` is what the configuration says; without it, what ``[credentials]`` does.
    """
    config = config or credential_config(credential_table())
    if given["keyring"] is not None:
        config = replace(config, keyring=given["keyring"])
    others = tuple(_other_stores(config))
    return CredentialStores(dict(os.environ), given["env_file"], config.aliases, others)


def with_credentials(
    options: pipeline.RunConfig, given: Mapping[str, Any], config: CredentialConfig | None = None
) -> pipeline.RunConfig:
    """The options with all that credentials are read from; nothing is asked where none are needed.

    ``config`` is that of :func:`sources_of`. Raises UsageError, click.UsageError.
    """
    sources = credential_stores(given, config)
    options = replace(
        options,
        environment=sources.variables,
        aliases=sources.aliases,
        identities=named_credentials(given, config),
    )
    if not options.needs_credentials:
        return options
    certified = configured_tls(given).certified()
    certificate = Credentials(certificate=bool(given["cert"]), certified=certified)
    return replace(options, more=sources.more, ask=prompt_missing, credentials=certificate)


def person() -> Person | None:
    """Whoever is at the terminal; None where nobody is."""
    from arazzo_runner.auth.prompt import is_terminal

    if not is_terminal():
        return None
    from arazzo_runner.auth.browser import TerminalPerson

    return TerminalPerson()


def prompt_missing(missing: MissingCredentials) -> Mapping[str, str]:
    """Ask whoever is at the terminal for the variables that are missing; nothing without one."""
    from arazzo_runner.auth.prompt import is_terminal, prompt_for

    names = [one for one in missing.variables if not one.startswith("-")]
    if not is_terminal() or len(names) < len(missing.variables):
        return {}
    return prompt_for(escape(missing.message), names)


def token_store(given: Mapping[str, Any]) -> TokenStore | None:
    """What `--token-cache` says to keep tokens in. Raises UsageError AZ905."""
    if given.get("token_cache") != "keyring":
        return None
    from arazzo_runner.auth.token_store import KeyringTokenStore

    return KeyringTokenStore()


def check_person(plan: Plan, given: Mapping[str, Any], routes: Sequence[ChannelRoute] = ()) -> None:
    """Raise UsageError where somebody would have to be at the terminal, and nobody is.

    So is a keyring for tokens that cannot be read (AZ905).
    """
    if not authorizations(plan, routes):
        return
    store = token_store(given)
    if person() is not None:
        return
    from arazzo_runner.auth.setup import needs_person_findings

    findings = needs_person_findings(plan, store, routes)
    if findings:
        raise UsageError(*findings)


def _other_stores(config: CredentialConfig) -> list[CredentialStore]:
    """Commands and the keyring; what they need is loaded when they are asked."""
    found: list[CredentialStore] = []
    if config.commands or config.command is not None:
        check_owner()
    if config.commands:
        found.append(_single_commands(config.commands))
    if config.command is not None:
        found.append(_general_command(config.command))
    if config.keyring is not None:
        found.append(_keyring(config.keyring))
    return found


def _single_commands(commands: Mapping[str, str]) -> CredentialStore:
    from arazzo_runner.auth.command import read_command_value
    from arazzo_runner.auth.sources import cached_lookup

    def look_up(name: str) -> str:
        return read_command_value(commands[name])

    return CredentialStore("command", cached_lookup(look_up), commands.__contains__)


def _general_command(command: str) -> CredentialStore:
    from arazzo_runner.auth.command import command_lookup
    from arazzo_runner.auth.sources import cached_lookup

    return CredentialStore("command", cached_lookup(command_lookup(command)))


def _keyring(service: str) -> CredentialStore:
    from arazzo_runner.auth.sources import cached_lookup, keyring_lookup

    return CredentialStore("keyring", cached_lookup(keyring_lookup(service)))
