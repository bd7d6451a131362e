"""The cache of a runner: descriptions, read again when a file has changed, and plans."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from threading import Lock
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.embed.documents import (
    DocumentPath,
    LoadOptions,
    check_names,
    document_location,
    load_path,
)
from arazzo_runner.expression.value import Value
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.retrieve.files import file_path

FileStamp: TypeAlias = tuple[int, int, int]
"""What changes with a file: its time of change in ns, size, and inode."""

_MOST = 64


class _CachedDescription(Struct, frozen=True):
    description: Description
    stamps: Mapping[str, FileStamp | None]


class PlanCache:
    """Descriptions and plans of the latest runs; several threads may ask at once.

    ``http`` is how documents are read over the network. A plan is bound once with the runner's
    options, so that credentials are those of that moment.
    """

    def __init__(
        self,
        options: pipeline.RunConfig,
        secrets: Sequence[str] = (),
        http: HttpSettings | None = None,
    ) -> None:
        self._options = options
        self._load_options = LoadOptions(http=http) if http is not None else LoadOptions()
        self._secrets = secrets
        self._lock = Lock()
        self._loaded: OrderedDict[str, _CachedDescription] = OrderedDict()
        self._plans: OrderedDict[Any, tuple[Description, pipeline.PlanResult]] = OrderedDict()

    def prepared(
        self,
        document: Description | DocumentPath,
        workflows: Sequence[str],
        inputs: Mapping[str, Value],
        *,
        seed: int | None = None,
    ) -> pipeline.PreparedRun:
        """Ready to run; with a ``seed`` of its own for what is generated.

        Raises UsageError, InputError and DocumentError.
        """
        with self._lock:
            description = self._description(document)
            planned = self._plan(description, tuple(workflows))
        mock, generation = self._options.mock, self._options.generation
        if seed is not None:
            generation = replace(generation, seed=seed)
        return pipeline.with_inputs(description, planned, inputs, mock=mock, generation=generation)

    def description(self, document: Description | DocumentPath) -> Description:
        """A description, read where it is not known. Raises UsageError and DocumentError."""
        with self._lock:
            return self._description(document)

    def _description(self, document: Description | DocumentPath) -> Description:
        if isinstance(document, Description):
            return document
        where = document_location(document)
        known = self._loaded.get(where)
        if known is None or any(_stamp(file) != was for file, was in known.stamps.items()):
            stamps: dict[str, FileStamp | None] = {}

            def note(uri: str) -> None:
                # The first one was taken before the text was read, which may have changed since.
                stamps.setdefault(uri, _stamp(uri))

            known = _CachedDescription(load_path(where, self._load_options, note), stamps)
        _put(self._loaded, where, known)
        return known.description

    def _plan(self, description: Description, workflows: tuple[str, ...]) -> pipeline.PlanResult:
        key = (id(description), workflows)
        if key in self._plans:
            _, planned = self._plans[key]
        else:
            check_names(description, self._options, self._secrets)
            selected = pipeline.select_workflows(description, workflows)
            planned = pipeline.plan_run(description, selected, self._options)
        # The description is kept with its plan, so that no other one can have its id.
        _put(self._plans, key, (description, planned))
        return planned


def _put(kept: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > _MOST:
        kept.popitem(last=False)


def _stamp(uri: str) -> FileStamp | None:
    """What is known of a file; nothing of what is not there, or comes from elsewhere."""
    if not uri.startswith("file:"):
        return None
    with suppress(OSError, ValueError, RetrieveError):  # ValueError: a NUL in the path
        found = os.stat(file_path(uri))  # noqa: PTH116 (a path is made of it every run)
        return found.st_mtime_ns, found.st_size, found.st_ino
    return None
