"""Worlds over things handed in: httpx transports (ASGI and WSGI apps, mocks) and httpx clients.

The limits hold as far as they can: bytes are read raw and decoded here, but what the transport
itself does before (buffering a response, redirecting) is its own. Who hands a thing in, closes it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, nullcontext
from time import sleep
from typing import Protocol, TypeAlias

import anyio
import httpx
import sniffio

from arazzo_runner.executor.world import SendCall, TransportFailure
from arazzo_runner.operation.message import HttpResponse
from arazzo_runner.worlds import failures, heads
from arazzo_runner.worlds.decode import ACCEPT_ENCODING, Body
from arazzo_runner.worlds.limits import Deadline, HttpSettings
from arazzo_runner.worlds.sending import HttpOnly, Sender, world_headers
from arazzo_runner.worlds.wire import Outgoing

Transport: TypeAlias = httpx.BaseTransport | httpx.AsyncBaseTransport
Client: TypeAlias = httpx.Client | httpx.AsyncClient


class _InjectedWorld(HttpOnly):
    """Sends through one handler."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send a request."""
        return await self._sender.send(call)

    async def sleep(self, key: str, seconds: float) -> None:
        """Let ``seconds`` pass."""
        del key  # for worlds that remember
        if _in_event_loop():
            await anyio.sleep(seconds)
        else:
            sleep(seconds)


class TransportWorld(_InjectedWorld):
    """Sends through an httpx transport; one that is not asynchronous never suspends."""

    def __init__(self, transport: Transport, settings: HttpSettings | None = None) -> None:
        settings = settings or HttpSettings()
        outlet = _Injected(_TransportWay(transport), settings)
        super().__init__(Sender(outlet, settings, world_headers(settings)))


class ClientWorld(_InjectedWorld):
    """Sends through an httpx client, with its headers, auth, cookies and hooks.

    Redirects are followed by the settings, never by the client.
    """

    def __init__(self, client: Client, settings: HttpSettings | None = None) -> None:
        settings = settings or HttpSettings()
        outlet = _Injected(_ClientWay(client), settings)
        super().__init__(Sender(outlet, settings, (("Accept-Encoding", ACCEPT_ENCODING),)))


class _Way(Protocol):
    """How a request reaches what was handed in."""

    async def send(self, message: Outgoing, timeout: httpx.Timeout) -> httpx.Response:
        """The response, its body not yet read."""
        ...


class _TransportWay:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def send(self, message: Outgoing, timeout: httpx.Timeout) -> httpx.Response:
        request = httpx.Request(
            message.method,
            f"{message.origin}{message.target}",
            headers=message.headers,
            content=message.body,
            extensions={"timeout": timeout.as_dict()},
        )
        # A mock is of both kinds; its asynchronous side suspends only where its handler does.
        if isinstance(self._transport, httpx.AsyncBaseTransport):
            return await self._transport.handle_async_request(request)
        return self._transport.handle_request(request)


class _ClientWay:
    def __init__(self, client: Client) -> None:
        self._client = client

    async def send(self, message: Outgoing, timeout: httpx.Timeout) -> httpx.Response:
        request = self._client.build_request(
            message.method,
            f"{message.origin}{message.target}",
            headers=message.headers,
            content=message.body,
            timeout=timeout,
        )
        if isinstance(self._client, httpx.AsyncClient):
            return await self._client.send(request, stream=True, follow_redirects=False)
        return self._client.send(request, stream=True, follow_redirects=False)


class _Injected:
    """The outlet: one exchange within the limits, its failures in plain words."""

    def __init__(self, way: _Way, settings: HttpSettings) -> None:
        self._way = way
        self._settings = settings

    async def exchange(self, message: Outgoing, deadline: Deadline) -> HttpResponse:
        """Send once; raises Unusable."""
        try:
            with _time_limit(deadline.left()):
                return await self._exchange(message, deadline)
        except failures.Unusable:
            raise
        # An application in this very process may raise anything, and a failure is a value.
        except Exception as reason:
            raise self._failure(message, deadline, reason) from reason

    def _failure(
        self, message: Outgoing, deadline: Deadline, reason: Exception
    ) -> failures.Unusable:
        if isinstance(reason, TimeoutError | httpx.TimeoutException) and deadline.passed():
            return failures.too_slow(message.origin, deadline.limit)
        if isinstance(reason, httpx.TimeoutException):
            return failures.silence(message.origin, self._settings.read_timeout)
        if isinstance(reason, httpx.ConnectError):
            return failures.unreachable(message.origin, str(reason))
        if isinstance(reason, httpx.HTTPError):
            return failures.malformed(message.origin, str(reason) or type(reason).__name__)
        return failures.raised(message.origin, reason)

    async def _exchange(self, message: Outgoing, deadline: Deadline) -> HttpResponse:
        settings = self._settings
        seconds = deadline.within(settings.read_timeout)
        timeout = httpx.Timeout(seconds, connect=min(seconds, settings.connect_timeout))
        response = await self._way.send(message, timeout)
        try:
            return await self._read(message, response, deadline)
        finally:
            await _close(response)

    async def _read(
        self, message: Outgoing, response: httpx.Response, deadline: Deadline
    ) -> HttpResponse:
        raw = response.headers.raw
        heads.check(message.origin, raw, self._settings)
        headers = heads.text(raw)
        body = Body(message.origin, headers, self._settings)
        length = heads.announced(message.method, response.status_code, headers) or 0
        body.announce(length)
        async for chunk in _chunks(response):
            deadline.left()
            body.feed(chunk)
        if body.received < length:
            raise failures.truncated(message.origin, body.received, length)
        version = response.extensions.get("http_version", b"HTTP/1.1").decode("ascii")
        return HttpResponse(response.status_code, headers, body.finish(), 0.0, version)


async def _chunks(response: httpx.Response) -> AsyncIterator[bytes]:
    """The bytes as the transport gives them: httpx's own reading would decode them first."""
    if isinstance(response.stream, httpx.AsyncByteStream):
        async for chunk in response.stream:
            yield chunk
        return
    for chunk in response.stream:
        yield chunk


async def _close(response: httpx.Response) -> None:
    if isinstance(response.stream, httpx.AsyncByteStream):
        await response.aclose()
    else:
        response.close()


def _time_limit(seconds: float) -> AbstractContextManager[object]:
    """Without an event loop nothing can be broken off: the time is then asked between the reads."""
    return anyio.fail_after(seconds) if _in_event_loop() else nullcontext()


def _in_event_loop() -> bool:
    try:
        sniffio.current_async_library()
    except sniffio.AsyncLibraryNotFoundError:
        return False
    return True
