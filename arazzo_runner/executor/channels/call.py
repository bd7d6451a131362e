"""A step on a channel, bound: where it sends and what, or what it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.expression.ast import DynamicValue
from arazzo_runner.http_semantics.media_type import is_event_stream
from arazzo_runner.text.source import Place

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import AsyncOperation, Channel, Direction, Message
    from arazzo_runner.executor.payload.plan import BodyPlan


class MessageArgument(Struct, frozen=True):
    """A part of the channel's address, or a header of the message, and the value it is given."""

    name: str
    location: Choice["path", "header"]
    value: DynamicValue
    place: Place


class ChannelCall(Struct, frozen=True):
    """A step's channel: what is sent there, or received.

    ``action`` is what the step does, as the client of the description; ``messages`` are those that
    it may be. ``operation`` is None where the step names the channel itself. ``correlation`` is
    the value by which a message that is received is told from others.
    """

    source: str
    channel: Channel
    action: Direction
    messages: tuple[Message, ...]
    operation: AsyncOperation | None
    arguments: tuple[MessageArgument, ...] = ()
    body: BodyPlan | None = None
    correlation: DynamicValue | None = None

    @property
    def label(self) -> str:
        """What the step names, as messages call it."""
        return f"`{self.name}`"

    @property
    def wire_protocol(self) -> str:
        """That of the channel's first server, with the version that its description has."""
        for one in self.channel.brokers:
            version = one.protocol_version
            return one.protocol if version is None else f"{one.protocol}/{version}"
        return ""

    @property
    def name(self) -> str:
        """The operation that the step names, else the channel."""
        return self.operation.operation_id if self.operation else self.channel.name

    @property
    def is_webhook(self) -> bool:
        """Whether the step waits for a request that is sent to this program.

        An event stream over HTTP is none: a client asks for it.
        """
        from arazzo_runner.asyncapi.signatures import HTTP

        if self.action != "receive":
            return False
        brokers = self.channel.brokers
        is_over_http = bool(brokers) and brokers[0].protocol in HTTP
        return self.channel.is_webhook or (is_over_http and not self.is_event_stream)

    @property
    def is_event_stream(self) -> bool:
        """Whether the step receives from an event stream.

        The channel has the binding ``sse`` (AsyncAPI SSE Bindings 0.1.0), or the operation the
        method ``GET`` in its HTTP binding, or a message the content type of event streams.
        """
        operation = self.operation.bindings if self.operation else {}
        method = operation.get("http", {}).get("method")
        is_described = "sse" in self.channel.bindings or (
            isinstance(method, str) and method.upper() == "GET"
        )
        kinds = (one.content_type or "" for one in self.messages)
        return self.action == "receive" and (is_described or any(map(is_event_stream, kinds)))
