"""The files that a server has read, and whether one of them has changed since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from msgspec.structs import replace

from arazzo_runner.document.retrieval import DocumentAccess, Retrieve, RetrievedDocument
from arazzo_runner.document.store import is_remote
from arazzo_runner.document.uris import without_fragment
from arazzo_runner.retrieve.files import file_path

FileStamp: TypeAlias = tuple[int, int] | None
"""When a file was changed, in nanoseconds, and its size; None for one that is not there."""


def file_stamp(path: str) -> FileStamp:
    """The stamp of a file as it is now."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


class WatchedFiles:
    """The files that came through an access, each as it was just before it was read."""

    def __init__(self) -> None:
        self._stamps: dict[str, FileStamp] = {}

    def note(self, location: str) -> None:
        """Watch a file from now on; it may be missing. A URL is not watched."""
        if location == "-" or (is_remote(location) and not location.startswith("file:")):
            return
        path = file_path(without_fragment(location)) if location.startswith("file:") else location
        self._stamps.setdefault(path, file_stamp(path))

    def changed_files(self) -> list[str]:
        """The files that are not as they were when they were read."""
        return [path for path, stamp in list(self._stamps.items()) if file_stamp(path) != stamp]

    def refresh(self) -> None:
        """Take the files as they are now."""
        self._stamps = {path: file_stamp(path) for path in self._stamps}

    def wrap(self, access: DocumentAccess) -> DocumentAccess:
        """The ways to documents, which note what they read."""

        def retrieve_for(asking: str) -> Retrieve:
            return self._noting(access.retrieve_for(asking))

        return replace(access, open=self._noting(access.open), retrieve_for=retrieve_for)

    def _noting(self, retrieve: Callable[[str], RetrievedDocument]) -> Retrieve:
        def read(location: str) -> RetrievedDocument:
            self.note(location)
            found = retrieve(location)
            self.note(found.uri)
            return found

        return read
