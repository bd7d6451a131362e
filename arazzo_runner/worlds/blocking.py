"""The network by blocking sockets: nothing here suspends, so no event loop is needed."""

from __future__ import annotations

import socket
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

from arazzo_runner.worlds.network import Address, TlsStream, is_readable

if TYPE_CHECKING:
    import ssl

_READ_SIZE = 64 * 1024


class BlockingNetwork:
    """Names by the system's resolver, connections by its sockets."""

    async def resolve(self, host: str, port: int, timeout: float) -> list[Address]:
        """The addresses of a host; TimeoutError, socket.gaierror."""
        return resolve_host(host, port, timeout)

    async def connect(self, address: Address, timeout: float) -> BlockingStream:
        """A TCP connection; OSError."""
        family, where = address
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(timeout)
            connection.connect(where)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            connection.close()
            raise
        return BlockingStream(connection)


class BlockingStream:
    """A connected socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    async def read(self, timeout: float) -> bytes:
        """Some bytes, none at the end."""
        self._socket.settimeout(timeout)
        return self._socket.recv(_READ_SIZE)

    async def write(self, data: bytes, timeout: float) -> None:
        """Send all of ``data`` within ``timeout``."""
        ends = monotonic() + timeout
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(_remaining_time(ends))
            rest = rest[self._socket.send(rest) :]

    async def start_tls(self, context: ssl.SSLContext, host: str, timeout: float) -> TlsStream:
        """Speak TLS from here on."""
        self._socket.settimeout(timeout)
        # An end without TLS's own goodbye (close_notify) may be a truncation: it is an error.
        secured = context.wrap_socket(
            self._socket, server_hostname=host, suppress_ragged_eofs=False
        )
        return BlockingStream(secured), secured.selected_alpn_protocol()

    def is_stale(self) -> bool:
        """Whether the server has closed the idle connection."""
        return is_readable(self._socket.fileno())

    async def aclose(self) -> None:
        """Close, at once."""
        self._socket.close()


def _remaining_time(ends: float) -> float:
    left = ends - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def resolve_host(host: str, port: int, timeout: float) -> list[Address]:
    """The addresses of a host, in the order of RFC 6724; TimeoutError, socket.gaierror.

    The system's resolver cannot be given a time, so it runs in a thread of its own, which may
    outlive this call.
    """
    outcome: list[list[Address] | Exception] = []
    thread = Thread(target=lambda: outcome.append(_resolve(host, port)), daemon=True)
    thread.start()
    thread.join(timeout)
    if not outcome:
        raise TimeoutError
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


def _resolve(host: str, port: int) -> list[Address] | Exception:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as reason:  # the latter for a label of over 63 characters
        return reason
    return [(family, where) for family, _, _, _, where in found]
