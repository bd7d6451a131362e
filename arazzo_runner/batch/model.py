"""A batch: very many rows of one document, worked off in chunks by workers on many machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct, field

from arazzo_runner.journal.model import JournalError, RowState

BatchState: TypeAlias = Literal["running", "paused", "cancelled", "done"]

PLAN_VERSION: Final = 1
"""Of what a plan makes of a document; workers of another one leave a batch to others."""

ROW_STATES: Final[tuple[RowState, ...]] = ("open", "passed", "failed", "doubt", "dead")
"""The states of rows by the number that the database has for them; an error counts as failed."""

SKIPPED: Final[RowState] = "skipped"


class DatabaseError(JournalError):
    """The database cannot be used; ``str()`` says why, in words that follow its name."""


class NoAnswerError(DatabaseError):
    """The database does not answer."""


class BatchSubmission(Struct, frozen=True):
    """What ``start`` keeps beside the rows: ``content`` is the digest of all that was submitted.

    ``rates`` are requests a second by the name of a source; ``""`` is for all of them together.
    """

    key: str | None
    content: bytes
    documents: bytes
    version: str
    chunk: int
    priority: int = 0
    rates: Mapping[str, float] = field(default_factory=dict)
    keeps_calls: bool = True


class BatchRecord(Struct, frozen=True):
    """A batch; ``run_id`` is what the keys of its calls are made of."""

    batch: int
    run_id: str
    state: BatchState
    document: str
    created: float
    finished: float | None
    rows: int
    submission: BatchSubmission
    plan_version: int


class Counts(Struct, frozen=True):
    """The rows of a batch, or of chunks of it, by how they ended."""

    total: int
    passed: int = 0
    failed: int = 0
    doubt: int = 0
    dead: int = 0

    @property
    def open(self) -> int:
        """Rows that have not ended."""
        return self.total - self.passed - self.failed - self.doubt - self.dead


class ChunkLease(Struct, frozen=True):
    """A chunk that a worker has: rows from ``first`` to ``last``, and what tells it from others.

    ``fence`` counts how often it was taken; ``deaths`` how many workers died with it.
    """

    chunk: int
    batch: int
    first: int
    last: int
    fence: int
    deaths: int


class OpenRow(Struct, frozen=True):
    """A row to run; ``tried`` where it ran alone and the process ended."""

    number: int
    name: str
    inputs: bytes
    tried: bool


class RowResult(Struct, frozen=True):
    """A row with what is kept of its report."""

    number: int
    name: str
    state: RowState
    code: int
    result: bytes
