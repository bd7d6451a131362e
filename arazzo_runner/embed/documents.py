"""Documents for programs: read from a path, a URL or a text, and kept for many runs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from os import PathLike, fspath
from typing import Any, TypeAlias, TypedDict

from msgspec.structs import replace

from arazzo_runner.document.retrieval import DocumentAccess, Retrieve, RetrievedDocument
from arazzo_runner.loading import Description, LoadLimits, load_from
from arazzo_runner.retrieve.access import RetrieveSettings, document_access
from arazzo_runner.retrieve.files import file_uri

DocumentPath: TypeAlias = str | PathLike[str]


class LoadOptions(TypedDict, total=False):
    """The keyword arguments of `load` and its relatives: where sources are, what may be read."""

    sources: Mapping[str, DocumentPath]
    source_dir: DocumentPath | Iterable[DocumentPath]
    allow_read: bool
    allow_http: bool
    allow_net: bool
    limits: LoadLimits


def load_path(
    document: DocumentPath, given: LoadOptions, note: Callable[[str], object] = lambda _uri: None
) -> Description:
    """Read a document by its path or URL; ``note`` is told the URI of each text that is read.

    Raises UsageError and DocumentError.
    """
    access = _with_note(access_for(given), note)
    return load_from(
        access, document_location(document), source_overrides(given), load_limits(given)
    )


def _with_note(access: DocumentAccess, note: Callable[[str], object]) -> DocumentAccess:
    def noted(retrieve: Retrieve) -> Retrieve:
        def read(uri: str) -> RetrievedDocument:
            note(uri)
            retrieved = retrieve(uri)
            note(retrieved.uri)
            return retrieved

        return read

    def retrieve_for(asking: str) -> Retrieve:
        return noted(access.retrieve_for(asking))

    return DocumentAccess(retrieve_for, noted(access.open), access.find)


def load_data(
    document: str | Mapping[str, Any], name: str, base: DocumentPath, given: LoadOptions
) -> Description:
    """Read a document that is at hand. Raises DocumentError, and TypeError for what is none."""
    if not isinstance(document, str | Mapping):
        raise TypeError(f"a document is text or a mapping, and not a {type(document).__name__}")
    text = document if isinstance(document, str) else json.dumps(document, indent=2)
    retrieved = RetrievedDocument(text.encode(), name, f"{file_uri(fspath(base))}/")
    access = _with_text(access_for(given), name, retrieved)
    return load_from(access, name, source_overrides(given), load_limits(given))


def _with_text(access: DocumentAccess, name: str, retrieved: RetrievedDocument) -> DocumentAccess:
    def opened(asked: str) -> RetrievedDocument:
        return retrieved if asked == name else access.open(asked)

    return replace(access, open=opened)


def access_for(given: LoadOptions) -> DocumentAccess:
    """The ways to documents that keyword arguments allow."""
    settings = RetrieveSettings(
        max_bytes=load_limits(given).sources.description.max_bytes,
        allow_read=given.get("allow_read", False),
        allow_http=given.get("allow_http", False),
        allow_net=given.get("allow_net", False),
        source_dirs=_folders(given.get("source_dir", ())),
    )
    return document_access(settings, os.environ)


def _folders(given: DocumentPath | Iterable[DocumentPath]) -> tuple[str, ...]:
    if isinstance(given, str | PathLike):
        return (fspath(given),)
    return tuple(fspath(one) for one in given)


def document_location(document: object) -> str:
    """The path or URL as the reader of documents takes it; `-` is a file here like others.

    Raises TypeError for what is neither.
    """
    if not isinstance(document, str | PathLike):
        kind = type(document).__name__
        raise TypeError(f"a document is a path or a URL, and not a {kind}; see `load_text`")
    return "./-" if document == "-" else str(fspath(document))


def source_overrides(given: LoadOptions) -> dict[str, str]:
    """Where sources are read instead."""
    return {name: fspath(where) for name, where in given.get("sources", {}).items()}


def load_limits(given: LoadOptions) -> LoadLimits:
    """The limits of documents."""
    return given.get("limits", LoadLimits())
