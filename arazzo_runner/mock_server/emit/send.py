"""Requests to the receivers of webhooks: one after the other, within limits."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct

from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.executor.world import SendCall, TransportFailure
from arazzo_runner.http.address_guard import ANYWHERE, AddressPolicy
from arazzo_runner.http.anyio_network import EventLoopNetwork
from arazzo_runner.http.errors import TransportError
from arazzo_runner.http.guarded_send import GuardedSenders
from arazzo_runner.http.settings import MIB, HttpSettings
from arazzo_runner.http.url import encode_url, parse_url
from arazzo_runner.openapi.message import HttpRequest, HttpResponse

SECONDS: Final = 10.0
"""For one request with its response."""
MAX_URL: Final = 8_192
_LIMITS: Final = HttpSettings(
    connect_timeout=SECONDS, read_timeout=SECONDS, timeout=SECONDS,
    max_response_size=MIB, max_decoded_size=MIB, proxy="", user_agent="arazzo-mock",
)  # fmt: skip
_OF_USER: Final = AddressPolicy(ANYWHERE, ANYWHERE)
_OF_OTHERS: Final = AddressPolicy(ANYWHERE - {"loopback"}, ANYWHERE - {"loopback"})
_NO_ENVIRONMENT: Final[Mapping[str, str]] = {}


class Receiver(Struct, frozen=True):
    """Where something is sent: ``is_trusted`` is a URL that a client on this machine has given."""

    url: str
    is_trusted: bool = True

    def check(self, own_prefix: str) -> None:
        """Raise ValueError for a URL that nothing is sent to."""
        parts = _parts(self.url)
        if parts is None:
            raise ValueError(f"`{self.url[:200]}` is no URL of http or https")
        if parts.username is not None or parts.password is not None:
            raise ValueError("the URL has a user name or a password")
        path = posixpath.normpath(f"/{unquote(parts.path).lstrip('/')}")
        if path == own_prefix or path.startswith(f"{own_prefix}/"):
            raise ValueError(f"nothing is sent to `{own_prefix}`")


def _parts(url: str) -> SplitResult | None:
    """The parts of a URL of http or https, None of any other text."""
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return parts if is_usable and len(url) <= MAX_URL else None


class EmitSender:
    """Sends the requests of one order; use with ``async with``."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._senders = GuardedSenders(_LIMITS, EventLoopNetwork(), _NO_ENVIRONMENT)

    async def send(self, request: HttpRequest) -> HttpResponse | TransportFailure:
        """The response, or why there is none. Raises ValueError for an address out of reach."""
        reach = _OF_USER if self._receiver.is_trusted else _OF_OTHERS
        call = SendCall("emit", request, SECONDS, ("", request.method, ""), limit=SECONDS)
        try:
            origin, _ = parse_url(request.url)
        except TransportError as reason:
            return reason.failure
        try:
            return await self._senders.to(origin, reach).send(call)
        except RetrieveError:
            raise ValueError(f"nothing is sent to {origin.host}: {self._refusal()}") from None

    def _refusal(self) -> str:
        if self._receiver.is_trusted:
            return "its address is link-local, multicast or unspecified"
        named = "a request from another machine or site has named it"
        return f"{named}, and it is this machine, link-local, multicast or unspecified"

    async def aclose(self) -> None:
        """Close all connections."""
        await self._senders.aclose()


def encoded_url(url: str) -> str:
    """The URL as it is sent. Raises ValueError for one with what no URL can have, or no host."""
    try:
        return encode_url(url.partition("#")[0])
    except UnicodeEncodeError:
        raise ValueError("the URL contains a character that no URL can have") from None
    except TransportError as reason:
        raise ValueError(reason.failure.message) from None
