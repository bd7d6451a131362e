"""Messages and brokers as data, the same for every protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

from arazzo_runner.asyncapi.model import Bindings
from arazzo_runner.executor.world import FailureCode
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.messaging.webhooks.address import ListenAddress
from arazzo_runner.messaging.webhooks.signatures import SignatureCheck
from arazzo_runner.openapi.security.schemes import Authorization
from arazzo_runner.openapi.security.token_need import TokenNeed
from arazzo_runner.text.diagnostic import SafeRepr

if TYPE_CHECKING:
    from ssl import SSLContext

MAX_MESSAGE: Final = 1 << 20
"""Bytes of one message, unless told otherwise (docs/limits.md)."""
WEBHOOK: Final = "webhook"
"""The protocol of an endpoint where this program is the server; no description has it."""


class BrokerCredentials(SafeRepr, frozen=True):
    """What a client shows to a broker; ``headers`` and ``query`` go with a handshake over HTTP.

    ``mechanism`` is that of SASL, such as ``SCRAM-SHA-256``, where the description says it.
    """

    username: str = ""
    password: str = ""
    token: str = ""
    headers: Headers = ()
    query: tuple[tuple[str, str], ...] = ()
    mechanism: str = ""

    def brief(self) -> str:
        """Nothing of it."""
        return "***"


class Endpoint(Struct, frozen=True):
    """A broker to connect to: a Server Object whose variables are filled in.

    ``name`` is that of the server in its description, for messages. ``protocol`` is in lower case,
    as AsyncAPI has it (``mqtt``, ``secure-mqtt``). ``port`` is None where the description has none.
    ``tls`` is what to trust, where the protocol is encrypted. ``max_message`` is in bytes.
    """

    name: str
    protocol: str
    protocol_version: str | None
    host: str
    port: int | None
    path: str = ""
    credentials: BrokerCredentials = BrokerCredentials()
    bindings: Bindings = field(default_factory=dict)
    tls: SSLContext | None = None
    max_message: int = MAX_MESSAGE
    listen: ListenAddress | None = None
    """Where this program is the server, for webhooks."""
    connect_timeout: float = 10.0

    @property
    def label(self) -> str:
        """``mqtt://127.0.0.1:1883``, as messages call it."""
        port = f":{self.port}" if self.port else ""
        return f"{self.protocol}://{self.host}{port}"

    @property
    def size_refusal(self) -> str:
        """Why a message above the limit is refused."""
        return f"larger than {self.max_message:,} bytes"


class Subscription(Struct, frozen=True):
    """A channel to listen to.

    ``address`` still holds a ``{parameter}`` where the value is not known when the run begins: the
    protocol's wildcard for one part. ``channel`` and ``operation`` are their bindings by protocol.
    ``signature`` is what a webhook has to be signed with, ``content_type`` what one has that says
    none.
    """

    address: str
    channel: Bindings = field(default_factory=dict)
    operation: Bindings = field(default_factory=dict)
    signature: SignatureCheck | None = None
    content_type: str | None = None


class OutgoingMessage(Struct, frozen=True):
    """A message to send; the bindings are those of its channel, operation and message."""

    address: str
    payload: bytes
    headers: Headers = ()
    content_type: str | None = None
    channel: Bindings = field(default_factory=dict)
    operation: Bindings = field(default_factory=dict)
    message: Bindings = field(default_factory=dict)


class Delivery(Struct, frozen=True):
    """A message that came; ``address`` is where it was sent to, without wildcards.

    ``is_retained`` is a message from before the subscription, that the broker had kept.
    ``identity`` is the same for a message that is delivered twice (CloudEvents: source and id).
    ``type_name`` is what the protocol says of its type: the ``event`` of an event stream, the
    ``type`` of AMQP.
    """

    address: str
    payload: bytes
    headers: Headers = ()
    content_type: str | None = None
    is_retained: bool = False
    identity: tuple[str, ...] | None = None
    type_name: str = ""

    @property
    def header_size(self) -> int:
        """Characters of all header names and values."""
        return sum(len(name) + len(value) for name, value in self.headers)


class ReplyAddress(Struct, frozen=True):
    """The header of a request that says where its reply goes; ``operation`` is that of both."""

    operation: str
    header: str


class ChannelRoute(Struct, frozen=True):
    """How a step on a channel gets to its broker; ``step`` is that of its calls' keys.

    ``source`` is the name of the source description. The bindings are those of the channel, of the
    operation, and of the messages by their names. ``takes_retained`` tells that the application's
    messages are retained ones, so that one from before the run is meant. ``signature`` is that of
    webhooks, ``content_type`` what is described of them. ``template`` is the address of the channel
    as it is described. ``authorization`` needs a token, which the endpoint does not have yet.
    ``reply`` is where a request says the address of its reply, for both of their steps.
    """

    step: str
    source: str
    endpoint: Endpoint
    channel: Bindings
    operation: Bindings
    messages: Mapping[str, Bindings]
    takes_retained: bool = False
    signature: SignatureCheck | None = None
    template: str = ""
    content_type: str | None = None
    authorization: Authorization | None = None
    reply: ReplyAddress | None = None

    @property
    def need(self) -> TokenNeed | None:
        """The token to fetch before its server is connected to."""
        needs = () if self.authorization is None else self.authorization.needs
        return next((one for one in needs if isinstance(one, TokenNeed)), None)

    @property
    def wire_protocol(self) -> str:
        """The protocol that is spoken, with the version that its description has."""
        if self.endpoint.protocol == WEBHOOK:
            return "http"
        version = self.endpoint.protocol_version
        return self.endpoint.protocol if version is None else f"{self.endpoint.protocol}/{version}"


class BrokerError(Exception):
    """A broker cannot be used: ``message`` is a sentence without secrets, ``hint`` the way out."""

    def __init__(self, code: FailureCode, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code: FailureCode = code
        self.message = message
        self.hint = hint
