"""A server on 127.0.0.1 that misbehaves in one way, and the pieces that ways are made of.

A behaviour is a function of a connection; the connection ends with it. Nothing here waits for a
time: what goes on and on ends when the client has gone.
"""

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

Behaviour = Callable[[socket.socket], None]


class FaultServer:
    """Gives each connection to a behaviour, under TLS where there is a context."""

    def __init__(self, behaviour: Behaviour, context: ssl.SSLContext | None = None) -> None:
        self._behaviour = behaviour
        self._context = context
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        for one in [self._listener, *self._sockets]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join()

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        self._threads.append(threading.Thread(target=target, args=arguments))
        self._threads[-1].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._sockets.append(connection)
                self._start(self._play, connection)

    def _play(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
                self._sockets.append(connection)
            self._behaviour(connection)
            if isinstance(connection, ssl.SSLSocket):
                connection.unwrap()
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()


# --- HTTP/1.1 -------------------------------------------------------------------------------------

GOOD = b'{"id": 1}'
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = JSON + b"Transfer-Encoding: chunked\r\n\r\n"


def reply(body: bytes = GOOD, *fields: bytes, status: bytes = b"200 OK") -> bytes:
    """A response that is whole; a ``fields`` line has no line end."""
    lines = (
        b"HTTP/1.1 " + status,
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(body),
        *fields,
    )
    return b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


def request(connection: socket.socket) -> None:
    """Read the head of a request."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionResetError
        data += piece


def hold(connection: socket.socket) -> None:
    """Say nothing more until the client has gone."""
    while connection.recv(65536):
        pass


def silence(connection: socket.socket) -> None:
    """Take the connection and the request, and never respond."""
    hold(connection)


def no_word(connection: socket.socket) -> None:
    """End without reading."""
    del connection


def sends(*pieces: bytes, then: Behaviour = no_word) -> Behaviour:
    """Respond with these bytes, and ``then`` do something else before the end."""

    def behave(connection: socket.socket) -> None:
        request(connection)
        for piece in pieces:
            connection.sendall(piece)
        then(connection)

    return behave


def at_once(data: bytes) -> Behaviour:
    """Respond with these bytes to whatever comes first."""

    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(data)
        hold(connection)

    return behave


def reset(connection: socket.socket) -> None:
    """End by a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise ConnectionResetError


def drips(start: bytes, drop: bytes) -> Behaviour:
    """A little now and then, so that no single read takes long."""

    def behave(connection: socket.socket) -> None:
        request(connection)
        connection.sendall(start)
        while True:
            connection.sendall(drop)
            threading.Event().wait(0.05)

    return behave


def floods(start: bytes, piece: bytes) -> Behaviour:
    """As much as the client takes."""
    many = piece * (1 + 60_000 // len(piece))

    def behave(connection: socket.socket) -> None:
        request(connection)
        connection.sendall(start)
        while True:
            connection.sendall(many)

    return behave


def redirects(location: bytes, status: bytes = b"302 Found") -> Behaviour:
    """The same redirect, as often as the client asks."""

    def behave(connection: socket.socket) -> None:
        while True:
            request(connection)
            connection.sendall(reply(b"", b"Location: " + location, status=status))

    return behave


# --- HTTP/2 ---------------------------------------------------------------------------------------

PREFACE = len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
DATA, HEADERS, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = (
    0, 1, 3, 4, 5, 6, 7, 8, 9
)  # fmt: skip
END_STREAM, END_HEADERS = 1, 4


def frame(kind: int, payload: bytes = b"", flags: int = 0, stream: int = 1) -> bytes:
    """RFC 9113, section 4.1."""
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def fields(*pairs: tuple[bytes, bytes]) -> bytes:
    """Literal fields without indexing (RFC 7541, section 6.2.2), of up to 126 bytes."""
    return b"".join(
        b"\0" + b"".join(bytes([len(one)]) + one for one in (name, value)) for name, value in pairs
    )


def headers(*pairs: tuple[bytes, bytes], flags: int = END_HEADERS) -> bytes:
    """A HEADERS frame of the first stream."""
    return frame(HEADERS, fields(*pairs), flags)


OK = ((b":status", b"200"), (b"content-type", b"application/json"))


def speaks(*frames: bytes, then: Behaviour = no_word) -> Behaviour:
    """Respond with frames to the first request."""

    def behave(connection: socket.socket) -> None:
        _read(connection, PREFACE)
        while (head := _read(connection, 9))[3] != HEADERS:
            _read(connection, int.from_bytes(head[:3]))
        _read(connection, int.from_bytes(head[:3]))
        connection.sendall(frame(SETTINGS, stream=0) + frame(SETTINGS, flags=1, stream=0))
        for one in frames:
            connection.sendall(one)
        then(connection)

    return behave


def on_and_on(piece: bytes) -> Behaviour:
    """As much as the client takes, after what came before."""

    def behave(connection: socket.socket) -> None:
        while True:
            connection.sendall(piece * 100)

    return behave


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise ConnectionResetError
        data += piece
    return data
