"""Where a server over HTTP listens."""

from __future__ import annotations

from socket import socket

from arazzo_runner.text.diagnostic import SafeRepr


class ListeningAddress(SafeRepr, frozen=True):
    """Bound sockets, the URL of the server, and the token that it demands, if any.

    ``is_local``: no other machine can reach it.
    """

    sockets: list[socket]
    url: str
    token: str | None
    is_local: bool

    def brief(self) -> str:
        """The URL alone."""
        return self.url
