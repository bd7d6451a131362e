"""The world that adds what a call needs: tokens that are fetched, responses to challenges.

A request is repeated in two cases only, and that is one attempt: to respond to a challenge, and
with a new token where the server does not take the one that was fetched (status 401 each).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, assert_never

from msgspec.structs import replace

from arazzo_runner.auth import digest
from arazzo_runner.auth.tokens import TokenCache
from arazzo_runner.executor.plan import resend_key
from arazzo_runner.executor.world import OpenCall, SendCall, TransportFailure, World
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.security.credentials import Credentials
from arazzo_runner.openapi.security.token_need import DigestNeed, Need, SignNeed, TokenNeed
from arazzo_runner.worlds.wrappers import WrappedWorld

_BEARER: Final = "Bearer "


class AuthorizingWorld(WrappedWorld):
    """Wraps any world; what suspends is the wrapped world and the way to tokens alone."""

    def __init__(
        self,
        world: World,
        credentials: Credentials,
        tokens: TokenCache,
        random: Callable[[], str],
        learn: Callable[[Iterable[str]], None] = lambda _secrets: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        channel_needs: Mapping[str, TokenNeed] = MappingProxyType({}),
    ) -> None:
        super().__init__(world)
        self._channel_needs = channel_needs
        self._credentials = credentials
        self._tokens = tokens
        self._random = random
        self._learn = learn
        self._now = now
        self._sessions: dict[tuple[DigestNeed, str], digest.DigestSession] = {}

    async def token(self, need: TokenNeed, timeout: float | None) -> str | TransportFailure:
        """A token for what is no request; ``timeout`` is in seconds."""
        value = await self._tokens.value(need, timeout)
        self._tokens.take_exchanges()  # they belong to no request
        return value

    async def open_channels(self, call: OpenCall) -> TransportFailure | None:
        """Fetch the tokens of servers of channels, which the wrapped world connects to."""
        tokens = dict(call.tokens)
        for use in call.channels:
            need = self._channel_needs.get(use.step)
            if need is not None and use.step not in tokens:
                value = await self.token(need, call.timeout)
                if isinstance(value, TransportFailure):
                    return value
                tokens[use.step] = value
        return await self._world.open_channels(replace(call, tokens=tuple(tokens.items())))

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send with all that the call needs; the answer names the request as it was sent."""
        if not call.needs:
            return await self._world.send(call)
        request = await self._prepare(call)
        before = self._tokens.take_exchanges()
        if isinstance(request, TransportFailure):
            return replace(request, unsent=True, exchanges=before)
        outcome = await self._send(call, request, call.timeout)
        outcome = replace(outcome, exchanges=before + outcome.exchanges)
        if not self._is_retry_useful(call, outcome):
            return outcome
        assert isinstance(outcome, HttpResponse)
        return await self._retry(call, outcome)

    async def _retry(self, call: SendCall, first: HttpResponse) -> HttpResponse | TransportFailure:
        """The second go; where there is no token for it, the first answer stands."""
        request = await self._prepare(call)
        before = first.exchanges + self._tokens.take_exchanges()
        if isinstance(request, TransportFailure):
            return replace(first, exchanges=before)
        again = replace(call, key=resend_key(call.key))
        answer = await self._send(again, request, _remaining_time(call, first))
        return replace(answer, exchanges=before + answer.exchanges)

    async def _send(
        self, call: SendCall, request: HttpRequest, timeout: float | None
    ) -> HttpResponse | TransportFailure:
        outcome = await self._world.send(replace(call, request=request, timeout=timeout))
        return replace(outcome, request=outcome.request or request)

    async def _prepare(self, call: SendCall) -> HttpRequest | TransportFailure:
        request = call.request
        for need in call.needs:
            value = await self._value(need, request, call.timeout)
            if isinstance(value, TransportFailure):
                return value
            if value is not None:
                request = request.with_header("Authorization", value)
        return self._sign(call, request)

    def _sign(self, call: SendCall, request: HttpRequest) -> HttpRequest | TransportFailure:
        """The request with its signatures, which are about all that was added before."""
        for need in call.needs:
            if isinstance(need, SignNeed):
                from arazzo_runner.auth.sign import sign_request

                parts = self._credentials.of(need.owner, need.scheme)
                signed = sign_request(need, request, parts, self._now(), self._learn)
                if isinstance(signed, TransportFailure):
                    return signed
                request = signed
        return request

    async def _value(
        self, need: Need, request: HttpRequest, timeout: float | None
    ) -> str | TransportFailure | None:
        """The value of `Authorization`; None while no challenge is known."""
        match need:
            case TokenNeed():
                token = await self._tokens.value(need, timeout)
                return token if isinstance(token, TransportFailure) else f"{_BEARER}{token}"
            case DigestNeed():
                return self._digest(need, request)
            case SignNeed():
                return None  # it is the last
            case _:
                assert_never(need)

    def _digest(self, need: DigestNeed, request: HttpRequest) -> str | None:
        key = need, _server(request.url)
        if key not in self._sessions:
            return None
        # A nonce serves for many requests, each with another count (section 3.4).
        session = self._sessions[key] = self._sessions[key].next()
        parts = self._credentials.of(need.owner, need.scheme)
        return digest.authorization_header(
            session, request, parts["username"], parts["password"], self._random()
        )

    def _is_retry_useful(self, call: SendCall, outcome: HttpResponse | TransportFailure) -> bool:
        if isinstance(outcome, TransportFailure) or outcome.status != 401:
            return False
        if _left_origin(call.request, outcome):
            return False
        sent = outcome.request.header("Authorization") if outcome.request else None
        # Each is told, also where one has said yes.
        return True in [self._renew(need, call.request, outcome, sent) for need in call.needs]

    def _renew(
        self, need: Need, request: HttpRequest, response: HttpResponse, sent: str | None
    ) -> bool:
        """Whether a second go may do better than the first."""
        match need:
            case TokenNeed():
                return self._tokens.reject(need, (sent or "").removeprefix(_BEARER))
            case DigestNeed():
                return self._accept_challenge(need, request, response)
            case SignNeed():
                return False
            case _:
                assert_never(need)

    def _accept_challenge(
        self, need: DigestNeed, request: HttpRequest, response: HttpResponse
    ) -> bool:
        """Take a new challenge; one after an answer that was not stale means a wrong password."""
        found = digest.parse_session(response.header("WWW-Authenticate") or "")
        key = need, _server(request.url)
        known = self._sessions.pop(key, None)
        if found is None:
            return False
        self._sessions[key] = found
        return known is None or found.nonce != known.nonce


def _left_origin(request: HttpRequest, outcome: HttpResponse) -> bool:
    """Whether a redirect led to another server: its answer says nothing of what the first takes."""
    last = outcome.exchanges[-1].request.url if outcome.exchanges else request.url
    return _server(last) != _server(request.url)


def _server(url: str) -> str:
    """Scheme, host and port of an absolute URL."""
    return "/".join(url.split("/", 3)[:3])


def _remaining_time(call: SendCall, outcome: HttpResponse) -> float | None:
    """What the first answer has left of the attempt's time."""
    return None if call.timeout is None else max(call.timeout - outcome.duration, 0.001)
