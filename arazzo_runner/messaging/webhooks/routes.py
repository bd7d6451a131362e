"""Which channel a request is for, by its path."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from arazzo_runner.http_semantics.uri import parse_uri
from arazzo_runner.messaging.model import Subscription
from arazzo_runner.messaging.protocols.address import has_parameters, literal_parts

METHODS: Final = ("POST",)
"""What is taken where the bindings of an operation name no other method."""


class Route(Struct, frozen=True):
    """A channel with its path in parts.

    A part with parameters is the literals around them, of which one more stands than parameters.
    """

    subscription: Subscription
    parts: tuple[str | tuple[str, ...], ...]
    methods: tuple[str, ...]


def to_route(subscription: Subscription) -> Route:
    """The route of a channel; HTTP Operation Binding: ``method``."""
    parts = subscription.address.partition("?")[0].strip("/").split("/")
    method = subscription.operation.get("http", {}).get("method")
    methods = (method.upper(),) if isinstance(method, str) else METHODS
    return Route(subscription, tuple(map(_part, parts)), methods)


def _part(text: str) -> str | tuple[str, ...]:
    """A part of a path; `order-{id}` has text around its parameter, which is at least a letter."""
    if not has_parameters(text):
        return unquote(text)
    return tuple(unquote(one) for one in literal_parts(text))


def is_on_route(path: str, route: Route) -> bool:
    """Whether a channel's path, percent-encoded and without a query, is this one."""
    parts = path.strip("/").split("/")
    return len(parts) == len(route.parts) and all(map(_is_part, map(unquote, parts), route.parts))


def _is_part(text: str, own: str | tuple[str, ...]) -> bool:
    return text == own if isinstance(own, str) else _has_literals(text, own)


def _has_literals(text: str, literals: tuple[str, ...]) -> bool:
    """Whether the literals stand in a text, in order, with something between any two.

    Each is looked for once, as far to the left as it goes: a sender's path costs its length.
    """
    first, *middle, last = literals
    if not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for one in middle:
        found = text.find(one, at + 1, end)
        if found < 0:
            return False
        at = found + len(one)
    return at < end


def route_address(path: str, route: Route) -> str:
    """A channel's path as the address of its description is written: decoded, its `/` alike."""
    text = unquote(path).strip("/")
    return f"/{text}" if route.subscription.address.startswith("/") else text


def channel_path(target: str, public_url: str) -> str:
    """The path of the channel in a request's target.

    A tunnel hands the path of the public URL on, most other proxies take it away.
    """
    path = target.partition("?")[0]
    if "://" in path:  # RFC 9112, section 3.2.2
        path = _path(path)
    prefix = _path(public_url).rstrip("/")
    return path.removeprefix(prefix) if path.startswith(prefix + "/") else path


def _path(url: str) -> str:
    """The path of an absolute URL; what is none has none."""
    parts = parse_uri(url)
    return "" if parts is None else parts.path
