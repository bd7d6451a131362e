"""HTTP messages as plain data: what the core builds, a world sends, and reports show."""

from __future__ import annotations

from msgspec.structs import replace

from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.text.diagnostic import SafeRepr


class OmittedBody(bytes):
    """A body that a run did not keep (``--max-kept``): no bytes, and how many there were."""

    size: int

    def __new__(cls, size: int) -> OmittedBody:
        """In place of a body of ``size`` bytes."""
        self = super().__new__(cls)
        self.size = size
        return self


def byte_count(body: bytes) -> int:
    """How many bytes a body has, or had where it was not kept."""
    return body.size if isinstance(body, OmittedBody) else len(body)


class HttpRequest(SafeRepr, frozen=True):
    """A request ready for the wire: an absolute URL, percent-encoded, and the body's bytes."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""

    def with_header(self, name: str, value: str) -> HttpRequest:
        """The request with a header field set, in place of those of the same name."""
        others = tuple(one for one in self.headers if one[0].lower() != name.lower())
        return replace(self, headers=(*others, (name, value)))

    def header(self, name: str) -> str | None:
        """The value of a header field, several joined by a comma; None when there is none."""
        return header_value(self.headers, name)

    def brief(self) -> str:
        """The method and the server; the rest of a URL may hold a key."""
        scheme, _, rest = self.url.partition("://")
        authority = rest.replace("?", "/").partition("/")[0]
        return f"{self.method} {scheme}://{authority.rpartition('@')[2]}"


class HttpResponse(SafeRepr, frozen=True):
    """A complete response within the limits; ``body`` has its content encodings undone.

    ``duration`` is in seconds, from sending the request to the last byte. ``sent_headers`` are
    the request's headers as they were sent, with those that the world added; empty: as built.
    ``request`` is the one that was sent in place of the one built, where a hook changed it.
    ``exchanges`` are all that went over the wire for it, redirects too, where the world tells.
    ``notes`` say what a reader has to know of it: what a mock did, that the request was sent twice.
    ``hint`` is what the world knows of why the response may be none that was hoped for.
    ``in_process``: no server was asked, whatever the URL says.
    """

    status: int
    headers: Headers
    body: bytes
    duration: float = 0.0
    http_version: str = "HTTP/1.1"
    sent_headers: Headers = ()
    request: HttpRequest | None = None
    exchanges: tuple[WireExchange, ...] = ()
    hint: str | None = None
    notes: tuple[str, ...] = ()
    in_process: bool = False

    def header(self, name: str) -> str | None:
        """The value of a header field, several joined by a comma; None when there is none."""
        return header_value(self.headers, name)

    def brief(self) -> str:
        """The status, and how much came."""
        return f"{self.status}, {byte_count(self.body):,} bytes"


class WireExchange(SafeRepr, frozen=True):
    """One request as it went over the wire, with all its header fields, and what came.

    ``sent_at`` is in seconds since 1970, ``duration`` in seconds. Without a response the exchange
    failed.
    """

    request: HttpRequest
    response: HttpResponse | None
    sent_at: float
    duration: float

    def brief(self) -> str:
        """Both in a few words."""
        return f"{self.request.brief()}, {self.response.brief() if self.response else 'nothing'}"
