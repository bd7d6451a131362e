"""Requests and responses of a run that is recorded: their bodies wait on disk for its end.

A recording is complete, however much a run keeps for its reports. It is written when the run is
over, since only then all secrets are known: what is a body until then lies in a temporary file
without a name, which nobody else can open; small runs need none.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Final
from weakref import finalize

from msgspec.structs import replace

from arazzo_runner.executor.result import StepMessage
from arazzo_runner.executor.world import (
    OpenCall,
    PublishCall,
    PublishedMessage,
    ReceiveCall,
    ReceivedMessage,
    SendCall,
    TransportFailure,
    World,
)
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.openapi.request.multipart import has_files
from arazzo_runner.recording.model import RecordedExchange, RecordedMessage, SendOutcome
from arazzo_runner.worlds.wrappers import WrappedWorld

IN_MEMORY: Final = 8 * 2**20
"""As many bytes of bodies stay in memory."""

_SMALL: Final = 1024
"""A body of so many bytes is kept where it is."""


class ExchangeSpool:
    """The exchanges of a run, in order; each is read from the disk when it is asked for."""

    def __init__(self) -> None:
        from tempfile import SpooledTemporaryFile

        self._exchanges: list[tuple[RecordedExchange, int, int]] = []
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - as long as the run
        finalize(self, self._file.close)

    def append(self, exchange: RecordedExchange) -> None:
        """Add one; what its outcome says of the wire is not kept. Raises OSError of the disk."""
        outcome = replace(exchange.outcome, exchanges=(), request=None)
        # A copy: the run may give up the body of its own (``--max-kept``).
        request, sent, came = replace(exchange.request), 0, 0
        if len(request.body) > _SMALL and not has_files(request.body):
            sent, request = self._write(request.body), replace(request, body=b"")
        if isinstance(outcome, HttpResponse) and len(outcome.body) > _SMALL:
            came, outcome = self._write(outcome.body), replace(outcome, body=b"")
        kept = replace(exchange, request=request, outcome=outcome)
        self._exchanges.append((kept, sent, came))

    def _write(self, body: bytes) -> int:
        self._file.write(body)
        return len(body)

    def __len__(self) -> int:
        return len(self._exchanges)

    def __iter__(self) -> Iterator[RecordedExchange]:
        at = 0
        for exchange, sent, came in self._exchanges:
            yield self._whole(exchange, at, sent, came)
            at += sent + came

    def _whole(self, one: RecordedExchange, at: int, sent: int, came: int) -> RecordedExchange:
        if sent:
            one = replace(one, request=replace(one.request, body=self._read(at, sent)))
        if came:
            one = replace(one, outcome=replace(one.outcome, body=self._read(at + sent, came)))
        return one

    def _read(self, at: int, size: int) -> bytes:
        self._file.seek(at)
        body = self._file.read(size)
        self._file.seek(0, 2)
        return body


class MessageSpool:
    """The messages of a run, in order; large payloads wait on the disk."""

    def __init__(self) -> None:
        from tempfile import SpooledTemporaryFile

        self._messages: list[tuple[RecordedMessage, int, int]] = []
        self._size = 0
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - as long as the run
        finalize(self, self._file.close)

    def append(self, message: RecordedMessage) -> None:
        """Add one. Raises OSError of the disk."""
        size = len(message.payload) if len(message.payload) > _SMALL else 0
        at, self._size = self._size, self._size + size
        if size:
            self._file.write(message.payload)
            message = replace(message, payload=b"")
        self._messages.append((message, at, size))

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[RecordedMessage]:
        for message, at, size in self._messages:
            yield replace(message, payload=self._read(at, size)) if size else message

    def _read(self, at: int, size: int) -> bytes:
        self._file.seek(at)
        payload = self._file.read(size)
        self._file.seek(0, 2)
        return payload


class RecordingWorld(WrappedWorld):
    """Wraps a world and keeps what goes through it in ``exchanges`` and ``messages``, in order.

    Waits are not kept: a replay does not wait.
    """

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.exchanges = ExchangeSpool()
        self.messages = MessageSpool()
        self.closed: TransportFailure | None = None

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send through the wrapped world, and keep the exchange."""
        outcome = await self._world.send(call)
        late = _took_all_time(call, outcome)
        self.exchanges.append(
            RecordedExchange(call.key, call.operation, call.request, outcome, late)
        )
        return outcome

    async def open_channels(self, call: OpenCall) -> TransportFailure | None:
        """Open them through the wrapped world, and keep why they cannot be."""
        self.closed = await self._world.open_channels(call)
        return self.closed

    async def publish(self, call: PublishCall) -> PublishedMessage | TransportFailure | None:
        """Publish through the wrapped world, and keep the message."""
        started = monotonic()
        outcome = await self._world.publish(call)
        kept = message_sent(call)
        failure = outcome if isinstance(outcome, TransportFailure) else None
        self.messages.append(replace(kept, failure=failure, duration=monotonic() - started))
        return outcome

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """Receive through the wrapped world, and keep the message."""
        started = monotonic()
        outcome = await self._world.receive(call)
        kept = message_received(message_awaited(call), outcome)
        self.messages.append(replace(kept, duration=monotonic() - started))
        return outcome


def message_received(
    awaited: RecordedMessage, outcome: ReceivedMessage | StepMessage | TransportFailure
) -> RecordedMessage:
    """What is kept of a message that was waited for."""
    if isinstance(outcome, TransportFailure):
        return replace(awaited, failure=outcome)
    octets = outcome.body if isinstance(outcome, StepMessage) else outcome.payload
    return replace(
        awaited,
        headers=outcome.headers,
        content_type=outcome.content_type,
        payload=octets,
        came_from=outcome.address,
        others=outcome.others,
        duration=outcome.duration,
    )


def message_sent(call: PublishCall) -> RecordedMessage:
    """What is kept of a message that is sent."""
    return RecordedMessage(
        call.key,
        "send",
        call.source,
        call.channel,
        call.address,
        None,
        call.headers,
        call.content_type,
        call.payload,
    )


def message_awaited(call: ReceiveCall) -> RecordedMessage:
    """What is kept of a message that is waited for, before it is there."""
    wanted = call.correlation.value if call.correlation is not None else None
    return RecordedMessage(call.key, "receive", call.source, call.channel, call.address, wanted)


def _took_all_time(call: SendCall, outcome: SendOutcome) -> bool:
    is_timeout = isinstance(outcome, TransportFailure) and outcome.code == "timeout"
    return is_timeout and call.timeout is not None and outcome.duration >= call.timeout
