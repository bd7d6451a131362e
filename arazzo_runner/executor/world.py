"""The seam between the core and everything outside it, and the core run without an event loop.

A call is serializable data with a stable key, never a closure, so that a durable engine can
remember that it happened. Failures of the outside are values, since Arazzo decides on them.
A world never repeats a call by itself: the core owns retries. (What ``needs`` asks for is no retry:
a response to a challenge, and a token that is renewed, belong to one attempt.)
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.openapi.message import HttpRequest, HttpResponse, WireExchange
from arazzo_runner.openapi.security.token_need import Need
from arazzo_runner.text.diagnostic import SafeRepr

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import Direction, MessageLocation
    from arazzo_runner.executor.channels.stream_end import StreamEnd

FailureCode: TypeAlias = Choice[
    "connect",
    "tls",
    "timeout",
    "protocol",
    "limit",
    "refused",
    "rejected",
    "credentials",
    "cancelled",
    "in-doubt",
    "journal",
    "mismatch",
]

SUSPENDING: Final[frozenset[FailureCode]] = frozenset(
    {"cancelled", "in-doubt", "journal", "mismatch"}
)
"""Failures that end the run, whatever actions say: nothing more can be decided now.

With ``in-doubt`` nobody knows whether a call was made, with ``journal`` nothing can be kept of what
is sent, and with ``mismatch`` a call is not the one that was made before.
"""


class SendCall(Struct, frozen=True):
    """Send one request. ``timeout`` bounds the whole attempt, in seconds (None: the world's own).

    ``limit`` is what the user set, where ``timeout`` is no more than what is left of that: messages
    name it.
    ``key`` is ``workflow/step#visit@attempt``, unique within a run: a step of another document than
    the one that runs has the reference to that before it (``other.yaml#workflow/step#1@1``). The
    second request of an attempt, with another token or to answer a challenge, has ``.2`` behind it.
    ``operation`` names the operation as ``(source, method, path template)``, for worlds that answer
    from descriptions.
    ``needs`` are tokens to fetch and challenges to answer (``auth/world.py``).
    ``carriers`` are the security schemes whose credential stands in a header field, with its name
    in lower case: the user may let it go to other origins too (``http/redirects.py``).
    ``stream_end`` tells when a response that is an event stream is enough; a world may ignore it.
    ``is_final`` is a call of what runs when a workflow has ended: it is sent although the run was
    interrupted.
    """

    key: str
    request: HttpRequest
    timeout: float | None
    operation: tuple[str, str, str]
    needs: tuple[Need, ...] = ()
    carriers: tuple[tuple[str, str], ...] = ()
    is_final: bool = False
    limit: float | None = None
    stream_end: StreamEnd | None = None


class ChannelUse(Struct, frozen=True):
    """A channel that a step may send to, or receive from.

    ``step`` is that of its calls' keys (``executor/plan.py``, ``step_text``). ``address`` holds a
    ``{parameter}`` where its value is not known before the step begins.
    """

    step: str
    source: str
    channel: str
    action: Direction
    address: str


class OpenCall(SafeRepr, frozen=True):
    """Make channels ready, before the first step: what comes from now on is kept for the steps.

    ``timeout`` is in seconds, what is left of the run. ``tokens`` are pairs of a step and the token
    that was fetched for its server (``auth/world.py``).
    """

    channels: tuple[ChannelUse, ...]
    timeout: float
    tokens: tuple[tuple[str, str], ...] = ()

    def brief(self) -> str:
        """The channels alone."""
        return ", ".join(one.channel for one in self.channels)


class PublishCall(Struct, frozen=True):
    """Hand one message over to a channel; ``key``, ``is_final`` as for :class:`SendCall`.

    ``source`` and ``channel`` are their names, ``message`` that of the message in its description,
    empty where there is none. ``timeout`` is in seconds. ``protocol`` is the one that is spoken,
    that of the first server of the channel where nobody chose another: ``mqtt/5.0`` where its
    description has a version.
    """

    key: str
    source: str
    channel: str
    address: str
    payload: bytes
    headers: Headers
    content_type: str | None
    timeout: float
    message: str = ""
    is_final: bool = False
    protocol: str = ""


class Correlation(SafeRepr, frozen=True):
    """What a message has to hold: the text of ``value`` at one of ``locations``."""

    value: str
    locations: tuple[MessageLocation, ...]

    def brief(self) -> str:
        """The places alone."""
        return ", ".join(one.text for one in self.locations)


class TypeMark(Struct, frozen=True):
    """Where messages of a type have one of the listed values, as text.

    It is the first value at one of ``places`` that counts: attributes of CloudEvents are in headers
    or in the payload. Where ``is_required``, a message of the type has one.
    """

    places: tuple[MessageLocation, ...]
    values: tuple[str, ...]
    is_required: bool = False


class MessageType(Struct, frozen=True):
    """What is known of the messages of one type, to tell them from others.

    ``wire_names`` are how a protocol that names types of messages may name it.
    """

    name: str
    wire_names: tuple[str, ...] = ()
    marks: tuple[TypeMark, ...] = ()


class PublishedMessage(Struct, frozen=True):
    """A message was handed over; ``notes`` are what a report should say of it."""

    notes: tuple[str, ...]


class ReceiveCall(Struct, frozen=True):
    """Take the first message of a channel that matches, or wait for it.

    ``address`` still holds a ``{parameter}`` that may be anything. ``timeout`` is the step's, in
    seconds (None: the world's own), ``left`` what is left of the run. ``content_types`` are those
    of the messages in the description, for one that does not say its own. ``types`` are those that
    the step may receive; a message that is surely of one of ``other_types``, and of none of these,
    is left for other steps.
    """

    key: str
    source: str
    channel: str
    address: str
    correlation: Correlation | None
    timeout: float | None
    left: float
    content_types: tuple[str, ...] = ()
    is_final: bool = False
    protocol: str = ""
    types: tuple[MessageType, ...] = ()
    other_types: tuple[MessageType, ...] = ()


class ReceivedMessage(SafeRepr, frozen=True):
    """A message that was received; ``others`` were received as well, and not taken so far.

    ``duration`` is in seconds, since the step began to wait. ``notes`` are what a report should say
    of it.
    """

    address: str
    payload: bytes
    headers: Headers = ()
    content_type: str | None = None
    others: int = 0
    duration: float = 0.0
    notes: tuple[str, ...] = ()

    def brief(self) -> str:
        """The address that it was sent to."""
        return self.address


class TransportFailure(SafeRepr, frozen=True):
    """No usable response. ``message`` is a sentence, ``hint`` the way out (a flag, if one helps).

    ``duration`` is in seconds, until the failure was known. ``request`` is the one that was sent
    in place of the one built, where a hook changed it. ``unsent`` says that nothing was sent:
    what it needed before could not be had. ``exchanges`` are what went over the wire. ``head`` is
    the response without its body, where that much was received: its status and headers are known.
    ``in_process``: no server was asked, whatever the URL says.
    """

    code: FailureCode
    message: str
    hint: str | None = None
    duration: float = 0.0
    request: HttpRequest | None = None
    unsent: bool = False
    exchanges: tuple[WireExchange, ...] = ()
    head: HttpResponse | None = None
    in_process: bool = False

    def brief(self) -> str:
        """The code alone."""
        return self.code


class World(Protocol):
    """All that the core awaits."""

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send a request and return its complete response, or why there is none."""
        ...

    async def sleep(self, key: str, seconds: float) -> None:
        """Let ``seconds`` pass; ``key`` is that of the attempt before, with ``/wait``."""
        ...

    async def open_channels(self, call: OpenCall) -> TransportFailure | None:
        """Make channels ready; called once, before the first step of a run that has any."""
        ...

    async def publish(self, call: PublishCall) -> PublishedMessage | TransportFailure | None:
        """Publish a message; None where there is nothing more to say of it."""
        ...

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """Wait for a message."""
        ...


T = TypeVar("T")


def run_coroutine(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in one go; RuntimeError when it suspends."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    coroutine.close()
    raise RuntimeError("a world for synchronous runs has suspended")
