"""Where `arazzo mcp --http` listens, and the token that it demands."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from arazzo_runner.errors import UsageError
from arazzo_runner.mcp.address import ListeningAddress
from arazzo_runner.mock_server.admin import is_loopback
from arazzo_runner.mock_server.listen import (
    AddressFlags,
    bind_sockets,
    host_and_port,
    server_url,
)
from arazzo_runner.text.diagnostic import error

TOKEN_VARIABLE: Final = "ARAZZO_MCP_TOKEN"  # noqa: S105 - the name of a variable
_SHORTEST: Final = 16


def listening_address(given: Mapping[str, Any]) -> ListeningAddress | None:
    """The address of ``--http``, bound; None for standard input and output.

    Raises UsageError for an address that cannot be used, and where a token is missing.
    """
    if given["http"] is None:
        if given["token_file"] is not None:
            raise _usage_error("`--token-file` is for `--http`, which is missing")
        return None
    token = _token(given)
    host, port = host_and_port(given["http"], "--http")
    is_local = is_loopback(host)
    if token is None and not is_local:
        message = f"`--http {given['http']}`: other machines can reach this, and no token is set"
        raise _usage_error(
            message, f"set `{TOKEN_VARIABLE}` or `--token-file`, or listen on `127.0.0.1`"
        )
    flags = AddressFlags("--http", "--http", "--http HOST:0")
    sockets = bind_sockets(host, port, flags)
    return ListeningAddress(sockets, server_url(host, sockets), token, is_local)


def _token(given: Mapping[str, Any]) -> str | None:
    """The token, from the file or the environment; one that can be guessed is refused."""
    where, text = f"`{TOKEN_VARIABLE}`", _variable(given)
    if given["token_file"] is not None:
        where = f"`--token-file {given['token_file']}`"
        text = _file_text(given["token_file"])
    if text is None:
        return None
    token = text.strip()
    if len(token) < _SHORTEST or not token.isascii() or not token.isprintable() or " " in token:
        raise _usage_error(
            f"{where} is no bearer token: {_SHORTEST} or more letters, digits and signs",
            "make one with `python -c 'import secrets; print(secrets.token_urlsafe(32))'`",
        )
    return token


def _variable(given: Mapping[str, Any]) -> str | None:
    return os.environ.get(TOKEN_VARIABLE) or (given["env_file"] or {}).get(TOKEN_VARIABLE) or None


def _file_text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as reason:
        words = getattr(reason, "strerror", None) or "it is not UTF-8"
        raise _usage_error(f"`--token-file {path}` cannot be read: {words.lower()}") from None


def _usage_error(message: str, hint: str | None = None) -> UsageError:
    return UsageError(error("AZ906", message, help=hint))
