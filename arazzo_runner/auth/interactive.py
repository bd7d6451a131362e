"""The OAuth 2.0 flows in which a person has to agree: authorization code and device code.

RFC 6749, section 4.1, with RFC 7636 (PKCE) and RFC 8252 (a redirect to this machine); RFC 8628.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterable, Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from msgspec import Struct

from arazzo_runner.auth.endpoints import Endpoint, Endpoints
from arazzo_runner.auth.oauth2 import (
    AccessToken,
    NoTokenError,
    Provider,
    TokenRequest,
    form_request,
    json_object,
    parse_seconds,
    post_form,
    refusal_error,
    refused_error,
    server_text,
    unreachable_error,
    unusable_error,
)
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.openapi.security.credentials import CredentialParts
from arazzo_runner.openapi.security.token_need import TokenNeed

_DEVICE_FIELDS: Final = ("device_code", "user_code", "verification_uri")
_DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
# RFC 8628, section 3.5, and what it says to do where the server gives no interval.
_INTERVAL: Final = 5.0
_SLOWER: Final = 5.0
_LONGEST: Final = 900.0


class RedirectListener(Protocol):
    """A place on this machine that a browser is sent back to."""

    url: str

    async def answer(self, go_to: str) -> Mapping[str, str] | None:
        """Show the URL to the person and open it; the query that came back, None for none."""
        ...

    def close(self) -> None:
        """Listen no longer."""
        ...


class Person(Protocol):
    """Somebody at a terminal with a browser."""

    def redirect(self) -> RedirectListener:
        """Listen for a browser that comes back."""
        ...

    def show_code(self, url: str, code: str) -> None:
        """Ask to enter a code at a URL."""
        ...


class ConsentContext(Struct, frozen=True):
    """What these flows work with: randomness as text that no one can guess, and time to pass."""

    person: Person
    random: Callable[[], str]
    sleep: Callable[[float], Awaitable[None]]
    learn: Callable[[Iterable[str]], None]


async def request_authorization_code(
    need: TokenNeed,
    parts: CredentialParts,
    provider: Provider,
    endpoints: Endpoints,
    by: ConsentContext,
) -> TokenRequest:
    """Have a person agree in a browser. Raises NoTokenError."""
    endpoint = provider.authorization
    if endpoint is None:
        raise unusable_error(need, "the server names no `authorization_endpoint`")
    forbidden = endpoints.refusal(endpoint)
    if forbidden is not None:
        raise unreachable_error(need, forbidden)
    state, verifier = by.random(), by.random()
    by.learn([verifier])
    redirect = by.person.redirect()
    try:
        url = _consent_url(endpoint, need, parts, redirect.url, state, verifier)
        answer = await redirect.answer(url)
    finally:
        redirect.close()
    code = _code(need, endpoint, answer, state)
    by.learn([code])
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect.url,
        "code_verifier": verifier,
    }
    return TokenRequest(fields)


def _consent_url(
    endpoint: Endpoint,
    need: TokenNeed,
    parts: CredentialParts,
    back: str,
    state: str,
    verifier: str,
) -> str:
    # RFC 7636, section 4.2.
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode("ascii")
    fields = {
        "response_type": "code",
        "client_id": parts["client_id"],
        "redirect_uri": back,
        **scope_field(need),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    base = endpoint.url.partition("#")[0]
    return f"{base}{'&' if '?' in base else '?'}{urlencode(fields)}"


def _code(need: TokenNeed, endpoint: Endpoint, answer: Mapping[str, str] | None, state: str) -> str:
    if answer is None:
        raise refused_error(need, "the login in the browser was not completed in time")
    # RFC 6749, section 10.12: an answer without our state was not asked for by us.
    if not compare_digest(answer.get("state", "").encode(), state.encode()):
        raise refused_error(need, "the browser returned with another `state` than it was sent with")
    if "error" in answer:
        words = f"`{server_text(answer['error'])}`"
        if answer.get("error_description"):
            words += f" ({server_text(answer['error_description'])})"
        raise refused_error(need, f"`{endpoint.label}` refuses: {words}")
    if not answer.get("code"):
        raise unusable_error(
            need, f"`{endpoint.label}` redirects the browser back without a `code`"
        )
    return answer["code"]


def scope_field(need: TokenNeed) -> dict[str, str]:
    """The scopes of a requirement; OpenID Connect wants its own named where a user logs in."""
    scopes = need.scopes
    by_user = need.flow not in ("clientCredentials", "refreshToken")
    if need.discovery_url and by_user and "openid" not in scopes:
        scopes = ("openid", *scopes)
    return {"scope": " ".join(scopes)} if scopes else {}


class DeviceCode(Struct, frozen=True):
    """What to wait for; seconds between two questions, and in all."""

    asked: TokenRequest
    interval: float
    lifetime: float


async def request_device_code(
    need: TokenNeed,
    parts: CredentialParts,
    provider: Provider,
    endpoints: Endpoints,
    by: ConsentContext,
) -> DeviceCode:
    """Ask a person to enter a code on any device. Raises NoTokenError."""
    endpoint = provider.device
    if endpoint is None:
        raise unusable_error(need, "the server names no `device_authorization_endpoint`")
    request = form_request(endpoint, {"client_id": parts["client_id"], **scope_field(need)})
    response = await post_form(need, endpoint, request, endpoints, None)
    answer = _device_answer(need, endpoint, response)
    by.learn([answer["device_code"]])
    by.person.show_code(server_text(answer["verification_uri"]), server_text(answer["user_code"]))
    fields = {"grant_type": _DEVICE_GRANT, "device_code": answer["device_code"]}
    interval = parse_seconds(answer, "interval") or _INTERVAL
    return DeviceCode(
        TokenRequest(fields),
        interval,
        min(parse_seconds(answer, "expires_in") or _LONGEST, _LONGEST),
    )


def _device_answer(need: TokenNeed, endpoint: Endpoint, response: HttpResponse) -> dict[str, Any]:
    answer = json_object(response)
    if response.status != 200 or answer is None:
        raise refusal_error(need, endpoint, response, ("client_id",))
    if not all(isinstance(answer.get(one), str) for one in _DEVICE_FIELDS):
        listed = ", ".join(f"`{one}`" for one in _DEVICE_FIELDS)
        raise unusable_error(need, f"`{endpoint.label}` has to return {listed}")
    return answer


async def wait_for(
    device: DeviceCode, ask: Callable[[TokenRequest], Awaitable[AccessToken]], by: ConsentContext
) -> AccessToken:
    """Ask again and again until the code was entered (RFC 8628, section 3.5).

    Raises NoTokenError: what the server says at last.
    """
    interval, waited = device.interval, 0.0
    while True:
        await by.sleep(interval)
        waited += interval
        try:
            return await ask(device.asked)
        except NoTokenError as reason:
            if reason.error not in ("authorization_pending", "slow_down"):
                raise
            if waited >= device.lifetime:
                raise
            interval += _SLOWER if reason.error == "slow_down" else 0
