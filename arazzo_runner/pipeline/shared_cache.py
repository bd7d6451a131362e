"""What several documents that are examined one after the other share: texts, and descriptions."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Final, TypeAlias, Union

from arazzo_runner.document.sources import ResolvedSource
from arazzo_runner.document.store import TextCache
from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.description import read_description
from arazzo_runner.openapi.model import ApiDescription, LoadDocument
from arazzo_runner.text.source import SourceFile

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import AsyncApiDescription

ReadDescription: TypeAlias = Union[ApiDescription, "AsyncApiDescription"]

_WORTH_COLLECTING: Final = 16 * 2**20
"""So many bytes given up are worth looking for what nothing refers to any more."""


class SharedCache:
    """What several documents share: the texts of their sources, and the descriptions in them.

    A description that has asked for other documents is read again for the next Arazzo document,
    whose limits they count in. ``limit`` is that of a :class:`TextCache`. Threads may share it.
    """

    def __init__(self, limit: int = 32 * 2**20) -> None:
        self.shelf = TextCache(limit)
        self._apis: dict[SourceFile, ReadDescription | DocumentError] = {}
        self._asking: set[SourceFile] = set()
        self._given_up = 0

    def begin_document(self) -> None:
        """Another document is examined: give up what has become too much for the next ones."""
        self._given_up += self.shelf.trim()
        kept = self.shelf.files() - self._asking
        self._apis = {file: one for file, one in [*self._apis.items()] if file in kept}
        self._asking.clear()
        if self._given_up > _WORTH_COLLECTING:
            # A description and what it reads refer to each other.
            gc.collect()
            self._given_up = 0

    def api(self, source: ResolvedSource, load: LoadDocument) -> ReadDescription:
        """The description in a source, read once; ``load`` reads what it refers to.

        Raises DocumentError.
        """
        found = self._apis.get(source.file)
        if found is None:
            found = self._apis[source.file] = self._description(source, load)
        if isinstance(found, DocumentError):
            raise found.with_traceback(None)
        return found

    def _description(
        self, source: ResolvedSource, load: LoadDocument
    ) -> ReadDescription | DocumentError:
        def read(uri: str, asking: str) -> tuple[SourceFile, Value]:
            self._asking.add(source.file)
            return load(uri, asking)

        try:
            if source.type == "asyncapi":
                from arazzo_runner.asyncapi.description import read_async_description

                return read_async_description(source.file, source.value, read)
            return read_description(source.file, source.value, read)
        except DocumentError as reason:
            return reason
