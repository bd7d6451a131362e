"""Access to documents: from files, standard input and https; all input of documents is here.

A document gets no power that its user did not give: what it may read depends on where it is.
What the user names is read as it is, with the few addresses excepted that no document is at.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.document.retrieval import (
    DocumentAccess,
    ParseCache,
    Retrieve,
    RetrievedDocument,
    RetrieveError,
)
from arazzo_runner.document.store import is_remote
from arazzo_runner.document.uris import split_uri
from arazzo_runner.errors import DocumentError
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.retrieve.files import file_path, file_uri, find_in, read_named, read_regular
from arazzo_runner.retrieve.source_headers import HeaderSettings, SourceHeaders, is_same_origin
from arazzo_runner.text.limits import DESCRIPTION_LIMITS, size_finding

if TYPE_CHECKING:
    from arazzo_runner.http.address_guard import AddressPolicy
    from arazzo_runner.retrieve.http import Fetcher

STDIN: Final = "-"


class RetrieveSettings(Struct, frozen=True):
    """What may be read for a run: ``max_bytes`` a document, and what its flags allow.

    ``source_dirs`` are the folders of ``--source-dir``; ``remember`` keeps large texts parsed on
    disk; of ``http`` count the times, TLS and the proxy; ``headers`` go with requests.
    """

    max_bytes: int = DESCRIPTION_LIMITS.max_bytes
    allow_read: bool = False
    allow_http: bool = False
    allow_net: bool = False
    source_dirs: tuple[str, ...] = ()
    remember: bool = False
    http: HttpSettings = field(default_factory=HttpSettings)
    headers: HeaderSettings = field(default_factory=HeaderSettings)


def document_access(
    settings: RetrieveSettings,
    environment: Mapping[str, str] = os.environ,
    stdin: BinaryIO | None = None,
) -> DocumentAccess:
    """The ways to documents; ``stdin`` stands for standard input.

    ``open`` takes a path, ``-``, or a URL. It and what ``retrieve_for`` gives raise RetrieveError,
    and DocumentError (AZ109) for what is too large.
    """
    reading = _DocumentReader(settings, environment, stdin)
    memory = _memory(environment) if settings.remember else None
    return DocumentAccess(reading.retrieve_for, reading.open, reading.find, memory, reading.expect)


def _memory(environment: Mapping[str, str]) -> ParseCache | None:
    from arazzo_runner.retrieve.cache import DiskParseCache, cache_folder

    try:
        return DiskParseCache(cache_folder(environment))
    except RuntimeError:  # there is no home
        return None


class _DocumentReader:
    def __init__(
        self, settings: RetrieveSettings, environment: Mapping[str, str], stdin: BinaryIO | None
    ) -> None:
        self._settings = settings
        self._environment = environment
        self._stdin = stdin
        self._fetchers: dict[str, Fetcher] = {}
        self._found: dict[str, str | None] = {}
        self._headers = SourceHeaders(settings.headers)
        self.expect = self._headers.expect

    def open(self, location: str) -> RetrievedDocument:
        """Read what the user named."""
        limit = self._settings.max_bytes
        if not location.strip():
            raise RetrieveError("its name is empty", "name a file, an https URL, or `-`")
        if location == STDIN:
            return self._standard_input()
        if is_remote(location):
            return self._fetch(location, self._of_user())
        if location.lower().startswith("file:"):
            return read_named(file_path(location), limit)
        if "://" in location:
            raise _unknown_scheme_error(location)
        return read_named(location, limit)

    def _standard_input(self) -> RetrievedDocument:
        """Its base is the working directory: the application's default (RFC 3986, 5.1.4)."""
        limit = self._settings.max_bytes
        data = (self._stdin or sys.stdin.buffer).read(limit + 1)
        if len(data) > limit:
            raise DocumentError(size_finding(len(data), limit))
        return RetrievedDocument(data, "<stdin>", f"{file_uri('')}/")

    def retrieve_for(self, asking: str) -> Retrieve:
        """What a document may read that was retrieved from ``asking``."""
        return partial(self._for_remote if is_remote(asking) else self._for_local, asking)

    def _for_local(self, asking: str, uri: str) -> RetrievedDocument:
        if is_remote(uri):
            return self._fetch(uri, self._of_user(), asking)
        return self._file(uri, asking)

    def _for_remote(self, asking: str, uri: str) -> RetrievedDocument:
        if is_remote(uri):
            # Its own origin is where the user let it be read.
            is_own = is_same_origin(uri, asking)
            reach = self._of_user() if is_own else self._of_stranger()
            return self._fetch(uri, reach, asking)
        if not self._settings.allow_read:
            message = f"`{uri}` is a file, and a document from a URL may not read files"
            raise RetrieveError(message, "`--allow-read` allows it", "AZ216")
        return self._file(uri)

    def _file(self, uri: str, asking: str = "") -> RetrievedDocument:
        if (split_uri(uri).scheme or "").lower() != "file":
            raise _unknown_scheme_error(uri)
        path = file_path(asking) if asking.startswith("file:") else ""
        return read_regular(uri, self._settings.max_bytes, path)

    def _fetch(self, url: str, reach: AddressPolicy, asking: str = "") -> RetrievedDocument:
        headers = self._headers.of(url, asking)
        fetcher = self._fetcher(self._headers.source_of(url))
        retrieved = fetcher.get(url, reach, self._of_stranger(), headers)
        self._headers.redirect(url, retrieved.uri)
        return retrieved

    def _fetcher(self, source: str) -> Fetcher:
        """What gets the documents of a source that has certificates of its own, or all others."""
        name = source if source in self._settings.http.source_tls else ""
        if name not in self._fetchers:
            from arazzo_runner.retrieve.http import Fetcher

            size, http = self._settings.max_bytes, self._settings.http.of_source(name)
            http = replace(http, max_response_size=size, max_decoded_size=size)
            self._fetchers[name] = Fetcher(http, self._environment)
        return self._fetchers[name]

    def _of_user(self) -> AddressPolicy:
        from arazzo_runner.http.address_guard import user_policy

        return user_policy(allow_http=self._settings.allow_http)

    def _of_stranger(self) -> AddressPolicy:
        from arazzo_runner.http.address_guard import document_policy

        given = self._settings
        return document_policy(allow_http=given.allow_http, allow_net=given.allow_net)

    def find(self, path: str) -> str | None:
        """The path of a file in the folders of ``--source-dir``, by the path in its URI."""
        if path not in self._found:
            self._found[path] = find_in(self._settings.source_dirs, path)
        return self._found[path]


def _unknown_scheme_error(uri: str) -> RetrieveError:
    scheme = split_uri(uri).scheme
    message = f"`{uri}` cannot be read: `{scheme}:` is not a scheme that documents are read from"
    is_drive = len(scheme or "") == 1
    spelled = f"write the path as a URI: `file:///{scheme}:/{uri[2:].lstrip('/')}`"
    return RetrieveError(message, spelled if is_drive else "use a file or an https URL")
