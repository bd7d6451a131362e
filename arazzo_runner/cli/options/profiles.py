"""``--profile NAME``: a table of the configuration between the environment and ``[run]``.

[profiles.staging]
timeout = "10s"                                               # any flag of the command
servers = { studioApi = "https://studio.staging.example" }    # or one URL for all sources
server-vars = { region = "ie1" }
inputs = { flowSid = "FW0123" }

[profiles.staging.credentials]                                # like `[credentials]`, and wins
ARAZZO_AUTH_STUDIOAPI_ACCOUNTSID_AUTHTOKEN_PASSWORD = "STAGING_AUTH_TOKEN"

[profiles.staging.sources.studioApi]                          # like `[sources.NAME]`, and wins
headers = { X-Key = { env = "STAGING_KEY" } }

A profile may be shared by many documents: what it says of sources, variables and inputs that a
document does not have is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import click
from click.core import ParameterSource
from msgspec import Struct, field

from arazzo_runner.cli.options.config_file import (
    SOURCES,
    default_of,
    raise_config_error,
    read_config,
)

_KEY: Final = "arazzo.profile"
_PROFILE_TABLES: Final = ("inputs", "credentials", "servers", "server-vars", SOURCES)
_TYPED: Final = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)


class Profile(Struct, frozen=True):
    """What a profile says apart from flags; ``servers`` and ``variables`` are ``NAME=VALUE``."""

    name: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    credentials: Mapping[str, Any] = field(default_factory=dict)
    servers: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    sources: Mapping[str, Any] = field(default_factory=dict)


NO_PROFILE: Final = Profile()


def take_profile(ctx: click.Context, _param: click.Parameter, name: str | None) -> Profile:
    """The callback of the flag, called before those of all others: read the table, keep it.

    Its flags become the defaults of this command. Raises click.UsageError.
    """
    if name is None:
        return NO_PROFILE
    whole = _table(name)
    ctx.default_map = {**(ctx.default_map or {}), **_flags(name, whole, ctx.command)}
    table = {key.replace("_", "-"): value for key, value in whole.items()}
    profile = Profile(
        name,
        _profile_table(table, "inputs", name),
        _profile_table(table, "credentials", name),
        _pairs(table.get("servers", {}), "servers", name),
        _pairs(table.get("server-vars", {}), "server-vars", name),
        _profile_table(table, SOURCES, name),
    )
    ctx.meta[_KEY] = profile
    return profile


def profile_of(ctx: click.Context | None) -> Profile:
    """The profile that a command was given; an empty one without."""
    found: Profile = ctx.meta.get(_KEY, NO_PROFILE) if ctx is not None else NO_PROFILE
    return found


def merge_profile_pairs(
    ctx: click.Context,
    param: click.Parameter,
    pairs: Mapping[str, str],
    read: Callable[[], Mapping[str, str]],
) -> dict[str, str]:
    """``NAME=VALUE`` pairs of a flag, ``pairs``, and those of the profile, by name.

    What was typed beats the profile, the profile beats ``[run]``. The empty name means all: such a
    value leaves nothing of what it beats. ``read`` reads those of the profile; what it raises is
    about the configuration.
    """
    try:
        own = read()
    except click.BadParameter as mistake:
        raise_config_error(f"profile `{profile_of(ctx).name}`: {mistake.message}")
    is_typed = ctx.get_parameter_source(param.name or "") in _TYPED
    lower, upper = (own, pairs) if is_typed else (pairs, own)
    return dict(upper) if "" in upper else {**lower, **upper}


def _table(name: str) -> dict[str, Any]:
    profiles = read_config().get("profiles", {})
    if not profiles:
        message = f"there is no profile `{name}`: no `arazzo.toml` here or above has profiles"
        raise click.UsageError(message)
    if name not in profiles:
        listed = ", ".join(f"`{one}`" for one in profiles)
        raise_config_error(f"there is no profile `{name}`", name, profiles, f"there are {listed}")
    if not isinstance(profiles[name], dict):
        raise_config_error(f"`{name}` has to be a table: `[profiles.{name}]`")
    table: dict[str, Any] = profiles[name]
    return table


def _flags(name: str, table: Mapping[str, Any], command: click.Command) -> dict[str, Any]:
    """The defaults of flags; those that only `run` has are no matter to other commands."""
    where = f"profiles.{name}"
    found: dict[str, Any] = {}
    for key, value in table.items():
        flag = key.replace("_", "-")
        if flag in _PROFILE_TABLES and (flag != "inputs" or isinstance(value, dict)):
            continue
        if command.name == "run" or _has_flag(command, flag):
            found.update([default_of(where, key, value, command, _PROFILE_TABLES)])
    return found


def _has_flag(command: click.Command, flag: str) -> bool:
    return any(f"--{flag}" in one.opts for one in command.params)


def _profile_table(table: Mapping[str, Any], key: str, name: str) -> Mapping[str, Any]:
    value = table.get(key, {})
    if isinstance(value, str) and key == "inputs":  # it is the flag, a file
        return {}
    if not isinstance(value, dict):
        raise_config_error(f"`{key}` has to be a table: `[profiles.{name}.{key}]`")
    own: dict[str, Any] = value
    return own


def _pairs(value: Any, key: str, name: str) -> tuple[str, ...]:
    """Names and values as they are typed; one text is for all."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise_config_error(
            f"`{key}` of the profile `{name}` has to be a table of names and strings"
        )
    return tuple(f"{one}={text}" for one, text in value.items())
