"""Documents over http and https, as far as the one that asks for them may reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urldefrag

from msgspec.structs import replace

from arazzo_runner.document.retrieval import RetrievedDocument, RetrieveError
from arazzo_runner.errors import DocumentError
from arazzo_runner.executor.drive import run_coroutine
from arazzo_runner.executor.world import SendCall, TransportFailure
from arazzo_runner.expression.scope import header_value
from arazzo_runner.operation.message import HttpRequest, HttpResponse
from arazzo_runner.text.diagnostic import error
from arazzo_runner.worlds.addresses import AddressPolicy
from arazzo_runner.worlds.blocking import BlockingNetwork
from arazzo_runner.worlds.failures import TransportError
from arazzo_runner.worlds.guarded import GuardedSenders
from arazzo_runner.worlds.limits import Deadline, HttpSettings
from arazzo_runner.worlds.origin import parse_url
from arazzo_runner.worlds.redirect import redirected_request
from arazzo_runner.worlds.related import is_related, related_root

MAX_REDIRECTS: Final = 5
_SAFE: Final = "!#$%&'()*+,/:;=?@[]~"


class Fetcher:
    """Gets documents; a TLS context is made once, connections are closed after each document."""

    def __init__(self, settings: HttpSettings, environment: Mapping[str, str]) -> None:
        # No client certificate: it is for the servers of the run, not for those of documents.
        self._settings = replace(settings, cert=None, key=None, cookies=False, follow_redirects=0)
        self._senders = GuardedSenders(self._settings, BlockingNetwork(), environment)

    def get(self, url: str, near: AddressPolicy, far: AddressPolicy) -> RetrievedDocument:
        """The document at a URL, within ``near``; after a redirect to another origin, ``far``.

        Raises RetrieveError, and DocumentError (AZ109) where it is too large.
        """
        deadline = Deadline(self._settings.timeout)
        try:
            return self._follow_redirects(HttpRequest("GET", _quote(url)), near, far, deadline)
        except TransportError as reason:
            raise _transport_error(reason.failure) from None
        except TimeoutError:
            message = f"`{url_label(url)}` was not complete within {deadline.limit:g} s"
            raise RetrieveError(message) from None
        finally:
            run_coroutine(self._senders.aclose())

    def _follow_redirects(
        self, request: HttpRequest, reach: AddressPolicy, far: AddressPolicy, deadline: Deadline
    ) -> RetrievedDocument:
        for _ in range(MAX_REDIRECTS + 1):
            response = self._answer(request, reach, deadline)
            after = redirected_request(request, response)
            if after is None:
                return _retrieve(request.url, response)
            if parse_url(after.url)[0] != parse_url(request.url)[0]:
                reach = far
            request = after
        raise RetrieveError(f"`{url_label(request.url)}` is the end of too many redirects")

    def _answer(
        self, request: HttpRequest, reach: AddressPolicy, deadline: Deadline
    ) -> HttpResponse:
        origin, _ = parse_url(request.url)
        call = SendCall("document", request, round(deadline.left(), 2), ("", "GET", ""))
        outcome = run_coroutine(self._senders.to(origin, reach).send(call))
        if isinstance(outcome, TransportFailure):
            raise _transport_error(outcome)
        return outcome


def url_label(url: str) -> str:
    """A URL as messages show it: a query may hold a secret."""
    return url.partition("#")[0].partition("?")[0]


def _quote(url: str) -> str:
    return quote(urldefrag(url).url, safe=_SAFE)


def _retrieve(url: str, response: HttpResponse) -> RetrievedDocument:
    if response.status != 200:
        raise RetrieveError(f"`{url_label(url)}` answers with status {response.status}")
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
