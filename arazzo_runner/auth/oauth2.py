"""OAuth 2.0 token requests: endpoints as described or discovered, responses, and errors in words.

RFC 6749, sections 2.3.1, 5.1 and 5.2; OpenID Connect Discovery 1.0, section 4; RFC 8414.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.auth.endpoints import Endpoint, Endpoints
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.http.errors import TransportError
from arazzo_runner.http.url import parse_url
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.http_semantics.integers import parse_digits
from arazzo_runner.http_semantics.media_type import FORM
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.response.body import BodyError, decode_body
from arazzo_runner.openapi.security.credentials import (
    CredentialPart,
    CredentialParts,
    variable_name,
)
from arazzo_runner.openapi.security.token_need import TokenNeed
from arazzo_runner.report.safe_text import escape
from arazzo_runner.text.pattern import lazy_pattern

_SHOWN: Final = 200


class NoTokenError(Exception):
    """There is no token: ``failure`` says why, ``error`` is the server's code (RFC 6749, 5.2)."""

    def __init__(self, failure: TransportFailure, error: str = "") -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.error = error


def refused_error(
    need: TokenNeed, why: str, *kinds: CredentialPart, error: str = ""
) -> NoTokenError:
    """The credentials are refused; ``kinds`` are those to check."""
    failure = TransportFailure("credentials", _sentence(need, why), variables_hint(need, kinds))
    return NoTokenError(failure, error)


def unusable_error(need: TokenNeed, why: str) -> NoTokenError:
    """An authorization server does not do what it should."""
    return NoTokenError(TransportFailure("protocol", _sentence(need, why)))


def unreachable_error(need: TokenNeed, failure: TransportFailure) -> NoTokenError:
    """An authorization server cannot be reached, or must not be."""
    return NoTokenError(replace(failure, message=_sentence(need, failure.message), request=None))


def status_error(need: TokenNeed, endpoint: Endpoint, status: int) -> NoTokenError:
    """An answer that says nothing but its status."""
    also = (
        ": a redirect is not followed, since the request has credentials"
        if status // 100 == 3
        else ""
    )
    return unusable_error(need, f"`{endpoint.label}` returns status {status}{also}")


def variables_hint(need: TokenNeed, kinds: Iterable[CredentialPart]) -> str | None:
    """Which variables to check."""
    names = [f"`{variable_name(need.source, need.scheme, kind)}`" for kind in kinds]
    return f"check {' and '.join(names)}" if names else None


def server_text(text: object) -> str:
    """What a server says, in a line that can be shown."""
    line = " ".join(str(text).split())
    return escape(line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…").replace("`", "'")


def _sentence(need: TokenNeed, why: str) -> str:
    return f"no token for {need.label}: {why}"


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
        return Endpoint(url, need.from_url, need.source)

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
    here = Endpoint(need.discovery_url, need.from_url, need.source)
    request = HttpRequest("GET", here.url, JSON_HEADERS)
    outcome = await endpoints.ask(here, request, timeout)
    if isinstance(outcome, TransportFailure):
        raise unreachable_error(need, outcome)
    if outcome.status != 200:
        raise status_error(need, here, outcome.status)
    metadata = json_object(outcome)
    if metadata is None:
        raise unusable_error(need, f"`{here.label}` does not return a JSON object")
    token = _endpoint(metadata, "token_endpoint", here)
    if token is None:
        raise unusable_error(need, f"`{here.label}` names no `token_endpoint`")
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
    return Endpoint(url, here.from_url or not _is_same_origin(url, here.url), here.source)


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


# RFC 6750, section 2.1: what a header can carry; some servers go beyond, up to all that is visible.
_TOKEN: Final = lazy_pattern(r"[\x21-\x7e]+")
_CLIENT: Final[tuple[CredentialPart, ...]] = ("client_id", "client_secret")


class AccessToken(Struct, frozen=True):
    """An access token; ``lifetime`` in seconds, None when the server does not say."""

    value: str
    refresh: str | None = None
    lifetime: float | None = None

    def __repr__(self) -> str:
        return "AccessToken(***)"


class TokenRequest(Struct, frozen=True):
    """A grant: its form fields, and the parts of the credential that may be wrong with it."""

    fields: Mapping[str, str]
    checked_parts: tuple[CredentialPart, ...] = ()

    def __repr__(self) -> str:
        return f"TokenRequest({self.fields.get('grant_type')})"


async def request_token(
    need: TokenNeed,
    parts: CredentialParts,
    provider: Provider,
    token_request: TokenRequest,
    endpoints: Endpoints,
    timeout: float | None,
) -> AccessToken:
    """Exchange a grant for a token. Raises NoTokenError.

    A client with a secret authenticates by HTTP basic, and where that is not accepted in the body.
    """
    renewing = token_request.fields["grant_type"] == "refresh_token"
    endpoint = provider.refresh if renewing else provider.token
    outcome: HttpResponse | None = None
    for request in _requests(endpoint, token_request.fields, parts, provider.methods):
        outcome = await post_form(need, endpoint, request, endpoints, timeout)
        if not _is_unauthenticated(outcome):
            break
    assert outcome is not None  # there is one way at least
    return _token(need, endpoint, outcome, token_request)


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
    kind = ("Content-Type", FORM)
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
            return refused_error(need, f"`{endpoint.label}` returns status 401", *checked)
        return status_error(need, endpoint, response.status)
    code, words = error
    is_client = code in ("invalid_client", "unauthorized_client")
    kinds = _CLIENT if is_client else checked if code == "invalid_grant" else ()
    return refused_error(need, f"`{endpoint.label}` refuses: {words}", *kinds, error=code)


def _token(
    need: TokenNeed, endpoint: Endpoint, response: HttpResponse, asked: TokenRequest
) -> AccessToken:
    # Some servers tell of errors with status 200.
    if response.status // 100 != 2 or parse_error(response) is not None:
        raise refusal_error(need, endpoint, response, asked.checked_parts)
    answer = json_object(response)
    if answer is None:
        raise unusable_error(need, f"`{endpoint.label}` does not return a JSON object")
    value = answer.get("access_token")
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise unusable_error(need, f"`{endpoint.label}` returns no usable `access_token`")
    kind = answer.get("token_type", "Bearer")
    if str(kind).lower() != "bearer":
        token_type = server_text(kind)
        why = (
            f"`{endpoint.label}` returns a token of type `{token_type}`, only `Bearer` is supported"
        )
        raise unusable_error(need, why)
    renewing = answer.get("refresh_token")
    refresh = renewing if isinstance(renewing, str) and renewing else None
    return AccessToken(value, refresh, parse_seconds(answer, "expires_in"))


def parse_seconds(answer: Mapping[str, Any], name: str) -> float | None:
    """A duration; some servers write it as text, and nonsense is as good as nothing."""
    value: Any = answer.get(name)
    if isinstance(value, str):
        return parse_digits(value)
    try:
        found = float(value)
    except (TypeError, OverflowError):
        return None
    return found if isfinite(found) and found >= 0 else None
