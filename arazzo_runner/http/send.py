"""Sending a call: headers, cookies, redirects, the time limit, and the log of its requests.

The log has each request, when it was sent, and what was received.
"""

from __future__ import annotations

from time import monotonic, time
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from arazzo_runner.executor.world import (
    OpenCall,
    PublishCall,
    ReceiveCall,
    ReceivedMessage,
    SendCall,
    TransportFailure,
)
from arazzo_runner.http import errors as http_errors
from arazzo_runner.http.body import ACCEPT_ENCODING
from arazzo_runner.http.cookies import CookieJars
from arazzo_runner.http.http1.message import WireRequest
from arazzo_runner.http.origin import Origin
from arazzo_runner.http.redirects import headers_by_origin, redirected_request
from arazzo_runner.http.settings import Deadline, HttpSettings
from arazzo_runner.http.uploads import check_files
from arazzo_runner.http.url import parse_url
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.openapi.message import HttpRequest, HttpResponse, WireExchange
from arazzo_runner.openapi.request.multipart import has_files, size_of

if TYPE_CHECKING:
    from arazzo_runner.executor.channels.stream_end import StreamEnd


class ExchangeLog:
    """Remembers the exchanges of one call; one without a response has failed."""

    __slots__ = ("_ended", "_known", "_since")

    def __init__(self) -> None:
        self._known: list[WireExchange] = []
        self._since = 0.0
        self._ended = True

    def send(self, request: HttpRequest) -> None:
        """A request goes out, with all its header fields."""
        if not self._ended:  # it is the same once more
            self._end(None)
        self._since = monotonic()
        self._ended = False
        self._known.append(WireExchange(request, None, time(), 0.0))

    def receive(self, response: HttpResponse) -> None:
        """Its response is complete."""
        self._end(response)

    def exchanges(self) -> tuple[WireExchange, ...]:
        """All of them; what has no response by now gets none."""
        if not self._ended:
            self._end(None)
        return tuple(self._known)

    def _end(self, response: HttpResponse | None) -> None:
        self._ended = True
        duration = monotonic() - self._since
        self._known[-1] = replace(self._known[-1], response=response, duration=duration)


_WITH_BODY = {"POST", "PUT", "PATCH"}


class Transport(Protocol):
    """One way to a server."""

    async def exchange(self, message: WireRequest, deadline: Deadline) -> HttpResponse:
        """Send once, and return the complete response; raises Unusable."""
        ...


class Sender:
    """Sends through an outlet; ``defaults`` are the headers of a request that does not set them.

    ``cookies`` are those that it shares with another sender.
    """

    def __init__(
        self,
        outlet: Transport,
        settings: HttpSettings,
        defaults: Headers,
        cookies: CookieJars | None = None,
    ) -> None:
        self._outlet = outlet
        self._settings = settings
        self._defaults = [(name.lower(), (name, value)) for name, value in defaults]
        own = CookieJars() if settings.cookies else None
        self._cookies = cookies if cookies is not None else own
        self._ignored_cookies: set[Origin] = set()

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send a request and its redirects; a step's ``timeout`` may shorten the user's limit."""
        own = self._settings.timeout
        seconds = own if call.timeout is None else min(own, call.timeout)
        deadline = Deadline(seconds, call.limit)
        wire = ExchangeLog()
        try:
            response = await self._answer(call, deadline, wire)
        except http_errors.TransportError as reason:
            failed = reason.failure
            return replace(failed, duration=deadline.elapsed(), exchanges=wire.exchanges())
        return replace(response, duration=deadline.elapsed(), exchanges=wire.exchanges())

    async def _answer(self, call: SendCall, deadline: Deadline, wire: ExchangeLog) -> HttpResponse:
        request = call.request
        elsewhere = headers_by_origin(call.carriers, self._settings.credential_origins)
        response = await self._once(request, deadline, wire, call.stream_end)
        for _ in range(self._settings.follow_redirects):
            next_request = redirected_request(request, response, elsewhere)
            if next_request is None:
                return response
            request = next_request
            response = await self._once(request, deadline, wire, call.stream_end)
        if self._settings.follow_redirects and redirected_request(request, response) is not None:
            origin, _ = parse_url(request.url)
            raise http_errors.redirect_count_error(origin, self._settings.follow_redirects)
        return response

    async def _once(
        self,
        request: HttpRequest,
        deadline: Deadline,
        wire: ExchangeLog,
        end: StreamEnd | None,
    ) -> HttpResponse:
        origin, target = parse_url(request.url)
        if has_files(request.body):
            check_files(request.body)
        headers = self._headers(request, origin, target)
        encoded = tuple((name.encode(), value.encode()) for name, value in headers)
        message = WireRequest(request.method, origin, target, encoded, request.body, end)
        try:
            response = await self._exchange(
                message, replace(request, headers=headers), deadline, wire
            )
        except http_errors.TransportError as reason:
            head = reason.failure.head
            if head is not None:
                wire.receive(head)
            raise reason.after(head and replace(head, sent_headers=headers)) from None
        wire.receive(response)
        if self._cookies is not None:
            self._cookies.keep(origin, target, response.headers)
        hint = self._cookie_hint(origin, headers, response)
        return replace(response, sent_headers=headers, hint=hint)

    async def _exchange(
        self, message: WireRequest, request: HttpRequest, deadline: Deadline, wire: ExchangeLog
    ) -> HttpResponse:
        """Send once, and once more where nothing can have been processed.

        RFC 9110, section 9.2.2; RFC 9112, section 9.3.1; RFC 9113, section 8.7.
        """
        wire.send(request)
        try:
            return await self._outlet.exchange(message, deadline)
        except http_errors.TransportError as reason:
            if not reason.may_resend:
                raise
            why = reason.failure.message
        wire.send(request)
        response = await self._outlet.exchange(replace(message, is_resent=True), deadline)
        return replace(response, notes=(*response.notes, f"it was sent twice: at first, {why}"))

    def _cookie_hint(self, origin: Origin, sent: Headers, response: HttpResponse) -> str | None:
        """What a refusal may be about: cookies that this server has set, and that were not kept."""
        if self._cookies is not None:
            return None
        refused = response.status in (401, 403) and header_value(sent, "cookie") is None
        ignored = origin in self._ignored_cookies
        if header_value(response.headers, "set-cookie") is not None:
            self._ignored_cookies.add(origin)
        if not (refused and ignored):
            return None
        return f"`{origin}` set a cookie before, which was not kept; `--cookies` keeps cookies"

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

    async def open_channels(self, call: OpenCall) -> TransportFailure | None:
        """Refused: there is no channel."""
        return http_errors.messaging_failure(call.channels[0])

    async def publish(self, call: PublishCall) -> TransportFailure | None:
        """Refused: there is no channel."""
        return http_errors.messaging_failure(call)

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """Refused: there is no channel."""
        return http_errors.messaging_failure(call)
