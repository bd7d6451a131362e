"""WebSocket (RFC 6455): a channel is a connection, and its messages go both ways over it.

AsyncAPI WebSockets Bindings 0.1.0: the binding of a channel has the header fields and the query of
the handshake. A message is one frame, without headers.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any, Final

from websockets import exceptions as socket_errors
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.typing import Subprotocol

from arazzo_runner.http_semantics.headers import header_values
from arazzo_runner.http_semantics.media_type import is_json, is_text
from arazzo_runner.messaging.connection import Receiver
from arazzo_runner.messaging.match import matches_address
from arazzo_runner.messaging.model import (
    BrokerError,
    Delivery,
    Endpoint,
    OutgoingMessage,
    Subscription,
)
from arazzo_runner.messaging.protocols import failures
from arazzo_runner.messaging.protocols.address import has_parameters
from arazzo_runner.messaging.protocols.upgrade_request import (
    check_whole,
    request_headers,
    request_url,
)

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import Bindings
    from arazzo_runner.http_semantics.headers import Headers

_GOODBYE: Final = 0.5
_READ_AT_MOST: Final = 2
"""A message is read up to so many limits, to be counted; a larger one ends its connection."""
_TOO_BIG: Final = 1009
_SUBPROTOCOL: Final = "sec-websocket-protocol"
_HEADERS_HINT: Final = "put it into the payload; the handshake has the headers of the binding"

# Its own logger writes header fields, with their credentials, and goes nowhere.
_SILENCE: Final = logging.Logger("websockets", logging.CRITICAL + 1)


class _Handshake(open_socket):
    """A handshake that follows no redirect."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def connect(endpoint: Endpoint, receiver: Receiver) -> WebSocketConnection:
    """Open nothing yet: each channel is a connection of its own."""
    return WebSocketConnection(endpoint, receiver)


class _Channel:
    """The connection of one address, and who listens to it."""

    def __init__(self, address: str, socket: ClientConnection) -> None:
        self.address = address
        self.socket = socket
        self.subscriptions: list[Subscription] = []
        self.task: asyncio.Task[None] | None = None


class WebSocketConnection:
    """The connections to one server, by the addresses of channels."""

    def __init__(self, endpoint: Endpoint, receiver: Receiver) -> None:
        self._endpoint = endpoint
        self._receiver = receiver
        self._turn = asyncio.Lock()
        self._channels: dict[str, _Channel] = {}
        self._patterns: list[Subscription] = []
        self._is_open = True

    async def subscribe(self, subscription: Subscription) -> None:
        """Connect to a channel and listen, or wait until its address is known."""
        if has_parameters(subscription.address):
            self._patterns.append(subscription)
            return
        channel = await self._channel(subscription.address, subscription.channel)
        channel.subscriptions.append(subscription)

    async def enter(self, subscription: Subscription, address: str) -> None:
        """Connect to an address of a channel, unless it was sent to before."""
        check_whole(address)
        channel = await self._channel(address, subscription.channel)
        if subscription not in channel.subscriptions:
            channel.subscriptions.append(subscription)

    async def publish(self, message: OutgoingMessage) -> None:
        """Send a frame: of text, where the content type says so and it is UTF-8."""
        failures.check_size(self._endpoint, message)
        if message.headers:
            raise failures.no_headers_error("WebSocket", message, _HEADERS_HINT)
        channel = await self._channel(message.address, message.channel)
        try:
            async with asyncio.timeout(self._endpoint.connect_timeout):
                await channel.socket.send(message.payload, text=_is_text(message))
        except TimeoutError:
            raise failures.response_timeout_error(self._endpoint, "the message") from None
        except socket_errors.ConnectionClosed as reason:
            raise self._closed_error(reason, message.address) from None

    async def close(self) -> None:
        """Say goodbye on all connections, for half a second."""
        self._is_open = False
        await asyncio.gather(*(_close(one) for one in self._channels.values()))

    async def _channel(self, address: str, bindings: Bindings) -> _Channel:
        async with self._turn:
            if address not in self._channels:
                channel = _Channel(address, await self._open(address, bindings))
                fitting = (one for one in self._patterns if matches_address(one.address, address))
                channel.subscriptions.extend(fitting)
                self._channels[address] = channel
                channel.task = asyncio.create_task(self._read(channel))
            return self._channels[address]

    async def _open(self, address: str, bindings: Bindings) -> ClientConnection:
        endpoint, binding = self._endpoint, bindings.get("ws", {})
        if binding.get("method", "GET") == "POST":
            text = f"the binding of `{address}` has the method `POST`; a WebSocket opens by `GET`"
            raise BrokerError("refused", text)
        headers = request_headers(endpoint, binding)
        tls: dict[str, Any] = {"ssl": endpoint.tls} if endpoint.tls else {}
        handshake = _Handshake(
            request_url(endpoint, "wss" if endpoint.tls else "ws", address, binding),
            additional_headers=[one for one in headers if not header_values((one,), _SUBPROTOCOL)],
            subprotocols=_subprotocols(headers) or None,
            compression=None,  # a limit then counts what was sent, and nothing swells
            proxy=None,
            open_timeout=endpoint.connect_timeout,
            close_timeout=_GOODBYE,
            max_size=_READ_AT_MOST * endpoint.max_message,
            logger=_SILENCE,
            **tls,
        )
        try:
            return await handshake
        except socket_errors.InvalidStatus as reason:
            raise _status_error(endpoint, reason.response.status_code) from None
        except (socket_errors.InvalidMessage, OSError) as reason:
            raise _connect_error(endpoint, reason) from None
        except socket_errors.WebSocketException as reason:
            raise failures.protocol_error(endpoint, str(reason)) from None

    async def _read(self, channel: _Channel) -> None:
        try:
            while True:
                payload = await channel.socket.recv(decode=False)
                for subscription in channel.subscriptions:
                    self._receiver.deliver(subscription, Delivery(channel.address, payload))
        except socket_errors.ConnectionClosed as reason:
            self._lose(channel, self._closed_error(reason, channel.address))

    def _lose(self, channel: _Channel, reason: BrokerError) -> None:
        """Forget a channel; the others are connections of their own."""
        self._channels.pop(channel.address, None)
        if self._is_open:
            for subscription in channel.subscriptions:
                self._receiver.lose_channel(subscription, channel.address, reason)

    def _closed_error(self, reason: socket_errors.ConnectionClosed, address: str) -> BrokerError:
        """RFC 6455, section 7.4.1."""
        endpoint = self._endpoint
        if reason.sent is not None and reason.sent.code == _TOO_BIG and not reason.rcvd_then_sent:
            return failures.incoming_size_error(endpoint, address)
        if reason.rcvd is None:
            return failures.lost_error(endpoint)
        words = f"the server closed it with {reason.rcvd}"
        if reason.rcvd.code == _TOO_BIG:
            text = f"a message to `{address}` is too large for `{endpoint.label}`: {words}"
            return BrokerError("limit", text)
        return failures.lost_error(endpoint, words)


async def _close(channel: _Channel) -> None:
    try:
        async with asyncio.timeout(_GOODBYE):
            await channel.socket.close()
    except TimeoutError:
        channel.socket.transport.abort()
    if channel.task is not None:
        with contextlib.suppress(asyncio.CancelledError):
            channel.task.cancel()
            await channel.task


def _subprotocols(headers: Headers) -> list[Subprotocol]:
    """The subprotocols to offer, from a header field of the binding."""
    values = header_values(headers, _SUBPROTOCOL)
    names = (one.strip() for value in values for one in value.split(","))
    return [Subprotocol(one) for one in names if one]


def _is_text(message: OutgoingMessage) -> bool:
    kind = message.content_type
    if kind is not None and not is_json(kind) and not is_text(kind):
        return False
    try:
        message.payload.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _status_error(endpoint: Endpoint, status: int) -> BrokerError:
    if status in {401, 403}:
        return failures.credentials_error(endpoint)
    text = f"`{endpoint.label}` opened no WebSocket, but returned status {status}"
    return BrokerError("protocol", text)


def _connect_error(endpoint: Endpoint, reason: Exception) -> BrokerError:
    if isinstance(reason, socket_errors.InvalidMessage):
        return failures.protocol_error(endpoint, "its response to the handshake is not HTTP")
    return failures.connect_error(endpoint, reason)
