"""Worlds over transports (ASGI and WSGI apps, mocks) and clients of httpx and httpx2.

The limits hold as far as they can: bytes are read raw and decoded here, but what the transport
itself does before (buffering a response, redirecting) is its own. Who passes one in, closes it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from time import sleep
from typing import Any, Protocol, TypeAlias

import anyio
from msgspec.structs import replace

from arazzo_runner.executor.world import SendCall, TransportFailure
from arazzo_runner.http import errors as http_errors
from arazzo_runner.http.body import ACCEPT_ENCODING, ResponseBody
from arazzo_runner.http.http1 import message as http_message
from arazzo_runner.http.http1.message import WireRequest
from arazzo_runner.http.send import HttpWorldBase, Sender, world_headers
from arazzo_runner.http.settings import Deadline, HttpSettings
from arazzo_runner.http.uploads import async_chunks, chunks
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.openapi.request.multipart import has_files
from arazzo_runner.worlds.httpx_library import (
    AsyncHttpxTransport,
    HttpxClient,
    HttpxTransport,
    exception_names,
    library_of,
)

_CLIENT_HEADERS = (("Accept-Encoding", ACCEPT_ENCODING),)
"""All else is the client's own."""


class _BlockingWorld(HttpWorldBase):
    """Never suspends."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send a request."""
        return await self._sender.send(call)

    async def sleep(self, key: str, seconds: float) -> None:
        """Let ``seconds`` pass."""
        del key  # for worlds that remember
        sleep(seconds)


class _SuspendingWorld(_BlockingWorld):
    """For runs within an event loop."""

    async def sleep(self, key: str, seconds: float) -> None:
        """Let ``seconds`` pass."""
        del key  # for worlds that remember
        await anyio.sleep(seconds)


class TransportWorld(_BlockingWorld):
    """Sends through an httpx transport."""

    def __init__(self, transport: HttpxTransport, settings: HttpSettings | None = None) -> None:
        settings = settings or HttpSettings()
        outlet = _HttpxTransport(_TransportDispatcher(transport), settings, _no_time_limit)
        super().__init__(Sender(outlet, settings, world_headers(settings)))


class AsyncTransportWorld(_SuspendingWorld):
    """Sends through an asynchronous httpx transport."""

    def __init__(
        self, transport: AsyncHttpxTransport, settings: HttpSettings | None = None
    ) -> None:
        settings = settings or HttpSettings()
        outlet = _HttpxTransport(_AsyncTransportDispatcher(transport), settings, anyio.fail_after)
        super().__init__(Sender(outlet, settings, world_headers(settings)))


class ClientWorld(_BlockingWorld):
    """Sends through an httpx client, with its headers, auth, cookies and hooks.

    Redirects are followed by the settings, never by the client.
    """

    def __init__(self, client: HttpxClient, settings: HttpSettings | None = None) -> None:
        settings = settings or HttpSettings()
        outlet = _HttpxTransport(_ClientDispatcher(client), settings, _no_time_limit)
        super().__init__(Sender(outlet, settings, _CLIENT_HEADERS))


class AsyncClientWorld(_SuspendingWorld):
    """Sends through an asynchronous httpx client, like :class:`ClientWorld`."""

    def __init__(self, client: HttpxClient, settings: HttpSettings | None = None) -> None:
        settings = settings or HttpSettings()
        outlet = _HttpxTransport(_AsyncClientDispatcher(client), settings, anyio.fail_after)
        super().__init__(Sender(outlet, settings, _CLIENT_HEADERS))


def client_options(client: HttpxClient, transport: object) -> dict[str, Any]:
    """The keyword arguments of a client like another one, over a transport of its own."""
    like: Any = client
    return {
        "transport": transport,
        "auth": like.auth,
        "headers": like.headers,
        "params": like.params,
        "cookies": like.cookies,
        "event_hooks": like.event_hooks,
        "trust_env": False,
    }


Timeouts: TypeAlias = tuple[float, float, float, float]
"""Seconds to connect, to read, to write, and to wait for a free connection."""

TimeLimit: TypeAlias = Callable[[float], AbstractContextManager[object]]


def _no_time_limit(_seconds: float) -> AbstractContextManager[object]:
    """Without an event loop nothing can be broken off: the time is asked between the reads."""
    return nullcontext()


class _Dispatcher(Protocol):
    """How a request reaches what was handed in."""

    async def send(self, message: WireRequest, timeout: Timeouts) -> Any:
        """The response, its body not yet read."""
        ...


class _TransportDispatcher:
    def __init__(self, transport: HttpxTransport) -> None:
        self._transport = transport

    async def send(self, message: WireRequest, timeout: Timeouts) -> Any:
        return self._transport.handle_request(
            _bare_request(self._transport, message, timeout, chunks)
        )


class _AsyncTransportDispatcher:
    def __init__(self, transport: AsyncHttpxTransport) -> None:
        self._transport = transport

    async def send(self, message: WireRequest, timeout: Timeouts) -> Any:
        return await self._transport.handle_async_request(
            _bare_request(self._transport, message, timeout, async_chunks)
        )


BodyStream: TypeAlias = Callable[[bytes], Iterator[bytes]] | Callable[[bytes], AsyncIterator[bytes]]


def _content(body: bytes, streaming: BodyStream) -> bytes | Iterator[bytes] | AsyncIterator[bytes]:
    """A body as httpx takes it: what has files in it is read while it is sent."""
    return streaming(body) if has_files(body) else body


def _bare_request(
    transport: HttpxTransport | AsyncHttpxTransport,
    message: WireRequest,
    timeout: Timeouts,
    streaming: BodyStream,
) -> Any:
    return library_of(transport).Request(
        message.method,
        f"{message.origin}{message.target}",
        headers=message.headers,
        content=_content(message.body, streaming),
        extensions={
            "timeout": dict(zip(("connect", "read", "write", "pool"), timeout, strict=True))
        },
    )


class _ClientDispatcher:
    def __init__(self, client: HttpxClient) -> None:
        self._client = client

    async def send(self, message: WireRequest, timeout: Timeouts) -> Any:
        request = _client_request(self._client, message, timeout, chunks)
        return self._client.send(request, stream=True, follow_redirects=False)


class _AsyncClientDispatcher:
    def __init__(self, client: HttpxClient) -> None:
        self._client = client

    async def send(self, message: WireRequest, timeout: Timeouts) -> Any:
        request = _client_request(self._client, message, timeout, async_chunks)
        return await self._client.send(request, stream=True, follow_redirects=False)


def _client_request(
    client: HttpxClient,
    message: WireRequest,
    timeout: Timeouts,
    streaming: BodyStream,
) -> Any:
    return client.build_request(
        message.method,
        f"{message.origin}{message.target}",
        headers=message.headers,
        content=_content(message.body, streaming),
        timeout=timeout,
    )


class _HttpxTransport:
    """The outlet: one exchange within the limits, its failures in plain words."""

    def __init__(self, way: _Dispatcher, settings: HttpSettings, limit: TimeLimit) -> None:
        self._dispatcher = way
        self._settings = settings
        self._limit = limit

    async def exchange(self, message: WireRequest, deadline: Deadline) -> HttpResponse:
        """Send once; raises Unusable."""
        came: list[HttpResponse] = []
        try:
            with self._limit(deadline.left()):
                return await self._exchange(message, deadline, came)
        except http_errors.TransportError as reason:
            raise reason.after(came[0] if came else None) from None
        # An application in this very process may raise anything, and a failure is a value.
        except Exception as reason:
            failure = self._failure(message, deadline, reason)
            raise failure.after(came[0] if came else None) from reason

    def _failure(
        self, message: WireRequest, deadline: Deadline, reason: Exception
    ) -> http_errors.TransportError:
        names = exception_names(reason)
        is_timeout = "TimeoutException" in names
        if (is_timeout or isinstance(reason, TimeoutError)) and deadline.passed():
            return http_errors.attempt_timeout_error(message.origin, deadline.limit)
        if is_timeout:
            return http_errors.read_timeout_error(message.origin, self._settings.read_timeout)
        if "ConnectError" in names:
            return http_errors.unreachable_error(message.origin, str(reason))
        if "HTTPError" in names:
            return http_errors.malformed_response_error(
                message.origin, str(reason) or type(reason).__name__
            )
        return http_errors.application_error(message.origin, reason)

    async def _exchange(
        self, message: WireRequest, deadline: Deadline, came: list[HttpResponse]
    ) -> HttpResponse:
        """One exchange; its head is put into ``came`` as soon as it is known."""
        settings = self._settings
        seconds = deadline.within(settings.read_timeout)
        timeout = (min(seconds, settings.connect_timeout), seconds, seconds, seconds)
        response = await self._dispatcher.send(message, timeout)
        try:
            came.append(self._head(message, response))
            return await self._read(message, response, came[0], deadline)
        finally:
            await _close(response)

    def _head(self, message: WireRequest, response: Any) -> HttpResponse:
        raw = response.headers.raw
        http_message.check_headers(message.origin, raw, self._settings)
        version = response.extensions.get("http_version", b"HTTP/1.1").decode("ascii")
        return HttpResponse(
            response.status_code, http_message.decode_headers(raw), b"", 0.0, version
        )

    async def _read(
        self, message: WireRequest, response: Any, head: HttpResponse, deadline: Deadline
    ) -> HttpResponse:
        watch = http_message.stream_watch(message, head)
        body = ResponseBody(message.origin, head.headers, self._settings, watch)
        length = http_message.content_length(message.method, head.status, head.headers) or 0
        body.announce(length)
        async for chunk in _chunks(response):
            if deadline.passed():
                return replace(head, body=body.so_far())
            body.feed(chunk)
            if body.is_enough:
                return replace(head, body=body.so_far())
        if body.received < length:
            raise http_errors.truncated_body_error(message.origin, body.received, length)
        return replace(head, body=body.finish())


async def _chunks(response: Any) -> AsyncIterator[bytes]:
    """The bytes as the transport gives them: httpx's own reading would decode them first."""
    if hasattr(response.stream, "__aiter__"):
        async for chunk in response.stream:
            yield chunk
        return
    for chunk in response.stream:
        yield chunk


async def _close(response: Any) -> None:
    if hasattr(response.stream, "__aiter__"):
        await response.aclose()
    else:
        response.close()
