"""NATS: its core, without streams (JetStream). AsyncAPI's NATS bindings 0.1.0."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Coroutine
from typing import Any, Final

from nats import errors as nats_errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from arazzo_runner.asyncapi.model import Bindings
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.messaging.connection import Receiver
from arazzo_runner.messaging.model import (
    BrokerError,
    Delivery,
    Endpoint,
    OutgoingMessage,
    Subscription,
)
from arazzo_runner.messaging.protocols import failures
from arazzo_runner.messaging.protocols.address import wildcard_address
from arazzo_runner.messaging.protocols.library_logs import silence
from arazzo_runner.messaging.protocols.property_headers import PropertyHeaders

PORT: Final = 4222
_GOODBYE: Final = 0.5
_CONTENT_TYPE: Final = "Content-Type"
_HEADER_FRAME: Final = b"NATS/1.0\r\n\r\n"
_REFUSALS: Final = ("authorization", "authentication")


async def connect(endpoint: Endpoint, receiver: Receiver) -> NatsConnection:
    """Connect to one server; others of its cluster are not tried. Raises BrokerError."""
    silence("nats")
    client = _Client(endpoint)
    try:
        async with asyncio.timeout(endpoint.connect_timeout):
            await client.open()
    except BaseException as reason:
        await _close(client)
        if isinstance(reason, nats_errors.Error | OSError):
            raise _open_error(endpoint, reason) from None
        raise
    return NatsConnection(endpoint, receiver, client)


def _open_error(endpoint: Endpoint, reason: Exception) -> BrokerError:
    words = str(reason).lower()
    if any(one in words for one in _REFUSALS):
        return failures.credentials_error(endpoint)
    if isinstance(reason, nats_errors.SecureConnWantedError):
        text = f"`{endpoint.label}` does not encrypt connections: nothing was sent to it"
        return BrokerError("tls", text, "the protocol of a server without TLS is `nats`")
    if isinstance(reason, nats_errors.SecureConnRequiredError):
        text = f"`{endpoint.label}` requires TLS"
        return BrokerError("tls", text, "the protocol of a server with TLS is `nats+tls`")
    if isinstance(reason, TimeoutError) or not isinstance(reason, nats_errors.Error):
        return failures.connect_error(endpoint, reason)
    return failures.protocol_error(endpoint, _words(reason))


def _words(reason: Exception) -> str:
    return str(reason).removeprefix("nats: ").strip("'\" ").lower()


async def _close(client: Client) -> None:
    try:
        async with asyncio.timeout(_GOODBYE):
            await client.close()
    except (nats_errors.Error, OSError, TimeoutError):
        return


class _Client(Client):
    """The library's client: it never connects again, and keeps what the server complains about."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__()
        self._endpoint = endpoint
        self._is_open = False
        self.complaints: list[str] = []
        self.closed = asyncio.get_running_loop().create_future()

    async def open(self) -> None:
        """Connect. Raises nats.errors.Error and OSError."""
        endpoint, shown = self._endpoint, self._endpoint.credentials
        host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
        await self.connect(
            f"nats://{host}:{endpoint.port or PORT}",
            name="arazzo",
            user=shown.username or None,
            password=shown.password if shown.username else None,
            token=shown.token or (shown.password if not shown.username else "") or None,
            tls=endpoint.tls,
            tls_hostname=endpoint.host,
            allow_reconnect=False,
            max_reconnect_attempts=1,
            connect_timeout=endpoint.connect_timeout,  # type: ignore[arg-type] # seconds
            error_cb=self._note,
            closed_cb=self._end,
        )
        self._is_open = True

    async def catch_up(self) -> None:
        """Wait until the server has read all that was sent. Raises nats.errors.Error, OSError."""
        # The library's PING overtakes what is still pending, and the PONG would prove nothing.
        await self._flush_pending(force_flush=True)
        await self.flush(self._endpoint.connect_timeout)  # type: ignore[arg-type] # seconds

    async def _note(self, reason: Exception) -> None:
        """What the library tells beside: while it connects, the reason why it would try again."""
        if not self._is_open:
            raise reason
        self.complaints.append(str(reason))

    async def _end(self) -> None:
        if not self.closed.done():
            self.closed.set_result(None)

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """Asked for where the server requires TLS."""
        if self._endpoint.tls is None:
            raise nats_errors.SecureConnRequiredError
        return self._endpoint.tls

    def _connect_command(self) -> bytes:
        """Credentials that are to be encrypted are not sent otherwise."""
        if self._endpoint.tls is not None and not self._server_info.get("tls_required"):
            raise nats_errors.SecureConnWantedError
        return super()._connect_command()


class NatsConnection:
    """A connection to one server."""

    def __init__(self, endpoint: Endpoint, receiver: Receiver, client: _Client) -> None:
        self._endpoint = endpoint
        self._receiver = receiver
        self._client = client
        self._is_open = True
        client.closed.add_done_callback(self._lose)

    async def subscribe(self, subscription: Subscription) -> None:
        """Subscribe to a subject, with ``*`` for each token that is not known."""

        async def deliver(message: Msg) -> None:
            if self._is_open:
                self._receiver.deliver(subscription, to_delivery(message))

        subject = wildcard_address(subscription.address, ".", "*")
        work = self._client.subscribe(subject, _queue(subscription.operation), deliver)
        await self._confirmed(work, "receive from", subscription.address)

    async def publish(self, message: OutgoingMessage) -> None:
        """Publish, and wait until the server has read it."""
        failures.check_size(self._endpoint, message)
        headers = publish_headers(message)
        self._check_size(message, headers)
        reply = header_value(message.headers, "replyTo") or ""
        work = self._client.publish(message.address, message.payload, reply, headers or None)
        await self._confirmed(work, "send to", message.address)

    def _check_size(self, message: OutgoingMessage, headers: dict[str, str]) -> None:
        """A server closes the connection of who sends more than it accepts, headers included."""
        size = len(message.payload)
        if headers:
            lines = (f"{name}: {value}\r\n".encode() for name, value in headers.items())
            size += len(_HEADER_FRAME) + sum(map(len, lines))
        if size > self._client.max_payload:
            text = (
                f"the message to `{message.address}` has {size:,} bytes;"
                f" `{self._endpoint.label}` accepts up to {self._client.max_payload:,}"
            )
            raise BrokerError("limit", text)

    async def _confirmed(
        self, work: Coroutine[Any, Any, object], action: str, address: str
    ) -> None:
        """Do it, and wait for a response to what comes after: complaints come before that."""
        task = asyncio.ensure_future(self._flushed(work))
        try:
            await asyncio.wait(
                {task, self._client.closed},
                timeout=self._endpoint.connect_timeout,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if self._client.closed.done():
                raise self._lost_error()
            if not task.done():
                raise failures.response_timeout_error(self._endpoint, f"`{address}`")
            task.result()
        except nats_errors.BadSubjectError:
            text = f"`{address}` is not a subject of NATS"
            hint = "words with `.` between them, without spaces"
            raise BrokerError("refused", text, hint) from None
        except nats_errors.BadHeaderError as reason:
            raise BrokerError("refused", f"NATS has no such names of headers: {reason}") from None
        except (nats_errors.Error, OSError):
            raise self._lost_error() from None
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._check_permission(action, address)

    async def _flushed(self, work: Coroutine[Any, Any, object]) -> None:
        await work
        await self._client.catch_up()

    def _check_permission(self, action: str, address: str) -> None:
        """The server says which subject, in quotation marks: for this one, or another caller's."""
        subject = wildcard_address(address, ".", "*")
        for complaint in self._client.complaints:
            if f'"{subject}"'.lower() in complaint.lower():
                self._client.complaints.remove(complaint)
                raise failures.permission_error(self._endpoint, action, address)

    def _lost_error(self) -> BrokerError:
        reason = self._client.last_error
        if reason is None or isinstance(reason, nats_errors.StaleConnectionError | OSError):
            return failures.lost_error(self._endpoint)
        return failures.lost_error(self._endpoint, _words(reason))

    def _lose(self, _: object) -> None:
        if self._is_open:
            self._is_open = False
            self._receiver.lose(self._lost_error())

    async def close(self) -> None:
        """Disconnect."""
        self._is_open = False
        await _close(self._client)


def _queue(operation: Bindings) -> str:
    """The group of which one member alone gets each message."""
    queue = operation.get("nats", {}).get("queue")
    return queue if isinstance(queue, str) else ""


def publish_headers(message: OutgoingMessage) -> dict[str, str]:
    """Headers, of one line each; several of a name are joined with a comma. Raises BrokerError."""
    headers: dict[str, str] = {}
    for name, value in message.headers:
        if "\n" in value or "\r" in value:
            text = f"the header `{name}` of the message has several lines, NATS has room for one"
            raise BrokerError("refused", text)
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    if message.content_type and header_value(message.headers, _CONTENT_TYPE) is None:
        headers[_CONTENT_TYPE] = message.content_type
    return headers


def to_delivery(message: Msg) -> Delivery:
    """What came; the subject for replies is a header, where there is none of its name."""
    headers = PropertyHeaders((message.headers or {}).items())
    headers.add("replyTo", message.reply or None)
    content_type = header_value(headers.fields, _CONTENT_TYPE)
    return Delivery(message.subject, message.data, headers.fields, content_type)
