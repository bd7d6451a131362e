"""What every way of sending has in common: the headers, cookies, redirects, and the time limit."""

from __future__ import annotations

from typing import Protocol

from msgspec.structs import replace

from arazzo_runner.executor.world import (
    PublishCall,
    ReceiveCall,
    ReceivedMessage,
    SendCall,
    TransportFailure,
)
from arazzo_runner.expression.scope import Headers, header_value
from arazzo_runner.operation.message import HttpRequest, HttpResponse
from arazzo_runner.operation.upload import has_files, size_of
from arazzo_runner.worlds import failures
from arazzo_runner.worlds.cookies import CookieJars
from arazzo_runner.worlds.decode import ACCEPT_ENCODING
from arazzo_runner.worlds.elsewhere import headers_by_origin
from arazzo_runner.worlds.limits import Deadline, HttpSettings
from arazzo_runner.worlds.origin import Origin, parse_url
from arazzo_runner.worlds.redirect import redirected_request
from arazzo_runner.worlds.uploads import check_files
from arazzo_runner.worlds.wire import WireRequest
from arazzo_runner.worlds.wire_log import ExchangeLog

_WITH_BODY = {"POST", "PUT", "PATCH"}


class Transport(Protocol):
    """One way to a server."""

    async def exchange(self, message: WireRequest, deadline: Deadline) -> HttpResponse:
        """Send once, and return the complete response; raises Unusable."""
        ...


class Sender:
    """Sends through an outlet; ``defaults`` are the headers of a request that does not set them."""

    def __init__(self, outlet: Transport, settings: HttpSettings, defaults: Headers) -> None:
        self._outlet = outlet
        self._settings = settings
        self._defaults = [(name.lower(), (name, value)) for name, value in defaults]
        self._cookies = CookieJars() if settings.cookies else None

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send a request and its redirects; a step's ``timeout`` may shorten the user's limit."""
        limit = self._settings.timeout
        deadline = Deadline(limit if call.timeout is None else min(limit, call.timeout))
        wire = ExchangeLog()
        try:
            response = await self._answer(call, deadline, wire)
        except failures.TransportError as reason:
            failed = reason.failure
            return replace(failed, duration=deadline.elapsed(), exchanges=wire.exchanges())
        return replace(response, duration=deadline.elapsed(), exchanges=wire.exchanges())

    async def _answer(self, call: SendCall, deadline: Deadline, wire: ExchangeLog) -> HttpResponse:
        request = call.request
        elsewhere = headers_by_origin(call.carriers, self._settings.credential_origins)
        response = await self._once(request, deadline, wire)
        for _ in range(self._settings.follow_redirects):
            next_request = redirected_request(request, response, elsewhere)
            if next_request is None:
                return response
            request = next_request
            response = await self._once(request, deadline, wire)
        if self._settings.follow_redirects and redirected_request(request, response) is not None:
            origin, _ = parse_url(request.url)
            raise failures.redirect_count_error(origin, self._settings.follow_redirects)
        return response

    async def _once(
        self, request: HttpRequest, deadline: Deadline, wire: ExchangeLog
    ) -> HttpResponse:
        origin, target = parse_url(request.url)
        if has_files(request.body):
            check_files(request.body)
        headers = self._headers(request, origin, target)
        encoded = tuple((name.encode(), value.encode()) for name, value in headers)
        message = WireRequest(request.method, origin, target, encoded, request.body)
        wire.send(replace(request, headers=headers))
        response = await self._outlet.exchange(message, deadline)
        wire.receive(response)
        if self._cookies is not None:
            self._cookies.keep(origin, target, response.headers)
        return replace(response, sent_headers=headers)

    def _headers(self, request: HttpRequest, origin: Origin, target: str) -> Headers:
        given = request.headers
        if self._cookies is not None:
            given = _with_cookies(given, self._cookies, origin, target)
        names = {name.lower() for name, _ in given}
        host = () if "host" in names else (("Host", origin.authority),)
        defaults = (field for name, field in self._defaults if name not in names)
        return (*host, *given, *defaults, *_length(request, names))


def world_headers(settings: HttpSettings) -> Headers:
    """What a world of its own says of itself."""
    return (
        ("User-Agent", settings.user_agent),
        ("Accept", "*/*"),
        ("Accept-Encoding", ACCEPT_ENCODING),
    )


def _length(request: HttpRequest, names: set[str]) -> Headers:
    """RFC 9110, section 8.6: a method that expects a body says so when there is none."""
    if not request.body and request.method not in _WITH_BODY:
        return ()
    if names & {"content-length", "transfer-encoding"}:
        return ()
    return (("Content-Length", str(size_of(request.body))),)


def _with_cookies(given: Headers, cookies: CookieJars, origin: Origin, target: str) -> Headers:
    field = cookies.field(origin, target, header_value(given, "cookie"))
    if field is None:
        return given
    others = tuple(one for one in given if one[0].lower() != "cookie")
    return (*others, ("Cookie", field))


class HttpWorldBase:
    """The half of a World that HTTP has no part in."""

    async def publish(self, call: PublishCall) -> TransportFailure | None:
        """Refused: there is no channel."""
        return failures.messaging_failure(call)

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """Refused: there is no channel."""
        return failures.messaging_failure(call)
