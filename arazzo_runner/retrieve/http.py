"""Documents over http and https, as far as the document that refers to them may reach.

The root part of a ``multipart/related`` response is a document too. Arazzo Specification 1.1.0,
appendix B, "Base URI From Encapsulating Entity"; RFC 3986, section 5.1.2; RFC 2387 (the root part)
and RFC 2557, section 4.2 (``Content-Location`` of a part).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urldefrag

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.retrieval import RetrievedDocument, RetrieveError
from arazzo_runner.document.store import is_remote
from arazzo_runner.document.uris import resolve_reference
from arazzo_runner.errors import DocumentError
from arazzo_runner.executor.world import SendCall, TransportFailure, run_coroutine
from arazzo_runner.http.address_guard import AddressPolicy
from arazzo_runner.http.errors import TransportError
from arazzo_runner.http.guarded_send import GuardedSenders
from arazzo_runner.http.network import BlockingNetwork
from arazzo_runner.http.redirects import redirected_request
from arazzo_runner.http.settings import Deadline, HttpSettings
from arazzo_runner.http.url import encode_url, parse_url
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.http_semantics.media_type import essence
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.retrieve.source_headers import DocumentHeaders
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.pattern import lazy_pattern

if TYPE_CHECKING:
    from email.message import Message


def is_related(content_type: str) -> bool:
    """Whether the answer holds its document as a part."""
    return essence(content_type) == "multipart/related"


def related_root(content_type: str, body: bytes, url: str) -> tuple[bytes, str] | None:
    """The document and its URI: the ``Content-Location`` of its part, else ``url``.

    The URI decides what a document may read, so a location that is no web URL does not count.
    None when there are no parts.
    """
    from email.message import Message
    from email.parser import BytesHeaderParser

    whole = Message()
    whole["Content-Type"] = content_type
    # Only the headers of a part are parsed: parts within parts would be so to any depth.
    parts = [BytesHeaderParser().parsebytes(one) for one in _parts(body, whole.get_boundary())]
    if not parts:
        return None
    root = _named_part(whole.get_param("start"), parts)
    data = root.get_payload(decode=True)
    assert isinstance(data, bytes)  # a part that holds no parts
    location = resolve_reference(url, str(root.get("Content-Location", "")))
    return data, location if is_remote(location) else url


def _parts(body: bytes, boundary: str | None) -> list[bytes]:
    """What stands between the delimiters (RFC 2046, section 5.1.1), the last of which may lack."""
    if not boundary:
        return []
    mark = re.escape(boundary.encode("utf-8", "surrogateescape"))
    _, *parts = re.split(rb"(?:\A|\r?\n)--" + mark + rb"(?=--|[ \t\r\n])", body)
    return [
        one.partition(b"\n")[2] for one in itertools.takewhile(lambda one: one[:2] != b"--", parts)
    ]


def _named_part(start: object, parts: list[Message]) -> Message:
    """The part with the Content-ID that ``start`` names; without it the first."""
    found = (one for one in parts if start and one.get("Content-ID") == start)
    return next(found, parts[0])


MAX_REDIRECTS: Final = 5
NO_HEADERS: Final = DocumentHeaders()


class Fetcher:
    """Gets documents; a TLS context is made once, connections are closed after each document."""

    def __init__(self, settings: HttpSettings, environment: Mapping[str, str]) -> None:
        self._settings = replace(settings, cookies=False, follow_redirects=0)
        self._senders = GuardedSenders(self._settings, BlockingNetwork(), environment)

    def get(
        self,
        url: str,
        near: AddressPolicy,
        far: AddressPolicy,
        headers: DocumentHeaders = NO_HEADERS,
    ) -> RetrievedDocument:
        """The document at a URL, within ``near``; after a redirect to another origin, ``far``.

        Raises RetrieveError, and DocumentError (AZ109) where it is too large.
        """
        deadline = Deadline(self._settings.timeout)
        try:
            request = HttpRequest("GET", _encode(url), headers.first)
            response = self._follow_redirects(request, near, far, deadline)
            if headers.has_fallback and _is_refusal(response):
                request = HttpRequest("GET", _encode(url), headers.fallback)
                response = self._follow_redirects(request, near, far, deadline)
            return _retrieve(_Answer(request, *response))
        except TransportError as reason:
            raise _transport_error(reason.failure) from None
        except TimeoutError:
            message = f"`{url_label(url)}` was not complete within {deadline.limit:g} s"
            raise RetrieveError(message) from None
        finally:
            run_coroutine(self._senders.aclose())

    def _follow_redirects(
        self, request: HttpRequest, reach: AddressPolicy, far: AddressPolicy, deadline: Deadline
    ) -> tuple[str, HttpResponse]:
        """The last URL, and the response from there."""
        for _ in range(MAX_REDIRECTS + 1):
            response = self._answer(request, reach, deadline)
            after = redirected_request(request, response)
            if after is None:
                return request.url, response
            if parse_url(after.url)[0] != parse_url(request.url)[0]:
                reach = far
            request = after
        raise RetrieveError(f"`{url_label(request.url)}` is behind too many redirects")

    def _answer(
        self, request: HttpRequest, reach: AddressPolicy, deadline: Deadline
    ) -> HttpResponse:
        origin, _ = parse_url(request.url)
        left = deadline.left()
        call = SendCall("document", request, left, ("", "GET", ""), limit=deadline.limit)
        outcome = run_coroutine(self._senders.to(origin, reach).send(call))
        if isinstance(outcome, TransportFailure):
            raise _transport_error(outcome)
        return outcome


def url_label(url: str) -> str:
    """A URL as messages show it: a query may hold a secret."""
    return url.partition("#")[0].partition("?")[0]


def _encode(url: str) -> str:
    try:
        return encode_url(urldefrag(url).url)
    except UnicodeEncodeError:  # half a surrogate pair: a command line that is not UTF-8
        message = f"`{url_label(url)}` contains a character that no URL can have"
        raise RetrieveError(message, "write it in UTF-8, or percent-encode it") from None


_UNAUTHORIZED: Final = (401, 403)
_HTML: Final = lazy_pattern(
    rb"\A(\xef\xbb\xbf)?\s*(?><!--.*?-->\s*)*+<(!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)


class _Answer(Struct, frozen=True):
    """What came of the request for a document: from where in the end, and the response."""

    request: HttpRequest
    url: str
    response: HttpResponse


def _is_refusal(answer: tuple[str, HttpResponse]) -> bool:
    """Whether a server wants to know who asks: by status, or by the page of a login."""
    _, response = answer
    return response.status in _UNAUTHORIZED or _is_html(response)


def _is_html(response: HttpResponse) -> bool:
    # The content says so: there are servers that send YAML as `text/html`.
    return response.status == 200 and _HTML.match(response.body[:10_000]) is not None


def _unauthorized_error(answer: _Answer) -> RetrieveError:
    message = f"`{url_label(answer.url)}` returns status {answer.response.status}"
    return RetrieveError(message, _login_hint(answer.request))


def _html_error(answer: _Answer) -> RetrieveError:
    label, asked = url_label(answer.url), url_label(answer.request.url)
    message = f"`{label}` returns a page (HTML) and no document"
    if label == asked:
        hint = "name the URL of the document itself, which is often that of a raw file; or, if the"
        return RetrieveError(message, f"{hint} page is a login, {_login_hint(answer.request)}")
    message = f"`{asked}` redirects to `{label}`, a page (HTML) such as that of a login"
    return RetrieveError(message, _login_hint(answer.request))


def _login_hint(request: HttpRequest) -> str:
    if request.headers:
        names = " and ".join(f"`{name}`" for name, _ in request.headers)
        return f"{names} was sent along: is its value still valid?"
    return (
        "`--header 'NAME: VALUE'` is sent to the servers of the document, `headers` of"
        " `[sources.NAME]` in `arazzo.toml` to where its description is read"
    )


def _retrieve(answer: _Answer) -> RetrievedDocument:
    url, response = answer.url, answer.response
    if response.status in _UNAUTHORIZED:
        raise _unauthorized_error(answer)
    if response.status != 200:
        raise RetrieveError(f"`{url_label(url)}` returns status {response.status}")
    if _is_html(response):
        raise _html_error(answer)
    content_type = header_value(response.headers, "content-type")
    if content_type is None or not is_related(content_type):
        return RetrievedDocument(response.body, url_label(url), url)
    part = related_root(content_type, response.body, url)
    if part is None:
        raise RetrieveError(f"`{url_label(url)}` is `multipart/related` and has no parts")
    return RetrievedDocument(part[0], url_label(part[1]), part[1])


def _transport_error(failure: TransportFailure) -> RetrieveError | DocumentError:
    """What a transport failure means for a document; the world's hints are about steps."""
    if failure.code == "limit":
        help_ = "if you trust the document, raise the limit with `--max-document-size`"
        return DocumentError(error("AZ109", failure.message, help=help_))
    return RetrieveError(failure.message, failure.hint if failure.code == "tls" else None)
