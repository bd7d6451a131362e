"""What a batch has beside its rows: the flags that it was started with, and its documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from arazzo_runner.cli.journal.flags import JournalFlags
from arazzo_runner.options.batch import SUBMITTED
from arazzo_runner.recording.documents import (
    RecordedDocuments,
    documents_from_json,
    documents_to_json,
)

if TYPE_CHECKING:
    from arazzo_runner.report.secrets import Masker

_READING: Final[Mapping[str, Any]] = {
    "allow_read": True, "source_dirs": (), "no_cache": True, "show_secrets": False,
}  # fmt: skip
"""What workers read the documents of a batch by, which are all in the database."""


class BatchContents(msgspec.Struct, frozen=True):
    """``flags`` are those of the runs, ``limits`` those of documents by the names of their flags.

    ``workflows`` are those that each row runs.
    """

    flags: JournalFlags
    limits: Mapping[str, Any]
    workflows: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """As it is kept."""
        return msgspec.msgpack.encode(self)

    def reading(self) -> dict[str, Any]:
        """The flags about documents."""
        return {**_READING, **self.limits}


def limits_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The flags about the limits of documents."""
    return {name: given[name] for name in SUBMITTED}


def read_contents(spelled: bytes) -> BatchContents:
    """What a batch has of its flags. Raises ValueError."""
    return msgspec.msgpack.decode(spelled, type=BatchContents)


def pack_documents(documents: RecordedDocuments, masker: Masker) -> bytes:
    """The documents as they are kept, secrets masked."""
    return json.dumps(documents_to_json(documents, masker)).encode()


def unpack_documents(packed: bytes) -> RecordedDocuments:
    """The documents as workers read them, and no others. Raises ValueError."""
    read = json.loads(packed)
    documents = documents_from_json(read["documents"], read["moved"], read["contents"])
    return RecordedDocuments(documents.by_uri, documents.moved, is_complete=True)
