"""Redis: pub/sub, and streams where the binding of the channel says ``x-redis-stream``.

Commands are sent by the library's connections, without its pools: each subscription of a stream
has a connection, since ``XREAD`` blocks it, and all of pub/sub share another.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Final, NamedTuple, TypeAlias

from msgspec.json import encode as json_encode
from redis import exceptions as redis_errors
from redis.asyncio.connection import Connection as RedisLink
from redis.asyncio.connection import SSLConnection as RedisTlsLink
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from arazzo_runner.asyncapi.model import Bindings
from arazzo_runner.http_semantics.integers import parse_digits
from arazzo_runner.messaging.connection import Receiver
from arazzo_runner.messaging.model import (
    BrokerError,
    Delivery,
    Endpoint,
    OutgoingMessage,
    Subscription,
)
from arazzo_runner.messaging.protocols import failures
from arazzo_runner.text.pattern import lazy_pattern

DEFAULT_PORT: Final = 6379
_STREAM: Final = "x-redis-stream"
_PAYLOAD_FIELD: Final = "payload"
_PARAMETER: Final = lazy_pattern(r"(\{[^{}]+\})")
_SPECIAL: Final = lazy_pattern(r"[*?\[\]\\]")
_LAST_OF_MILLISECOND: Final = (1 << 64) - 1
_BATCH: Final = 100
_GOODBYE: Final = 0.5
_STREAM_HINT: Final = f"put it into the payload, or say `{_STREAM}: true` in the channel's binding"

_Name: TypeAlias = tuple[bytes, bytes]
"""How pub/sub names a subscription: ``message`` or ``pmessage``, and the channel or pattern."""
_Deliver: TypeAlias = Callable[[Subscription, Delivery], None]


async def connect(endpoint: Endpoint, receiver: Receiver) -> RedisConnection:
    """Connect, authenticate, and see that commands are taken. Raises BrokerError."""
    return RedisConnection(endpoint, receiver, await _open(endpoint))


async def _open(endpoint: Endpoint) -> RedisLink:
    link = _link(endpoint)
    try:
        async with asyncio.timeout(endpoint.connect_timeout):
            await link.connect()  # type: ignore[no-untyped-call]
            await link.send_command("PING")  # a server may want a password only now
            await link.read_response()
    except BaseException as reason:
        await _disconnect(link)
        if isinstance(reason, TimeoutError):
            raise failures.connect_timeout_error(endpoint) from None
        if isinstance(reason, redis_errors.RedisError):
            raise _open_failure(endpoint, reason) from None
        raise
    return link


def _link(endpoint: Endpoint) -> RedisLink:
    """A connection that never retries, and tells the server nothing but who it is."""
    shown = endpoint.credentials
    settings: dict[str, Any] = {
        "host": endpoint.host,
        "port": endpoint.port or DEFAULT_PORT,
        "db": _database(endpoint),
        "username": shown.username or None,
        "password": shown.password or shown.token or None,
        "socket_timeout": None,
        "socket_connect_timeout": endpoint.connect_timeout,
        "retry": Retry(NoBackoff(), 0),
        "driver_info": None,
        "protocol": 2,
    }
    if endpoint.tls is None:
        return RedisLink(**settings)
    secured = RedisTlsLink(**settings)
    secured.ssl_context.context = endpoint.tls
    return secured


def _database(endpoint: Endpoint) -> int:
    """The database that the path of a Redis URL names."""
    name = endpoint.path.strip("/")
    if not name:
        return 0
    number = parse_digits(name)
    if number is None:
        text = f"the path `{endpoint.path}` of `{endpoint.label}` names no database of Redis"
        raise BrokerError("refused", text, "write its number, such as `/2`, or no path")
    return number


def _open_failure(endpoint: Endpoint, reason: redis_errors.RedisError) -> BrokerError:
    if isinstance(reason, redis_errors.AuthenticationError):
        return failures.credentials_error(endpoint)
    if isinstance(reason, redis_errors.NoPermissionError):
        return failures.permission_error(endpoint, "use", "PING")
    if isinstance(reason, redis_errors.ResponseError | redis_errors.InvalidResponse):
        return failures.protocol_error(endpoint, _words(reason))
    return failures.connect_error(endpoint, reason)


def _words(reason: Exception) -> str:
    """What Redis says, which repeats no argument of a command but the name of a key or user."""
    return str(reason).rstrip(".")


async def _disconnect(link: RedisLink) -> None:
    with contextlib.suppress(redis_errors.RedisError, OSError, TimeoutError):
        async with asyncio.timeout(_GOODBYE):
            await link.disconnect()


class _LaterStreams(NamedTuple):
    """Streams of a channel whose names are not known yet, read from the entry ``last`` on."""

    subscription: Subscription
    field: str
    last: bytes
    opened: set[str]


class RedisConnection:
    """Connections to one Redis; the first of them is for commands."""

    def __init__(self, endpoint: Endpoint, receiver: Receiver, commands: RedisLink) -> None:
        self._endpoint = endpoint
        self._receiver = receiver
        self._links = [commands]
        self._turn = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._channels: _PubSub | None = None
        self._later: list[_LaterStreams] = []
        self._is_open = True

    async def subscribe(self, subscription: Subscription) -> None:
        """Listen to a channel, a pattern of channels, or the end of a stream."""
        field = _payload_field(subscription.channel)
        if field is None:
            await self._listen(subscription)
        else:
            await self._follow(subscription, field)

    async def enter(self, subscription: Subscription, address: str) -> None:
        """Read a stream whose name was not known before, from when it was subscribed to."""
        for one in self._later:
            if one.subscription == subscription and address not in one.opened:
                if _PARAMETER.search(address):
                    text = f"the stream `{address}` is not known by its whole name"
                    raise BrokerError("refused", text, "give the parameter a value in the step")
                one.opened.add(address)
                await self._command("receive from", "XREVRANGE", address, "+", "-", "COUNT", "1")
                link = await _open(self._endpoint)
                work = self._read_stream(link, subscription, address, one.field, one.last)
                self._start(link, work, address)

    async def publish(self, message: OutgoingMessage) -> None:
        """Hand a message over; the server has it when this returns."""
        failures.check_size(self._endpoint, message)
        field = _payload_field(message.channel)
        if field is not None:
            entry = [part for header in message.headers for part in header]
            await self._command(
                "send to", "XADD", message.address, "*", field, message.payload, *entry
            )
        elif message.headers:
            raise failures.no_headers_error("Redis pub/sub", message, _STREAM_HINT)
        else:
            await self._command("send to", "PUBLISH", message.address, message.payload)

    async def close(self) -> None:
        """Disconnect; what was going on ends."""
        self._is_open = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*map(_disconnect, self._links))

    async def _command(
        self, action: str, command: str, address: str, *arguments: str | bytes
    ) -> Any:
        """The response to a command about ``address``. Raises BrokerError."""
        link = self._links[0]
        try:
            async with asyncio.timeout(self._endpoint.connect_timeout), self._turn:
                words = (address, *arguments) if address else arguments
                await link.send_command(command, *words)
                return await link.read_response()
        except TimeoutError:
            raise failures.response_timeout_error(self._endpoint, f"`{command}`") from None
        except redis_errors.RedisError as reason:
            raise self._failure(reason, action, address) from None

    def _failure(self, reason: redis_errors.RedisError, action: str, address: str) -> BrokerError:
        endpoint = self._endpoint
        if isinstance(reason, redis_errors.AuthenticationError):
            return failures.credentials_error(endpoint)
        if isinstance(reason, redis_errors.NoPermissionError):
            return failures.permission_error(endpoint, action, address)
        if not isinstance(reason, redis_errors.ResponseError):
            return failures.lost_error(endpoint)
        if str(reason).startswith("WRONGTYPE"):
            text = f"the key `{address}` at `{endpoint.label}` is not a stream"
            return BrokerError("refused", text)
        return failures.protocol_error(endpoint, _words(reason))

    async def _listen(self, subscription: Subscription) -> None:
        """Subscribe by pub/sub."""
        channels = await self._pubsub()
        try:
            async with asyncio.timeout(self._endpoint.connect_timeout):
                await channels.subscribe(subscription)
        except TimeoutError:
            raise failures.response_timeout_error(self._endpoint, "the subscription") from None
        except redis_errors.RedisError as reason:
            raise self._failure(reason, "receive from", subscription.address) from None

    async def _pubsub(self) -> _PubSub:
        async with self._turn:
            if self._channels is None:
                link = await _open(self._endpoint)
                self._channels = _PubSub(link, self._deliver)
                self._start(link, self._channels.read(), "")
            return self._channels

    async def _follow(self, subscription: Subscription, field: str) -> None:
        """Read a stream from its present end on; one without a whole name when that is known."""
        key = subscription.address
        if _PARAMETER.search(key):
            time = await self._command("receive from", "TIME", "")
            # All of this millisecond: better one from just before than one too few.
            before = _milliseconds(time, self._endpoint) - 1
            last = b"%d-%d" % (before, _LAST_OF_MILLISECOND)
            self._later.append(_LaterStreams(subscription, field, last, set()))
            return
        newest = await self._command("receive from", "XREVRANGE", key, "+", "-", "COUNT", "1")
        link = await _open(self._endpoint)
        last = newest[0][0] if newest else b"0-0"
        self._start(link, self._read_stream(link, subscription, key, field, last), key)

    async def _read_stream(
        self, link: RedisLink, subscription: Subscription, key: str, field: str, last: bytes
    ) -> None:
        while True:
            await link.send_command("XREAD", "COUNT", _BATCH, "BLOCK", 0, "STREAMS", key, last)
            for _, entries in await link.read_response() or ():
                for identifier, fields in entries:
                    self._deliver(subscription, _entry_delivery(key, field, fields))
                    last = identifier

    def _start(self, link: RedisLink, work: Coroutine[Any, Any, None], address: str) -> None:
        self._links.append(link)
        self._tasks.append(asyncio.create_task(self._guard(work, address)))

    async def _guard(self, work: Coroutine[Any, Any, None], address: str) -> None:
        """Read until the connection is lost, or closed from here."""
        try:
            await work
        except redis_errors.RedisError as reason:
            self._lose(self._failure(reason, "receive from", address))

    def _lose(self, reason: BrokerError) -> None:
        if self._is_open:
            self._is_open = False
            self._receiver.lose(reason)

    def _deliver(self, subscription: Subscription, delivery: Delivery) -> None:
        if self._is_open:
            self._receiver.deliver(subscription, delivery)


class _PubSub:
    """The connection of all channels and patterns; one subscription at a time waits for its reply.

    Whatever ends ``read`` ends who waits as well.
    """

    def __init__(self, link: RedisLink, deliver: _Deliver) -> None:
        self._link = link
        self._deliver = deliver
        self._subscriptions: dict[_Name, list[Subscription]] = {}
        self._replies: deque[asyncio.Future[None]] = deque()

    async def subscribe(self, subscription: Subscription) -> None:
        """Subscribe, and wait for the reply. Raises RedisError."""
        command, name = _subscribe_command(subscription.address)
        reply: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._replies.append(reply)
        # Before the reply: messages may follow it at once.
        self._subscriptions.setdefault(name, []).append(subscription)
        await self._link.send_command(command, name[1])
        await reply

    async def read(self) -> None:
        """Read for ever. Raises RedisError."""
        try:
            while True:
                try:
                    event = await self._link.read_response()
                except redis_errors.ResponseError as refusal:
                    self._reply(refusal)
                else:
                    self._take(event)
        except redis_errors.RedisError as reason:
            while self._replies:
                self._reply(reason)
            raise

    def _take(self, event: Any) -> None:
        kind, *names, payload = event
        if kind not in {b"message", b"pmessage"}:
            self._reply(None)
            return
        delivery = Delivery(names[-1].decode("utf-8", "replace"), payload)
        for subscription in self._subscriptions.get((kind, names[0]), ()):
            self._deliver(subscription, delivery)

    def _reply(self, refusal: Exception | None) -> None:
        reply = self._replies.popleft()
        if reply.done():
            return
        if refusal is None:
            reply.set_result(None)
        else:
            reply.set_exception(refusal)


def _subscribe_command(address: str) -> tuple[str, _Name]:
    """``SUBSCRIBE`` for a whole address, ``PSUBSCRIBE`` with ``*`` for each parameter."""
    parts = _PARAMETER.split(address)
    if len(parts) == 1:
        return "SUBSCRIBE", (b"message", address.encode())
    literal = [_SPECIAL.sub(r"\\\g<0>", part) for part in parts[::2]]
    return "PSUBSCRIBE", (b"pmessage", "*".join(literal).encode())


def _payload_field(channel: Bindings) -> str | None:
    """The field of a stream that has the payload, or None for a channel of pub/sub.

    AsyncAPI reserves the binding and gives it no members; ``x-redis-stream`` is ours: ``true``, or
    an object with the name of the field as ``payload``.
    """
    stream = channel.get("redis", {}).get(_STREAM)
    if isinstance(stream, dict):
        field = stream.get("payload", _PAYLOAD_FIELD)
        return field if isinstance(field, str) else _PAYLOAD_FIELD
    return _PAYLOAD_FIELD if stream is True else None


def _milliseconds(time: Any, endpoint: Endpoint) -> int:
    """Those of the server's clock, of a response to ``TIME``. Raises BrokerError."""
    parts = time if isinstance(time, list) else []
    texts = [one.decode("latin-1") for one in parts if isinstance(one, bytes)]
    match [parse_digits(one) for one in texts]:
        case [int(seconds), int(microseconds)]:
            return seconds * 1000 + microseconds // 1000
        case _:
            raise failures.protocol_error(endpoint, "its `TIME` is none")


def _entry_delivery(key: str, field: str, fields: list[bytes]) -> Delivery:
    """An entry of a stream: one field is the payload, the others are headers.

    Without that field, the entry as a whole is the payload, as an object of strings.
    """
    texts = [part.decode("utf-8", "replace") for part in fields]
    pairs = tuple(zip(texts[::2], texts[1::2], strict=True))
    payload = dict(zip(texts[::2], fields[1::2], strict=True)).get(field)
    if payload is None:
        return Delivery(key, json_encode(dict(pairs)), content_type="application/json")
    return Delivery(key, payload, tuple(pair for pair in pairs if pair[0] != field))
