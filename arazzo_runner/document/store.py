"""The store of documents: each text is read once for each origin that asks, and known by its URIs.

Among them are documents that references of API descriptions lead to, read when one is followed;
they count with the source descriptions, and may reach as far as the document that refers to them.
Large texts are cached from run to run, and parsed with the garbage collector paused.
"""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.file_type import source_type
from arazzo_runner.document.model import SourceType
from arazzo_runner.document.retrieval import (
    DocumentAccess,
    ParseCache,
    RetrievedDocument,
    RetrieveError,
)
from arazzo_runner.document.uris import base_uri, split_uri, without_fragment
from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value, value_size
from arazzo_runner.text.diagnostic import Diagnostic, Severity, error
from arazzo_runner.text.limits import DESCRIPTION_LIMITS, DocumentLimits
from arazzo_runner.text.parse import ParsedText, decode, parse
from arazzo_runner.text.source import SourceFile

LARGE: Final = 256 * 1024
"""The bytes of a text from which on it is worth a file to remember what it was parsed to."""


def read_text(
    file: SourceFile, data: bytes, limits: DocumentLimits, memory: ParseCache | None
) -> ParsedText:
    """The plain data of a text, whose bytes are ``data``; keys that stand twice are warnings.

    Raises DocumentError like ``parse``. What there is something to say about is parsed each time.
    """
    if len(data) < LARGE:
        return parse(file, limits, Severity.WARNING)
    with _gc_paused():
        if memory is None:
            return parse(file, limits, Severity.WARNING)
        return _read_cached(file, _key(file, data, limits), limits, memory)


def _read_cached(
    file: SourceFile, key: str, limits: DocumentLimits, memory: ParseCache
) -> ParsedText:
    known = memory.recall(key)
    if known is not None:
        return ParsedText(known, ())
    parsed = parse(file, limits, Severity.WARNING)
    if not parsed.diagnostics:
        memory.keep(key, parsed.value)
    return parsed


def _key(file: SourceFile, data: bytes, limits: DocumentLimits) -> str:
    """All that the plain data depends on, apart from this program.

    The end of the name tells JSON from YAML.
    """
    from hashlib import sha256

    digest = sha256(f"{file.uri[-5:].lower()} {limits}\n".encode())
    digest.update(data)
    return digest.hexdigest()


@contextmanager
def _gc_paused() -> Iterator[None]:
    """All that a parser makes is kept: to look for what could go takes a third of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


_MIB = 2**20


class SourceLimits(Struct, frozen=True):
    """The most that the documents of one run may have, together and each."""

    max_sources: int = 100
    max_total_bytes: int = 128 * _MIB
    description: DocumentLimits = DESCRIPTION_LIMITS


class ParsedDocument(Struct, frozen=True, eq=False):
    """A document that was read: its data, and what it is by its content."""

    file: SourceFile
    value: Value
    type: SourceType | None
    diagnostics: tuple[Diagnostic, ...] = ()


class _TotalSizeError(DocumentError):
    """The documents are too large together."""


_SourceKey: TypeAlias = tuple[str, str]
"""What was asked for, and the origin that asked: what one may read, and which header fields go
along, is another thing for another."""

_LOCAL: Final = "local"
_ANYONE: Final = "anyone"

_Outcome: TypeAlias = ParsedDocument | RetrieveError | DocumentError


_EXTENT_BYTES: Final = 40
"""About as many bytes as the position of one value takes, its reference token with it."""


class _Entry(Struct):
    """What came of asking for a text, its bytes, and those of all that it was parsed to.

    The latter are counted once, and not where there is only one document.
    """

    outcome: _Outcome
    size: int
    parsed: int | None = None

    def weight(self, most: int) -> int:
        """About as many bytes as it takes; counting stops where there are more than ``most``."""
        if not isinstance(self.outcome, ParsedDocument):
            return self.size
        if self.parsed is None:
            # Twice, for what is worked out from it: operations, resolved references, validators.
            self.parsed = 2 * value_size(self.outcome.value, most)
        positions = sum(len(one) for one in self.outcome.file.extents)
        return self.size + self.parsed + _EXTENT_BYTES * positions


class TextCache:
    """Texts that several libraries share, so that what one has parsed is not parsed again.

    ``limit`` bounds their bytes: those of the texts while a document is read, and from the next
    one on those of all that became of them (``trim``). Those used longest ago go first. Threads may
    share it: in the worst case a text is parsed twice.
    """

    def __init__(self, limit: int = 64 * _MIB) -> None:
        self._limit = limit
        self._size = 0
        self._entries: OrderedDict[_SourceKey, _Entry] = OrderedDict()

    def get(self, key: _SourceKey) -> tuple[_Outcome, int] | None:
        """What came of asking before, and its size in bytes."""
        kept = self._entries.pop(key, None)
        if kept is None:
            return None
        self._entries[key] = kept
        return kept.outcome, kept.size

    def put(self, key: _SourceKey, outcome: _Outcome, size: int) -> None:
        """Keep what came of asking."""
        self._entries[key] = _Entry(outcome, size)
        self._size += size
        while self._entries and self._size > self._limit:
            self._size -= self._entries.popitem(last=False)[1].size

    def trim(self) -> int:
        """Give up what takes more than the limit, parsed; returns the bytes that are given up.

        Between two documents: positions and the like have become more while one was examined.
        """
        weights = [(key, kept.weight(self._limit)) for key, kept in [*self._entries.items()]]
        excess, given_up = sum(weight for _, weight in weights) - self._limit, 0
        for key, weight in weights:
            if given_up >= excess:
                break
            self._entries.pop(key, None)
            given_up += weight
        self._size = sum(one.size for one in [*self._entries.values()])
        return given_up

    def forget(self, uri: str) -> None:
        """Do not keep what stood at a URI: it has changed."""
        for asked in [one for one in self._entries if one[0] == uri]:
            self._size -= self._entries.pop(asked).size

    def files(self) -> set[SourceFile]:
        """The files of the texts that are kept."""
        outcomes = (one.outcome for one in [*self._entries.values()])
        return {one.file for one in outcomes if isinstance(one, ParsedDocument)}


class DocumentStore:
    """Texts by URI: where each was asked for, where it came from, and its ``$self``.

    ``size`` is that of the documents which were read before, in bytes.
    """

    def __init__(
        self,
        access: DocumentAccess,
        limits: SourceLimits,
        size: int,
        shelf: TextCache | None = None,
    ) -> None:
        self._access = access
        self._limits = limits
        self._shelf = shelf or TextCache()
        self._texts: dict[_SourceKey, ParsedDocument] = {}
        self._read: dict[_SourceKey, ParsedDocument] = {}
        self._failures: dict[_SourceKey, RetrieveError | DocumentError] = {}
        self._bytes = size

    def keep(self, text: ParsedDocument, *uris: str, origin: str = _LOCAL) -> None:
        """Know a text by these URIs and its own; the first text of a URI stays.

        It is at hand for the ``origin`` that asked for it, and for the one that it came from. A
        file whose ``$self`` is a URL stands for that URL, whoever asks.
        """
        identity = text.value.get("$self") if isinstance(text.value, dict) else None
        own = [base_uri(identity, text.file.uri)] if isinstance(identity, str) else []
        came_from = _ANYONE if _is_file(text.file.uri) else _origin(text.file.uri)
        for uri in (*uris, text.file.uri, *own):
            for one in (origin, came_from):
                self._texts.setdefault((without_fragment(uri), one), text)

    def expect(self, urls: Mapping[str, str]) -> None:
        """Take note of the URLs of source descriptions, by name."""
        self._access.expect(urls)

    def _count(self, size: int) -> None:
        self._bytes += size
        limit = self._limits.max_total_bytes
        if self._bytes > limit:
            message = (
                f"the documents have {self._bytes:,} bytes together, and the limit is {limit:,}"
            )
            help_ = "if you trust them, raise the limit with `--max-document-size`"
            raise _TotalSizeError(error("AZ109", message, help=help_))

    def at_hand(self, uri: str, asking: str) -> ParsedDocument | None:
        """The text that a document may have that came from ``asking``; nothing is read for it.

        What came from a URL gets neither files nor what was read for documents of other origins:
        it might not be allowed to read them, or others' header fields went with the requests.
        """
        if is_remote(asking) and _is_file(uri):
            return None
        return self._texts.get((uri, _origin(asking))) or self._texts.get((uri, _ANYONE))

    def read_named(self, location: str) -> ParsedDocument:
        """The text at a path or URL that the user named instead of the document's."""
        return self._once((location, "user"), _LOCAL, lambda: self._access.open(location))

    def retrieve(self, uri: str, asking: str) -> ParsedDocument:
        """The text at a URI that a document which came from ``asking`` names.

        A remote one is looked for in the user's folders first, a file when it is not there.
        Raises RetrieveError, or DocumentError when the text cannot be parsed.
        """
        origin = _origin(asking)
        return self._once((uri, origin), origin, lambda: self._look(uri, asking))

    def _look(self, uri: str, asking: str) -> RetrievedDocument:
        retrieve = self._access.retrieve_for(asking)
        moved = self._access.find(split_uri(uri).path)
        if moved is None:
            return retrieve(uri)
        if is_remote(uri):
            return self._access.open(moved)
        try:
            return retrieve(uri)
        except RetrieveError:
            return self._access.open(moved)

    def _once(
        self, asked: _SourceKey, origin: str, read: Callable[[], RetrievedDocument]
    ) -> ParsedDocument:
        if asked in self._read:
            return self._read[asked]
        if asked in self._failures:
            raise self._failures[asked]
        kept = self._shelf.get(asked)
        try:
            text = self._from_cache(*kept) if kept else self._new(asked, read)
        except (RetrieveError, DocumentError) as failure:
            self._failures[asked] = failure
            raise
        key, _ = asked
        self.keep(text, key, origin=origin)
        self._read[asked] = text
        return text

    def _from_cache(self, outcome: _Outcome, size: int) -> ParsedDocument:
        if not isinstance(outcome, ParsedDocument):
            raise outcome.with_traceback(None)  # it would grow with every document
        self._count(size)
        return outcome

    def _new(self, asked: _SourceKey, read: Callable[[], RetrievedDocument]) -> ParsedDocument:
        size = 0
        try:
            retrieved = read()
            size = len(retrieved.data)
            self._count(size)
            text = self._parse(retrieved)
        except _TotalSizeError:
            raise  # that is about this library, not about the text
        except (RetrieveError, DocumentError) as failure:
            self._shelf.put(asked, failure, size)
            raise
        self._shelf.put(asked, text, size)
        return text

    def _parse(self, retrieved: RetrievedDocument) -> ParsedDocument:
        file = decode(retrieved.data, retrieved.name, retrieved.uri)
        if retrieved.original is not None:
            file = replace(file, original=retrieved.original)
        parsed = read_text(file, retrieved.data, self._limits.description, self._access.memory)
        kind = source_type(parsed.value)
        return ParsedDocument(file, parsed.value, kind, _as_errors(parsed.diagnostics, kind))


def _as_errors(
    diagnostics: tuple[Diagnostic, ...], kind: SourceType | None
) -> tuple[Diagnostic, ...]:
    """A key that stands twice is a warning in an API description, and an error here in Arazzo."""
    if kind != "arazzo":
        return diagnostics
    return tuple(
        replace(one, severity=Severity.ERROR) if one.code == "AZ104" else one for one in diagnostics
    )


def is_remote(uri: str) -> bool:
    """Whether a URI is read over the network."""
    return (split_uri(uri).scheme or "").lower() in ("http", "https")


def _origin(uri: str) -> str:
    """Who asks: scheme and authority as they are spelled, or all that is on this machine."""
    parts = split_uri(uri)
    return f"{parts.scheme}://{parts.authority}".lower() if is_remote(uri) else _LOCAL


def _is_file(uri: str) -> bool:
    return (split_uri(uri).scheme or "").lower() == "file"


class ReferencedDocuments:
    """Reads the documents of a library; ``room`` is how many more there may be."""

    def __init__(self, library: DocumentStore, room: int) -> None:
        self._library = library
        self._room = room
        self._requested: set[str] = set()

    def read(self, uri: str, asking: str) -> tuple[SourceFile, Value]:
        """The document at an absolute URI, to which the one that came from ``asking`` refers.

        Raises DocumentError: AZ214, AZ216 and AZ109, and those of its text.
        """
        text = self._library.at_hand(uri, asking) or self._retrieve(uri, asking)
        return text.file, text.value

    def _retrieve(self, uri: str, asking: str) -> ParsedDocument:
        self._requested.add(uri)
        if len(self._requested) > self._room:
            message = "the API descriptions refer to more documents than the limit allows"
            help_ = "if you trust them, raise the limit with `--max-sources`"
            raise DocumentError(error("AZ109", message, help=help_))
        try:
            return self._library.retrieve(uri, asking)
        except RetrieveError as failure:
            code = "AZ214" if failure.code == "AZ201" else failure.code
            raise DocumentError(error(code, failure.message, help=failure.hint)) from None
