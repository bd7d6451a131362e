"""Servers that say what a test has written, and both worlds to ask them with."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import anyio
import pytest

from arazzo_runner.executor.world import SendCall, TransportFailure, run_coroutine
from arazzo_runner.http.client import AsyncHttpWorld, HttpSettings, HttpWorld
from arazzo_runner.openapi.message import HttpRequest, HttpResponse

Reply = bytes | Callable[[socket.socket], None]
Outcome = HttpResponse | TransportFailure


class Server:
    """Plays its connections' replies, one after each request, and then closes the connection.

    Connections beyond the scripted ones repeat the last. ``requests`` are the bytes that came,
    ``accepted`` counts connections.
    """

    def __init__(self, connections: Sequence[Sequence[Reply]], tls: ssl.SSLContext | None) -> None:
        self.connections = connections
        self.tls = tls
        self.requests: list[bytes] = []
        self.accepted = 0
        self.closed = threading.Event()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)

    @property
    def url(self) -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._sockets.append(connection)
                script = self.connections[min(self.accepted, len(self.connections) - 1)]
                self.accepted += 1
                self._start(self._play, connection, script)

    def _play(self, connection: socket.socket, script: Sequence[Reply]) -> None:
        with suppress(OSError):
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
                self._sockets.append(connection)
            for reply in script:
                self.requests.append(read_request(connection))
                reply(connection) if callable(reply) else connection.sendall(reply)
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()
        self.closed.set()

    def stop(self) -> None:
        for one in [self._listener, *self._sockets]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join()


def read_request(connection: socket.socket) -> bytes:
    """One request, its body by Content-Length; OSError when the client is gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += received(connection)
    head = data.partition(b"\r\n\r\n")[0].lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
    while len(data) < len(head) + 4 + length:
        data += received(connection)
    return data


def received(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionResetError
    return data


def hold(connection: socket.socket) -> None:
    """Keep the connection open and say nothing, until the client or the test ends."""
    connection.recv(1)


@pytest.fixture
def stay() -> Callable[[bytes], Reply]:
    """``stay(reply)`` says something, and then keeps the connection open."""

    def begin(reply: bytes) -> Reply:
        def play(connection: socket.socket) -> None:
            connection.sendall(reply)
            hold(connection)

        return play

    return begin


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """``serve([reply, …], [reply, …])``: one list for each connection."""
    servers: list[Server] = []

    def start(*connections: Sequence[Reply], tls: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(connections, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


class NumberOfEvents:
    """Stands in for the criteria that accept an event stream (``executor/stream_end.py``)."""

    def __init__(self, number: int) -> None:
        self.number = number

    def passes(self, head: HttpResponse, events: list[object]) -> bool:
        return head.status == 200 and len(events) >= self.number


def call(
    request: HttpRequest | str, timeout: float | None = None, events: int | None = None
) -> SendCall:
    if isinstance(request, str):
        request = HttpRequest("GET", request)
    end = None if events is None else NumberOfEvents(events)
    operation = ("api", request.method.lower(), "/")
    return SendCall("w/s#1@1", request, timeout, operation, stream_end=end)


class Asking:
    """Sends requests through one world, in order, and returns what became of them."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(
        self,
        *requests: HttpRequest | str,
        settings: HttpSettings | None = None,
        timeout: float | None = None,
        events: int | None = None,
        between: Callable[[], object] = lambda: None,
        environment: dict[str, str] | None = None,
    ) -> list[Outcome]:
        calls = [call(request, timeout, events) for request in requests]
        if self.kind == "asyncio":
            return anyio.run(self._ask_in_loop, calls, settings, between, environment or {})
        outcomes = []
        with HttpWorld(settings, environment or {}) as world:
            for one in calls:
                outcomes.append(run_coroutine(world.send(one)))
                between()
        return outcomes

    async def _ask_in_loop(
        self,
        calls: list[SendCall],
        settings: HttpSettings | None,
        between: Callable[[], object],
        environment: dict[str, str],
    ) -> list[Outcome]:
        outcomes = []
        async with AsyncHttpWorld(settings, environment) as world:
            for one in calls:
                outcomes.append(await world.send(one))
                between()
        return outcomes


@pytest.fixture(params=["blocking", "asyncio"])
def ask(request: pytest.FixtureRequest) -> Asking:
    """Both worlds: ``ask(url, …)`` returns a response or failure for each request."""
    return Asking(request.param)
