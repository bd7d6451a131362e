"""Worlds over what a caller hands in: httpx transports and clients, apps in this process."""

import gzip

import anyio
import httpx
import httpx2
import pytest

from arazzo_runner.executor.world import SendCall, TransportFailure, run_coroutine
from arazzo_runner.http.client import AsyncHttpWorld, HttpSettings, HttpWorld
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.worlds import httpx as httpx_worlds
from arazzo_runner.worlds.httpx import (
    AsyncClientWorld,
    AsyncTransportWorld,
    ClientWorld,
    TransportWorld,
)

URL = "http://app/a%20b?c=d"


def call(
    method: str = "GET", body: bytes = b"", headers=(), url: str = URL, timeout=None
) -> SendCall:
    return SendCall("k", HttpRequest(method, url, headers, body), timeout, ("api", "get", "/"))


async def asgi(scope, receive, send) -> None:
    message = await receive()
    seen = f"{scope['method']} {scope['raw_path'].decode()} {message['body'].decode()}".encode()
    headers = [(b"X-Seen", seen), (b"content-encoding", b"gzip")]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    packed = gzip.compress(b"hello")
    await send({"type": "http.response.body", "body": packed[:5], "more_body": True})
    await send({"type": "http.response.body", "body": packed[5:]})


def wsgi(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("201 Created", [("X-Seen", f"{environ['REQUEST_METHOD']} {body.decode()}")])
    return [b"hel", b"lo"]


def in_loop(world, *calls: SendCall) -> list[HttpResponse | TransportFailure]:
    async def run():
        return [await world.send(one) for one in calls]

    return anyio.run(run)


def without_loop(world, *calls: SendCall) -> list[HttpResponse | TransportFailure]:
    return [run_coroutine(world.send(one)) for one in calls]


def check(outcomes) -> None:
    for one in outcomes:
        assert isinstance(one, HttpResponse), one
        assert (one.status, one.body) == (201, b"hello")


def test_an_asgi_app() -> None:
    world = AsyncTransportWorld(httpx.ASGITransport(asgi))
    outcomes = in_loop(world, call("POST", b"x"), call())
    check(outcomes)
    assert ("X-Seen", "POST /a%20b x") in outcomes[0].headers


def test_a_wsgi_app_needs_no_event_loop() -> None:
    outcomes = without_loop(TransportWorld(httpx.WSGITransport(wsgi)), call("PUT", b"x"))
    check(outcomes)
    assert outcomes[0].headers == (("X-Seen", "PUT x"),)


def answer(request: httpx.Request) -> httpx.Response:
    return httpx.Response(201, content=b"hello", headers={"X-Seen": str(request.url)})


async def answer_later(request: httpx.Request) -> httpx.Response:
    await anyio.sleep(0)
    return answer(request)


def test_mocks() -> None:
    check(without_loop(TransportWorld(httpx.MockTransport(answer)), call()))
    check(in_loop(AsyncTransportWorld(httpx.MockTransport(answer_later)), call()))


def test_clients_with_what_they_bring() -> None:
    seen: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answer(request)

    own = {"User-Agent": "mine", "X-Own": "1", "Accept-Encoding": "br"}
    with httpx.Client(transport=httpx.MockTransport(note), headers=own, auth=("a", "b")) as client:
        check(without_loop(ClientWorld(client), call(headers=(("X-Step", "2"),))))
    (request,) = seen
    assert request.headers["user-agent"] == "mine"
    assert request.headers["x-own"] == "1"
    assert request.headers["x-step"] == "2"
    assert request.headers["accept-encoding"] == "gzip, deflate"
    assert request.headers["authorization"].startswith("Basic ")


def test_an_asynchronous_client() -> None:
    async def run():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(asgi)) as client:
            return [await AsyncClientWorld(client).send(call("POST", b"x"))]

    check(anyio.run(run))


def redirect(request: httpx.Request) -> httpx.Response:
    if request.url.path == "/end":
        return answer(request)
    return httpx.Response(302, headers={"Location": "/end"})


@pytest.mark.parametrize(("count", "status"), [(0, 302), (1, 201)])
def test_redirects_by_the_settings(count, status) -> None:
    client = httpx.Client(transport=httpx.MockTransport(redirect), follow_redirects=True)
    with client:
        world = ClientWorld(client, HttpSettings(follow_redirects=count))
        (outcome,) = without_loop(world, call())
    assert outcome.status == status


class Streamed(httpx.SyncByteStream):
    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces
        self.closed = False

    def __iter__(self):
        yield from self.pieces

    def close(self) -> None:
        self.closed = True


class Transport(httpx.BaseTransport):
    def __init__(self, headers=(), body: httpx.SyncByteStream | None = None, error=None) -> None:
        self.headers = headers
        self.body = body or Streamed()
        self.error = error

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.error:
            raise self.error
        return httpx.Response(200, headers=self.headers, stream=self.body)


BOMB = gzip.compress(bytes(100_000))
GZIPPED = [("Content-Encoding", "gzip")]
LIMITS = {
    "size": ([], [b"01234", b"56789"], {"max_response_size": 10}, {"max_response_size": 9}),
    "announced": (
        [("Content-Length", "1")],
        [b"x"],
        {"max_response_size": 1},
        {"max_response_size": 0},
    ),
    "decoded": (GZIPPED, [BOMB], {"max_decoded_size": 100_000}, {"max_decoded_size": 99_999}),
    "header bytes": ([("A", "b")] * 2, [], {"max_header_bytes": 12}, {"max_header_bytes": 11}),
    "header count": ([("A", "b")] * 2, [], {"max_headers": 2}, {"max_headers": 1}),
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits(name) -> None:
    headers, pieces, at, past = LIMITS[name]
    body = Streamed(*pieces)
    world = TransportWorld(Transport(headers, body), HttpSettings(**at))
    (response,) = without_loop(world, call())
    assert isinstance(response, HttpResponse)
    world = TransportWorld(Transport(headers, body), HttpSettings(**past))
    (failure,) = without_loop(world, call())
    assert isinstance(failure, TransportFailure)
    assert failure.code == "limit"
    assert body.closed


def test_a_truncated_body() -> None:
    transport = Transport([("Content-Length", "10")], Streamed(b"01234"))
    (failure,) = without_loop(TransportWorld(transport), call())
    assert failure.message == "the response body of `http://app` ends after 5 bytes instead of 10"
    assert (failure.head.status, failure.head.header("content-length")) == (200, "10")
    (response,) = without_loop(TransportWorld(transport), call("HEAD"))
    assert isinstance(response, HttpResponse)


class Unrelated(Exception):
    """Called like an exception of httpx, and none."""


Unrelated.__name__ = "ConnectError"


@pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda one: one.__name__)
@pytest.mark.parametrize(
    ("make", "code", "message"),
    [
        (lambda it: it.ReadTimeout("slow"), "timeout", "`http://app` sent nothing for 30 s"),
        (lambda it: it.ConnectError("no way"), "connect", "`app:80` cannot be reached: no way"),
        (
            lambda it: it.RemoteProtocolError("bad"),
            "protocol",
            "the response of `http://app` is not valid HTTP: bad",
        ),
        (
            lambda it: it.ReadError(""),
            "protocol",
            "the response of `http://app` is not valid HTTP: ReadError",
        ),
        (lambda _: ValueError("x"), "protocol", "what serves `http://app` raised `ValueError: x`"),
        (
            lambda _: TimeoutError("x"),
            "protocol",
            "what serves `http://app` raised `TimeoutError: x`",
        ),
        (
            lambda _: Unrelated("x"),
            "protocol",
            "what serves `http://app` raised `ConnectError: x`",
        ),
    ],
)
def test_what_is_raised_becomes_a_value(library, make, code, message) -> None:
    (failure,) = without_loop(TransportWorld(Transport(error=make(library))), call())
    assert isinstance(failure, TransportFailure)
    assert (failure.code, failure.message) == (code, message)


def test_a_bug_of_an_app_is_located() -> None:
    async def app(scope, receive, send) -> None:
        raise KeyError("x")

    (failure,) = in_loop(AsyncTransportWorld(httpx.ASGITransport(app)), call())
    assert failure.message == "what serves `http://app` raised `KeyError: 'x'`"
    assert failure.hint.startswith(f"it was raised in `{__file__}`, line ")


def test_an_app_that_takes_too_long() -> None:
    async def app(scope, receive, send) -> None:
        await anyio.sleep(9)

    (failure,) = in_loop(AsyncTransportWorld(httpx.ASGITransport(app)), call(timeout=0.05))
    assert failure.message == "no complete response from `http://app` within 0.05 s"


class Slow(Streamed):
    def __iter__(self):
        while True:
            httpx_worlds.sleep(0.02)
            yield b"x"


def test_a_transport_that_drips() -> None:
    (failure,) = without_loop(TransportWorld(Transport(body=Slow())), call(timeout=0.05))
    assert failure.message == "no complete response from `http://app` within 0.05 s"


@pytest.mark.parametrize("seconds", [0.0, 0.01])
def test_sleep(seconds) -> None:
    async def run(world):
        await world.sleep("k", seconds)

    run_coroutine(run(TransportWorld(httpx.MockTransport(answer))))
    anyio.run(run, AsyncTransportWorld(httpx.MockTransport(answer)))
    run_coroutine(run(HttpWorld(environment={})))
    anyio.run(run, AsyncHttpWorld(environment={}))
