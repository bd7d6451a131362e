"""The network within an event loop, asyncio's or trio's, by anyio."""

from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Awaitable, Callable, Coroutine
from time import monotonic
from typing import Any

import anyio
from anyio.abc import ByteStream
from anyio.streams.tls import TLSAttribute, TLSStream

from arazzo_runner.http.network import Address, TlsStream, is_readable

_READ_SIZE = 64 * 1024


class EventLoopNetwork:
    """Names by the loop's resolver, connections by sockets that never block."""

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
        family, where = address
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(0)
            await _connect(connection, where, timeout)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            connection.close()
            raise
        return EventLoopStream(connection)


async def _connect(connection: socket.socket, where: tuple[Any, ...], timeout: float) -> None:
    try:
        connection.connect(where)
    except BlockingIOError:
        await _wait(anyio.wait_writable, connection, timeout)
        if code := connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            from arazzo_runner.operating_system.sockets import socket_error

            raise socket_error(code) from None


async def _wait(
    event: Callable[[socket.socket], Awaitable[None]], connection: socket.socket, timeout: float
) -> None:
    """Wait until a socket is ready. Raises TimeoutError."""
    with anyio.move_on_after(timeout) as scope:
        await event(connection)
    if scope.cancelled_caught:
        raise TimeoutError


class EventLoopStream:
    """A connected socket; anyio's own streams would take two more turns of the loop a request."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._layer: ByteStream = _SocketStream(connection)  # what TLS would stand on

    async def read(self, timeout: float) -> bytes:
        """Some bytes, none at the end."""
        # Not before the loop had its turn: a fast server must not keep other tasks waiting.
        await _wait(anyio.wait_readable, self._socket, timeout)
        return self._socket.recv(_READ_SIZE)

    async def write(self, data: bytes, timeout: float) -> None:
        """Send all of ``data`` within ``timeout``."""
        ends = monotonic() + timeout
        rest = memoryview(data)
        while rest := rest[_send(self._socket, rest) :]:
            await _wait(anyio.wait_writable, self._socket, ends - monotonic())

    async def start_tls(self, context: ssl.SSLContext, host: str, timeout: float) -> TlsStream:
        """Speak TLS from here on; an end without close_notify is an error."""
        with _SystemErrors(), anyio.fail_after(timeout):
            secured = await TLSStream.wrap(self._layer, hostname=host, ssl_context=context)
        agreed = secured.extra(attribute=TLSAttribute.alpn_protocol, default=None)
        return TlsEventLoopStream(self._socket, secured), agreed

    def is_stale(self) -> bool:
        """Whether the server has closed the idle connection."""
        return is_readable(self._socket.fileno())

    async def aclose(self) -> None:
        """Close, at once: TLS would wait for the other side's goodbye."""
        self._socket.close()


class TlsEventLoopStream(EventLoopStream):
    """TLS over a connected socket."""

    def __init__(self, connection: socket.socket, layer: TLSStream) -> None:
        super().__init__(connection)
        self._layer = layer

    async def read(self, timeout: float) -> bytes:
        """Some bytes, none at the end."""
        try:
            with _SystemErrors(), anyio.fail_after(timeout):
                return await self._layer.receive(_READ_SIZE)
        except anyio.EndOfStream:
            return b""

    async def write(self, data: bytes, timeout: float) -> None:
        """Send all of ``data`` within ``timeout``."""
        with _SystemErrors(), anyio.fail_after(timeout):
            await self._layer.send(data)


class _SocketStream(ByteStream):
    """A connected socket, as anyio's TLS reads and writes it, which keeps the time itself."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    async def receive(self, max_bytes: int = _READ_SIZE) -> bytes:
        """Some bytes. Raises EndOfStream, OSError."""
        await anyio.wait_readable(self._socket)
        if data := self._socket.recv(max_bytes):
            return data
        raise anyio.EndOfStream

    async def send(self, item: bytes) -> None:
        """Send all. Raises OSError."""
        rest = memoryview(item)
        while rest := rest[_send(self._socket, rest) :]:
            await anyio.wait_writable(self._socket)

    async def send_eof(self) -> None:
        """Say that nothing more is sent."""
        self._socket.shutdown(socket.SHUT_WR)

    async def aclose(self) -> None:
        """Close, at once."""
        self._socket.close()


def _send(connection: socket.socket, data: memoryview) -> int:
    """How many bytes the system took at once."""
    try:
        return connection.send(data)
    except BlockingIOError:
        return 0


class _SystemErrors:
    """Anyio's own exceptions, as the system's errors that they stand for."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, reason: BaseException | None, _traceback: object) -> None:
        if isinstance(reason, (anyio.BrokenResourceError, anyio.ClosedResourceError)):
            raise _cause(reason) or ConnectionResetError("the connection was lost") from None
        if isinstance(reason, OSError) and (cause := _cause(reason)):
            raise cause from None


def _cause(reason: Exception) -> OSError | None:
    return reason.__cause__ if isinstance(reason.__cause__, OSError) else None


def start_task(work: Callable[[], Coroutine[Any, Any, None]]) -> object:
    """Let ``work`` go on beside all else in asyncio or trio; it goes while what it gives is kept.

    A task group would end it in the task that began it, and a fixture may be two tasks.
    """
    if is_in_trio():
        from importlib import import_module

        return import_module("trio").lowlevel.spawn_system_task(work)
    import asyncio

    return asyncio.ensure_future(work())


def is_in_trio() -> bool:
    """Whether trio's event loop calls this code; else it is asyncio's."""
    trio = sys.modules.get("trio")
    return trio is not None and bool(trio.lowlevel.in_trio_run())
