"""The library's MQTT client, made to fit: nothing is queued twice, and no waiting outlives it."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, TypeGuard

import aiomqtt
from paho.mqtt import client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from arazzo_runner.asyncapi.model import Bindings
from arazzo_runner.expression.value import Value
from arazzo_runner.messaging.model import Endpoint

PORT: Final = 1883
TLS_PORT: Final = 8883
_TLS: Final = frozenset({"mqtts", "secure-mqtt"})
_KEEP_ALIVE: Final = 60
_READ_AT_MOST: Final = 2
"""A message is read up to so many limits, to say its size; with MQTT 5 no larger one comes."""
_EARLY: Final = 1_000
_ROOM: Final = 1 << 16
"""Bytes for what is no payload: the topic, and the properties."""

make_properties: Final[Callable[[int], Properties]] = Properties
"""Properties of a kind of packet (the library's class has no types)."""

_SILENT: Final = logging.Logger("mqtt")
_SILENT.disabled = True


def mqtt_binding(bindings: Bindings) -> Mapping[str, Value]:
    """What a description says of MQTT; ``mqtt5`` is the name of the binding for version 5."""
    return {**bindings.get("mqtt", {}), **bindings.get("mqtt5", {})}


def is_count(value: Value, most: int) -> TypeGuard[int]:
    """Whether a member of a binding is a number from 0 to ``most``."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


class UnansweredError(aiomqtt.MqttError):
    """The connection ended before the broker accepted it."""


class HandshakeSocket(ssl.SSLSocket):
    """A socket that is closed where the handshake fails: the library would leave it open."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - as in `ssl`
        """Shake hands. Raises OSError."""
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


class MqttClient(aiomqtt.Client):
    """A client of one version of MQTT; ``take`` gets each message as it comes.

    ``early`` are those of a session that the broker has kept, before anybody subscribes.
    """

    def __init__(self, endpoint: Endpoint, version: aiomqtt.ProtocolVersion) -> None:
        shown, server = endpoint.credentials, mqtt_binding(endpoint.bindings)
        is_five = version is aiomqtt.ProtocolVersion.V5
        is_clean = server.get("cleanSession") is not False
        identifier, keep_alive = server.get("clientId"), server.get("keepAlive")
        super().__init__(
            endpoint.host,
            endpoint.port or (TLS_PORT if endpoint.protocol in _TLS else PORT),
            username=shown.username or ("" if shown.password or shown.token else None),
            password=shown.password or shown.token or None,
            identifier=identifier if isinstance(identifier, str) else None,
            protocol=version,
            clean_session=None if is_five else is_clean,
            clean_start=is_clean if is_five else paho.MQTT_CLEAN_START_FIRST_ONLY,
            keepalive=keep_alive if is_count(keep_alive, 65535) else _KEEP_ALIVE,
            timeout=endpoint.connect_timeout,
            properties=_connect_properties(endpoint) if is_five else None,
            tls_context=endpoint.tls,
            tls_insecure=None if endpoint.tls is None else not endpoint.tls.check_hostname,
            logger=_SILENT,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )
        if endpoint.tls is not None:
            endpoint.tls.sslsocket_class = HandshakeSocket
        self._client.connect_timeout = endpoint.connect_timeout
        self._confirmations: dict[int, asyncio.Future[ReasonCode]] = {}
        self._is_abandoned = False
        self.is_five = is_five
        self.is_clean = is_clean
        self.largest_packet: int | None = None
        self.early: deque[paho.MQTTMessage] = deque(maxlen=_EARLY)
        self.take: Callable[[paho.MQTTMessage], None] = self.early.append

    @property
    def disconnected(self) -> asyncio.Future[None]:
        """Done when the connection has ended."""
        return self._disconnected

    def abandon(self) -> None:
        """Let go of a connection that is half open, or that the library's thread still opens."""
        self._is_abandoned = True
        self._client.disconnect()
        self._client.loop_write()  # no event loop does it any more

    async def send(
        self,
        topic: str,
        payload: bytes,
        qos: int,
        properties: Properties | None,
        *,
        retain: bool,
    ) -> ReasonCode | None:
        """What the broker says of a message; None where the protocol has no confirmation.

        Raises ValueError for a topic that cannot be, and aiomqtt.MqttError.
        """
        if not topic:
            raise ValueError("a topic is not empty")
        information = self._client.publish(topic, payload, qos, retain, properties)
        if information.rc != paho.MQTT_ERR_SUCCESS:
            raise aiomqtt.MqttCodeError(information.rc)
        if information.is_published():
            return None
        confirmation: asyncio.Future[ReasonCode] = self._loop.create_future()
        self._confirmations[information.mid] = confirmation
        try:
            return await confirmation
        finally:
            del self._confirmations[information.mid]

    def _client_connect(self) -> None:
        """Connect, in a thread that nothing can cancel."""
        super()._client_connect()
        if self._is_abandoned:  # perhaps with its event loop
            self._client.on_socket_close = None
            self._client.on_socket_unregister_write = None
            self._client.disconnect()

    def _on_socket_open(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        self._call(super()._on_socket_open, client, userdata, sock)

    def _on_socket_register_write(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        self._call(super()._on_socket_register_write, client, userdata, sock)

    def _call(self, function: Callable[..., None], *arguments: Any) -> None:
        """Call a function in the event loop, unless it is over."""

        def call() -> None:
            if not self._is_abandoned:
                function(*arguments)

        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(call)

    def _on_connect(
        self,
        client: paho.Client,
        userdata: Any,
        flags: paho.ConnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        self.largest_packet = getattr(properties, "MaximumPacketSize", None)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_disconnect(
        self,
        client: paho.Client,
        userdata: Any,
        flags: paho.DisconnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        if self._is_abandoned:
            return
        if not self._connected.done():  # it would be waited for until the time is up
            self._connected.set_exception(UnansweredError())
        super()._on_disconnect(client, userdata, flags, reason_code, properties)

    def _on_publish(
        self,
        client: paho.Client,
        userdata: Any,
        mid: int,
        reason_code: ReasonCode,
        properties: Properties,
    ) -> None:
        del client, userdata, properties  # as the library calls it
        confirmation = self._confirmations.get(mid)
        if confirmation is not None and not confirmation.done():
            confirmation.set_result(reason_code)

    def _on_message(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        del client, userdata
        self.take(message)


def _connect_properties(endpoint: Endpoint) -> Properties:
    properties = make_properties(PacketTypes.CONNECT)
    properties.MaximumPacketSize = _READ_AT_MOST * endpoint.max_message + _ROOM
    return properties
