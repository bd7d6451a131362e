"""The tokens of a run: fetched when first needed, kept, renewed before they expire.

One token serves all requests with the same source, scheme, flow and scopes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Final, assert_never

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.auth.endpoints import Endpoints, LoggedEndpoints
from arazzo_runner.auth.interactive import (
    ConsentContext,
    Person,
    request_authorization_code,
    request_device_code,
    scope_field,
    wait_for,
)
from arazzo_runner.auth.oauth2 import (
    AccessToken,
    NoTokenError,
    Provider,
    TokenRequest,
    described_provider,
    discover,
    refused_error,
    request_token,
)
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.openapi.message import WireExchange
from arazzo_runner.openapi.security.credentials import Credentials, variable_name
from arazzo_runner.openapi.security.token_need import TokenNeed

if TYPE_CHECKING:
    from arazzo_runner.auth.token_store import TokenStore

# A token may expire on its way: it is renewed before, a short-lived one later than others.
_MARGIN: Final = 30.0
_SHARE: Final = 0.1
BY_PERSON: Final = frozenset({"authorizationCode", "deviceAuthorization"})


class TokenContext(Struct, frozen=True):
    """What tokens are fetched with.

    ``learn`` is told of each secret before anything can show it; ``monotonic`` is a clock in
    seconds; ``random`` gives text that nobody can guess; ``person`` is None where nobody is there.
    ``store`` keeps what a person has agreed to beyond the run.
    """

    endpoints: Endpoints
    learn: Callable[[Iterable[str]], None]
    monotonic: Callable[[], float]
    random: Callable[[], str]
    sleep: Callable[[float], Awaitable[None]]
    person: Person | None = None
    store: TokenStore | None = None


class _CachedToken(Struct, frozen=True):
    token: AccessToken
    expires: float | None


class TokenCache:
    """The tokens of one run; ``credentials`` are what they are fetched with."""

    def __init__(self, credentials: Credentials, by: TokenContext) -> None:
        self._credentials = credentials
        self._log = LoggedEndpoints(by.endpoints)
        self._by = replace(by, endpoints=self._log)
        self._cache: dict[TokenNeed, _CachedToken] = {}
        self._refused: dict[TokenNeed, TransportFailure] = {}
        self._renewed: dict[TokenNeed, str] = {}
        self._discovered: dict[str, Provider] = {}
        self._from_store: set[TokenNeed] = set()

    async def value(self, need: TokenNeed, timeout: float | None) -> str | TransportFailure:
        """The access token for a need, or why there is none; ``timeout`` in seconds a request.

        Credentials that were refused are not sent again: servers count failures.
        """
        if need in self._refused:
            return self._refused[need]
        kept = self._cache.get(need) or self._stored(need)
        if kept is None or self._is_over(kept):
            try:
                kept = self._keep(need, await self._renewal(need, kept, timeout))
            except NoTokenError as reason:
                if reason.failure.code == "credentials":
                    self._refused[need] = reason.failure
                return reason.failure
        return kept.token.value

    def take_exchanges(self) -> tuple[WireExchange, ...]:
        """What went over the wire for tokens since this was asked before."""
        return self._log.take_exchanges()

    def reject(self, need: TokenNeed, value: str) -> bool:
        """A server does not take a token; returns whether it is worth while to try another.

        It is not where a fresh one was rejected at once, or where a person would be asked again.
        """
        kept = self._cache.get(need)
        if kept is None:
            return False
        if kept.token.value != value:
            return True  # somebody else has renewed it in the meantime
        if self._renewed.get(need) == value:
            return False
        if need.flow in BY_PERSON and kept.token.refresh is None:
            return self._forget(need)
        self._cache[need] = replace(kept, expires=self._by.monotonic())
        self._renewed[need] = ""
        return True

    def _is_over(self, kept: _CachedToken) -> bool:
        return kept.expires is not None and self._by.monotonic() >= kept.expires

    def _store(self, need: TokenNeed) -> TokenStore | None:
        """What keeps the token of a need beyond the run; a person is asked for no other."""
        return self._by.store if need.flow in BY_PERSON else None

    def _client(self, need: TokenNeed) -> str:
        return self._credentials.of(need.owner, need.scheme).get("client_id", "")

    def _stored(self, need: TokenNeed) -> _CachedToken | None:
        """The token that another run has kept."""
        store = self._store(need)
        token = store.load(need, self._client(need)) if store is not None else None
        if token is None:
            return None
        self._from_store.add(need)
        return self._remember(need, token)

    def _forget(self, need: TokenNeed) -> bool:
        """Give up a token that is not renewed; whether it was of another run: then it is asked."""
        store = self._store(need)
        if store is None or need not in self._from_store:
            return False
        self._from_store.discard(need)
        store.forget(need, self._client(need))
        del self._cache[need]
        return True

    def _keep(self, need: TokenNeed, token: AccessToken) -> _CachedToken:
        self._from_store.discard(need)
        store = self._store(need)
        if store is not None:
            store.save(need, self._client(need), token)
        return self._remember(need, token)

    def _remember(self, need: TokenNeed, token: AccessToken) -> _CachedToken:
        self._by.learn([one for one in (token.value, token.refresh) if one])
        expires = None
        if token.lifetime is not None:
            margin = min(_MARGIN, token.lifetime * _SHARE)
            expires = self._by.monotonic() + token.lifetime - margin
        self._cache[need] = kept = _CachedToken(token, expires)
        if need in self._renewed:
            self._renewed[need] = token.value
        return kept

    async def _renewal(
        self, need: TokenNeed, kept: _CachedToken | None, timeout: float | None
    ) -> AccessToken:
        """A token by the refresh token of the one before, if there is one; else from the start."""
        if kept is None or kept.token.refresh is None:
            return await self._fetch(need, timeout)
        try:
            return await self._refresh(need, kept.token.refresh, timeout)
        except NoTokenError as reason:
            # RFC 6749, section 6: a refresh token may have ended before its time.
            if reason.error != "invalid_grant" or need.flow == "refreshToken":
                raise
            return self._renewed_elsewhere(need, kept) or await self._fetch(need, timeout)

    def _renewed_elsewhere(self, need: TokenNeed, kept: _CachedToken) -> AccessToken | None:
        """The token that another process has renewed: a refresh token may serve once alone."""
        store = self._store(need)
        token = store.load(need, self._client(need)) if store is not None else None
        is_other = token is not None and token.value != kept.token.value
        return token if is_other else None

    async def _refresh(self, need: TokenNeed, given: str, timeout: float | None) -> AccessToken:
        fields = {"grant_type": "refresh_token", "refresh_token": given}
        token = await self._request(need, TokenRequest(fields, ("refresh_token",)), timeout)
        # RFC 6749, section 6: without a new one the old one serves on.
        return token if token.refresh else replace(token, refresh=given)

    async def _fetch(self, need: TokenNeed, timeout: float | None) -> AccessToken:
        parts = self._credentials.of(need.owner, need.scheme)
        match need.flow:
            case "clientCredentials":
                fields = {"grant_type": "client_credentials", **scope_field(need)}
                return await self._request(need, TokenRequest(fields), timeout)
            case "password":
                user = {"username": parts["username"], "password": parts["password"]}
                fields = {"grant_type": "password", **user, **scope_field(need)}
                return await self._request(
                    need, TokenRequest(fields, ("username", "password")), timeout
                )
            case "refreshToken":
                return await self._refresh(need, parts["refresh_token"], timeout)
            case "authorizationCode":
                by, provider = self._consent_context(need), await self._provider(need, timeout)
                asked = await request_authorization_code(
                    need, parts, provider, self._by.endpoints, by
                )
                return await self._request(need, asked, timeout)
            case "deviceAuthorization":
                by, provider = self._consent_context(need), await self._provider(need, timeout)
                device = await request_device_code(need, parts, provider, self._by.endpoints, by)
                return await wait_for(device, lambda one: self._request(need, one, timeout), by)
            case _:
                assert_never(need.flow)

    def _consent_context(self, need: TokenNeed) -> ConsentContext:
        by = self._by
        if by.person is None:
            raise NoTokenError(no_terminal_failure(need))
        return ConsentContext(by.person, by.random, by.sleep, by.learn)

    async def _request(
        self, need: TokenNeed, asked: TokenRequest, timeout: float | None
    ) -> AccessToken:
        parts = self._credentials.of(need.owner, need.scheme)
        provider = await self._provider(need, timeout)
        return await request_token(need, parts, provider, asked, self._by.endpoints, timeout)

    async def _provider(self, need: TokenNeed, timeout: float | None) -> Provider:
        if not need.discovery_url:
            return described_provider(need)
        if need.discovery_url not in self._discovered:
            found = await discover(need, self._by.endpoints, timeout)
            self._discovered[need.discovery_url] = found
        return self._discovered[need.discovery_url]


def no_terminal_failure(need: TokenNeed) -> TransportFailure:
    """Why a flow that needs a person cannot begin, and what to do instead."""
    why = f"the flow `{need.flow}` needs an interactive login in a terminal"
    token = variable_name(need.source, need.scheme, "token")
    way_out = f"set `{token}` to a token, or run it in a terminal"
    return replace(refused_error(need, why).failure, hint=way_out)
