"""Texts of a model as documents, whose sources are the offered documents and nothing else.

Neither files nor the network are at hand for them: what a text names is looked up among what has
been read before. A relative URL finds an API description by the URL that an offered document
has for it, by the name of the source, or by the name of its file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from arazzo_runner.document.model import SourceType
from arazzo_runner.document.retrieval import (
    DocumentAccess,
    Retrieve,
    RetrievedDocument,
    RetrieveError,
)
from arazzo_runner.document.sources import ResolvedSource
from arazzo_runner.document.store import ParsedDocument, SourceLimits, TextCache
from arazzo_runner.document.uris import resolve_reference, split_uri
from arazzo_runner.errors import DocumentError
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.pipeline.load import (
    Description,
    LoadLimits,
    load_from,
)
from arazzo_runner.pipeline.shared_cache import ReadDescription, SharedCache
from arazzo_runner.portal.documents import OfferedDocuments, file_name
from arazzo_runner.report.secrets import URL_MASK
from arazzo_runner.text.diagnostic import Severity
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.parse import decode, parse

if TYPE_CHECKING:
    from arazzo_runner.openapi.model import LoadDocument

TEXT_NAME: Final = "<text>"
"""What messages call the text of a model."""
MAX_TEXT: Final = 256 * 1024
"""The bytes of a text; a document of 200 workflows has as many."""
_LISTED: Final = 10
_TEXT_URI: Final = "file:///offered/text"
"""Where a text is said to stand: where nothing else does, so that no relative URL is a file's."""

_EACH: Final = DocumentLimits(max_bytes=MAX_TEXT, max_nodes=100_000, max_aliases=100)
TEXT_LIMITS: Final = LoadLimits(_EACH, SourceLimits(description=_EACH), findings=50)
"""The limits of texts and of their findings; those of offered documents have been kept before."""


class SandboxedText(Struct, frozen=True):
    """A text as a document: the ways to it and to what is offered, and what was read before."""

    access: DocumentAccess
    shared: SharedCache

    def load(self) -> Description:
        """The document with its sources, ready to run. Raises DocumentError and UsageError."""
        return load_from(self.access, TEXT_NAME, {}, TEXT_LIMITS, self.shared)


class SandboxSource(Struct, frozen=True):
    """A description that texts may have as a source: its name, and the URL that names it."""

    name: str
    url: str
    api: ReadDescription

    @property
    def document(self) -> ParsedDocument:
        """What was read."""
        kind: SourceType = "openapi" if isinstance(self.api, ApiDescription) else "asyncapi"
        return ParsedDocument(self.api.source, self.api.raw, kind)


class Sandbox(Struct, frozen=True):
    """Makes documents of texts; ``parsed`` are the documents at hand by their URIs."""

    offered: OfferedDocuments
    sources: tuple[SandboxSource, ...]
    parsed: Mapping[str, ParsedDocument]

    def document(self, text: str, files: Mapping[str, str] | None = None) -> SandboxedText:
        """A text as a document; ``files`` are further texts, by the URLs that name them.

        Its relative URLs may mean other sources than the next one's.
        """
        retrieved = RetrievedDocument(text.encode("utf-8", "replace"), TEXT_NAME, _TEXT_URI)
        stated, known = _stated_urls(retrieved), dict(self.parsed)

        texts = {resolve_reference(_TEXT_URI, url): url for url in files or {}}

        def retrieve(uri: str) -> RetrievedDocument:
            if files is None or uri not in texts:
                raise self._refusal(uri)
            name = texts[uri]
            return RetrievedDocument(files[name].encode("utf-8", "replace"), name, uri)

        def retrieve_for(_asking: str) -> Retrieve:
            return retrieve

        def expect(urls: Mapping[str, str]) -> None:
            for name, uri in urls.items():
                meant = self._meant_document(name, stated.get(name, ""))
                if meant is not None and uri not in texts:
                    known.setdefault(uri, meant)

        access = DocumentAccess(
            retrieve_for, lambda _name: retrieved, lambda _path: None, expect=expect
        )
        return SandboxedText(access, _OfferedCache(self.sources, known))

    def _meant_document(self, name: str, url: str) -> ParsedDocument | None:
        """What a relative URL means, by the ways that are surest first."""
        if not url or split_uri(url).scheme or split_uri(url).authority is not None:
            return None
        ways: tuple[Callable[[SandboxSource], bool], ...] = (
            lambda one: one.url == url,
            lambda one: one.name == name,
            lambda one: file_name(one.api.source.uri) == file_name(url),
        )
        for is_meant in ways:
            matches = [one for one in self.sources if is_meant(one)]
            if len(matches) == 1:
                return matches[0].document
        return None

    def _refusal(self, uri: str) -> RetrieveError:
        shown = uri.removeprefix(_TEXT_URI.removesuffix("text"))
        message = f"`{shown}` is not offered, and nothing else is read"
        offered = self.sources[:_LISTED]
        listed = ", ".join(f"`{one.name}` with the url `{one.url}`" for one in offered)
        return RetrieveError(message, f"offered: {listed}" if listed else None, "AZ216")


def make_sandbox(offered: OfferedDocuments) -> Sandbox:
    """The sandbox of the offered documents; nothing is parsed again."""
    parsed: dict[str, ParsedDocument] = {}
    sources = {one.api.source: SandboxSource(one.name, one.url, one.api) for one in offered.apis}
    for unit in (unit for one in offered.descriptions for unit in one.units.values()):
        document = unit.document
        text = ParsedDocument(document.source, document.raw, "arazzo")
        parsed[document.source.uri] = parsed[document.base_uri] = text
        described: dict[str, ReadDescription] = {**unit.apis, **unit.async_apis}
        for name, api in described.items():
            url = str(unit.fields[name]["url"])
            source = sources.setdefault(api.source, SandboxSource(name, URL_MASK.text(url), api))
            for spelled in (url, source.url):  # a model knows the second one alone
                parsed[resolve_reference(document.base_uri, spelled)] = source.document
    parsed |= {source.uri: one.document for source, one in sources.items()}
    return Sandbox(offered, tuple(sources.values()), parsed)


def _stated_urls(document: RetrievedDocument) -> dict[str, str]:
    """The URLs of the sources as a text spells them, by name; none where it cannot be read."""
    try:
        file = decode(document.data, document.name, document.uri)
        value = parse(file, TEXT_LIMITS.document, Severity.WARNING).value
    except DocumentError:
        return {}
    listed = value.get("sourceDescriptions") if isinstance(value, dict) else None
    return {
        one["name"]: one["url"]
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict)
        and isinstance(one.get("name"), str)
        and isinstance(one.get("url"), str)
    }


class _OfferedTexts(TextCache):
    """The offered documents as texts that were read before."""

    def __init__(self, parsed: Mapping[str, ParsedDocument]) -> None:
        super().__init__()
        self._parsed = parsed

    def get(self, key: tuple[str, str]) -> tuple[Any, int] | None:
        """The document at a URI, whoever asks."""
        uri, _ = key
        known = self._parsed.get(uri)
        return (known, len(known.file.text)) if known else None


class _OfferedCache(SharedCache):
    """The API descriptions as they are offered, with all that was worked out for them."""

    def __init__(
        self, sources: Sequence[SandboxSource], parsed: Mapping[str, ParsedDocument]
    ) -> None:
        super().__init__()
        self.shelf = _OfferedTexts(parsed)
        self._offered = {one.api.source: one.api for one in sources}

    def api(self, source: ResolvedSource, load: LoadDocument) -> ReadDescription:
        """The description that is offered. Raises DocumentError."""
        return self._offered.get(source.file) or super().api(source, load)
