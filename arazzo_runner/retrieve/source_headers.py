"""Which header fields go with the request for a document: those of its source description.

``[sources.NAME]`` of the configuration is for reading the description at the origin of its URL.
``--header`` is for the servers: it goes along where the description is at the origin of the server
that the user names. Where no server is named, it goes only to what refuses to respond without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from arazzo_runner.document.store import is_remote
from arazzo_runner.document.uris import without_fragment
from arazzo_runner.http.errors import TransportError
from arazzo_runner.http.url import parse_url
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.openapi.request.user_headers import is_ambiguous, merge_headers, user_headers
from arazzo_runner.text.diagnostic import SafeRepr


class HeaderSettings(SafeRepr, frozen=True):
    """``typed`` are the values of ``--header``, ``servers`` those of ``--server`` by source.

    ``sources`` are the header fields of ``[sources.NAME]``, by name.
    """

    typed: Sequence[str] = ()
    servers: Mapping[str, str] = {}
    sources: Mapping[str, Headers] = {}

    def brief(self) -> str:
        """The names alone."""
        return ", ".join(self.sources)


class DocumentHeaders(Struct, frozen=True):
    """``first`` go with the request, ``fallback`` with a second one where that is refused."""

    first: Headers = ()
    fallback: Headers = ()

    @property
    def has_fallback(self) -> bool:
        """Whether a second request would be another one."""
        return bool(self.fallback) and self.fallback != self.first


class SourceHeaders:
    """Knows the source descriptions by their URLs, as soon as a document names them."""

    def __init__(self, settings: HeaderSettings) -> None:
        self._settings = settings
        self._names: set[str] = set()
        self._urls: dict[str, str] = {}

    def expect(self, urls: Mapping[str, str]) -> None:
        """Take note of the URLs of source descriptions, by name."""
        self._names |= urls.keys()
        for name, url in urls.items():
            self._urls.setdefault(without_fragment(url), name)

    def of(self, url: str, asking: str) -> DocumentHeaders:
        """The header fields for a URL that the document at ``asking`` names; empty: the user."""
        name = self._urls.get(url)
        if name is None and asking:
            # What a description refers to at its own origin is a part of it.
            name = self._urls.get(asking) if is_same_origin(url, asking) else None
            if name is None:
                return DocumentHeaders()
            self._urls[url] = name
        return self._of_source(url, name or "")

    def source_of(self, url: str) -> str:
        """The source description that a URL belongs to, once its headers were asked for; or ""."""
        return self._urls.get(url, "")

    def redirect(self, url: str, final: str) -> None:
        """Know a description by the URL that it was read from in the end, too."""
        if url in self._urls and is_same_origin(url, final):
            self._urls.setdefault(final, self._urls[url])

    def _of_source(self, url: str, name: str) -> DocumentHeaders:
        settings = self._settings
        own = settings.sources.get(name, ())
        typed = [one for one in settings.typed if name or not is_ambiguous(one)]
        both = merge_headers(own, user_headers(typed, name, self._names))
        server = settings.servers.get(name) or settings.servers.get("")
        if server is None:
            return DocumentHeaders(own, both)
        return DocumentHeaders(both if is_same_origin(url, server) else own)


def is_same_origin(url: str, other: str) -> bool:
    """Whether two URLs have the same scheme, host and port."""
    if not is_remote(url) or not is_remote(other):
        return False
    try:
        return parse_url(url)[0] == parse_url(other)[0]
    except TransportError:
        return False
