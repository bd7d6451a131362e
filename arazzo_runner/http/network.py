"""The network that the client needs (names, connections, bytes), and one with blocking sockets.

All failures are OSError (TimeoutError, ssl.SSLError and socket.gaierror are such). Blocking
sockets do not suspend, so no event loop is needed.
"""

from __future__ import annotations

import socket
import sys
from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

if TYPE_CHECKING:
    import ssl

# The address family, and the address as sockets of that family take it.
Address: TypeAlias = tuple[int, tuple[Any, ...]]


class NetworkStream(Protocol):
    """One connection; times in seconds."""

    async def read(self, timeout: float) -> bytes:
        """Some bytes, none at the end."""
        ...

    async def write(self, data: bytes, timeout: float) -> None:
        """Send all of ``data`` within ``timeout``."""
        ...

    async def start_tls(self, context: ssl.SSLContext, host: str, timeout: float) -> TlsStream:
        """Speak TLS from here on, with a server that proves to be ``host``."""
        ...

    def is_stale(self) -> bool:
        """Whether an idle connection has been closed, or has bytes that nobody asked for."""
        ...

    async def aclose(self) -> None:
        """Close, at once."""
        ...


# A connection under TLS, and the protocol that was agreed on (ALPN, RFC 7301).
TlsStream: TypeAlias = tuple[NetworkStream, str | None]


class Network(Protocol):
    """Names and connections; times in seconds."""

    async def resolve(self, host: str, port: int, timeout: float) -> list[Address]:
        """The addresses of a host, in the order to try them."""
        ...

    async def connect(self, address: Address, timeout: float) -> NetworkStream:
        """A TCP connection."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        ...


def is_readable(descriptor: int) -> bool:
    """Whether a socket has bytes to read, or has been closed."""
    import select

    if descriptor < 0:
        return True
    if sys.platform == "win32":  # whose select takes any descriptor, and which has no poll
        return bool(select.select([descriptor], [], [], 0)[0])
    else:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(0))


_READ_SIZE = 64 * 1024
LONGEST_WAIT: Final = 0.2 if sys.platform == "win32" else 60.0
"""Seconds that a thread waits at once for a lock, a socket or the time.

On Windows only a sleep is broken off by Ctrl-C, and nothing by Ctrl-Break: who waits looks up
often. Elsewhere a signal ends the wait, and the system's longest sleep is the bound.
"""


class BlockingNetwork:
    """Names by the system's resolver, connections by its sockets."""

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass; a signal whose handler raises ends it at once."""
        ends = monotonic() + seconds
        while (left := ends - monotonic()) > 0:
            sleep(min(left, LONGEST_WAIT))

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
        ends = monotonic() + timeout
        while True:
            self._socket.settimeout(min(timeout, LONGEST_WAIT))
            try:
                return self._socket.recv(_READ_SIZE)
            except TimeoutError:
                timeout = ends - monotonic()
                if timeout <= 0:
                    raise

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
    outlive this call. An IPv4 address needs no resolver.
    """
    if _is_ipv4(host):
        return [(socket.AF_INET, (host, port))]
    outcome: list[list[Address] | Exception] = []
    thread = Thread(target=lambda: outcome.append(_resolve(host, port)), daemon=True)
    thread.start()
    ends = monotonic() + timeout
    while thread.is_alive() and (left := ends - monotonic()) > 0:
        thread.join(min(left, LONGEST_WAIT))
    if not outcome:
        raise TimeoutError
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


def _is_ipv4(host: str) -> bool:
    try:
        socket.inet_pton(socket.AF_INET, host)
    except (OSError, ValueError):  # the latter for what no host has, such as NUL
        return False
    return True


def _resolve(host: str, port: int) -> list[Address] | Exception:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as reason:  # the latter for a label of over 63 characters
        return reason
    return [(family, where) for family, _, _, _, where in found]
