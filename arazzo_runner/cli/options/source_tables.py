"""``[sources.NAME]``: how the description of a source is read, and by which certificates.

What is read behind a login gets headers; certificates are for the servers of the source, too. A
profile may have such tables, which win key by key.

[sources.shop]
headers = { X-Tenant = "eu", X-Key = { env = "SHOP_KEY" }, X-Token = { command = "pass x" } }
scheme = "login"             # the credentials ARAZZO_AUTH_SHOP_LOGIN_…, as HTTP basic or bearer
cacert = "ca.pem"            # as --cacert, --cert, --key and --key-password, for this source alone
cert = "client.pem"
key = "client.key"
key-password = { env = "SHOP_KEY_KEY_WORD" }
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

from arazzo_runner.cli.options.config_file import (
    SOURCES,
    check_owner,
    raise_config_error,
    read_config,
)
from arazzo_runner.cli.options.profiles import Profile
from arazzo_runner.errors import UsageError
from arazzo_runner.http.settings import SourceTls
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.openapi.request.user_headers import check_field, merge_headers
from arazzo_runner.openapi.security.credentials import variable_name
from arazzo_runner.text.diagnostic import error

_FILES = ("cacert", "cert", "key")
_KEY_WORD = "key-password"
_TLS = (*_FILES, _KEY_WORD)
_KEYS = ("headers", "scheme", *_TLS)


class SourceTables(Mapping[str, Headers]):
    """The header fields of each source; what they are made of is read when they are needed.

    Then UsageError is raised for what is not set.
    """

    def __init__(self, tables: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self._tables = tables
        self._environment = environment

    def __getitem__(self, name: str) -> Headers:
        table = self._tables[name]
        own = tuple(_fields(table.get("headers", {}), name, self._environment))
        scheme = table.get("scheme")
        return merge_headers(_credential(name, scheme, self._environment) if scheme else (), own)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


class TlsTables(Mapping[str, SourceTls]):
    """The certificates of each source that has some; passwords are read when they are needed.

    Then UsageError is raised for what is not set.
    """

    def __init__(self, tables: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self._tables = tables
        self._environment = environment

    def __getitem__(self, name: str) -> SourceTls:
        table = self._tables[name]
        password = table.get(_KEY_WORD)
        if password is not None and not isinstance(password, str):
            what = f"`{_KEY_WORD}` of `[{SOURCES}.{name}]`"
            password = _value(password, what, self._environment)
        files = {one: table.get(one) for one in _FILES}
        return SourceTls(**files, key_password=password)

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def certified(self) -> frozenset[str]:
        """The sources that have a client's certificate."""
        return frozenset(name for name, table in self._tables.items() if "cert" in table)


def source_headers(env_file: Mapping[str, str], profile: Profile) -> Mapping[str, Headers]:
    """The header fields for reading descriptions, by the name of the source.

    Raises click.UsageError for a table that cannot be meant.
    """
    tables = _tables(profile)
    return SourceTables(tables, {**env_file, **os.environ}) if tables else {}


def source_tls(env_file: Mapping[str, str], profile: Profile) -> TlsTables:
    """The certificates for single sources. Raises click.UsageError like `source_headers`."""
    tables = {
        name: one for name, one in _tables(profile).items() if not one.keys().isdisjoint(_TLS)
    }
    return TlsTables(tables, {**env_file, **os.environ} if tables else {})


def _tables(profile: Profile) -> dict[str, Any]:
    tables = dict(read_config().get(SOURCES, {}))
    for name, table in tables.items():
        _check_table(name, table, f"[{SOURCES}.{name}]")
    for name, table in profile.sources.items():
        _check_table(name, table, f"[profiles.{profile.name}.{SOURCES}.{name}]")
        tables[name] = {**tables.get(name, {}), **table}
    return tables


def _check_table(name: str, table: Any, where: str) -> None:
    if not isinstance(table, dict):
        raise_config_error(f"`{name}` has to be a table: `{where}`")
    for key in table:
        if key not in _KEYS:
            raise_config_error(f"`{where}` has no key `{key}`", key, _KEYS)
    headers, scheme = table.get("headers", {}), table.get("scheme", "")
    if not isinstance(headers, dict):
        raise_config_error(f"`headers` of `{where}` has to be a table of names and values")
    if not isinstance(scheme, str):
        raise_config_error(f"`scheme` of `{where}` has to be the name of a security scheme")
    for header, value in headers.items():
        _check_value(header, value, where)
    for key in _FILES:
        if not isinstance(table.get(key, ""), str):
            raise_config_error(f"`{key}` of `{where}` has to be the path of a file")
    if _KEY_WORD in table:
        _check_value(_KEY_WORD, table[_KEY_WORD], where)


def _check_value(name: str, value: Any, where: str) -> None:
    match value:
        case str():
            return
        case {"env": str()} | {"command": str()} if len(value) == 1:
            return
    wanted = 'a text, { env = "VARIABLE" } or { command = "…" }'
    raise_config_error(f"`{name}` of `{where}` has to be {wanted}")


def _fields(
    headers: Mapping[str, Any], source: str, environment: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        what = f"the header `{name}` of `[{SOURCES}.{source}]`"
        text = value if isinstance(value, str) else _value(value, what, environment)
        try:
            check_field(name, text)
        except ValueError as reason:
            raise_config_error(f"`[{SOURCES}.{source}]`: {reason}")
        yield name, text


def _value(value: Mapping[str, str], what: str, environment: Mapping[str, str]) -> str:
    if "env" in value:
        return _variable(value["env"], what, environment)
    from arazzo_runner.auth.command import read_command_value

    check_owner()
    return read_command_value(value["command"])


def _variable(name: str, what: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name)
    if not value:
        message = f"`{name}`, the value of {what}, is not set"
        raise UsageError(error("AZ905", message, help=f"set `{name}`"))
    return value.rstrip("\r\n")


def _credential(source: str, scheme: str, environment: Mapping[str, str]) -> Headers:
    """What the variables of a scheme say; the description would say more, and is not read yet."""
    token = environment.get(variable_name(source, scheme, "token"))
    if token:
        return (("Authorization", f"Bearer {token}"),)
    username = environment.get(variable_name(source, scheme, "username"))
    password = environment.get(variable_name(source, scheme, "password"))
    if username and password is not None:
        pair = b64encode(f"{username}:{password}".encode()).decode("ascii")
        return (("Authorization", f"Basic {pair}"),)
    names = [variable_name(source, scheme, part) for part in ("token", "username", "password")]
    message = f"`scheme` of `[{SOURCES}.{source}]` has no credentials to read the description with"
    help_ = f"set `{names[0]}`, or `{names[1]}` and `{names[2]}`"
    raise UsageError(error("AZ905", message, help=help_))
