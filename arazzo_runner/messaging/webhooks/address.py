"""Where webhooks arrive: an address of this machine, and the URL by which senders reach it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from socket import socket
from threading import Lock
from typing import Final, TypeAlias
from urllib.parse import quote

from arazzo_runner.http_semantics.integers import parse_digits
from arazzo_runner.http_semantics.uri import parse_uri

Bind: TypeAlias = Callable[[], Sequence[socket]]
"""Gives sockets that listen; raises UsageError where the port cannot be had."""

_PLAIN: Final = "/-._~!$&'()*+,;=:@%{}"


class ListenAddress:
    """The address of ``--listen``, which is bound as soon as it is needed.

    ``public_url`` is that of ``--public-url``; without one it is the address itself. Threads may
    share one; it compares by identity.
    """

    def __init__(self, label: str, bind: Bind, public_url: str | None = None) -> None:
        self.label = label
        self._bind = bind
        self._public_url = public_url
        self._lock = Lock()
        self._sockets: tuple[socket, ...] = ()

    def sockets(self) -> tuple[socket, ...]:
        """The sockets, bound once. Raises UsageError AZ906."""
        with self._lock:
            if not self._sockets:
                self._sockets = tuple(self._bind())
            return self._sockets

    @property
    def public_url(self) -> str:
        """Where senders reach it; raises UsageError AZ906."""
        if self._public_url is not None:
            return self._public_url
        port = parse_digits(self.label.rpartition(":")[2])
        return local_url(self.label, port or self.sockets()[0].getsockname()[1])

    def public_address(self, address: str) -> str:
        """The URL of a channel: its path behind the public URL."""
        return self.public_url.rstrip("/") + "/" + quote(address.lstrip("/"), safe=_PLAIN)

    def release(self) -> None:
        """Give the port back."""
        with self._lock:
            sockets, self._sockets = self._sockets, ()
        for one in sockets:
            one.close()

    def __del__(self) -> None:
        """Nobody needs the port any more."""
        self.release()


def local_url(label: str, port: int) -> str:
    """The URL of ``HOST:PORT`` for a client on this machine, with the port that it really has."""
    host = label.rpartition(":")[0].removeprefix("[").removesuffix("]") or "127.0.0.1"
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - of a URL
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def public_url_problem(text: str) -> str | None:
    """What keeps a text from being a public URL, None where nothing does."""
    uri = parse_uri(text)
    if uri is None or uri.scheme not in ("http", "https") or not uri.hostname:
        return "is no URL of http or https"
    if uri.query or uri.fragment or "?" in text or "#" in text:
        return "has a query or a fragment: the path of a channel is put behind it"
    if uri.username is not None or uri.password is not None:
        return "has a user name or a password"
    return None
