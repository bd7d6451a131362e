"""Ways to documents for an editor: open texts before files, and what changes is read again.

What was read is kept for all validations until it is not what it was: a file by its time and size,
an open text by its version. What came over the network is kept until the document is saved.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from msgspec.structs import replace

from arazzo_runner.document.retrieval import (
    DocumentAccess,
    Retrieve,
    RetrievedDocument,
    RetrieveError,
)
from arazzo_runner.document.store import is_remote
from arazzo_runner.lsp.workspace.texts import OpenText, OpenTexts
from arazzo_runner.operating_system.files import server_of
from arazzo_runner.pipeline.load import SharedCache
from arazzo_runner.retrieve.files import file_path, file_uri, path_label

_Stamp: TypeAlias = tuple[object, ...]

CheckCurrent: TypeAlias = Callable[[], None]
"""Raises :class:`OutdatedTextError` once nobody waits for the result any more."""


class OutdatedTextError(Exception):
    """The text has changed while it was validated."""


def text_bytes(text: str) -> bytes:
    """A text as a file would hold it; half a surrogate pair, which none can hold, is replaced."""
    return text.encode("utf-8", "replace")


def retrieved_text(text: OpenText) -> RetrievedDocument:
    """An open text, as what was read of its file."""
    name = path_label(text.path) if text.is_file else text.key
    return RetrievedDocument(text_bytes(text.text), name, text.key)


class TextStamps:
    """What each text that was read looked like then, to see which have changed since."""

    def __init__(self, texts: OpenTexts) -> None:
        self._texts = texts
        self._stamps: dict[str, _Stamp] = {}
        self._named: dict[str, _Stamp] = {}

    def note(self, uri: str) -> None:
        """Remember what a text looks like that is going to be read."""
        self._stamps.setdefault(uri, self._stamp(uri))

    def note_named(self, path: str) -> None:
        """Remember what a file looks like that the settings name, for whatever it stands."""
        uri = file_uri(path)
        self._named.setdefault(uri, self._stamp(uri))

    def forget_changed(self, shared: SharedCache) -> None:
        """Let everything be read again that has changed."""
        changed = [uri for uri, stamp in [*self._stamps.items()] if self._stamp(uri) != stamp]
        if any(self._stamp(uri) != stamp for uri, stamp in [*self._named.items()]):
            self._named.clear()
            changed = [*self._stamps]
        for uri in changed:
            self._forget(uri, shared)

    def forget_remote(self, shared: SharedCache) -> None:
        """Let everything be read again that came over the network."""
        for uri in [one for one in [*self._stamps] if is_remote(one)]:
            self._forget(uri, shared)

    def _forget(self, uri: str, shared: SharedCache) -> None:
        shared.shelf.forget(uri)
        self._stamps.pop(uri, None)

    def _stamp(self, uri: str) -> _Stamp:
        text = self._texts.get(uri)
        if text is not None:
            return "open", text.version
        if not uri.startswith("file:"):
            return ("remote",)
        try:
            path = file_path(uri)
            # A share of Windows is another machine, and this is asked before a document may read.
            if server_of(path):
                return ("share",)
            found = Path(path).stat()
        except (OSError, ValueError, RetrieveError):
            return ("missing",)
        return "file", found.st_mtime_ns, found.st_size


def overlay_access(
    access: DocumentAccess,
    texts: OpenTexts,
    stamps: TextStamps,
    document: OpenText,
    check_current: CheckCurrent,
) -> DocumentAccess:
    """``access`` with the open texts before the files, and ``document`` as what is opened.

    What a document from the network may not read it does not get from the editor either.
    """

    def retrieve_for(asking: str) -> Retrieve:
        read = access.retrieve_for(asking)

        def retrieve(uri: str) -> RetrievedDocument:
            check_current()
            stamps.note(uri)
            text = None if is_remote(asking) else texts.get(uri)
            return retrieved_text(text) if text is not None else read(uri)

        return retrieve

    def open_text(location: str) -> RetrievedDocument:
        check_current()
        if location == document.path:
            return retrieved_text(document)
        if "://" in location:
            return access.open(location)
        stamps.note_named(location)
        text = texts.get(file_uri(location))
        return retrieved_text(text) if text is not None else access.open(location)

    return replace(access, retrieve_for=retrieve_for, open=open_text)
