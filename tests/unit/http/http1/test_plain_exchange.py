"""What is plain, and that all else is left to h11; `fuzz/framing.py` holds both to one outcome."""

import pytest

from arazzo_runner.http import http11
from arazzo_runner.http.errors import TransportError
from arazzo_runner.http.http1.message import WireRequest
from arazzo_runner.http.http11 import Http1
from arazzo_runner.http.origin import Origin
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.openapi.message import HttpResponse

pytest.importorskip("httptools")

from arazzo_runner.http.http1.plain_exchange import PlainExchange, plain_request

ORIGIN = Origin("http", "127.0.0.1", 80)
HOST = (b"Host", b"a")
GET = WireRequest("GET", ORIGIN, "/", (HOST,))
OK = b"HTTP/1.1 200 OK\r\n"
TWO = b"Content-Length: 2\r\n"


def post(*headers: tuple[bytes, bytes], body: bytes = b"{}") -> WireRequest:
    return WireRequest("POST", ORIGIN, "/", (HOST, *headers), body)


def test_a_plain_request() -> None:
    message = post((b"X", b"\xc3\xbc a\tb"), (b"Empty", b""), (b"Content-Length", b"2"))
    assert plain_request(message) == (
        b"POST / HTTP/1.1\r\nHost: a\r\nX: \xc3\xbc a\tb\r\nEmpty: \r\nContent-Length: 2\r\n\r\n{}"
    )


@pytest.mark.parametrize(
    "message",
    [
        WireRequest("HEAD", ORIGIN, "/", (HOST,)),
        WireRequest("CONNECT", ORIGIN, "a:1", (HOST,)),
        WireRequest("GET", ORIGIN, "/a b", (HOST,)),
        WireRequest("GET", ORIGIN, "/a\r\nX: y", (HOST,)),
        WireRequest("GET", ORIGIN, "", (HOST,)),
        WireRequest("GET", ORIGIN, "/", ()),
        WireRequest("GET", ORIGIN, "/", ((b"Accept", b"*/*"), HOST)),
        WireRequest("GET", ORIGIN, "/", (HOST, (b"host", b"b"))),
        WireRequest("GET", ORIGIN, "/", (HOST, (b"Connection", b"close"))),
        WireRequest("GET", ORIGIN, "/", (HOST, (b"Connection", b"keep-alive"))),
        WireRequest("GET", ORIGIN, "/", (HOST, (b"Upgrade", b"h2c"))),
        WireRequest("GET", ORIGIN, "/", (HOST, (b"A: b", b"c"))),
        WireRequest("GET", ORIGIN, "/", (HOST, (b"A", b"b\r\nC: d"))),
        WireRequest("GET", ORIGIN, "/", (HOST, (b"A", b" b"))),
        WireRequest("GET", ORIGIN, "/", (HOST, (b"A", b"b\0"))),
        post(),
        post((b"Content-Length", b"3")),
        post((b"Content-Length", b"2"), (b"content-length", b"2")),
        post((b"Content-Length", b"2"), (b"Transfer-Encoding", b"chunked")),
        post((b"Content-Length", b"2"), (b"Expect", b"100-continue")),
    ],
    ids=str,
)
def test_requests_that_h11_writes_or_refuses(message) -> None:
    assert plain_request(message) is None


def head_of(data: bytes, settings: HttpSettings | None = None) -> HttpResponse | bytes:
    steps = PlainExchange(GET, settings or HttpSettings()).head(b"GET")
    assert next(steps) == b"GET"
    with pytest.raises(StopIteration) as done:
        steps.send(data)
    found: HttpResponse | bytes = done.value.value
    return found


def test_a_plain_head() -> None:
    lines = b"content-LENGTH:02\r\nA:\t b c \r\nEmpty:\r\nconnection: Keep-Alive\r\n\r\n"
    head = head_of(OK + lines + b"o")
    assert isinstance(head, HttpResponse)
    assert (head.status, head.body, head.http_version) == (200, b"", "HTTP/1.1")
    assert head.headers == (
        ("content-LENGTH", "02"),
        ("A", "b c"),
        ("Empty", ""),
        ("connection", "Keep-Alive"),
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        OK + b"\r\nok",
        OK + TWO + TWO + b"\r\nok",
        OK + TWO + b"\r\nokay",
        OK + b"Content-Length: +2\r\n\r\nok",
        OK + b"Content-Length: 2, 2\r\n\r\nok",
        OK + b"Content-Length: 9999999999999999\r\n\r\nok",
        OK + b"Content-Length : 2\r\n\r\nok",
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK + TWO + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK + TWO + b"Connection: close\r\n\r\nok",
        OK + TWO + b"Connection: keep-alive, x\r\n\r\nok",
        OK + TWO + b"Upgrade: h2c\r\n\r\nok",
        OK + TWO + b"A: b\r\n c\r\n\r\nok",
        OK + TWO + b"A: b\nC: d\r\n\r\nok",
        OK + TWO + b"A: b\rC: d\r\n\r\nok",
        OK + TWO + b"A: b\0\r\n\r\nok",
        OK + TWO + b"A b: c\r\n\r\nok",
        OK + TWO + b"A\r\n\r\nok",
        b"HTTP/1.1 20 OK\r\n" + TWO + b"\r\nok",
        b"HTTP/1.1 600 OK\r\n" + TWO + b"\r\nok",
        b"HTTP/1.1  200 OK\r\n" + TWO + b"\r\nok",
        b"HTTP/1.1 103 Hints\r\n" + TWO + b"\r\nok",
        b"HTTP/1.1 204 No\r\n" + TWO + b"\r\n",
        b"HTTP/1.1 304 No\r\n" + TWO + b"\r\n",
        b"HTTP/1.0 200 OK\r\n" + TWO + b"\r\nok",
        b"\r\n" + OK + TWO + b"\r\nok",
    ],
)
def test_heads_that_h11_reads(data) -> None:
    assert head_of(data) == data


@pytest.mark.parametrize(
    ("settings", "is_plain"),
    [
        (HttpSettings(max_headers=1), True),
        (HttpSettings(max_headers=0), False),
        (HttpSettings(max_header_bytes=38), True),
        (HttpSettings(max_header_bytes=37), False),
    ],
)
def test_limits_of_a_head_are_told_by_h11(settings, is_plain) -> None:
    found = head_of(OK + TWO + b"\r\nok", settings)
    assert isinstance(found, HttpResponse) is is_plain


@pytest.fixture(params=[True, False], ids=["httptools", "h11"])
def wire(request, monkeypatch):
    monkeypatch.setattr(http11, "HAS_HTTPTOOLS", request.param)
    return Http1(HttpSettings(max_response_size=20))


def drive(wire: Http1, *reads: bytes) -> HttpResponse:
    steps = wire.exchange(GET)
    assert next(steps) == b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    try:
        for data in reads:
            steps.send(data)
    except StopIteration as done:
        response: HttpResponse = done.value
        return response
    raise AssertionError("it reads on")


def test_a_connection_is_used_again_and_again(wire) -> None:
    assert not wire.is_reusable
    for reads in (
        [OK + TWO + b"\r\nok"],
        [OK + TWO + b"\r\n", b"o", b"k"],
        [OK + b"Transfer-Encoding: chunked\r\n\r\n", b"2\r\nok\r\n0\r\n\r\n"],
        [OK + b"Content-Le", b"ngth: 2\r\n\r\nok"],
        [OK + TWO + b"\r\nok"],
    ):
        assert drive(wire, *reads).body == b"ok"
        assert wire.has_received
        assert wire.is_reusable


def test_bytes_that_belong_to_no_response_end_a_connection(wire) -> None:
    assert drive(wire, OK + TWO + b"\r\no", b"kay").body == b"ok"
    assert not wire.is_reusable


def test_half_a_body(wire) -> None:
    with pytest.raises(TransportError, match="ends after 1 bytes instead of 2"):
        drive(wire, OK + TWO + b"\r\no", b"")
    assert wire.head is not None
    assert not wire.is_reusable


def test_more_than_the_limit(wire) -> None:
    with pytest.raises(TransportError, match="limit is 20 bytes"):
        drive(wire, OK + b"Content-Length: 21\r\n\r\n")
    with pytest.raises(TransportError, match="limit is 20 bytes"):
        drive(wire, OK + TWO + b"\r\no", b"k" * 20)
