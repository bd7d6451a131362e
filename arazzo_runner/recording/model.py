"""A recording: requests and responses of a run, to be replayed without a server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from msgspec import Struct, field

from arazzo_runner.asyncapi.model import Direction
from arazzo_runner.executor.plan import Settings
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.recording.documents import RecordedDocuments

SendOutcome: TypeAlias = HttpResponse | TransportFailure


class RecordedExchange(Struct, frozen=True):
    """One request as the workflow built it, and what came of it.

    ``key`` is that of the :class:`SendCall`; ``operation`` is (source, method, path template).
    ``timed_out`` tells that there was no answer in all the time that the call had.
    """

    key: str
    operation: tuple[str, str, str]
    request: HttpRequest
    outcome: SendOutcome
    timed_out: bool = False


class RecordedMessage(Struct, frozen=True):
    """A message that a step sent, or waited for, and what came of it.

    ``key`` is that of its call, ``address`` where it went, or was waited for; ``came_from`` is the
    address of one that was received. ``failure`` is why there is none, or why it was not taken.
    ``duration`` is in seconds.
    """

    key: str
    direction: Direction
    source: str
    channel: str
    address: str
    correlation: str | None = None
    headers: Headers = ()
    content_type: str | None = None
    payload: bytes = b""
    came_from: str = ""
    others: int = 0
    failure: TransportFailure | None = None
    duration: float = 0.0


class RecordedOptions(Struct, frozen=True):
    """What was asked of a run beside its inputs, so that a replay asks the same.

    ``workflows`` are those that were named (none: the document's own choice); ``sources`` say where
    source descriptions were read from instead.
    """

    workflows: tuple[str, ...] = ()
    servers: Mapping[str, str] = field(default_factory=dict)
    server_variables: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    source_dirs: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    headers: tuple[str, ...] = ()
    no_auth: tuple[str, ...] = ()


class Recording(Struct, frozen=True):
    """A run that was kept.

    ``document`` is a path or URL, ``digests`` the SHA-256 of each document's text by its name,
    ``documents`` what was read. ``messages`` are those of steps on channels, ``closed`` is why the
    channels could not be opened. In a recording that was read, secrets are ``***``.
    """

    document: str
    exchanges: Iterable[RecordedExchange]
    inputs: Mapping[str, Value] = field(default_factory=dict)
    asked: RecordedOptions = field(default_factory=RecordedOptions)
    digests: Mapping[str, str] = field(default_factory=dict)
    recorded_at: str = ""
    documents: RecordedDocuments = field(default_factory=RecordedDocuments)
    messages: Iterable[RecordedMessage] = ()
    closed: TransportFailure | None = None

    @property
    def is_of_mock(self) -> bool:
        """Whether a server recorded it, for which nothing was run: ``mock/…`` are its keys."""
        is_of_run = self.documents.by_uri or self.messages or self.closed is not None
        return not is_of_run and all(one.key.startswith("mock/") for one in self.exchanges)
