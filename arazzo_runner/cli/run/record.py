"""``--record FILE``: keep a run, so that `arazzo replay FILE` needs no server.

Loaded where there is the flag.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from arazzo_runner.document.retrieval import DocumentAccess
from arazzo_runner.executor.world import World
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.recording.documents import (
    DocumentLog,
    documents_relative_to,
    relative_to_file,
)
from arazzo_runner.recording.model import RecordedOptions
from arazzo_runner.recording.spool import RecordingWorld
from arazzo_runner.report.secrets import Masker


class RecordOption:
    """Wraps the world of a run, and writes the recording when it is over."""

    def __init__(self, document: str, given: Mapping[str, Any], started_at: float) -> None:
        self._document = document
        self._log = DocumentLog()
        self._flags = given
        self._started_at = started_at
        self._world: RecordingWorld | None = None

    def wrap_access(self, access: DocumentAccess) -> DocumentAccess:
        """The ways to documents, which keep what is read."""
        return self._log.wrap(access)

    def wrap(self, world: World) -> World:
        """A world that keeps what goes through it."""
        self._world = RecordingWorld(world)
        return self._world

    def write(
        self, prepared: pipeline.PreparedRun, options: pipeline.RunConfig, masker: Masker
    ) -> None:
        """Write the file, with secrets masked whatever the terminal shows. Raises UsageError."""
        if self._world is None:
            return
        from arazzo_runner.recording.file import write_recording
        from arazzo_runner.recording.run import recording_of

        file = self._flags["record"]
        document = relative_to_file(self._document, file)
        asked = _recorded_options(self._flags, options, file)
        when = pipeline.rfc3339(self._started_at)
        recording = recording_of(document, prepared, asked, self._world, when)
        documents = documents_relative_to(self._log.documents(), file)
        recording = replace(recording, documents=documents)
        write_recording(file, recording, masker)


def _recorded_options(
    given: Mapping[str, Any], options: pipeline.RunConfig, file: str
) -> RecordedOptions:
    return RecordedOptions(
        tuple(given["workflows"]),
        options.servers,
        options.server_variables,
        {name: relative_to_file(place, file) for name, place in given["sources"].items()},
        tuple(relative_to_file(folder, file) for folder in given["source_dirs"]),
        options.settings,
        tuple(given["headers"]),
        tuple(given["no_auth"]),
    )
