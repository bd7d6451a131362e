"""What a batch has of requests and responses, which may be encrypted: opened, and sealed again."""

from __future__ import annotations

from arazzo_runner.batch.database import Database
from arazzo_runner.batch.model import BatchRecord, DatabaseError, RowResult
from arazzo_runner.batch.result import RowReport, unpack_report
from arazzo_runner.batch.store import BatchStore
from arazzo_runner.journal.cipher import (
    Cipher,
    call_place,
    cipher_for,
    inputs_place,
    is_encrypted,
    options_place,
    result_place,
)
from arazzo_runner.journal.model import JournalError


class BatchContent:
    """The contents of one batch, by its cipher; what is damaged is a DatabaseError."""

    def __init__(self, cipher: Cipher, run_id: str) -> None:
        self.cipher = cipher
        self._run_id = run_id

    def options(self, sealed: bytes) -> bytes:
        """The options of the batch."""
        return self._open(sealed, options_place(self._run_id))

    def inputs(self, row: int, sealed: bytes) -> bytes:
        """The inputs of a row."""
        return self._open(sealed, inputs_place(self._run_id, row))

    def report(self, row: RowResult) -> RowReport:
        """What is kept of the report of a row that has ended."""
        return unpack_report(self._open(row.result, result_place(self._run_id, row.number)))

    def outcome(self, row: int, key: str, sealed: bytes) -> bytes:
        """The outcome of a call."""
        return self._open(sealed, call_place(self._run_id, row, key))

    def sealed_outcome(self, row: int, key: str, outcome: bytes) -> bytes:
        """The outcome of a call, as it is kept."""
        return self.cipher.seal(outcome, call_place(self._run_id, row, key))

    def _open(self, sealed: bytes, place: str) -> bytes:
        try:
            return self.cipher.open(sealed, place)
        except JournalError as reason:
            raise DatabaseError(str(reason)) from None


def has_key(database: Database, record: BatchRecord) -> bool:
    """Whether a batch is encrypted."""
    return is_encrypted(_store(database, record))


def content_of(database: Database, record: BatchRecord, secret: str | None) -> BatchContent:
    """The contents of a batch; ``secret`` is what it is encrypted with, None where it is not.

    Raises JournalError for another one, ModuleNotFoundError where `cryptography` is missing.
    """
    return BatchContent(cipher_for(_store(database, record), secret), record.run_id)


def _store(database: Database, record: BatchRecord) -> BatchStore:
    return BatchStore(database, record.batch, record.submission, record.run_id)
