"""What a world needs of the network: names to addresses, connections, bytes. Two ways to have it.

All failures are OSError (TimeoutError, ssl.SSLError and socket.gaierror are such).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

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


def is_readable(descriptor: int) -> bool:
    """Whether a socket has bytes to read, or has been closed."""
    import select

    if descriptor < 0:
        return True
    if not hasattr(select, "poll"):  # Windows, whose select takes any descriptor
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
