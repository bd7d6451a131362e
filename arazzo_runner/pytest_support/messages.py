"""The fixture `arazzo_messages`: a broker within the process, in place of all others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Any, Final, TypeAlias

from msgspec import Struct

from arazzo_runner.expression.value import MISSING, to_text
from arazzo_runner.messaging.match import matches_address
from arazzo_runner.messaging.memory import MemoryBroker
from arazzo_runner.messaging.model import Delivery, OutgoingMessage, Subscription
from arazzo_runner.messaging.protocols.registry import PROTOCOLS, with_protocol
from arazzo_runner.openapi.response.body import BodyError, decode_body

_DEPTH: Final = 512


class SentMessage(Struct, frozen=True):
    """A message that a step has sent.

    ``payload`` is read as JSON where it is that, else as text; None where there is none.
    """

    address: str
    payload: Any
    headers: Mapping[str, str]
    content_type: str | None


Responder: TypeAlias = Callable[[SentMessage], Any]
"""Gives the payload of the response to a message; None: there is no response."""


class MessageBroker:
    """What steps on channels send to and receive from within a test.

    ``sent`` are the messages that steps have sent, in order.
    """

    def __init__(self) -> None:
        self.sent: list[SentMessage] = []
        self.memory = MemoryBroker(self._react, self._hand_over)
        self._responders: list[tuple[str, str, Responder]] = []
        self._waiting: list[Delivery] = []
        self._subscribed: list[str] = []
        self._lock = Lock()

    def publish(
        self,
        address: str,
        payload: Any = None,
        headers: Mapping[str, Any] | None = None,
        content_type: str | None = None,
    ) -> None:
        """Let a message come; one that nobody listens to yet waits for who does.

        ``payload`` is bytes or text as it is, or any other value as JSON; None is no payload.
        """
        fields = tuple((name, to_text(value)) for name, value in (headers or {}).items())
        delivery = Delivery(address, _octets(payload), fields, content_type)
        with self._lock:
            if not any(matches_address(one, address) for one in self._subscribed):
                self._waiting.append(delivery)
                return
        self.memory.deliver(delivery)

    def respond(self, address: str, to: str, responder: Responder) -> None:
        """Respond to messages that are sent to an address, which may have ``{parameters}``.

        The response goes to the address ``to`` with the headers of the message.
        """
        self._responders.append((address, to, responder))

    def sent_to(self, address: str) -> list[SentMessage]:
        """The messages that were sent to an address, which may have ``{parameters}``."""
        return [one for one in self.sent if matches_address(address, one.address)]

    def _react(self, message: OutgoingMessage) -> None:
        known = SentMessage(
            message.address,
            _value(message.payload, message.content_type),
            dict(message.headers),
            message.content_type,
        )
        self.sent.append(known)
        for address, to, responder in list(self._responders):
            if matches_address(address, message.address):
                payload = responder(known)
                if payload is not None:
                    self.publish(to, payload, known.headers)

    def _hand_over(self, subscription: Subscription) -> None:
        """Let come what was published before, to who listens first."""
        with self._lock:
            self._subscribed.append(subscription.address)
            waiting = [
                one for one in self._waiting if matches_address(subscription.address, one.address)
            ]
            self._waiting = [one for one in self._waiting if one not in waiting]
        for one in waiting:
            self.memory.deliver(one)


def _octets(payload: Any) -> bytes:
    match payload:
        case None:
            return b""
        case bytes():
            return payload
        case str():
            return payload.encode()
        case _:
            return json.dumps(payload).encode()


def _value(octets: bytes, content_type: str | None) -> Any:
    try:
        value = decode_body(content_type, octets, _DEPTH)
    except BodyError:
        return octets.decode("utf-8", "replace")
    return None if value is MISSING else value


@contextmanager
def message_broker() -> Iterator[MessageBroker]:
    """A broker for all protocols, as long as the block runs."""
    broker = MessageBroker()
    with ExitStack() as stack:
        for protocol in PROTOCOLS:
            stack.enter_context(with_protocol(protocol, broker.memory.connect))
        yield broker
