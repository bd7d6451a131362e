"""What a journal keeps: runs, their rows, and the calls of each row.

A run of one set of inputs is a run of one row; ``--cases`` has a row for each case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

RunState: TypeAlias = Literal["unfinished", "passed", "failed", "error"]
RowState: TypeAlias = Literal["open", "passed", "failed", "error", "skipped", "doubt", "dead"]
CallKind: TypeAlias = Literal["send", "sleep"]


Moment: TypeAlias = Annotated[float, Meta(ge=0, lt=253_402_300_800)]
"""Seconds since 1970, before the year 10000."""


class RunRecord(Struct, frozen=True):
    """A run that was begun with a journal.

    ``digests`` are the SHA-256 of the documents by their names, in hexadecimal; ``options`` is what
    the run was asked for, spelled by whoever asked; ``started`` and ``finished`` are in seconds
    since 1970.
    """

    run_id: str
    document: str
    digests: Mapping[str, str]
    options: bytes
    started: Moment
    state: RunState = "unfinished"
    finished: Moment | None = None


class RowRecord(Struct, frozen=True):
    """One set of inputs of a run; ``number`` counts from 0, ``inputs`` are spelled as options."""

    number: int
    name: str
    inputs: bytes
    state: RowState = "open"


class CallRecord(Struct, frozen=True):
    """A call of a row: a request, or a wait.

    ``key`` is that of the call in its run, ``digest`` of what was sent, ``begun`` in seconds since
    1970. ``outcome`` is None while it is not known what came of it.
    """

    key: str
    kind: CallKind
    digest: bytes
    begun: Moment
    outcome: bytes | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is not known what came of it."""
        return self.outcome is None


class CallBegun(Struct, frozen=True):
    """Entry: a call whose repetition may do harm is about to be made."""

    row: int
    call: CallRecord


class CallEnded(Struct, frozen=True):
    """Entry: what came of a call."""

    row: int
    call: CallRecord


class CallWithdrawn(Struct, frozen=True):
    """Entry: a call that was begun has never been made."""

    row: int
    key: str


class RowProbe(Struct, frozen=True):
    """Entry: a row is about to run alone, since it may be what ends the process."""

    row: int


class RowEnded(Struct, frozen=True):
    """Entry: a row has run to its end.

    ``code`` is its exit code, and ``result`` what is kept of its report, where a store keeps them.
    """

    row: int
    state: RowState
    code: int = 0
    result: bytes = b""


JournalEntry: TypeAlias = CallBegun | CallEnded | CallWithdrawn | RowProbe | RowEnded


class JournalError(Exception):
    """The journal cannot be read or written; ``str()`` says why, in words that follow its name."""


class RowTakenError(JournalError):
    """Another process has a row by now: this one is not going to make its calls."""


class CallCounts(Struct, frozen=True):
    """The calls of a run: how many there are, and how many of them have no outcome."""

    total: int
    open: int
