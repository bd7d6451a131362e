"""A recording: requests and responses of a run, to be replayed without a server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from msgspec import Struct, field

from arazzo_runner.executor.plan import Settings
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.expression.value import Value
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
    ``documents`` what was read. In a recording that was read, secrets are ``***``.
    """

    document: str
    exchanges: Iterable[RecordedExchange]
    inputs: Mapping[str, Value] = field(default_factory=dict)
    asked: RecordedOptions = field(default_factory=RecordedOptions)
    digests: Mapping[str, str] = field(default_factory=dict)
    recorded_at: str = ""
    documents: RecordedDocuments = field(default_factory=RecordedDocuments)

    @property
    def is_of_mock(self) -> bool:
        """Whether a server recorded it, for which nothing was run: ``mock/…`` are its keys."""
        return not self.documents.by_uri and all(
            one.key.startswith("mock/") for one in self.exchanges
        )
