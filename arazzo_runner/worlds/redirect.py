"""Where a redirect leads, for ``--follow-redirects``. RFC 9110, section 15.4.

Never from https to http. To another origin goes nothing that the document set: no cookies, no
headers, no body, and of the credentials those alone that the user allows there.
"""

from __future__ import annotations

from urllib.parse import quote, urldefrag, urljoin

from arazzo_runner.expression.scope import Headers, header_value
from arazzo_runner.operation.message import HttpRequest, HttpResponse
from arazzo_runner.worlds import failures
from arazzo_runner.worlds.elsewhere import NOWHERE, HeadersByOrigin, matching_headers
from arazzo_runner.worlds.origin import Origin, parse_url

_REDIRECTS = {301, 302, 303, 307, 308}
_SAFE = "!#$%&'()*+,/:;=?@[]~"


def redirected_request(
    request: HttpRequest, response: HttpResponse, allowed: HeadersByOrigin = NOWHERE
) -> HttpRequest | None:
    """The request that ``response`` asks for, or None where it is no redirect; raises Unusable."""
    location = header_value(response.headers, "location")
    if response.status not in _REDIRECTS or location is None:
        return None
    here, _ = parse_url(request.url)
    url, there = _resolve_location(request.url, location, here)
    if here.scheme == "https" and there.scheme == "http":
        raise failures.downgrade_error(here, there)
    method = _method(request.method, response.status)
    body = request.body if method == request.method else b""
    if there == here:
        return HttpRequest(
            method, url, request.headers if body else _headers_without_body(request.headers), body
        )
    if body:
        raise failures.body_redirect_error(here, there, response.status)
    return HttpRequest(
        method, url, matching_headers(request.headers, allowed.get(there, frozenset()))
    )


def _resolve_location(base: str, location: str, here: Origin) -> tuple[str, Origin]:
    """The absolute URL, and its origin; what no URL may hold is percent-encoded."""
    try:
        url = urldefrag(urljoin(base, quote(location, safe=_SAFE))).url
        return url, parse_url(url)[0]
    except ValueError:
        raise failures.redirect_location_error(here, "its Location is not a URL") from None
    except failures.TransportError as reason:
        raise failures.redirect_location_error(here, reason.failure.message) from None


def _method(method: str, status: int) -> str:
    """303 asks for GET; 301 and 302 turn POST into it, as all clients have it (section 15.4.2)."""
    turned = (status == 303 and method != "HEAD") or (status in {301, 302} and method == "POST")
    return "GET" if turned else method


def _headers_without_body(headers: Headers) -> Headers:
    return tuple(field for field in headers if not field[0].lower().startswith("content-"))
