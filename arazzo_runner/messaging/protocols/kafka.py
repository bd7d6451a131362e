"""Kafka: topics, read from their ends by all of their partitions, without a consumer group.

AsyncAPI Kafka Bindings 0.5.0: of a channel the ``topic``, of a message the ``key``.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable, Iterable
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka import errors as kafka_errors
from aiokafka.abc import AbstractTokenProvider
from aiokafka.conn import AIOKafkaConnection, create_conn

from arazzo_runner.asyncapi.model import Bindings
from arazzo_runner.expression.value import MISSING, to_text
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
from arazzo_runner.messaging.protocols.library_logs import silence
from arazzo_runner.messaging.protocols.schema_value import only_value
from arazzo_runner.text.pattern import lazy_pattern

DEFAULT_PORT: Final = 9092
_PARAMETER: Final = lazy_pattern(r"\{[^{}]+\}")
_OVERHEAD: Final = 64 * 1024  # of a record and its batch, with key and headers
_GOODBYE: Final = 0.8
_REFUSALS: Final = (
    kafka_errors.SaslAuthenticationFailed,
    kafka_errors.AuthenticationFailedError,
    ValueError,  # how the library says that a server's proof of SCRAM is wrong
)
_NOT_ALLOWED: Final = (
    kafka_errors.TopicAuthorizationFailedError,
    kafka_errors.ClusterAuthorizationFailedError,
)
_TOO_LARGE: Final = (
    kafka_errors.MessageSizeTooLargeError,
    kafka_errors.RecordTooLargeError,
    kafka_errors.RecordListTooLargeError,
)
_LISTENERS: Final = "see that the cluster's `advertised.listeners` can be reached from here"


async def connect(endpoint: Endpoint, receiver: Receiver) -> KafkaConnection:
    """Connect to a broker of a cluster. Raises BrokerError."""
    silence("aiokafka")
    settings = _settings(endpoint)
    sentinel = await _open_sentinel(endpoint, settings)
    producer = AIOKafkaProducer(
        bootstrap_servers=_server(endpoint),
        max_request_size=endpoint.max_message + _OVERHEAD,
        acks="all",
        **settings,
    )
    try:
        async with asyncio.timeout(endpoint.connect_timeout):
            await producer.start()
    except BaseException as reason:
        sentinel.link.close()
        await _stop(producer)
        if isinstance(reason, TimeoutError | kafka_errors.KafkaError | OSError):
            raise _failure(endpoint, reason) from None
        raise
    connection = KafkaConnection(endpoint, receiver, producer, settings)
    connection.watch(sentinel)
    return connection


def _server(endpoint: Endpoint) -> str:
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    return f"{host}:{endpoint.port or DEFAULT_PORT}"


def _settings(endpoint: Endpoint) -> dict[str, Any]:
    """How each connection to a broker is made."""
    shown = endpoint.credentials
    has_login = bool(shown.username or shown.token)
    layer = "SSL" if endpoint.tls else "PLAINTEXT"
    settings: dict[str, Any] = {
        "client_id": "arazzo",
        "request_timeout_ms": max(1, int(endpoint.connect_timeout * 1000)),
        "security_protocol": f"SASL_{layer}" if has_login else layer,
        "ssl_context": endpoint.tls,
    }
    if shown.token:
        settings["sasl_mechanism"] = "OAUTHBEARER"
        settings["sasl_oauth_token_provider"] = _Token(shown.token)
    elif shown.username:
        settings["sasl_mechanism"] = shown.mechanism or "PLAIN"
        settings["sasl_plain_username"] = shown.username
        settings["sasl_plain_password"] = shown.password
    return settings


class _Token(AbstractTokenProvider):  # type: ignore[misc]
    """A token that was there before."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> Any:  # a string; the library's own annotation says None
        return self._token


class _Sentinel(NamedTuple):
    """A connection that nothing else uses, and the event that it is closed."""

    link: AIOKafkaConnection
    closed: asyncio.Event


async def _open_sentinel(endpoint: Endpoint, settings: dict[str, Any]) -> _Sentinel:
    """A connection of its own: it says why none can be made, and notices when the broker goes.

    The library's clients log such reasons, and keep trying.
    """
    port, closed = endpoint.port or DEFAULT_PORT, asyncio.Event()

    def set_closed(*_: object) -> None:
        closed.set()

    try:
        async with asyncio.timeout(endpoint.connect_timeout):
            link = await create_conn(endpoint.host, port, on_close=set_closed, **settings)
    except (OSError, ValueError, AssertionError, kafka_errors.KafkaError) as reason:
        raise _failure(endpoint, reason) from None
    return _Sentinel(link, closed)


def _failure(endpoint: Endpoint, reason: BaseException) -> BrokerError:
    """Why no connection could be made."""
    if isinstance(reason, ssl.SSLError):  # that of a certificate is a ValueError too
        return failures.tls_error(endpoint, reason)
    if isinstance(reason, _REFUSALS):
        return failures.credentials_error(endpoint)
    if isinstance(reason, kafka_errors.UnsupportedSaslMechanismError):
        used = endpoint.credentials.mechanism or "PLAIN"
        text = f"`{endpoint.label}` does not support the SASL mechanism `{used}`"
        return BrokerError("credentials", text, "the security scheme of the server names it")
    if isinstance(reason, kafka_errors.KafkaConnectionError):
        words = "it closed the connection before it said which versions of Kafka it speaks"
        return failures.protocol_error(endpoint, words)
    return failures.connect_error(endpoint, reason)


async def _stop(client: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    """Stop a client, within its time.

    In a task of its own: the library lets the cancellation of its own tasks through to its caller.
    """
    stopping = asyncio.ensure_future(client.stop())
    try:
        await asyncio.wait({stopping}, timeout=_GOODBYE)
    finally:
        stopping.cancel()
        await asyncio.gather(stopping, return_exceptions=True)


class KafkaConnection:
    """A producer, a consumer for each subscription, and a watch on the cluster."""

    def __init__(
        self,
        endpoint: Endpoint,
        receiver: Receiver,
        producer: AIOKafkaProducer,
        settings: dict[str, Any],
    ) -> None:
        self._endpoint = endpoint
        self._receiver = receiver
        self._producer = producer
        self._settings = settings
        self._consumers: list[AIOKafkaConsumer] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._sentinel: _Sentinel | None = None
        self._is_open = True
        self._lost: BrokerError | None = None

    async def subscribe(self, subscription: Subscription) -> None:
        """Read topics from their ends on; the offsets are known when this returns."""
        pattern = _topic(subscription.address, subscription.channel)
        partitions = await self._partitions(pattern)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=_server(self._endpoint),
            group_id=None,
            enable_auto_commit=False,
            isolation_level="read_committed",  # an aborted message was never sent
            max_partition_fetch_bytes=self._endpoint.max_message + _OVERHEAD,
            **self._settings,
        )
        self._consumers.append(consumer)
        await self._in_time(self._seek_to_end(consumer, partitions), "receive from", pattern)
        address = subscription.address if pattern != subscription.address else None
        self._tasks.append(asyncio.create_task(self._read(consumer, subscription, address)))

    async def publish(self, message: OutgoingMessage) -> None:
        """Hand a message over; all replicas that are in sync have it when this returns."""
        if self._lost is not None:  # the library would look for the cluster until its time is up
            raise self._lost
        failures.check_size(self._endpoint, message)
        topic = _topic(message.address, message.channel)
        await self._partitions(topic)
        headers = [(name, value.encode()) for name, value in message.headers]
        sent = self._producer.send_and_wait(
            topic, message.payload, key=_key(message.message), headers=headers
        )
        await self._in_time(sent, "send to", topic)

    async def close(self) -> None:
        """Disconnect, within a second."""
        self._is_open = False
        if self._sentinel is not None:
            self._sentinel.link.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*map(_stop, (self._producer, *self._consumers)))

    def watch(self, sentinel: _Sentinel) -> None:
        """Notice when the broker that was connected to goes."""
        self._sentinel = sentinel
        self._tasks.append(asyncio.create_task(self._watch(sentinel)))

    async def _watch(self, sentinel: _Sentinel) -> None:
        """Offsets remain, so a broker that comes back, or another one, goes on where it was."""
        await sentinel.closed.wait()
        try:
            await self._metadata()
            self.watch(await _open_sentinel(self._endpoint, self._settings))
        except BrokerError:
            self._lose(failures.lost_error(self._endpoint))

    async def _seek_to_end(
        self, consumer: AIOKafkaConsumer, partitions: Iterable[TopicPartition]
    ) -> None:
        await consumer.start()
        consumer.assign(list(partitions))
        for partition, offset in (await consumer.end_offsets(partitions)).items():
            consumer.seek(partition, offset)

    async def _partitions(self, pattern: str) -> list[TopicPartition]:
        """All partitions of the topics that a pattern fits; BrokerError where there is none."""
        cluster = await self._metadata()
        topics = cluster.topics() & {pattern} or _topics_of(pattern, cluster.topics())
        found = [
            TopicPartition(topic, number)
            for topic in topics
            for number in sorted(cluster.partitions_for_topic(topic) or ())
        ]
        if found:
            return found
        if pattern in cluster.unauthorized_topics:
            raise failures.permission_error(self._endpoint, "use", pattern)
        text = f"there is no topic `{pattern}` at `{self._endpoint.label}`"
        raise BrokerError("refused", text, "create it first; a topic is never created from here")

    async def _metadata(self) -> Any:
        return await self._in_time(self._producer.client.fetch_all_metadata(), "use", "metadata")

    async def _in_time(self, work: Awaitable[Any], action: str, topic: str) -> Any:
        try:
            async with asyncio.timeout(self._endpoint.connect_timeout):
                return await work
        except _NOT_ALLOWED:
            raise failures.permission_error(self._endpoint, action, topic) from None
        except _TOO_LARGE:
            text = f"a message to `{topic}` is too large for `{self._endpoint.label}`"
            raise BrokerError("limit", text) from None
        except TimeoutError:
            reason = failures.response_timeout_error(self._endpoint, f"to {action} `{topic}`")
            raise BrokerError(reason.code, reason.message, _LISTENERS) from None
        except kafka_errors.KafkaConnectionError:
            raise failures.lost_error(self._endpoint) from None
        except kafka_errors.KafkaError as reason:
            raise failures.protocol_error(self._endpoint, _words(reason)) from None

    async def _read(
        self, consumer: AIOKafkaConsumer, subscription: Subscription, address: str | None
    ) -> None:
        try:
            while True:
                record = await consumer.getone()
                self._deliver(subscription, address or record.topic, record)
        except _NOT_ALLOWED:
            place = subscription.address
            self._lose(failures.permission_error(self._endpoint, "receive from", place))
        except _TOO_LARGE:
            self._lose(failures.incoming_size_error(self._endpoint, subscription.address))
        except kafka_errors.KafkaConnectionError:
            self._lose(failures.lost_error(self._endpoint))
        except kafka_errors.KafkaError as reason:
            self._lose(failures.protocol_error(self._endpoint, _words(reason)))

    def _deliver(self, subscription: Subscription, address: str, record: Any) -> None:
        payload = record.value or b""
        headers = tuple(
            (name, (value or b"").decode("utf-8", "replace")) for name, value in record.headers
        )
        kind = header_value(headers, "content-type")
        if self._is_open:
            self._receiver.deliver(subscription, Delivery(address, payload, headers, kind))

    def _lose(self, reason: BrokerError) -> None:
        if self._is_open:
            self._is_open, self._lost = False, reason
            self._receiver.lose(reason)


def _topic(address: str, channel: Bindings) -> str:
    """The topic of a channel, which may be another than its address."""
    topic = channel.get("kafka", {}).get("topic")
    return topic if isinstance(topic, str) and topic else address


def _topics_of(pattern: str, topics: Iterable[str]) -> list[str]:
    """The topics that a pattern with ``{parameters}`` fits, of those that are there now."""
    parts = _PARAMETER.split(pattern)
    if len(parts) == 1:
        return []
    expression = re.compile(".+".join(map(re.escape, parts)))
    return sorted(topic for topic in topics if expression.fullmatch(topic))


def _key(message: Bindings) -> bytes | None:
    """The key of a message, where its binding leaves it one value."""
    value = only_value(message.get("kafka", {}).get("key"))
    return None if value is MISSING or value is None else to_text(value).encode()


def _words(reason: kafka_errors.KafkaError) -> str:
    """What Kafka says, without what it is about."""
    return getattr(reason, "description", None) or getattr(reason, "message", None) or "an error"
