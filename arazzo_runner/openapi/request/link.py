"""A request that goes to a URL which came from somewhere, in place of the operation's own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from msgspec import Struct

from arazzo_runner.expression.value import Value, describe
from arazzo_runner.openapi.request.encoding import RequestRefused
from arazzo_runner.text.pattern import lazy_pattern

# RFC 3986, section 2: what may stand in a URL; anything else is percent-encoded.
_ALLOWED: Final = "-._~:/?#[]@!$&'()*+,;=%"
_UNSAFE: Final = lazy_pattern(r"[\x00-\x20\x7f\\\\]")
_PORTS: Final = {"http": 80, "https": 443}


class Link(Struct, frozen=True):
    """An absolute URL, and whether it is of another origin than the server of the operation."""

    url: str
    is_elsewhere: bool


def resolve_link(server: str, value: Value, allowed: Collection[str]) -> Link:
    """The URL that ``x-url`` yields, absolute or relative to the server.

    Another origin than the server's has to be one of ``allowed``. Raises RequestRefused.
    """
    if not isinstance(value, str) or not value:
        shown = "empty" if value == "" else describe(value)
        raise RequestRefused(f"`x-url` needs the text of a URL, and is {shown}")
    if _UNSAFE.search(value):
        raise RequestRefused("the URL of `x-url` has a space, backslash or control character in it")
    url = quote(urljoin(f"{server}/", value).partition("#")[0], safe=_ALLOWED)
    origin = origin_of(url)
    if origin is None or "@" in urlsplit(url).netloc:
        raise RequestRefused("the URL of `x-url` is no plain http or https URL")
    is_elsewhere = origin != origin_of(server)
    if is_elsewhere and origin not in allowed:
        message = f"`x-url` leads to another origin than the server's, `{origin}`"
        hint = f"`--allow-origin {origin}`, if it may go there; credentials stay behind"
        raise RequestRefused(message, hint=hint)
    return Link(url, is_elsewhere)


def origin_of(url: str) -> str | None:
    """Scheme, host and port of an http or https URL, the port where it is not the usual one."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    usual = _PORTS.get(parts.scheme)
    if usual is None or not host:
        return None
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + (f":{port}" if port not in (None, usual) else "")
