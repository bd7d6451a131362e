"""Asking a token endpoint, and reading its answer. RFC 6749, sections 2.3.1, 5.1 and 5.2."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

from msgspec import Struct

from arazzo_runner.credentials.endpoints import Endpoint, Endpoints
from arazzo_runner.credentials.provider import JSON_HEADERS, Provider, json_object
from arazzo_runner.credentials.refused import (
    NoTokenError,
    refused_error,
    server_text,
    status_error,
    unreachable_error,
    unusable_error,
)
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.expression.scope import Headers
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.security.credentials import CredentialPart, CredentialParts
from arazzo_runner.openapi.security.token_need import TokenNeed

# RFC 6750, section 2.1: what a header can carry; some servers go beyond, up to all that is visible.
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")
_CLIENT: Final[tuple[CredentialPart, ...]] = ("client_id", "client_secret")


class AccessToken(Struct, frozen=True):
    """An access token; ``lifetime`` in seconds, None when the server does not say."""

    value: str
    refresh: str | None = None
    lifetime: float | None = None

    def __repr__(self) -> str:
        return "Token(***)"


class TokenRequest(Struct, frozen=True):
    """A grant: its form fields, and the parts of the credential that may be wrong with it."""

    fields: Mapping[str, str]
    checked_parts: tuple[CredentialPart, ...] = ()

    def __repr__(self) -> str:
        return f"Asked({self.fields.get('grant_type')})"


async def request_token(
    need: TokenNeed,
    parts: CredentialParts,
    provider: Provider,
    asked: TokenRequest,
    endpoints: Endpoints,
    timeout: float | None,
) -> AccessToken:
    """Exchange a grant for a token. Raises NoTokenError.

    A client with a secret authenticates by HTTP basic, and where that is not accepted in the body.
    """
    renewing = asked.fields["grant_type"] == "refresh_token"
    endpoint = provider.refresh if renewing else provider.token
    outcome: HttpResponse | None = None
    for request in _requests(endpoint, asked.fields, parts, provider.methods):
        outcome = await post_form(need, endpoint, request, endpoints, timeout)
        if not _is_unauthenticated(outcome):
            break
    assert outcome is not None  # there is one way at least
    return _token(need, endpoint, outcome, asked)


async def post_form(
    need: TokenNeed,
    endpoint: Endpoint,
    request: HttpRequest,
    endpoints: Endpoints,
    timeout: float | None,
) -> HttpResponse:
    """Send a form; NoTokenError where there is no answer."""
    outcome = await endpoints.ask(endpoint, request, timeout)
    if isinstance(outcome, TransportFailure):
        raise unreachable_error(need, outcome)
    return outcome


def form_request(
    endpoint: Endpoint, fields: Mapping[str, str], headers: Headers = ()
) -> HttpRequest:
    """A POST of form fields."""
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    body = urlencode(fields).encode()
    return HttpRequest("POST", endpoint.url, (*JSON_HEADERS, kind, *headers), body)


def _requests(
    endpoint: Endpoint, fields: Mapping[str, str], parts: CredentialParts, methods: tuple[str, ...]
) -> Iterator[HttpRequest]:
    """The ways to authenticate the client, in the order to try them."""
    client, secret = parts.get("client_id"), parts.get("client_secret")
    if not client:
        yield form_request(endpoint, fields)
        return
    if not secret:
        yield form_request(endpoint, {**fields, "client_id": client})
        return
    in_body = form_request(endpoint, {**fields, "client_id": client, "client_secret": secret})
    if methods and "client_secret_basic" not in methods and "client_secret_post" in methods:
        yield in_body
        return
    # RFC 6749, section 2.3.1: both are form-encoded before they become a user and a password.
    pair = b64encode(f"{quote_plus(client)}:{quote_plus(secret)}".encode()).decode("ascii")
    yield form_request(endpoint, fields, (("Authorization", f"Basic {pair}"),))
    yield in_body


def _is_unauthenticated(response: HttpResponse) -> bool:
    """Whether the client is not known in this way: another may do."""
    if response.status not in (400, 401):
        return False
    answer = json_object(response)
    return answer is None or answer.get("error") in ("invalid_client", "invalid_request", None)


def parse_error(response: HttpResponse) -> tuple[str, str] | None:
    """The code of an error, and what the server says of it; None where it tells of no error."""
    answer = json_object(response) or {}
    code = answer.get("error")
    if not isinstance(code, str):
        return None
    words = answer.get("error_description")
    return code, f"`{server_text(code)}`" + (f" ({server_text(words)})" if words else "")


def refusal_error(
    need: TokenNeed, endpoint: Endpoint, response: HttpResponse, checked: tuple[CredentialPart, ...]
) -> NoTokenError:
    """Why an answer holds no token."""
    error = parse_error(response)
    if response.status >= 500 or response.status == 429 or error is None:
        if response.status == 401:
            return refused_error(need, f"`{endpoint.shown}` answers with status 401", *checked)
        return status_error(need, endpoint, response.status)
    code, words = error
    is_client = code in ("invalid_client", "unauthorized_client")
    kinds = _CLIENT if is_client else checked if code == "invalid_grant" else ()
    return refused_error(need, f"`{endpoint.shown}` refuses: {words}", *kinds, error=code)


def _token(
    need: TokenNeed, endpoint: Endpoint, response: HttpResponse, asked: TokenRequest
) -> AccessToken:
    # Some servers tell of errors with status 200.
    if response.status // 100 != 2 or parse_error(response) is not None:
        raise refusal_error(need, endpoint, response, asked.checked_parts)
    answer = json_object(response)
    if answer is None:
        raise unusable_error(need, f"`{endpoint.shown}` answers with no JSON object")
    value = answer.get("access_token")
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise unusable_error(need, f"`{endpoint.shown}` answers without a usable `access_token`")
    kind = answer.get("token_type", "Bearer")
    if str(kind).lower() != "bearer":
        why = f"`{endpoint.shown}` gives a token of type `{server_text(kind)}`, and only `Bearer` is known"
        raise unusable_error(need, why)
    renewing = answer.get("refresh_token")
    refresh = renewing if isinstance(renewing, str) and renewing else None
    return AccessToken(value, refresh, parse_seconds(answer, "expires_in"))


def parse_seconds(answer: Mapping[str, Any], name: str) -> float | None:
    """A duration; some servers write it as text, and nonsense is as good as nothing."""
    try:
        found = float(answer[name])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return found if isfinite(found) and found >= 0 else None
