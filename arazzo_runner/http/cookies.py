"""Cookies of one run (``--cookies``): a jar for each scheme, host and port. RFC 6265, section 5.

Stricter than a browser: a cookie goes back to the very origin that set it, whatever its Domain.
"""

from __future__ import annotations

from time import time
from typing import TypeAlias

from msgspec import Struct

from arazzo_runner.http.origin import Origin
from arazzo_runner.http_semantics.date import parse_http_date
from arazzo_runner.http_semantics.headers import Headers, header_values
from arazzo_runner.http_semantics.integers import parse_digits

_MAX_COOKIES = 50
_MAX_SIZE = 4096
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Cookie(Struct, frozen=True):
    """``expires`` in seconds since 1970; None: with the run."""

    name: str
    value: str
    path: str
    expires: float | None


Jar: TypeAlias = dict[tuple[str, str], Cookie]


class CookieJars:
    """The jars of a run."""

    def __init__(self) -> None:
        self._jars: dict[Origin, Jar] = {}

    def keep(self, origin: Origin, target: str, headers: Headers) -> None:
        """Take the cookies that a response sets."""
        for value in header_values(headers, "Set-Cookie"):
            if cookie := _parse_cookie(value, origin, target):
                self._put(self._jars.setdefault(origin, {}), cookie)

    def _put(self, jar: Jar, cookie: Cookie) -> None:
        key = (cookie.name, cookie.path)
        if cookie.expires is not None and cookie.expires <= time():
            jar.pop(key, None)
            return
        jar[key] = cookie
        if len(jar) > _MAX_COOKIES:
            del jar[next(iter(jar))]

    def field(self, origin: Origin, target: str, header: str | None) -> str | None:
        """The Cookie field for a request; a cookie in the ``header`` of the step stays its own."""
        path = target.partition("?")[0]
        own = {pair.partition("=")[0].strip() for pair in (header or "").split(";")}
        now = time()
        found = [
            one
            for one in self._jars.get(origin, {}).values()
            if one.name not in own and _is_unexpired(one, now) and _is_path_match(one.path, path)
        ]
        found.sort(key=lambda one: -len(one.path))
        pairs = [header] if header else []
        return "; ".join(pairs + [f"{one.name}={one.value}" for one in found]) or None


def _is_unexpired(cookie: Cookie, now: float) -> bool:
    return cookie.expires is None or cookie.expires > now


def _is_path_match(path: str, requested: str) -> bool:
    """Path-match, section 5.1.4."""
    if not requested.startswith(path):
        return False
    return path.endswith("/") or len(requested) == len(path) or requested[len(path)] == "/"


def _parse_cookie(text: str, origin: Origin, target: str) -> Cookie | None:
    """The cookie of a Set-Cookie value, or None where it must be ignored; section 5.2."""
    pair, *rest = text.split(";")
    name, equals, value = (part.strip() for part in pair.partition("="))
    attributes = {}
    for one in rest:
        key, _, content = one.partition("=")
        attributes[key.strip().lower()] = content.strip()
    if not name or not equals or len(name) + len(value) > _MAX_SIZE:
        return None
    if not _is_for(origin, attributes):
        return None
    return Cookie(name, value, _path(attributes.get("path", ""), target), _expiry(attributes))


def _is_for(origin: Origin, attributes: dict[str, str]) -> bool:
    if "secure" in attributes and origin.scheme == "http" and origin.host not in _LOOPBACK:
        return False
    domain = attributes.get("domain", "").removeprefix(".").lower()
    return not domain or origin.host == domain or origin.host.endswith(f".{domain}")


def _path(given: str, target: str) -> str:
    """The cookie's path, or the folder of the request; section 5.1.4."""
    if given.startswith("/"):
        return given
    return target.partition("?")[0].rpartition("/")[0] or "/"


def _expiry(attributes: dict[str, str]) -> float | None:
    """Max-Age rules over Expires; what cannot be read is ignored."""
    written = attributes.get("max-age", "")
    seconds = parse_digits(written.removeprefix("-"))
    if seconds is not None:
        return 0 if written.startswith("-") else time() + seconds
    if "expires" not in attributes:
        return None
    moment = parse_http_date(attributes["expires"])
    return None if moment is None else moment.timestamp()
