"""A URL as HTTP sends to it: the origin, and the target on that server."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from arazzo_runner.http import errors as http_errors
from arazzo_runner.http.origin import DEFAULT_PORTS, Origin
from arazzo_runner.text.pattern import lazy_pattern


def parse_url(url: str) -> tuple[Origin, str]:
    """The origin and the request target (path and query) of an absolute URL.

    Raises Unusable for one that cannot be sent to. RFC 9112, section 3.2.1.
    """
    plain = _PLAIN.match(url)
    if plain is None:
        return _origin(url), _target(urlsplit(url))
    return _origin(plain[1]), plain[2]


# What needs no second look: an origin, a path and a query of printable ASCII, no fragment.
_PLAIN: Final = lazy_pattern(r"(https?://[a-z0-9.:-]+)(/[!-\"$-~]*)(?<!\?)\Z")


@lru_cache(maxsize=256)
def _origin(url: str) -> Origin:
    """The origin of a URL; a run asks for the same few again and again."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # its text may show a part of a password
        raise http_errors.url_error("its host or port is malformed") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise http_errors.url_error(f"`{parts.scheme}` is neither http nor https")
    if not parts.hostname:
        raise http_errors.url_error("it names no host")
    if "@" in parts.netloc:
        raise http_errors.credentials_in_url_error(parts.hostname)
    port = DEFAULT_PORTS[parts.scheme] if port is None else port
    return Origin(parts.scheme, _ascii(parts.hostname), port)


_SAFE: Final = "!#$%&'()*+,/:;=?@[]~"
_WITH_AUTHORITY: Final = lazy_pattern(r"([A-Za-z][A-Za-z0-9+.-]*:|)//([^/?#]*)(.*)", re.DOTALL)


def encode_url(url: str) -> str:
    """A URL, or a reference to one, in ASCII: the host as A-labels, all else percent-encoded.

    Raises Unusable for a host that is not a name.
    """
    found = _WITH_AUTHORITY.fullmatch(url)
    if found is None:
        return quote(url, safe=_SAFE)
    scheme, authority, rest = found.groups()
    user, at, server = authority.rpartition("@")
    host, colon, port = server.partition(":")
    server = f"{_ascii(host)}{colon}{port}" if not host.startswith("[") else server
    return f"{scheme}//{quote(f'{user}{at}{server}{rest}', safe=_SAFE)}"


def _target(parts: SplitResult) -> str:
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _ascii(host: str) -> str:
    """The host as DNS knows it: A-labels by UTS #46 and IDNA 2008 (RFC 5891).

    RFC 3986, section 3.2.2, has other characters percent-encoded.
    """
    if host.isascii() and ("%" not in host or ":" in host):
        return host
    import idna

    try:
        return idna.encode(unquote(host), uts46=True).decode("ascii")
    except idna.IDNAError as reason:
        raise http_errors.url_error(f"the host `{host}` is not a name: {reason}") from None
