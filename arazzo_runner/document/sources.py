"""The documents that source descriptions name, and those that nested Arazzo documents name in turn.

Arazzo Specification 1.1.0, Source Description Object, "Parsing Documents" and "Identity-Based
Referencing". Each document is read once; documents may refer to each other in cycles.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.components import resolve_components
from arazzo_runner.document.load import load_value
from arazzo_runner.document.model import ArazzoDocument, SourceDescription, SourceType
from arazzo_runner.document.node import join_names
from arazzo_runner.document.retrieval import DocumentAccess, RetrieveError
from arazzo_runner.document.rules.run import name_findings
from arazzo_runner.document.store import (
    DocumentStore,
    ParsedDocument,
    ReferencedDocuments,
    SourceLimits,
    TextCache,
    is_remote,
)
from arazzo_runner.document.uris import resolve_reference, without_fragment
from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.user_information import without_logins
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error
from arazzo_runner.text.source import Place, SourceFile
from arazzo_runner.text.suggested_fix import replace_text

SOURCE_LIMITS: Final = SourceLimits()
_NAMES: Final[dict[SourceType, str]] = {
    "openapi": "an OpenAPI description",
    "asyncapi": "an AsyncAPI description",
    "arazzo": "an Arazzo document",
}


class ResolvedSource(Struct, frozen=True):
    """A source description and the document that it names.

    ``uri`` is where the document came from; for an Arazzo document its key in
    :class:`DocumentSet`. ``value`` is its plain data, shared by all that name it.
    """

    name: str
    type: SourceType
    uri: str
    file: SourceFile
    value: Value
    place: Place


class DocumentMember(Struct, frozen=True):
    """An Arazzo document without Reusable Objects, and its sources as far as they could be read."""

    document: ArazzoDocument
    sources: tuple[ResolvedSource, ...]


class DocumentSet(Struct, frozen=True):
    """All Arazzo documents of a description, by their base URI, the entry document first.

    ``referred`` reads what their API descriptions refer to.
    """

    members: Mapping[str, DocumentMember]
    diagnostics: tuple[Diagnostic, ...]
    referred: ReferencedDocuments

    @property
    def entry(self) -> DocumentMember:
        """The document that was loaded first."""
        return next(iter(self.members.values()))


def load_sources(
    document: ArazzoDocument,
    access: DocumentAccess,
    overrides: Mapping[str, str],
    limits: SourceLimits = SOURCE_LIMITS,
    shelf: TextCache | None = None,
) -> DocumentSet:
    """Read every document that ``document`` leads to.

    ``overrides`` are paths or URLs to read instead, by the name of the source description;
    ``shelf`` has what was read for other documents before. What cannot be read is a finding
    (AZ201, AZ202, AZ216, and those of the texts themselves) and is left out. Raises UsageError when
    an override cannot be read.
    """
    library = DocumentStore(access, limits, len(document.source.text.encode()), shelf)
    library.keep(ParsedDocument(document.source, document.raw, "arazzo"), document.base_uri)
    return _SourceLoader(library, overrides, limits).run(document)


class _PendingSource(Struct, frozen=True):
    """A source description to be read, of which document, and what the user names instead."""

    document: ArazzoDocument
    index: int
    override: str | None

    @property
    def description(self) -> SourceDescription:
        return self.document.source_descriptions[self.index]

    @property
    def uri(self) -> str:
        reference = resolve_reference(self.document.base_uri, self.description.url)
        return without_fragment(reference)

    @property
    def place(self) -> Place:
        return self.description.place.at("url")


class _SourceLoader:
    """The work list. What is near is read first: it may be what a remote URL identifies."""

    def __init__(
        self, library: DocumentStore, overrides: Mapping[str, str], limits: SourceLimits
    ) -> None:
        self._library = library
        self._overrides = overrides
        self._limits = limits
        self._documents: dict[str, ArazzoDocument] = {}
        self._keys: dict[SourceFile, str] = {}
        self._loaded: dict[tuple[str, int], ResolvedSource] = {}
        self._findings: list[Diagnostic] = []
        self._near: deque[_PendingSource] = deque()
        self._far: deque[_PendingSource] = deque()
        self._named: list[str] = []

    def run(self, entry: ArazzoDocument) -> DocumentSet:
        """Read all that the entry document leads to."""
        self._enter(entry)
        while self._near or self._far:
            self._take(self._near.popleft() if self._near else self._far.popleft())
        self._findings.extend(self._unused_overrides())
        members = {
            key: DocumentMember(one, self._sources(key)) for key, one in self._documents.items()
        }
        room = max(0, self._limits.max_sources - len(self._named))
        referred = ReferencedDocuments(self._library, room)
        return DocumentSet(members, tuple(dict.fromkeys(self._findings)), referred)

    def _sources(self, key: str) -> tuple[ResolvedSource, ...]:
        count = len(self._documents[key].source_descriptions)
        found = (self._loaded.get((key, index)) for index in range(count))
        return tuple(one for one in found if one is not None)

    def _enter(self, document: ArazzoDocument) -> None:
        """Take an Arazzo document in, and put what it names on the list."""
        overrides = self._usable_overrides()
        self._documents[document.base_uri] = document
        self._keys[document.source] = document.base_uri
        self._library.expect(
            {
                one.name: overrides.get(one.name) or resolve_reference(document.base_uri, one.url)
                for one in document.source_descriptions
            }
        )
        for index, one in enumerate(document.source_descriptions):
            self._named.append(one.name)
            wanted = _PendingSource(document, index, overrides.get(one.name))
            if len(self._named) > self._limits.max_sources:
                self._findings.append(_too_many_sources(wanted, self._limits.max_sources))
                return
            near = wanted.override is not None or not is_remote(wanted.uri)
            (self._near if near else self._far).append(wanted)

    def _usable_overrides(self) -> dict[str, str]:
        """An override means the entry document's source where that has one of the name."""
        entry = next(iter(self._documents.values()), None)
        taken = {one.name for one in entry.source_descriptions} if entry else set()
        return {name: where for name, where in self._overrides.items() if name not in taken}

    def _unused_overrides(self) -> Iterator[Diagnostic]:
        for name in self._overrides:
            if name not in self._named:
                message = f"`--source {name}=…` names no source description"
                help_ = did_you_mean(name, self._named)
                yield error("AZ906", message, help=help_ or _declared_names(self._named))

    def _take(self, wanted: _PendingSource) -> None:
        text = self._read(wanted)
        if text is None:
            return
        self._findings.extend(text.diagnostics)
        kind = self._check_type(text, wanted)
        if kind is None:
            return
        uri = self._key(text) if kind == "arazzo" else text.file.uri
        one = wanted.description
        source = ResolvedSource(one.name, kind, uri, text.file, text.value, one.place)
        self._loaded[wanted.document.base_uri, wanted.index] = source

    def _read(self, wanted: _PendingSource) -> ParsedDocument | None:
        try:
            if wanted.override is not None:
                return self._library.read_named(wanted.override)
            asking = wanted.document.source.uri
            at_hand = self._library.at_hand(wanted.uri, asking)
            return at_hand or self._library.retrieve(wanted.uri, asking)
        except RetrieveError as failure:
            if wanted.override is not None:
                shown = without_logins(wanted.override)
                what = f"`--source {wanted.description.name}={shown}`"
                raise failure.as_usage(what) from None
            self._findings.append(_unreadable_source(wanted, failure))
        except DocumentError as failure:
            placed = (replace(one, place=one.place or wanted.place) for one in failure.diagnostics)
            self._findings.extend(placed)
        return None

    def _check_type(self, text: ParsedDocument, wanted: _PendingSource) -> SourceType | None:
        """The type of a document, by its content; says so when the declared one is another."""
        if text.type is None:
            self._findings.append(_unknown_type(text, wanted.place))
        elif wanted.description.type not in (None, text.type):
            self._findings.append(_other_type(text, text.type, wanted.description))
        return text.type

    def _key(self, text: ParsedDocument) -> str:
        """The key of a nested Arazzo document, which is read on its first mention."""
        if text.file in self._keys:
            return self._keys[text.file]
        loaded = load_value(text.file, text.value)
        self._findings.extend(loaded.diagnostics)
        if loaded.document is None:
            return text.file.uri
        document, unresolved = resolve_components(loaded.document)
        key = self._keys[text.file] = document.base_uri
        if key not in self._documents:  # else another copy of the same document
            self._findings.extend((*unresolved, *name_findings(document)))
            self._enter(document)
        return key


def _too_many_sources(wanted: _PendingSource, limit: int) -> Diagnostic:
    return error(
        "AZ109",
        f"there are more than {limit:,} source descriptions",
        wanted.place,
        "one too many",
        "if you trust the documents, raise the limit with `--max-sources`",
    )


def _unreadable_source(wanted: _PendingSource, failure: RetrieveError) -> Diagnostic:
    name = wanted.description.name
    way_out = f"pass its location with `--source {name}=PATH`"
    return error(
        failure.code,
        f"the source description `{name}` cannot be read: {failure.message}",
        wanted.place,
        "",
        f"{failure.hint}; or {way_out}" if failure.hint else way_out,
    )


def _unknown_type(text: ParsedDocument, place: Place) -> Diagnostic:
    return error(
        "AZ202",
        f"`{text.file.name}` is not an OpenAPI, AsyncAPI or Arazzo document",
        place,
        "",
        "its root needs `openapi`, `swagger`, `asyncapi` or `arazzo`",
    )


def _other_type(
    text: ParsedDocument, kind: SourceType, description: SourceDescription
) -> Diagnostic:
    return error(
        "AZ202",
        f"`{text.file.name}` is {_NAMES[kind]}, and `type` is `{description.type}`",
        description.place.at("type"),
        "",
        f"write `type: {kind}`",
        replace_text(description.place.at("type"), kind),
    )


def _declared_names(names: list[str]) -> str:
    return f"the source descriptions are {join_names(names, 'and')}" if names else "there are none"
