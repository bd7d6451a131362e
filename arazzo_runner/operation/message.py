"""HTTP messages as plain data: what the core builds, a world sends, and reports show."""

from __future__ import annotations

from msgspec import Struct

from arazzo_runner.expression.scope import Headers


class HttpRequest(Struct, frozen=True):
    """A request ready for the wire: an absolute URL, percent-encoded, and the body's bytes."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""


class HttpResponse(Struct, frozen=True):
    """A complete response within the limits; ``body`` has its content encodings undone.

    ``duration`` is in seconds, from sending the request to the last byte. ``sent_headers`` are
    the request's headers as they went out, with those that the world added; empty: as built.
    ``request`` is the one that was sent in place of the one built, where a hook changed it.
    """

    status: int
    headers: Headers
    body: bytes
    duration: float = 0.0
    http_version: str = "HTTP/1.1"
    sent_headers: Headers = ()
    request: HttpRequest | None = None
