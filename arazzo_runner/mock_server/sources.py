"""The API descriptions to serve: those that Arazzo documents name, and those named themselves.

Those of AsyncAPI are there for the messages that the server is ordered to send.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.asyncapi.model import AsyncApiDescription
from arazzo_runner.document.retrieval import (
    DocumentAccess,
    Retrieve,
    RetrievedDocument,
    RetrieveError,
)
from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.mock_server.files import WatchedFiles
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.pipeline.load import (
    LoadLimits,
    PartialDescription,
    SharedCache,
    examine_description,
)
from arazzo_runner.retrieve.files import find_documents, is_arazzo, plain_utf8, walk_folders
from arazzo_runner.text.diagnostic import Diagnostic, Severity, error
from arazzo_runner.text.json_write import write_json
from arazzo_runner.text.limits import first_findings
from arazzo_runner.text.pattern import lazy_pattern

_DRAFT: Final = "<mock>"
_ARAZZO: Final = lazy_pattern(rb"""^["']?arazzo["']?[ \t]*:|"arazzo"\s*:""", re.MULTILINE)
_OPENAPI: Final = lazy_pattern(
    rb"""^["']?(?:openapi|swagger)["']?[ \t]*:|"(?:openapi|swagger)"\s*:""", re.MULTILINE
)
_ASYNCAPI: Final = lazy_pattern(rb"""^["']?asyncapi["']?[ \t]*:|"asyncapi"\s*:""", re.MULTILINE)


def api_type(data: bytes) -> str | None:
    """``openapi`` or ``asyncapi``, as far as the outermost keys of a text tell; None for others."""
    data = plain_utf8(data)
    if _ARAZZO.search(data) is not None:
        return None
    if _OPENAPI.search(data) is not None:
        return "openapi"
    return "asyncapi" if _ASYNCAPI.search(data) is not None else None


def is_openapi(data: bytes) -> bool:
    """Whether a text is an OpenAPI description as far as its outermost keys tell."""
    return api_type(data) == "openapi"


def is_described(data: bytes) -> bool:
    """Whether a text is an Arazzo document or an OpenAPI description."""
    return is_arazzo(data) or is_openapi(data)


def is_served(data: bytes) -> bool:
    """Whether a text is an Arazzo document or an API description, also one of AsyncAPI."""
    return is_arazzo(data) or api_type(data) is not None


class ServedSources(Struct, frozen=True):
    """The descriptions by the names of their sources, and where each was read.

    ``channels`` are those of AsyncAPI.
    """

    descriptions: dict[str, ApiDescription] = field(default_factory=dict)
    channels: dict[str, AsyncApiDescription] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


class SourceReader:
    """Reads what is to be served, as often as it changes; ``named`` are documents and folders."""

    def __init__(
        self,
        access: DocumentAccess,
        named: Sequence[str],
        overrides: Mapping[str, str],
        limits: LoadLimits,
    ) -> None:
        self._plain = access
        self._named = named
        self._overrides = overrides
        self._limits = limits
        self._documents: list[str] = []
        self.files = WatchedFiles()

    def has_changed(self) -> bool:
        """Whether a file that was read has changed, or a folder has other documents."""
        changed = self.files.changed_files()
        if changed and all(map(os.path.isdir, changed)) and self._find() == self._documents:
            self.files.refresh()  # something else is there
            return False
        return bool(changed)

    def _find(self) -> list[str]:
        return find_documents(self._named, is_served)

    def read(self) -> ServedSources:
        """Read all of it. Raises UsageError and DocumentError with all that is wrong."""
        self.files = WatchedFiles()
        for named in self._named:
            for folder, _ in walk_folders(named) if "://" not in named else ():
                self.files.note(folder)
        self._documents = self._find()
        if not self._documents:
            names = " and ".join(f"`{one}`" for one in self._named)
            message = f"{names} has no Arazzo document and no API description"
            raise UsageError(error("AZ906", message))
        access = self.files.wrap(self._plain)
        access = replace(access, open=lru_cache(maxsize=1)(access.open))
        shared, found = SharedCache(), ServedSources()
        for document in self._documents:
            for name, description in self._apis(access, document, shared):
                _add(found, name, description)
        if not found.descriptions and not found.channels:
            raise UsageError(error("AZ906", "the documents name no API description to serve"))
        return found

    def _apis(
        self, access: DocumentAccess, document: str, shared: SharedCache
    ) -> Iterator[tuple[str, ApiDescription | AsyncApiDescription]]:
        try:
            retrieved = access.open(document)
        except RetrieveError as failure:
            raise failure.as_usage("the document") from None
        kind = api_type(retrieved.data)
        if kind is not None:
            examined = self._examine_api(access, retrieved, shared, kind)
        else:
            examined = examine_description(access, document, self._overrides, self._limits, shared)
        wrong = [one for one in examined.findings if one.severity is Severity.ERROR]
        if not examined.units or examined.missing:
            found = [one for one in map(_without_draft, wrong) if one is not None]
            raise DocumentError(*first_findings(document, found, self._limits.findings))
        for unit in examined.units.values():
            yield from unit.apis.items()
            yield from unit.async_apis.items()

    def _examine_api(
        self, access: DocumentAccess, retrieved: RetrievedDocument, shared: SharedCache, kind: str
    ) -> PartialDescription:
        """Read an API description as the source of an Arazzo document of nothing else."""
        from arazzo_runner.generate.openapi.generate import source_name

        name = source_name(_stem(retrieved.name))
        source = {"name": name, "url": retrieved.uri, "type": kind}
        info = {"title": _DRAFT, "version": "1"}
        text = write_json(
            {"arazzo": "1.1.0", "info": info, "sourceDescriptions": [source], "workflows": []}
        )
        draft = RetrievedDocument(text.encode(), _DRAFT, retrieved.uri.rpartition("/")[0] + "/")

        def retrieve_for(asking: str) -> Retrieve:
            usual = access.retrieve_for(asking)
            return lambda uri: retrieved if uri == retrieved.uri else usual(uri)

        own = replace(access, open=lambda _name: draft, retrieve_for=retrieve_for)
        return examine_description(own, _DRAFT, {}, self._limits, shared)


def _without_draft(finding: Diagnostic) -> Diagnostic | None:
    """A finding as far as it is about what the user wrote."""
    place = finding.place
    if place is None or place.source.name != _DRAFT:
        return finding
    if place.pointer[:1] != ("sourceDescriptions",):
        return None
    return replace(finding, place=None, label="", help=None, fix=None, more=())


def _stem(name: str) -> str:
    path = urlsplit(name).path if "://" in name else name
    return Path(path).name.strip("<>")


def _add(
    found: ServedSources, name: str, description: ApiDescription | AsyncApiDescription
) -> None:
    """Take a source in; of one document once, and of one name with a number behind it."""
    uri = description.source.uri
    known = {one.source.uri for one in found.descriptions.values()}
    if uri in known | {one.source.uri for one in found.channels.values()}:
        return
    free, number = name, 1
    while free in found.places:
        number += 1
        free = f"{name}-{number}"
    if isinstance(description, AsyncApiDescription):
        found.channels[free] = description
    else:
        found.descriptions[free] = description
    found.places[free] = description.source.name
