"""The documents that a run has read, kept in its recording, so that a replay needs none of them.

A replay reads the files that are still there: it is a test of them. What is not there, and all that
came over the network or from standard input, is in the recording.
"""

from __future__ import annotations

import base64
import os
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from posixpath import commonpath, normpath, relpath
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.document.retrieval import (
    DocumentAccess,
    Retrieve,
    RetrievedDocument,
    RetrieveError,
)
from arazzo_runner.document.store import is_remote
from arazzo_runner.document.uris import resolve_reference, split_uri, without_fragment
from arazzo_runner.errors import DocumentError
from arazzo_runner.executor.plan import Unit
from arazzo_runner.expression.value import Value
from arazzo_runner.pipeline.load import Description
from arazzo_runner.report.secret_names import url_secrets
from arazzo_runner.report.secrets import MASK, Masker
from arazzo_runner.retrieve.access import STDIN
from arazzo_runner.retrieve.files import file_path, file_uri, path_label
from arazzo_runner.text.diagnostic import Severity
from arazzo_runner.text.limits import DESCRIPTION_LIMITS
from arazzo_runner.text.parse import decode, parse

_FREE_TEXT: Final = frozenset(
    {"const", "default", "description", "enum", "example", "examples", "payload", "summary",
     "tokenUrl", "url", "value"}
)  # fmt: skip
"""Members in which a masked text does not keep a document from being read."""


class RecordedDocument(Struct, frozen=True):
    """A document by where it came from in the end, and its bytes."""

    uri: str
    data: bytes


class RecordedDocuments(Struct, frozen=True):
    """Documents by the URI that was asked for (``-``: standard input).

    ``moved`` are the paths of files that were found in a folder of ``--source-dir``. Where it
    ``is_complete``, no file takes the place of one of them.
    """

    by_uri: Mapping[str, RecordedDocument] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    is_complete: bool = False

    def wrap(self, access: DocumentAccess) -> DocumentAccess:
        """The ways to documents, with those that are here in place of what cannot be had."""

        def retrieve_for(asking: str) -> Retrieve:
            return self._reader(access.retrieve_for(asking))

        def find(path: str) -> str | None:
            return access.find(path) or self.moved.get(path)

        return replace(access, retrieve_for=retrieve_for, open=self._reader(access.open), find=find)

    def _reader(self, retrieve: Retrieve) -> Retrieve:
        def read(location: str) -> RetrievedDocument:
            uri = document_uri(location)
            # A URL that stands in a file that is still there has its secrets.
            known = self.by_uri.get(uri) or self.by_uri.get(_without_url_secrets(uri))
            if known is None:
                return retrieve(location)
            if not (self.is_complete or is_remote(uri) or uri == STDIN):
                try:
                    return retrieve(location)
                except RetrieveError:
                    pass
            return RetrievedDocument(known.data, _name(uri, known.uri), known.uri)

        return read


class DocumentLog:
    """Takes note of all documents that are read."""

    def __init__(self) -> None:
        self._by_uri: dict[str, RecordedDocument] = {}
        self._moved: dict[str, str] = {}

    def wrap(self, access: DocumentAccess) -> DocumentAccess:
        """The ways to documents, with what is read noted."""

        def retrieve_for(asking: str) -> Retrieve:
            return self._reader(access.retrieve_for(asking))

        def find(path: str) -> str | None:
            moved = access.find(path)
            if moved is not None:
                self._moved[path] = moved
            return moved

        return replace(access, retrieve_for=retrieve_for, open=self._reader(access.open), find=find)

    def _reader(self, retrieve: Retrieve) -> Retrieve:
        def read(location: str) -> RetrievedDocument:
            retrieved = retrieve(location)
            self._by_uri[document_uri(location)] = RecordedDocument(retrieved.uri, retrieved.data)
            return retrieved

        return read

    def documents(self) -> RecordedDocuments:
        """All that were read."""
        return RecordedDocuments(dict(self._by_uri), dict(self._moved))


def documents_of(description: Description) -> RecordedDocuments:
    """The documents of a description that is at hand, with what of others it has asked for."""
    found: dict[str, RecordedDocument] = {}
    for unit in description.units.values():
        document = unit.document
        texts = {name: api.source for name, api in unit.apis.items()}
        texts |= {name: api.source for name, api in unit.async_apis.items()}
        texts |= {
            name: description.units[uri].document.source for name, uri in unit.documents.items()
        }
        found.update(_referred(unit))
        found.setdefault(
            document_uri(document.source.uri), _recorded(document.source.uri, document.source.text)
        )
        for one in document.source_descriptions:
            source = texts.get(one.name)
            if source is not None:
                uri = without_fragment(resolve_reference(document.base_uri, one.url))
                found[uri] = _recorded(source.uri, source.text)
    return RecordedDocuments(found)


def _referred(unit: Unit) -> Iterator[tuple[str, RecordedDocument]]:
    """What references of API descriptions and inputs led to, by the URI that was asked for."""
    described = (one.schemas for one in unit.async_apis.values())
    for api in (*unit.apis.values(), *described):
        for uri, (file, _) in api.documents.items():
            yield uri, _recorded(file.uri, file.text)
    for schema in unit.inputs.values():
        for place in schema.bundle.places.values():
            file = place.source
            yield file.uri, _recorded(file.uri, file.text)


def _recorded(uri: str, text: str) -> RecordedDocument:
    return RecordedDocument(uri, text.encode("utf-8", "surrogatepass"))


def document_uri(location: str) -> str:
    """The URI of a path, URL or URI, without its fragment."""
    if location == STDIN:
        return location
    if is_remote(location) or location.lower().startswith("file:"):
        return without_fragment(location)
    return file_uri(location)


def _name(uri: str, final: str) -> str:
    if uri == STDIN:
        return "<stdin>"
    if is_remote(final):
        return final.partition("?")[0]
    return path_label(file_path(final))


# --- in the file ----------------------------------------------------------------------------------


def documents_to_json(documents: RecordedDocuments, masker: Masker) -> dict[str, Value]:
    """``documents`` by location, with the digests of their ``contents``; secrets masked."""
    contents: dict[str, Value] = {}
    places: dict[str, Value] = {}
    for uri, one in documents.by_uri.items():
        data = masked_document(one.data, masker)
        digest = _digest(data)
        contents[digest] = base64.b64encode(zlib.compress(data, 9)).decode("ascii")
        places[masker.text(uri)] = {"uri": masker.text(one.uri), "sha256": digest}
    return {"documents": places, "moved": dict(documents.moved), "contents": contents}


def documents_from_json(
    places: Mapping[str, Mapping[str, str]], moved: Mapping[str, str], contents: Mapping[str, str]
) -> RecordedDocuments:
    """What :func:`documents_to_json` gives. Raises ValueError for what cannot be meant."""
    texts = {digest: _content(digest, text) for digest, text in contents.items()}
    try:
        found = {
            uri: RecordedDocument(one["uri"], texts[one["sha256"]]) for uri, one in places.items()
        }
    except KeyError as reason:
        raise ValueError(f"a document has no content `{reason.args[0]}`") from None
    return RecordedDocuments(found, moved)


def _content(digest: str, text: str) -> bytes:
    limit = DESCRIPTION_LIMITS.max_bytes
    try:
        reading = zlib.decompressobj()
        data = reading.decompress(base64.b64decode(text, validate=True), limit + 1)
    except (ValueError, zlib.error):
        raise ValueError(f"the content `{digest}` is malformed") from None
    if len(data) > limit or not reading.eof:
        raise ValueError(f"the content `{digest}` is truncated, or has more than {limit:,} bytes")
    if _digest(data) != digest:
        raise ValueError(f"the content `{digest}` is not what its SHA-256 says")
    return data


def masked_document(data: bytes, masker: Masker) -> bytes:
    """A document with its secrets masked, where it stays the same document.

    Those in URLs are masked in any case.
    """
    try:
        text = data.decode()
    except ValueError:
        return data
    masked = _quoted(masker.text(text))
    if masked != text and not _is_same_document(text, masked):
        masked = _without_url_secrets(text)
    return masked.encode()


def _quoted(text: str) -> str:
    """The text with quotes round masks that stand alone, which YAML would take for an alias."""
    lines = text.split("\n")
    return "\n".join(_quoted_line(one) if f" {MASK}" in one else one for one in lines)


def _quoted_line(line: str) -> str:
    head, mark, rest = line.partition(f" {MASK}")
    bare = head.rstrip().endswith((":", "-", ",", "[", "{")) and (
        not rest.strip() or rest.lstrip()[:1] in ",]}#"
    )
    return f"{head} '{MASK}'{rest}" if mark and bare else line


def _without_url_secrets(text: str) -> str:
    for start, end in sorted(url_secrets(text), reverse=True):
        text = f"{text[:start]}{MASK}{text[end:]}"
    return text


def _is_same_document(text: str, masked: str) -> bool:
    try:
        pairs = [(_value(text), _value(masked), False)]
    except DocumentError:
        return False
    while pairs:
        one, other, is_free = pairs.pop()
        if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
            pairs += [(one[key], other[key], is_free or key in _FREE_TEXT) for key in one]
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            pairs += [(each, other[at], is_free) for at, each in enumerate(one)]
        elif one != other and not is_free:
            return False
    return True


def _value(text: str) -> Value:
    source = decode(text.encode(), "document.yaml", "document.yaml")
    value: Value = parse(source, DESCRIPTION_LIMITS, Severity.WARNING).value
    return value


# --- seen from the folder of the file -------------------------------------------------------------


def relative_to_file(place: str, file: str) -> str:
    """A path as it is seen from the folder of ``file``; URLs and ``-`` are the same everywhere."""
    if place == STDIN or "://" in place:
        return place
    try:
        return Path(os.path.relpath(place, Path(file).parent)).as_posix()
    except ValueError:  # on another drive, where there are drives
        return place


def resolve_from_file(place: str, file: str) -> str:
    """A path that was seen from the folder of ``file``, as it is seen from here."""
    if place == STDIN or "://" in place:
        return place
    return os.path.normpath(Path(file).parent / place)


def documents_relative_to(documents: RecordedDocuments, file: str) -> RecordedDocuments:
    """The documents with paths in place of ``file:`` URIs, seen from the folder of ``file``."""
    return RecordedDocuments(
        {
            _path(uri, file): RecordedDocument(_path(one.uri, file), one.data)
            for uri, one in documents.by_uri.items()
        },
        {_label(path, file): relative_to_file(to, file) for path, to in documents.moved.items()},
    )


def documents_resolved_from(documents: RecordedDocuments, file: str) -> RecordedDocuments:
    """The documents with ``file:`` URIs in place of paths that were seen from the file's folder."""
    return RecordedDocuments(
        {
            _uri(place, file): RecordedDocument(_uri(one.uri, file), one.data)
            for place, one in documents.by_uri.items()
        },
        {
            _absolute(path, file): resolve_from_file(to, file)
            for path, to in documents.moved.items()
        },
    )


def _absolute(path: str, file: str) -> str:
    return path if path.startswith("/") else normpath(f"{_folder(file)}/{path}")


def _path(uri: str, file: str) -> str:
    if not uri.startswith("file:"):
        return uri
    path = relative_to_file(file_path(uri), file)
    return f"{path}/" if uri.endswith("/") else path


def _uri(place: str, file: str) -> str:
    if place == STDIN or "://" in place:
        return place
    uri = file_uri(resolve_from_file(place, file))
    return f"{uri}/" if place.endswith("/") else uri


def _label(path: str, file: str) -> str:
    """A path that shares more than the root with the file's; that of a URL stays as it is."""
    folder = _folder(file)
    shared = commonpath((folder, path)) if path.startswith("/") else ""
    return relpath(path, folder) if len(shared) > 1 else path


def _folder(file: str) -> str:
    """The folder of a file as the path of a URI."""
    return split_uri(file_uri(str(Path(file).parent))).path


def _digest(data: bytes) -> str:
    from hashlib import sha256

    return sha256(data).hexdigest()
