"""One shape behind AsyncAPI 2.x and 3.x: what is needed to send and to receive a message.

The words are those of AsyncAPI 3: an operation sends or receives, as the application that the
description is about sees it. Schemas stay raw data of the description, as those of OpenAPI do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias
from typing import Literal as Choice

from msgspec import Struct, field

from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.model import ApiDescription, Schema
from arazzo_runner.text.source import Place, SourceFile

Direction: TypeAlias = Choice["send", "receive"]
MessagePart: TypeAlias = Choice["header", "payload"]
Bindings: TypeAlias = Mapping[str, dict[str, Value]]
"""What a description says of a protocol, by its name; read by whoever speaks that protocol."""


class MessageLocation(Struct, frozen=True):
    """Where a value stands in a message: ``$message.header#/id``, ``$message.payload#/order/id``.

    ``tokens`` are those of the JSON Pointer.
    """

    text: str
    part: MessagePart
    tokens: tuple[str, ...]


class CorrelationId(Struct, frozen=True):
    """Correlation ID Object."""

    location: MessageLocation
    place: Place


class MessageSchema(Struct, frozen=True):
    """The schema of a payload or of headers.

    ``schema`` is None in a language that is not supported, which ``language`` names;
    ``description`` is where references lead, in the dialect of the schema's format.
    """

    language: str
    schema: Schema | None
    description: ApiDescription


class Message(Struct, frozen=True):
    """Message Object, its traits applied.

    ``headers`` all apply at once: the message's, and those of its traits. ``content_type`` is that
    of the message, else the default of the description. ``examples`` are pairs of headers and
    payload, None where an example has none.
    """

    name: str
    payload: MessageSchema | None
    headers: tuple[MessageSchema, ...]
    correlation_id: CorrelationId | None
    content_type: str | None
    bindings: Bindings
    examples: tuple[tuple[Value, Value], ...]
    place: Place
    wire_names: tuple[str, ...] = ()
    """How a protocol that names the types of messages may name it: ``name``, and by bindings."""


class ChannelParameter(Struct, frozen=True):
    """Parameter Object of a channel: a part of its address."""

    name: str
    default: str | None
    enum: tuple[str, ...]
    location: MessageLocation | None
    place: Place


class BrokerVariable(Struct, frozen=True):
    """Server Variable Object; ``default`` is None where there is none."""

    default: str | None
    enum: tuple[str, ...]


class BrokerSecurity(Struct, frozen=True):
    """Security Scheme Object; ``location`` and ``parameter`` belong to API keys."""

    name: str
    type: str
    scheme: str | None
    location: str | None
    parameter: str | None
    flows: dict[str, Value]
    openid_connect_url: str | None
    scopes: tuple[str, ...]
    place: Place


class Broker(Struct, frozen=True):
    """Server Object: ``host`` with its port, and ``pathname``, may hold ``{variables}``.

    ``security`` are the schemes of which one is enough.
    """

    name: str
    host: str
    protocol: str
    protocol_version: str | None
    pathname: str
    variables: Mapping[str, BrokerVariable]
    security: tuple[BrokerSecurity, ...]
    bindings: Bindings
    place: Place


SchemeKind: TypeAlias = Choice["hmac", "token", "stripe", "standard-webhooks", "slack", "twilio"]
Algorithm: TypeAlias = Choice["sha1", "sha256", "sha512"]
SignatureEncoding: TypeAlias = Choice["hex", "base64"]


class SignatureScheme(Struct, frozen=True):
    """How a webhook is signed: ``header`` is the field with the signature.

    ``algorithm`` and ``encoding`` are those of ``hmac``; ``prefix`` stands before the signature.
    """

    kind: SchemeKind
    header: str
    algorithm: Algorithm = "sha256"
    encoding: SignatureEncoding = "hex"
    prefix: str = ""


class WebhookSignature(Struct, frozen=True):
    """A scheme, and the ``name`` and ``part`` of the credential that is its secret."""

    scheme: SignatureScheme
    name: str
    part: Choice["key", "token"]
    place: Place


class Channel(Struct, frozen=True):
    """Channel Object.

    ``address`` may hold ``{parameters}`` and is None where it is not known before it runs.
    ``brokers`` are the servers it is on. ``messages`` are all that go over it, whoever sends them;
    ``parameters`` are those that its description declares. ``signature`` is how what comes over
    HTTP is signed.
    """

    name: str
    address: str | None
    parameters: tuple[ChannelParameter, ...]
    messages: tuple[Message, ...]
    brokers: tuple[Broker, ...]
    bindings: Bindings
    place: Place
    description: AsyncApiDescription
    signature: WebhookSignature | None = None
    is_webhook: bool = False
    """Whether it is a webhook or callback of an OpenAPI description."""


class Reply(Struct, frozen=True):
    """Operation Reply Object; without a ``channel``, its address stands at ``address``."""

    channel: Channel | None
    messages: tuple[Message, ...]
    address: MessageLocation | None
    place: Place


class AsyncOperation(Struct, frozen=True):
    """Operation Object; ``action`` is what the application does: its client does the opposite."""

    operation_id: str
    action: Direction
    channel: Channel
    messages: tuple[Message, ...]
    reply: Reply | None
    bindings: Bindings
    place: Place


class AsyncApiDescription(Struct, frozen=True, eq=False):
    """An AsyncAPI description: its plain data, and where it came from.

    ``version`` is (major, minor). ``schemas`` is the same document as what its references are
    followed in, and its schemas read; it reads the other documents too.
    """

    version: tuple[int, int]
    title: str
    raw: Value
    source: SourceFile
    schemas: ApiDescription
    # What was worked out so far, each thing once; a cache, not state.
    memo: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"AsyncApiDescription({self.title!r}, {self.source!r})"
