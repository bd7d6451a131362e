"""A broker in the process that does what the `broker` of a case says.

`down`: no connection is accepted. `connects`: how many connections are made, where that matters. `retained`: messages that it has from before. `opened`: what it
delivers as soon as somebody has subscribed. `sent`: for the n-th message that is sent, what to
`expect` of it (`address`, `payload`, `headers`, `content_type`), what to `deliver` then, and
whether all connections are `lost`. A message has `address`, `payload` (text as it is, anything else
as JSON), `headers`, `content_type`, `identity`.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from arazzo_runner.messaging.connection import Receiver
from arazzo_runner.messaging.memory import MemoryBroker, MemoryConnection
from arazzo_runner.messaging.model import Delivery, Endpoint, OutgoingMessage, Subscription
from arazzo_runner.messaging.protocols.registry import with_protocol

PROTOCOLS = ("mqtt", "memory")


def _delivery(message: dict[str, Any], *, is_retained: bool = False) -> Delivery:
    payload = message.get("payload", "")
    text = payload if isinstance(payload, str) else json.dumps(payload)
    identity = message.get("identity")
    return Delivery(
        message["address"],
        text.encode(),
        tuple((name, str(value)) for name, value in message.get("headers", {}).items()),
        message.get("content_type"),
        is_retained,
        None if identity is None else tuple(identity),
    )


class ScriptedBroker(MemoryBroker):
    """Reacts to what is sent by script; `problems` says which expectations were not met."""

    def __init__(self, script: dict[str, Any]) -> None:
        super().__init__(self._react, self._opened)
        self.problems: list[str] = []
        self.is_down = script.get("down", False)
        self._script = script
        self._made = 0
        self._on_opened = script.get("opened", [])
        self._entries = script.get("sent", [])
        for one in script.get("retained", []):
            self.deliver(_delivery(one, is_retained=True))

    def _opened(self, _subscription: Subscription) -> None:
        messages, self._on_opened = self._on_opened, []
        for one in messages:
            self.deliver(_delivery(one))

    def _react(self, message: OutgoingMessage) -> None:
        number = len(self.sent)
        if number > len(self._entries):
            self.problems.append(f"message {number} is not in the script: {message.address}")
            return
        entry = self._entries[number - 1]
        found = _mismatches(entry.get("expect", {}), message)
        self.problems += [f"message {number} ({message.address}): {one}" for one in found]
        for one in entry.get("deliver", []):
            self.deliver(_delivery(one))
        if entry.get("lost"):
            self.break_down()

    async def connect(self, endpoint: Endpoint, receiver: Receiver) -> MemoryConnection:
        """Count a connection, and open it."""
        self._made += 1
        return await super().connect(endpoint, receiver)

    def unused(self) -> list[str]:
        """Sentences for messages that were never sent, and for connections."""
        rest = len(self._entries) - len(self.sent)
        found = [f"{rest} of {len(self._entries)} scripted messages were never sent"] * (rest > 0)
        if self._made != self._script.get("connects", self._made):
            found.append(f"{self._made} connections were made")
        return found


def _mismatches(expect: dict[str, Any], message: OutgoingMessage) -> Iterator[str]:
    text = message.payload.decode("utf-8", "backslashreplace")
    found: dict[str, Any] = {
        "address": message.address,
        "content_type": message.content_type,
        "headers": dict(message.headers),
        "payload": json.loads(text) if "json" in (message.content_type or "") else text,
    }
    for name, value in expect.items():
        if found[name] != value:
            yield f"{name} is {found[name]!r}, expected {value!r}"


@contextmanager
def scripted_broker(script: dict[str, Any] | None) -> Iterator[ScriptedBroker | None]:
    """The broker of a case, for all of its protocols, or None where it has none."""
    if script is None:
        yield None
        return
    broker = ScriptedBroker(script)
    with ExitStack() as stack:
        for one in PROTOCOLS:
            stack.enter_context(with_protocol(one, broker.connect))
        yield broker
