"""The endpoints of an authorization server: as a description writes them, or as discovered.

OpenID Connect Discovery 1.0, section 4; RFC 8414.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from arazzo_runner.credentials.endpoints import Endpoint, Endpoints
from arazzo_runner.credentials.refused import status_error, unreachable_error, unusable_error
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.http.errors import TransportError
from arazzo_runner.http.origin import parse_url
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.response.body import BodyError, decode_body
from arazzo_runner.openapi.security.token_need import TokenNeed

_DEPTH: Final = 32
JSON_HEADERS: Final = (("Accept", "application/json"),)


class Provider(Struct, frozen=True):
    """What an authorization server offers; ``methods`` are its ways to authenticate a client.

    Empty ``methods``: it does not say.
    """

    token: Endpoint
    refresh: Endpoint
    authorization: Endpoint | None = None
    device: Endpoint | None = None
    methods: tuple[str, ...] = ()


def described_provider(need: TokenNeed) -> Provider:
    """The provider as the description has it."""

    def endpoint(url: str) -> Endpoint:
        return Endpoint(url, need.from_url)

    return Provider(
        endpoint(need.token_url),
        endpoint(need.refresh_url),
        endpoint(need.authorization_url) if need.authorization_url else None,
        endpoint(need.device_url) if need.device_url else None,
    )


async def discover(need: TokenNeed, endpoints: Endpoints, timeout: float | None) -> Provider:
    """The provider as its metadata have it. Raises NoTokenError.

    An endpoint on another origin reaches as little as one that a document from a URL names.
    """
    here = Endpoint(need.discovery_url, need.from_url)
    request = HttpRequest("GET", here.url, JSON_HEADERS)
    outcome = await endpoints.ask(here, request, timeout)
    if isinstance(outcome, TransportFailure):
        raise unreachable_error(need, outcome)
    if outcome.status != 200:
        raise status_error(need, here, outcome.status)
    metadata = json_object(outcome)
    if metadata is None:
        raise unusable_error(need, f"`{here.shown}` answers with no JSON object")
    token = _endpoint(metadata, "token_endpoint", here)
    if token is None:
        raise unusable_error(need, f"`{here.shown}` names no `token_endpoint`")
    methods = metadata.get("token_endpoint_auth_methods_supported")
    return Provider(
        token,
        token,
        _endpoint(metadata, "authorization_endpoint", here),
        _endpoint(metadata, "device_authorization_endpoint", here),
        tuple(map(str, methods)) if isinstance(methods, list) else (),
    )


def _endpoint(metadata: dict[str, Any], name: str, here: Endpoint) -> Endpoint | None:
    url = metadata.get(name)
    if not isinstance(url, str) or not url:
        return None
    return Endpoint(url, here.from_url or not _is_same_origin(url, here.url))


def _is_same_origin(one: str, other: str) -> bool:
    try:
        return parse_url(one)[0] == parse_url(other)[0]
    except TransportError:
        return False


def json_object(response: HttpResponse) -> dict[str, Any] | None:
    """The object that an answer holds, whatever it calls its content type; None for none."""
    try:
        value = decode_body("application/json", response.body, _DEPTH)
    except BodyError:
        return None
    return value if isinstance(value, dict) else None
