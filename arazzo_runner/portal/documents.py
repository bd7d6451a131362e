"""The documents that are offered: Arazzo documents, and API descriptions with or without one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.retrieval import DocumentAccess, RetrieveError
from arazzo_runner.document.uris import split_uri
from arazzo_runner.errors import DocumentError
from arazzo_runner.mock_server.sources import SourceReader, is_described, is_openapi
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.pipeline.load import Description, LoadLimits, load_from
from arazzo_runner.pipeline.shared_cache import SharedCache
from arazzo_runner.report.secrets import URL_MASK
from arazzo_runner.retrieve.access import STDIN
from arazzo_runner.retrieve.files import find_documents


class OfferedApi(Struct, frozen=True):
    """An API description: the name of its source, and the URL by which a document names it.

    What is secret in the URL is masked.
    """

    name: str
    url: str
    api: ApiDescription


class OfferedDocuments(Struct, frozen=True):
    """All that the tools may show and use; nothing else is read for them."""

    descriptions: tuple[Description, ...]
    apis: tuple[OfferedApi, ...]


def offer_documents(
    descriptions: Sequence[Description], apis: Iterable[tuple[str, ApiDescription]] = ()
) -> OfferedDocuments:
    """Documents that were loaded, and API descriptions besides by the names of their sources.

    A description that several documents name is offered once; of two of one name the second gets
    a number.
    """
    offered: dict[str, OfferedApi] = {}
    for name, url, api in (*_sources(descriptions), *_alone(apis)):
        if all(one.api.source.uri != api.source.uri for one in offered.values()):
            label = _free_name(name, offered)
            offered[label] = OfferedApi(label, url, api)
    return OfferedDocuments(tuple(descriptions), tuple(offered.values()))


def read_documents(
    access: DocumentAccess,
    documents: Sequence[str],
    overrides: Mapping[str, str],
    limits: LoadLimits,
) -> OfferedDocuments:
    """Read Arazzo documents and OpenAPI descriptions, by path, URL or folder.

    ``overrides`` are where to read sources instead, by their names. Raises UsageError and
    DocumentError.
    """
    access = replace(
        access, open=lru_cache(maxsize=1)(access.open)
    )  # read twice, or standard input
    others, alone = split_documents(access, find_documents(documents, is_described))
    shared = SharedCache()
    descriptions = [load_from(access, one, overrides, limits, shared) for one in others]
    return offer_documents(descriptions, read_apis(access, alone, limits))


def split_documents(
    access: DocumentAccess, documents: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The OpenAPI descriptions among some documents, behind all other documents.

    What cannot be read is among the others; whoever loads it says why.
    """
    others: list[str] = []
    alone: list[str] = []
    for one in documents:
        is_alone = one != STDIN and _is_openapi(access, one)
        (alone if is_alone else others).append(one)
    return others, alone


def read_apis(
    access: DocumentAccess, documents: Sequence[str], limits: LoadLimits
) -> list[tuple[str, ApiDescription]]:
    """OpenAPI descriptions that no document names, by the names of sources that fit their files.

    Raises UsageError and DocumentError.
    """
    each = (SourceReader(access, [one], {}, limits).read() for one in documents)
    return [pair for served in each for pair in served.descriptions.items()]


def _is_openapi(access: DocumentAccess, document: str) -> bool:
    try:
        return is_openapi(access.open(document).data)
    except (RetrieveError, DocumentError):
        return False


def file_name(uri: str) -> str:
    """The last segment of a URI's path, as a file is called."""
    return unquote(split_uri(uri).path.rpartition("/")[2])


def _sources(descriptions: Sequence[Description]) -> Iterator[tuple[str, str, ApiDescription]]:
    for description in descriptions:
        for unit in description.units.values():
            for name, api in unit.apis.items():
                yield name, URL_MASK.text(str(unit.fields[name]["url"])), api


def _alone(apis: Iterable[tuple[str, ApiDescription]]) -> Iterator[tuple[str, str, ApiDescription]]:
    yield from ((name, file_name(api.source.uri), api) for name, api in apis)


def _free_name(name: str, taken: Mapping[str, OfferedApi]) -> str:
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (name, *numbered) if one not in taken)
