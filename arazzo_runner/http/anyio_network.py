"""The network within an event loop, asyncio's or trio's, by anyio."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import sniffio
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.tls import TLSAttribute, TLSStream

from arazzo_runner.http.network import Address, TlsStream, is_readable

_READ_SIZE = 64 * 1024


class EventLoopNetwork:
    """Names by the loop's resolver, connections by its sockets."""

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass; may be cancelled."""
        await anyio.sleep(seconds)

    async def resolve(self, host: str, port: int, timeout: float) -> list[Address]:
        """The addresses of a host; TimeoutError, socket.gaierror."""
        with anyio.fail_after(timeout):
            found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [(family, where) for family, _, _, _, where in found]

    async def connect(self, address: Address, timeout: float) -> EventLoopStream:
        """A TCP connection; OSError."""
        with _system_errors(), anyio.fail_after(timeout):
            return EventLoopStream(await anyio.connect_tcp(address[1][0], address[1][1]))


class EventLoopStream:
    """A connected stream, plain or TLS."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream

    async def read(self, timeout: float) -> bytes:
        """Some bytes, none at the end."""
        try:
            with _system_errors(), anyio.fail_after(timeout):
                return await self._stream.receive(_READ_SIZE)
        except anyio.EndOfStream:
            return b""

    async def write(self, data: bytes, timeout: float) -> None:
        """Send all of ``data`` within ``timeout``."""
        with _system_errors(), anyio.fail_after(timeout):
            await self._stream.send(data)

    async def start_tls(self, context: ssl.SSLContext, host: str, timeout: float) -> TlsStream:
        """Speak TLS from here on; an end without close_notify is an error."""
        with _system_errors(), anyio.fail_after(timeout):
            secured = await TLSStream.wrap(self._stream, hostname=host, ssl_context=context)
        agreed = secured.extra(attribute=TLSAttribute.alpn_protocol, default=None)
        return EventLoopStream(secured), agreed

    def is_stale(self) -> bool:
        """Whether the server has closed the idle connection."""
        return is_readable(self._stream.extra(attribute=SocketAttribute.raw_socket).fileno())

    async def aclose(self) -> None:
        """Close, at once: TLS would wait for the other side's goodbye."""
        await anyio.aclose_forcefully(self._stream)


@contextmanager
def _system_errors() -> Iterator[None]:
    """Anyio's own exceptions, as the system's errors that they stand for."""
    try:
        yield
    except (anyio.BrokenResourceError, anyio.ClosedResourceError) as lost:
        raise _cause(lost) or ConnectionResetError("the connection was lost") from None
    except OSError as reason:
        raise _cause(reason) or reason from None


def _cause(reason: Exception) -> OSError | None:
    return reason.__cause__ if isinstance(reason.__cause__, OSError) else None


def start_task(work: Callable[[], Coroutine[Any, Any, None]]) -> object:
    """Let ``work`` go on beside all else in asyncio or trio; it goes while what it gives is kept.

    A task group would end it in the task that began it, and a fixture may be two tasks.
    """
    if sniffio.current_async_library() == "trio":
        from importlib import import_module

        return import_module("trio").lowlevel.spawn_system_task(work)
    import asyncio

    return asyncio.ensure_future(work())
