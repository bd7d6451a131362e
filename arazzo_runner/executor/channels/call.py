"""A step on a channel, bound: where it sends and what, or what it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.expression.ast import DynamicValue
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
