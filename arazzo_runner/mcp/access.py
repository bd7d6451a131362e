"""Who may talk to the server over HTTP: the token, and which sites a browser may come from.

Model Context Protocol 2025-06-18, Transports, "Security Warning": a site must not reach a server on
the user's machine through the browser (DNS rebinding), so ``Origin`` and ``Host`` are checked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from hmac import compare_digest
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from arazzo_runner.mock_server.admin import is_loopback

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


class GuardedApp:
    """An application behind a token, if any, and behind checks of where requests come from.

    ``is_local``: it listens on this machine alone, so that no other name of the host is meant.
    """

    def __init__(self, app: AsgiApp, token: str | None, *, is_local: bool) -> None:
        self._app = app
        self._token = None if token is None else f"bearer {token}".encode()
        self._is_local = is_local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what must not come, or let the application have it."""
        if scope["type"] == "http":
            refused = self._refusal(scope["headers"])
            if refused is not None:
                await _refuse(send, *refused)
                return
        await self._app(scope, receive, send)

    def _refusal(self, headers: Iterable[tuple[bytes, bytes]]) -> tuple[int, str] | None:
        """The status and the reason of a request that is refused."""
        fields = [(name.lower(), value) for name, value in headers]
        hosts = [value.decode("latin-1") for name, value in fields if name == b"host"]
        origins = [value.decode("latin-1") for name, value in fields if name == b"origin"]
        if len(hosts) != 1 or (self._is_local and not is_loopback(_host(f"//{hosts[0]}"))):
            return 421, "the Host of the request is not this machine"
        if any(not self._is_allowed_origin(one, hosts[0]) for one in origins):
            return 403, "a page of another origin may not use this server"
        if self._token is not None and not self._has_token(fields):
            return 401, "the bearer token of this server is missing or another one"
        return None

    def _is_allowed_origin(self, origin: str, host: str) -> bool:
        """Whether a page comes from this machine, or from where the server itself is."""
        return is_loopback(_host(origin)) or _host(origin) == _host(f"//{host}")

    def _has_token(self, fields: Iterable[tuple[bytes, bytes]]) -> bool:
        given = [value for name, value in fields if name == b"authorization"]
        if len(given) != 1 or self._token is None:
            return False
        scheme, _, rest = given[0].partition(b" ")
        return compare_digest(scheme.lower() + b" " + rest.strip(), self._token)


def _host(url: str) -> str:
    """The host of a URL; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


async def _refuse(send: Send, status: int, reason: str) -> None:
    body = f"{reason}\n".encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
