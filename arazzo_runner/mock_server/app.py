"""The mock server as an ASGI application: HTTP round the answers of the mock.

Requests wait for their bodies and for their latency, and are answered one after the other: between
reading and changing the state of the mock nothing else happens.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.http_semantics.headers import OF_CONNECTION, Headers
from arazzo_runner.mock.problem import Problem, problem_response
from arazzo_runner.mock_server.admin import admin_response, client_refusal, is_admin
from arazzo_runner.mock_server.cors import (
    is_preflight,
    preflight_headers,
    with_cors,
)
from arazzo_runner.mock_server.encoding import (
    BodySizeError,
    UnknownEncodingError,
    decode_body,
)
from arazzo_runner.mock_server.preferences import parse_preferences
from arazzo_runner.mock_server.runtime import ServerRuntime
from arazzo_runner.mock_server.service import (
    ServedResponse,
    ServerRequest,
)
from arazzo_runner.mock_server.traffic import TrafficEntry
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.text.pattern import lazy_pattern

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Log: TypeAlias = Callable[[TrafficEntry], None]

MAX_BODY: Final = 2**20
MAX_STATE: Final = 64 * 2**20
"""What `/__arazzo/state` takes may be larger."""
MAX_HEADERS: Final = 64 * 2**10
ABORT: Final = "arazzo.abort"
"""The extension of the scope that resets the connection."""

_SECONDS: Final = 30.0
"""How long a body may take to arrive."""
_BODILESS: Final = (204, 304)
_OWN: Final = OF_CONNECTION | {"content-encoding", "date", "server"}
"""What the description may document, and only the server knows."""
_AUTHORITY: Final = lazy_pattern(
    r"(?:[A-Za-z0-9._~-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
)
_TOKEN: Final = lazy_pattern(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSENDABLE: Final = lazy_pattern(r"[^\t\x20-\x7e\x80-\xff]")


class AppSettings(Struct, frozen=True):
    """``has_cors`` and ``has_admin`` say whether there are CORS headers and `/__arazzo`."""

    has_cors: bool = True
    has_admin: bool = True


class _RefusedError(Exception):
    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.problem = Problem(status, detail)


class MockApp:
    """The application; ``log`` is told of each request."""

    def __init__(
        self,
        runtime: ServerRuntime,
        settings: AppSettings = AppSettings(),  # noqa: B008 - it is frozen
        log: Log = lambda _entry: None,
    ) -> None:
        self.runtime = runtime
        self.settings = settings
        self.log = log

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3.0)."""
        if scope["type"] != "http":
            raise RuntimeError(f"the mock server speaks HTTP alone, not `{scope['type']}`")
        began = time.perf_counter()
        incoming = _incoming(scope)
        is_own = self.settings.has_admin and is_admin(incoming.path)
        try:
            incoming = await _with_body(incoming, receive, MAX_STATE if is_own else MAX_BODY)
        except _RefusedError as refusal:
            served = self._refusal(incoming, refusal.problem)
            await self._finish(incoming, served, began, send)
            return
        if is_own:
            response = await admin_response(self.runtime, incoming, _client(scope))
            await _send(send, incoming.method, response, response.headers)
            return
        await self._answer(scope, incoming, began, send)

    async def _answer(
        self, scope: Message, incoming: ServerRequest, began: float, send: Send
    ) -> None:
        fault, latency = self.runtime.disturbance.next()
        wanted = parse_preferences(incoming.headers)
        if latency or wanted.wait:
            await asyncio.sleep(max(latency, wanted.wait))
        if fault is not None and fault.status is None:
            served = ServedResponse(HttpResponse(0, (), b""))
            self._note(incoming, served, began, is_reset=True)
            _abort(scope)
            return
        if self.settings.has_cors and is_preflight(incoming.method, incoming.headers):
            served = ServedResponse(self._preflight(incoming))
        else:
            status = fault.status if fault is not None else None
            served = self.runtime.service.serve(incoming, wanted, status)
            # A page of another site, or another machine behind a proxy, has a loopback address too.
            is_local = not client_refusal(incoming.headers, _client(scope))
            self.runtime.emitter.calls.note(served, is_local=is_local)
            served = self._with_headers(incoming, served)
        await self._finish(incoming, served, began, send)

    def _preflight(self, incoming: ServerRequest) -> HttpResponse:
        allowed = self.runtime.service.routes.methods_of(incoming.path, incoming.query)
        headers = preflight_headers(incoming.headers, allowed)
        own = (("Allow", ", ".join(allowed)),) if allowed else ()
        return HttpResponse(204, (*own, *headers), b"")

    def _refusal(self, incoming: ServerRequest, problem: Problem) -> ServedResponse:
        response = problem_response(problem)
        headers = (*response.headers, ("Connection", "close"))
        served = ServedResponse(replace(response, headers=headers), reason=problem.detail)
        return self._with_headers(incoming, served)

    def _with_headers(self, incoming: ServerRequest, served: ServedResponse) -> ServedResponse:
        headers = _wire_headers(served.response.headers)
        if self.settings.has_cors:
            headers = with_cors(incoming.headers, headers)
        return replace(served, response=replace(served.response, headers=headers, notes=()))

    def _note(
        self,
        incoming: ServerRequest,
        served: ServedResponse,
        began: float,
        *,
        is_reset: bool = False,
    ) -> None:
        seconds = time.perf_counter() - began
        self.log(self.runtime.traffic.add(incoming, served, seconds, is_reset=is_reset))

    async def _finish(
        self, incoming: ServerRequest, served: ServedResponse, began: float, send: Send
    ) -> None:
        self._note(incoming, served, began)
        await _send(send, incoming.method, served.response, served.response.headers)


def _client(scope: Message) -> str | None:
    """The address of who asks."""
    client = scope.get("client")
    return client[0] if client else None


def _incoming(scope: Message) -> ServerRequest:
    """The request of a scope, without its body."""
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
    )
    raw = scope.get("raw_path") or scope["path"].encode()
    host = next((value for name, value in headers if name == "host"), "")
    if not _AUTHORITY.fullmatch(host):
        server = scope.get("server") or ("localhost", None)
        host = f"{server[0]}:{server[1]}" if server[1] else str(server[0])
    return ServerRequest(
        scope["method"],
        raw.partition(b"?")[0].decode("latin-1"),
        scope["query_string"].decode("latin-1"),
        f"{scope.get('scheme', 'http')}://{host}",
        headers,
    )


async def _with_body(incoming: ServerRequest, receive: Receive, most: int) -> ServerRequest:
    """The request with its body. Raises _RefusedError for what is too large or too slow."""
    size = 0
    length, is_chunked = "0", False
    for name, value in incoming.headers:
        size += len(name) + len(value)
        if name == "content-length":
            length = value
        elif name == "transfer-encoding":
            is_chunked = True
    if size > MAX_HEADERS:
        raise _RefusedError(431, f"the header fields are larger than {MAX_HEADERS:,} bytes")
    if not is_chunked and length == "0":
        return incoming
    if length.isdecimal() and int(length[:20]) > most:
        raise _too_large_error(most)
    try:
        body = await asyncio.wait_for(_read_body(receive, most), _SECONDS)
    except TimeoutError:
        raise _RefusedError(408, f"the body took longer than {_SECONDS:g} s") from None
    return _with_decoded_body(incoming, body, most)


def _with_decoded_body(incoming: ServerRequest, body: bytes, most: int) -> ServerRequest:
    try:
        found = decode_body(incoming.headers, body, most)
    except BodySizeError:
        raise _too_large_error(most) from None
    except UnknownEncodingError as reason:
        raise _RefusedError(415, str(reason)) from None
    except ValueError as reason:
        raise _RefusedError(400, str(reason)) from None
    return replace(incoming, headers=found.headers, body=found.body)


async def _read_body(receive: Receive, most: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > most:
            raise _too_large_error(most)
        if not message.get("more_body"):
            return bytes(body)


def _too_large_error(most: int) -> _RefusedError:
    return _RefusedError(413, f"the body is larger than {most:,} bytes")


def _wire_headers(headers: Headers) -> Headers:
    """The header fields that can be sent, of those that a description documents."""
    return tuple(
        (name, _UNSENDABLE.sub("?", value))
        for name, value in headers
        if name.lower() not in _OWN and _TOKEN.fullmatch(name)
    ) + tuple(one for one in headers if one == ("Connection", "close"))


async def _send(send: Send, method: str, response: HttpResponse, headers: Headers) -> None:
    spelled = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    if response.status not in _BODILESS:
        spelled.append((b"content-length", b"%d" % len(response.body)))
    body = b"" if method == "HEAD" or response.status in _BODILESS else response.body
    await send({"type": "http.response.start", "status": response.status, "headers": spelled})
    await send({"type": "http.response.body", "body": body})


def _abort(scope: Message) -> None:
    """Reset the connection; raises ConnectionResetError where the server cannot."""
    abort = scope.get("extensions", {}).get(ABORT)
    if abort is None:
        raise ConnectionResetError("the mock resets the connection (`--fault reset`)")
    abort()
