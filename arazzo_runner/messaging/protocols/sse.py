"""Event streams over HTTP (server-sent events): a channel is the response to a GET that goes on.

AsyncAPI SSE Bindings 0.1.0 (``sse``), or the HTTP binding of an operation with the method ``GET``.
The data of an event is the payload, the rest of it headers: ``event``, ``id`` and ``retry``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Final

import httpx

from arazzo_runner.http_semantics.event_stream import EventStreamDecoder, StreamEvent
from arazzo_runner.http_semantics.media_type import EVENT_STREAM, essence, is_event_stream
from arazzo_runner.messaging.connection import Receiver
from arazzo_runner.messaging.model import (
    BrokerError,
    Delivery,
    Endpoint,
    OutgoingMessage,
    Subscription,
)
from arazzo_runner.messaging.protocols import failures
from arazzo_runner.messaging.protocols.address import has_parameters
from arazzo_runner.messaging.protocols.http_message import send_message
from arazzo_runner.messaging.protocols.library_logs import silence
from arazzo_runner.messaging.protocols.upgrade_request import (
    check_whole,
    request_headers,
    request_url,
)

if TYPE_CHECKING:
    from arazzo_runner.expression.value import Value
    from arazzo_runner.http_semantics.headers import Headers

MOST_RECONNECTS: Final = 5
"""In a row, without an event between them."""
_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 10.0
_GOODBYE: Final = 0.5
_OF_FIELDS: Final = 4096


async def connect(endpoint: Endpoint, receiver: Receiver) -> EventStreamConnection:
    """Open nothing yet: each channel is a request of its own."""
    silence("httpx")
    silence("httpcore")
    client = httpx.AsyncClient(
        verify=endpoint.tls or False,
        timeout=httpx.Timeout(endpoint.connect_timeout, read=None),
        follow_redirects=False,
        trust_env=False,
    )
    return EventStreamConnection(endpoint, receiver, client)


class _Stream:
    """A channel's request, and where its stream is."""

    def __init__(
        self, subscription: Subscription, address: str, url: str, headers: Headers
    ) -> None:
        self.subscription = subscription
        self.address = address
        self.task: asyncio.Task[None] | None = None
        self.url = url
        self._headers = headers
        self.last_event_id = ""
        self.retry: int | None = None
        self.reconnects = 0

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Those of the next request; ids are UTF-8."""
        known = [("Accept", EVENT_STREAM), ("Accept-Encoding", "identity"), *self._headers]
        if self.last_event_id:
            known.append(("Last-Event-ID", self.last_event_id))
        return [(name.encode(), value.encode()) for name, value in known]

    @property
    def pause(self) -> float:
        """Seconds before the next request, as the server has said within bounds."""
        return _PAUSE if self.retry is None else min(self.retry / 1000, _LONGEST_PAUSE)


class EventStreamConnection:
    """The event streams of one server, and what is sent to it."""

    def __init__(self, endpoint: Endpoint, receiver: Receiver, client: httpx.AsyncClient) -> None:
        self._endpoint = endpoint
        self._receiver = receiver
        self._client = client
        self._streams: list[_Stream] = []
        self._turn = asyncio.Lock()
        self._is_open = True

    async def subscribe(self, subscription: Subscription) -> None:
        """Open the stream of a channel, or wait until its address is known."""
        if not has_parameters(subscription.address):
            await self.enter(subscription, subscription.address)

    async def enter(self, subscription: Subscription, address: str) -> None:
        """Send the request of an address, and wait for the head of the response."""
        check_whole(address)
        async with self._turn:
            for one in self._streams:
                if one.address == address and one.subscription == subscription:
                    return
            binding, scheme = _binding(subscription), "https" if self._endpoint.tls else "http"
            url = request_url(self._endpoint, scheme, address, binding)
            headers = request_headers(self._endpoint, binding)
            stream = _Stream(subscription, address, url, headers)
            response = await self._open(stream)
            self._streams.append(stream)
            stream.task = asyncio.create_task(self._follow(stream, response))

    async def publish(self, message: OutgoingMessage) -> None:
        """Send a request: a channel that is sent to is no event stream."""
        await send_message(self._client, self._endpoint, message)

    async def close(self) -> None:
        """Break off all streams."""
        self._is_open = False
        tasks = [one.task for one in self._streams if one.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                await self._client.aclose()

    async def _open(self, stream: _Stream) -> httpx.Response:
        """The response, once its head has come. Raises BrokerError."""
        endpoint = self._endpoint
        try:
            request = self._client.build_request("GET", stream.url, headers=stream.headers)
            async with asyncio.timeout(endpoint.connect_timeout):
                response = await self._client.send(request, stream=True)
        except TimeoutError:
            raise failures.response_timeout_error(endpoint, "the request") from None
        except (httpx.ConnectError, httpx.ConnectTimeout) as reason:
            raise failures.connect_error(endpoint, reason) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            words = "its response is not HTTP, or none"
            raise failures.protocol_error(endpoint, words) from None
        try:
            _check_response(endpoint, response)
        except BrokerError:
            await response.aclose()
            raise
        return response

    async def _follow(self, stream: _Stream, response: httpx.Response) -> None:
        """Deliver events; a stream that has given an id goes on after it on a new connection."""
        try:
            while True:
                async for event in self._events(stream, response):
                    stream.reconnects = 0
                    self._deliver(stream, event)
                response = await self._reopen(stream)
        except BrokerError as reason:
            self._streams.remove(stream)
            if self._is_open:
                self._receiver.lose_channel(stream.subscription, stream.address, reason)

    async def _events(
        self, stream: _Stream, response: httpx.Response
    ) -> AsyncIterator[StreamEvent]:
        decoder, limit = EventStreamDecoder(stream.last_event_id), self._endpoint.max_message
        with contextlib.suppress(httpx.HTTPError):
            async with contextlib.aclosing(response):
                async for octets in response.aiter_raw():
                    for event in decoder.feed(octets):
                        stream.last_event_id, stream.retry = decoder.last_event_id, decoder.retry
                        yield event
                    if decoder.pending > limit + _OF_FIELDS and decoder.skip():
                        self._receiver.refuse(stream.subscription, self._endpoint.size_refusal)
        stream.last_event_id = decoder.last_event_id

    async def _reopen(self, stream: _Stream) -> httpx.Response:
        lost = failures.lost_error(self._endpoint, "the event stream has ended")
        if not stream.last_event_id:  # what was missed meanwhile, nobody could tell
            raise lost
        while stream.reconnects < MOST_RECONNECTS:
            stream.reconnects += 1
            await asyncio.sleep(stream.pause)
            try:
                return await self._open(stream)
            except BrokerError as reason:
                if reason.code not in {"connect", "timeout"}:
                    raise
        raise lost

    def _deliver(self, stream: _Stream, event: StreamEvent) -> None:
        headers = [("event", event.event or "message")]
        if stream.last_event_id:
            headers.append(("id", stream.last_event_id))
        if event.retry is not None:
            headers.append(("retry", str(event.retry)))
        if self._is_open:
            delivery = Delivery(
                stream.address, event.data.encode(), tuple(headers), type_name=event.event or ""
            )
            self._receiver.deliver(stream.subscription, delivery)


def _binding(subscription: Subscription) -> Mapping[str, Value]:
    """The query and header fields of the request."""
    return subscription.channel.get("sse") or subscription.operation.get("http") or {}


def _check_response(endpoint: Endpoint, response: httpx.Response) -> None:
    """Raise BrokerError for what is no event stream."""
    status = response.status_code
    if status in {401, 403}:
        raise failures.credentials_error(endpoint)
    if status != 200:
        text = f"`{endpoint.label}` opened no event stream, but returned status {status}"
        raise BrokerError("protocol", text)
    kind = response.headers.get("content-type", "")
    if not is_event_stream(kind):
        what = f"`{essence(kind)}`" if kind else "a body without a content type"
        text = f"`{endpoint.label}` opened no event stream, but returned {what}"
        raise BrokerError("protocol", text)
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise BrokerError("protocol", f"`{endpoint.label}` returned an encoded event stream")
