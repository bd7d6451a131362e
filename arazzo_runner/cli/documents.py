"""Loading the document that a command was given, by the flags about documents."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from arazzo_runner.document.library import SourceLimits
from arazzo_runner.loading import Description, LoadLimits, load_from
from arazzo_runner.retrieve.access import RetrieveSettings, document_access
from arazzo_runner.text.limits import DESCRIPTION_LIMITS, DocumentLimits


def load_document(document: str, given: Mapping[str, Any]) -> Description:
    """Load ``document`` with what its sources name; ``given`` are the flags by name.

    Raises UsageError when it cannot be read, DocumentError when it cannot be used.
    """
    access = document_access(retrieve_settings(given), os.environ)
    return load_from(access, document, given["sources"], load_limits(given))


def retrieve_settings(given: Mapping[str, Any]) -> RetrieveSettings:
    """What may be read, by the flags about documents."""
    return RetrieveSettings(
        max_bytes=given["max_document_size"] or DESCRIPTION_LIMITS.max_bytes,
        allow_read=given["allow_read"],
        allow_http=given["allow_http"],
        allow_net=given["allow_net"],
        source_dirs=tuple(given["source_dirs"]),
        remember=not given["no_cache"],
    )


def load_limits(given: Mapping[str, Any]) -> LoadLimits:
    """The limits of documents, by the flags about them."""
    sources = SourceLimits(description=_limits_of(DESCRIPTION_LIMITS, given))
    if given["max_document_size"] is not None:
        # One document that may be as large must not be too much for all of them together.
        total = max(sources.max_total_bytes, 4 * given["max_document_size"])
        sources = replace(sources, max_total_bytes=total)
    if given["max_sources"] is not None:
        sources = replace(sources, max_sources=given["max_sources"])
    return LoadLimits(_limits_of(DocumentLimits(), given), sources)


def _limits_of(limits: DocumentLimits, given: Mapping[str, Any]) -> DocumentLimits:
    if given["max_document_nodes"] is not None:
        limits = limits.with_nodes(given["max_document_nodes"])
    if given["max_document_size"] is not None:
        limits = replace(limits, max_bytes=given["max_document_size"])
    if given["max_document_depth"] is not None:
        limits = replace(limits, max_depth=given["max_document_depth"])
    return limits
