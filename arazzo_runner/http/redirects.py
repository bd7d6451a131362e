"""Redirects, for ``--follow-redirects``: where they lead, and what may be sent there.

RFC 9110, section 15.4. Never from https to http. To another origin goes nothing that the document
set: no cookies, no headers, no body, and of the credentials those alone that
``--credential NAME@ORIGIN`` allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from types import MappingProxyType
from typing import Final, TypeAlias
from urllib.parse import urldefrag, urljoin

from arazzo_runner.http import errors as http_errors
from arazzo_runner.http.address_guard import literal_zone
from arazzo_runner.http.origin import Origin
from arazzo_runner.http.url import encode_url, parse_url
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.text.pattern import lazy_pattern

HeadersByOrigin: TypeAlias = Mapping[Origin, Set[str]]
"""By origin, the header fields (in lower case) that go along when a redirect leads there."""

NOWHERE: Final[HeadersByOrigin] = MappingProxyType({})

# No path, no query, no pattern: `https://*.example` would look as if it were one.
_ORIGIN: Final = lazy_pattern(r"https?://[^/?#*\s]+/?", re.IGNORECASE)


def headers_by_origin(
    carriers: Iterable[tuple[str, str]], origins: Mapping[str, Iterable[str]]
) -> HeadersByOrigin:
    """What of a request may go where; ``carriers`` are schemes and their header fields.

    ``origins`` are those that each scheme's credential may go to. Raises Unusable.
    """
    if not origins:
        return NOWHERE
    found: dict[Origin, set[str]] = {}
    for scheme, name in carriers:
        for text in origins.get(scheme, ()):
            found.setdefault(parse_destination(text), set()).add(name)
    return found


def parse_destination(text: str) -> Origin:
    """An origin that credentials may go to: https, or this machine; raises Unusable."""
    if _ORIGIN.fullmatch(text) is None:
        raise http_errors.origin_error(text.rpartition("@")[2])
    origin, _ = parse_url(text)
    if origin.scheme == "http" and literal_zone(origin.host) != "loopback":
        raise http_errors.unencrypted_origin_error(origin)
    return origin


def matching_headers(headers: Headers, names: Set[str]) -> Headers:
    """The header fields with these names, which are in lower case."""
    return tuple(one for one in headers if one[0].lower() in names)


_REDIRECTS = {301, 302, 303, 307, 308}


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
        raise http_errors.downgrade_error(here, there)
    method = _method(request.method, response.status)
    body = request.body if method == request.method else b""
    if there == here:
        return HttpRequest(
            method, url, request.headers if body else _headers_without_body(request.headers), body
        )
    if body:
        raise http_errors.body_redirect_error(here, there, response.status)
    return HttpRequest(
        method, url, matching_headers(request.headers, allowed.get(there, frozenset()))
    )


def _resolve_location(base: str, location: str, here: Origin) -> tuple[str, Origin]:
    """The absolute URL, and its origin; what no URL may hold is percent-encoded."""
    try:
        url = urldefrag(urljoin(base, encode_url(location))).url
        return url, parse_url(url)[0]
    except ValueError:
        raise http_errors.redirect_location_error(here, "its Location is not a URL") from None
    except http_errors.TransportError as reason:
        raise http_errors.redirect_location_error(here, reason.failure.message) from None


def _method(method: str, status: int) -> str:
    """303 asks for GET; 301 and 302 turn POST into it, as all clients have it (section 15.4.2)."""
    turned = (status == 303 and method != "HEAD") or (status in {301, 302} and method == "POST")
    return "GET" if turned else method


def _headers_without_body(headers: Headers) -> Headers:
    return tuple(field for field in headers if not field[0].lower().startswith("content-"))
