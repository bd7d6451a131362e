"""Cross-origin requests: pages of every origin may use the mock (Fetch Standard, "CORS protocol").

A preflight is never mocked: a browser could do nothing with what a description makes of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from arazzo_runner.http_semantics.headers import Headers, header_value

_SAFELISTED: Final = frozenset(
    {"cache-control", "content-language", "content-length", "content-type", "expires",
     "last-modified", "pragma"}
)  # fmt: skip
_SECONDS: Final = "600"


def is_preflight(method: str, headers: Headers) -> bool:
    """Whether a browser asks if it may send another request."""
    asks = header_value(headers, "Access-Control-Request-Method")
    return method == "OPTIONS" and asks is not None and header_value(headers, "Origin") is not None


def with_cors(request: Headers, response: Headers) -> Headers:
    """The header fields of a response with those that let a page of the origin read it."""
    origin = header_value(request, "Origin")
    others = without_cors(response)
    if origin is None:
        return (*others, ("Vary", "Origin"))
    exposed = [name for name, _ in others if name.lower() not in _SAFELISTED]
    return (*others, *_allow_origin(origin), *_list("Access-Control-Expose-Headers", exposed))


def without_cors(headers: Headers) -> Headers:
    """The header fields without those that a description documents of its own CORS."""
    return tuple(one for one in headers if not one[0].lower().startswith("access-control-"))


def preflight_headers(request: Headers, allowed: Iterable[str]) -> Headers:
    """What a browser may do: the methods of the path, and the header fields that it names."""
    origin = header_value(request, "Origin") or "*"
    asked = header_value(request, "Access-Control-Request-Headers")
    found = [*_allow_origin(origin), *_list("Access-Control-Allow-Methods", allowed)]
    if asked:
        found.append(("Access-Control-Allow-Headers", asked))
    if header_value(request, "Access-Control-Request-Private-Network") == "true":
        found.append(("Access-Control-Allow-Private-Network", "true"))
    return (*found, ("Access-Control-Max-Age", _SECONDS))


def _allow_origin(origin: str) -> Headers:
    return (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Vary", "Origin"),
    )


def _list(name: str, values: Iterable[str]) -> Headers:
    text = ", ".join(dict.fromkeys(values))
    return ((name, text),) if text else ()
