"""A world whose calls are kept in a journal, and made once.

It stands outside of all that sends: what a token or a challenge needs is no call of the run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from math import isfinite, nan
from typing import Final
from uuid import UUID, uuid5

from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.executor.world import (
    OpenCall,
    PublishCall,
    ReceiveCall,
    ReceivedMessage,
    SendCall,
    TransportFailure,
    World,
)
from arazzo_runner.http_semantics.methods import is_idempotent
from arazzo_runner.journal.digest import request_digest
from arazzo_runner.journal.model import CallRecord, JournalError
from arazzo_runner.journal.outcome import decode_outcome, encode_outcome
from arazzo_runner.journal.row import RowJournal
from arazzo_runner.journal.writer import Ticket
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.report.secrets import Masker
from arazzo_runner.worlds.wrappers import WrappedWorld

_SUSPENDED: Final = TransportFailure(
    "cancelled", "the run was interrupted, and goes on later", unsent=True
)

_NO_MESSAGES: Final = TransportFailure(
    "journal", "messages of channels are not kept in a journal", unsent=True
)


class Decisions(Struct, frozen=True):
    """What a user says of calls in doubt: send them again, or take them to have had a response.

    ``sends_all``: every call in doubt is sent again.
    """

    send_again: Collection[str] = frozenset()
    sends_all: bool = False
    assumed: Mapping[str, HttpResponse] = field(default_factory=dict)


class IdempotencyKeys(Struct, frozen=True):
    """Which calls have a key that their server heeds, and the keys.

    ``header`` is the header field that the user named for all operations; ``documented`` are the
    header fields that operations ``(source, method, path)`` declare. A key is made of the run, the
    row and the call, so that it is the same when a call is sent again.
    """

    run: UUID
    header: str | None = None
    documented: Mapping[tuple[str, str, str], str] = field(default_factory=dict)

    def keyed(self, call: SendCall, name: str) -> tuple[HttpRequest, bool]:
        """The request with its key, and whether it has one; ``name`` is the call's in the run."""
        header = self.header or self.documented.get(call.operation)
        if header is None or is_idempotent(call.request.method):
            return call.request, False
        if call.request.header(header) is not None:
            return call.request, True
        return call.request.with_header(header, str(uuid5(self.run, name))), True


class JournalSettings(Struct, frozen=True):
    """What a row's calls are kept by.

    ``interrupted`` says whether the user has stopped the run. ``prefix`` stands before the key of a
    call where a run has several rows; ``way_out`` says of a call in doubt how it is decided. In a
    row that ``is_over`` nothing more is sent. ``turn`` is awaited before a call is begun.
    """

    masker: Masker
    keys: IdempotencyKeys
    interrupted: Callable[[], bool]
    decisions: Decisions = Decisions()
    prefix: str = ""
    way_out: Callable[[str], str | None] = lambda _key: None
    is_over: bool = False
    turn: Callable[[SendCall], Awaitable[None]] | None = None


class JournalWorld(WrappedWorld):
    """Wraps a world: known outcomes are given back, and unknown ones become known.

    ``doubt`` are the keys of calls of which nobody knows whether they were made; ``mismatch`` says
    what is not as it was when the run was begun.
    """

    def __init__(self, world: World, row: RowJournal, settings: JournalSettings) -> None:
        super().__init__(world)
        self._row = row
        self._settings = settings
        self.doubt: list[str] = []
        self.mismatch: str | None = None
        self._failure: JournalError | None = None

    @property
    def failure(self) -> JournalError | None:
        """Why nothing can be kept any more: what was read is damaged, or nothing is written."""
        return self._failure or self._row.failure

    @property
    def is_suspended(self) -> bool:
        """Whether nothing more is sent, though the run has not come to its end."""
        return bool(self.doubt) or self.mismatch is not None or self.failure is not None

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """The known outcome of the call; without one, send it and keep what comes."""
        if self.failure is not None:
            return _journal_failure(self.failure)
        if self.is_suspended or (call.is_final and self._settings.interrupted()):
            return _SUSPENDED
        built = call.request
        request, has_key = self._settings.keys.keyed(call, self._name(call.key))
        if request is not built:
            call = replace(call, request=request)
        try:
            outcome = await self._outcome(call, has_key)
        except JournalError as reason:
            self._failure = reason
            return _journal_failure(reason)
        return outcome if request is built else replace(outcome, request=request)

    async def _outcome(self, call: SendCall, has_key: bool) -> HttpResponse | TransportFailure:  # noqa: FBT001 - no choice, a fact
        digest = request_digest(call.request, self._settings.masker)
        known = self._row.find(call.key)
        if known is None:
            return (
                self._after_end(call) if self._settings.is_over else await self._send(call, digest)
            )
        if known.digest != digest:
            return self._differs(call)
        if known.outcome is not None:
            return _decode(known)
        name = self._name(call.key)
        assumed = self._settings.decisions.assumed.get(name)
        if assumed is not None:
            self._row.end(call.key, "send", digest, encode_outcome(assumed))
            return assumed
        again = self._settings.decisions.sends_all or name in self._settings.decisions.send_again
        if again or has_key or is_idempotent(call.request.method):
            return await self._send(call, digest)
        return self._in_doubt(call)

    async def _send(self, call: SendCall, digest: bytes) -> HttpResponse | TransportFailure:
        if self._settings.turn is not None:
            await self._settings.turn(call)
            if not call.is_final and self._settings.interrupted():
                return _SUSPENDED
        is_safe = is_idempotent(call.request.method)
        ticket = None if is_safe else await self._row.begin(call.key, digest)
        if ticket is not None and not call.is_final and self._settings.interrupted():
            self._row.withdraw(ticket)  # the user stopped the run while the disk was waited for
            return _SUSPENDED
        outcome = await self._world.send(call)
        if isinstance(outcome, TransportFailure) and outcome.code == "cancelled":
            self._take_back(ticket, outcome)
            return outcome
        self._row.end(call.key, "send", digest, encode_outcome(self._without_secrets(outcome)))
        return outcome

    def _without_secrets(
        self, outcome: HttpResponse | TransportFailure
    ) -> HttpResponse | TransportFailure:
        """What is said of a call may name a secret, such as the password of a proxy."""
        text = self._settings.masker.text
        hint = None if outcome.hint is None else text(outcome.hint)
        if isinstance(outcome, HttpResponse):
            return replace(outcome, hint=hint, notes=tuple(map(text, outcome.notes)))
        return replace(outcome, message=text(outcome.message), hint=hint)

    def _after_end(self, call: SendCall) -> TransportFailure:
        message = f"the run had ended before the request `{self._name(call.key)}`"
        return TransportFailure("journal", message, "begin another run", unsent=True)

    def _take_back(self, ticket: Ticket | None, outcome: TransportFailure) -> None:
        """A call that was stopped before it was sent; what was in flight stays in doubt."""
        if ticket is not None and outcome.unsent:
            self._row.withdraw(ticket)

    def _differs(self, call: SendCall) -> TransportFailure:
        name = self._name(call.key)
        self.mismatch = f"the request `{name}` is not the one that the journal has"
        hint = (
            "something that it is made of has changed: the environment, a server, or a header field"
        )
        return TransportFailure("mismatch", self.mismatch, hint, unsent=True)

    def _in_doubt(self, call: SendCall) -> TransportFailure:
        name = self._name(call.key)
        self.doubt.append(name)
        request = call.request
        message = (
            f"the call `{name}` is in doubt: {request.method} was begun, and the run ended before"
            " its outcome was known"
        )
        return TransportFailure("in-doubt", message, self._settings.way_out(name), unsent=True)

    def _name(self, key: str) -> str:
        return f"{self._settings.prefix}{key}"

    async def sleep(self, key: str, seconds: float) -> None:
        """Wait until the moment at which the wait ends, which the journal keeps."""
        if self.is_suspended or self._settings.is_over:
            return
        try:
            until = self._end_of_wait(key, seconds)
        except JournalError as reason:
            self._failure = reason
            return
        # Not longer than it was to be, though the clock may have been set back since.
        left = min(until - self._row.now(), seconds)
        if left > 0:
            await self._world.sleep(key, left)

    def _end_of_wait(self, key: str, seconds: float) -> float:
        known = self._row.find(key)
        if known is None or known.outcome is None:
            until = self._row.now() + seconds
            self._row.end(key, "sleep", b"", repr(until).encode())
            return until
        try:
            until = float(known.outcome)
        except ValueError:
            until = nan
        if not isfinite(until):
            raise JournalError("is damaged: the moment of a wait cannot be read")
        return until

    async def open_channels(self, call: OpenCall) -> TransportFailure | None:
        """Refuse, as what is sent and received there is refused."""
        del call
        return _NO_MESSAGES

    async def publish(self, call: PublishCall) -> TransportFailure | None:
        """Refuse: whether a message was published would not be known after a crash."""
        del call
        return _NO_MESSAGES

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """Refuse: a message that was received would be lost in a crash."""
        del call
        return _NO_MESSAGES


def _journal_failure(reason: JournalError) -> TransportFailure:
    hint = "the run goes on with `arazzo resume` when the journal can be used again"
    return TransportFailure("journal", f"the journal {reason}", hint, unsent=True)


def _decode(known: CallRecord) -> HttpResponse | TransportFailure:
    assert known.outcome is not None
    try:
        return decode_outcome(known.outcome)
    except ValueError:
        raise JournalError("is damaged: the outcome of a call cannot be read") from None
