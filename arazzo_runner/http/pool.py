"""Connections: opened (through a proxy, with TLS), kept while idle, driven through exchanges."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.errors import UsageError
from arazzo_runner.http import errors as http_errors
from arazzo_runner.http.http1.message import ExchangeSteps, Outbound, WireRequest
from arazzo_runner.http.http11 import Http1
from arazzo_runner.http.network import Network, NetworkStream
from arazzo_runner.http.origin import Origin
from arazzo_runner.http.proxy import Proxies, Proxy
from arazzo_runner.http.settings import Deadline, HttpSettings
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.text.diagnostic import error

if TYPE_CHECKING:
    import ssl

T = TypeVar("T")

# Shorter than the 5 s after which common servers close an idle connection, so that a request does
# not meet the closing: then nobody could say whether it was processed.
_IDLE_SECONDS = 4.0

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0
"""Seconds before a connection is tried again, doubled each time up to the longest."""


# RFC 9110, section 9.2.2: what these ask for is the same when it is asked twice.
_IDEMPOTENT = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}


def _has_h2() -> bool:
    from importlib.util import find_spec

    return find_spec("h2") is not None


class HttpProtocol(Protocol):
    """A protocol's state on one connection."""

    @property
    def is_reusable(self) -> bool:
        """Whether another request may follow."""
        ...

    @property
    def has_received(self) -> bool:
        """Whether anything of the latest request's response has come."""
        ...

    @property
    def head(self) -> HttpResponse | None:
        """The head of the latest request's response, as far as it came, with an empty body."""
        ...

    def exchange(self, message: WireRequest) -> ExchangeSteps:
        """Send a message and return its response."""
        ...


class Connection(Struct):
    """One connection and what is spoken on it."""

    stream: NetworkStream
    wire: HttpProtocol
    idle_since: float = 0.0
    notes: tuple[str, ...] = ()
    """What is to be said of its first response: how it was made."""

    def is_fresh(self) -> bool:
        """Whether a request may be sent on it now."""
        return monotonic() - self.idle_since < _IDLE_SECONDS and not self.stream.is_stale()


class ConnectionPool:
    """The connections of one world, those that are idle by origin.

    Raises UsageError at once where HTTP/2 is wanted and cannot be spoken.
    """

    def __init__(self, settings: HttpSettings, network: Network, proxies: Proxies) -> None:
        if settings.http2 and not _has_h2():
            message = "`--http2` needs the package `h2`, which is not installed"
            raise UsageError(error("AZ906", message, help="pip install 'arazzo[http2]'"))
        self._settings = settings
        self._network = network
        self._proxies = proxies
        self._idle: dict[Origin, list[Connection]] = {}
        self._context: ssl.SSLContext | None = None

    async def exchange(self, message: WireRequest, deadline: Deadline) -> HttpResponse:
        """Send once on an idle or a new connection; raises TransportError."""
        origin = message.origin
        kept = None if message.is_resent else await self._take(origin)
        connection = kept or await self._open(origin, deadline)
        try:
            steps = connection.wire.exchange(self._forward(message))
            response = await self._drive_exchange(steps, connection.stream, origin, deadline)
        except http_errors.TransportError as reason:
            await connection.stream.aclose()
            is_closed = reason.fate == "closed" and not connection.wire.has_received
            if is_closed and kept is not None and message.method not in _IDEMPOTENT:
                raise http_errors.resend_error(origin, message.method) from None
            is_unprocessed = reason.fate == "unprocessed" or (is_closed and kept is not None)
            reason.may_resend = is_unprocessed and not message.is_resent
            raise reason.after(connection.wire.head) from None
        except BaseException:
            await connection.stream.aclose()
            raise
        if connection.notes:
            response = replace(response, notes=(*response.notes, *connection.notes))
            connection.notes = ()
        await self._give_back(origin, connection)
        return response

    async def aclose(self) -> None:
        """Close what is idle."""
        while self._idle:
            _, connections = self._idle.popitem()
            for one in connections:
                await one.stream.aclose()

    async def _take(self, origin: Origin) -> Connection | None:
        idle = self._idle.get(origin, [])
        with suppress(IndexError):  # not asked beforehand, since threads may share connections
            while True:
                connection = idle.pop()
                if connection.is_fresh():
                    return connection
                await connection.stream.aclose()
        return None

    async def _give_back(self, origin: Origin, connection: Connection) -> None:
        if not connection.wire.is_reusable:
            await connection.stream.aclose()
            return
        connection.idle_since = monotonic()
        self._idle.setdefault(origin, []).append(connection)

    def _forward(self, message: WireRequest) -> WireRequest:
        """As a proxy wants it; one that tunnels sees nothing of the message."""
        proxy = self._proxies.of(message.origin)
        if proxy is None or message.origin.scheme == "https":
            return message
        headers = (*message.headers, *_authorization(proxy))
        return replace(message, target=f"{message.origin}{message.target}", headers=headers)

    async def _open(self, origin: Origin, deadline: Deadline) -> Connection:
        """A new connection; names, TCP, tunnel and TLS together have the connect timeout."""
        proxy = self._proxies.of(origin)
        server = proxy.origin if proxy else origin
        try:
            stream, until, notes = await self._connect(server, deadline)
        except http_errors.TransportError as reason:
            # No connection in time is the fault of whoever was to be reached.
            is_proxy = proxy is not None and reason.failure.code != "timeout"
            raise (http_errors.proxy_error(reason) if is_proxy else reason) from None
        try:
            connection = await self._start_protocol(stream, origin, proxy, until)
        except TimeoutError:
            await stream.aclose()
            raise http_errors.connect_timeout_error(origin, until.limit) from None
        except BaseException:
            await stream.aclose()
            raise
        connection.notes = notes
        return connection

    async def _connect(
        self, server: Origin, deadline: Deadline
    ) -> tuple[NetworkStream, Deadline, tuple[str, ...]]:
        """A TCP connection, its deadline, and a note where it was not made at once.

        Nothing has been sent before there is one, so that `--retry-connect` repeats no request.
        """
        first: http_errors.TransportError | None = None
        retries = 0
        while True:
            until = deadline.narrow(self._settings.connect_timeout)
            try:
                stream = await self._connect_first(server, until)
            except TimeoutError:
                reason = http_errors.connect_timeout_error(server, until.limit)
            except http_errors.TransportError as refusal:
                reason = refusal
            else:
                note = first and _connect_note(first, retries)
                return stream, until, (note,) if note else ()
            first = first or reason
            if deadline.passed() or retries >= self._settings.retry_connect:
                raise _last_error(reason, retries)
            pause = min(_FIRST_PAUSE * 2**retries, _LONGEST_PAUSE)
            await self._network.sleep(deadline.shorten(pause))
            retries += 1

    async def _connect_first(self, server: Origin, until: Deadline) -> NetworkStream:
        """A TCP connection to the first address that takes it; each has its share of the time."""
        import socket

        try:
            addresses = await self._network.resolve(server.host, server.port, until.left())
        except (socket.gaierror, UnicodeError) as reason:
            words = getattr(reason, "strerror", None) or str(reason)
            raise http_errors.unknown_host_error(server, words.lower()) from None
        failure = OSError("it has no address")
        for index, address in enumerate(addresses):
            try:
                share = until.left() / (len(addresses) - index)
                return await self._network.connect(address, share)
            except OSError as reason:
                failure = reason
        if isinstance(failure, TimeoutError):
            raise failure
        raise http_errors.connection_error(server, failure)

    async def _start_protocol(
        self, stream: NetworkStream, origin: Origin, proxy: Proxy | None, until: Deadline
    ) -> Connection:
        if origin.scheme == "http":
            return Connection(stream, Http1(self._settings))
        if proxy is not None:
            await self._tunnel(stream, origin, proxy, until)
        try:
            secured, agreed = await stream.start_tls(self.tls(), origin.host, until.left())
        except TimeoutError:
            raise
        except OSError as reason:
            raise http_errors.tls_error(origin, reason) from None
        return Connection(secured, self._wire(agreed))

    def _wire(self, agreed: str | None) -> HttpProtocol:
        if agreed != "h2":
            return Http1(self._settings)
        from arazzo_runner.http.http2 import Http2

        return Http2(self._settings)

    async def _tunnel(
        self, stream: NetworkStream, origin: Origin, proxy: Proxy, until: Deadline
    ) -> None:
        headers = ((b"Host", origin.address.encode()), *_authorization(proxy))
        message = WireRequest("CONNECT", proxy.origin, origin.address, headers)
        steps = Http1(self._settings).tunnel(message)
        try:
            status = await _drive(steps, stream, until, until.limit)
        except TimeoutError:
            raise
        except OSError as reason:
            raise http_errors.broken_connection_error(proxy.origin, reason) from None
        if not 200 <= status < 300:
            raise http_errors.tunnel_error(proxy.origin, origin, status)

    def tls(self) -> ssl.SSLContext:
        """Built on the first https URL: it takes as long as many requests."""
        if self._context is None:
            from arazzo_runner.http.tls import client_context

            self._context = client_context(self._settings)
        return self._context

    async def _drive_exchange(
        self, steps: ExchangeSteps, stream: NetworkStream, origin: Origin, deadline: Deadline
    ) -> HttpResponse:
        """Run the steps of an exchange over a stream."""
        try:
            return await _drive(steps, stream, deadline, self._settings.read_timeout)
        except TimeoutError:
            if deadline.passed():
                raise http_errors.attempt_timeout_error(origin, deadline.limit) from None
            raise http_errors.read_timeout_error(origin, self._settings.read_timeout) from None
        except OSError as reason:
            raise http_errors.broken_connection_error(origin, reason) from None


def _last_error(reason: http_errors.TransportError, retries: int) -> http_errors.TransportError:
    """The reason why no connection could be made, and how often it was tried again."""
    if retries:
        message = f"{reason.failure.message}; it was tried {retries + 1} times"
        reason.failure = replace(reason.failure, message=message)
    return reason


def _connect_note(first: http_errors.TransportError, retries: int) -> str:
    """Of a connection that was made in the end: what had been in the way."""
    times = "1 retry" if retries == 1 else f"{retries} retries"
    return f"the connection was made after {times}: at first, {first.failure.message}"


async def _drive(
    steps: Generator[Outbound, bytes, T], stream: NetworkStream, deadline: Deadline, pause: float
) -> T:
    try:
        outgoing = next(steps)
        while True:
            if outgoing:
                await _write(stream, outgoing, deadline)
            try:
                received = await stream.read(deadline.within(pause))
            except TimeoutError as reason:
                outgoing = steps.throw(reason)  # an event stream ends with it
            else:
                outgoing = steps.send(received)
    except StopIteration as done:
        result: T = done.value
        return result


async def _write(stream: NetworkStream, data: Outbound, deadline: Deadline) -> None:
    """Send; where the server stops listening, its answer may still say why (RFC 9112, 9.5)."""
    try:
        for piece in (data,) if isinstance(data, bytes) else data:
            if piece:
                await stream.write(piece, deadline.left())
    except OSError as reason:
        if not _is_closed(reason):
            raise


def _is_closed(reason: OSError) -> bool:
    """Whether nobody reads any more; over TLS, what is left to read may be an alert."""
    import ssl

    return isinstance(reason, (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError))


def _authorization(proxy: Proxy) -> tuple[tuple[bytes, bytes], ...]:
    given = proxy.authorization
    return () if given is None else ((b"Proxy-Authorization", given),)
