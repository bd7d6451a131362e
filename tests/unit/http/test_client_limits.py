"""Each limit at the limit, and one past it."""

import gzip
import socket
import threading
import zlib

import pytest

from arazzo_runner.executor.world import TransportFailure, run_coroutine
from arazzo_runner.http.client import HttpSettings
from arazzo_runner.http.errors import TransportError, size_text
from arazzo_runner.http.http1.message import WireRequest
from arazzo_runner.http.http11 import Http1
from arazzo_runner.http.network import BlockingStream
from arazzo_runner.http.settings import MIB, Deadline
from arazzo_runner.http.url import parse_url
from arazzo_runner.openapi.message import HttpRequest, HttpResponse

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKS = b"1\r\nx\r\n0\r\n\r\n"
BOMB = gzip.compress(bytes(100_000))
TWICE = gzip.compress(zlib.compress(bytes(100_000)))


def encoded(name: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {name}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def headed(lines: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\n" + lines + b"Content-Length: 0\r\n\r\n"


SIZE = "raise the limit with `--max-response-size`"

# reply, settings at the limit, settings one past it, the message without its server, the hint
LIMITS = {
    "announced size": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789",
        {"max_response_size": 10},
        {"max_response_size": 9},
        "the response body of `{}` has 10 bytes or more, the limit is 9 bytes",
        SIZE,
    ),
    "size until the end": (
        b"HTTP/1.0 200 OK\r\n\r\n0123456789",
        {"max_response_size": 10},
        {"max_response_size": 9},
        "the response body of `{}` has 10 bytes or more, the limit is 9 bytes",
        SIZE,
    ),
    "chunks with their framing": (
        CHUNKED + CHUNKS,
        {"max_response_size": len(CHUNKS)},
        {"max_response_size": len(CHUNKS) - 1},
        f"the response body of `{{}}` has {len(CHUNKS)} bytes or more, the limit is {len(CHUNKS) - 1} bytes",
        SIZE,
    ),
    "decoded size": (
        encoded("gzip", BOMB),
        {"max_decoded_size": 100_000},
        {"max_decoded_size": 99_999},
        "the response body of `{}` decodes to more than 99999 bytes",
        SIZE,
    ),
    "size of a body that is not encoded": (
        OK,
        {"max_decoded_size": 2},
        {"max_decoded_size": 1},
        "the response body of `{}` decodes to more than 1 bytes",
        SIZE,
    ),
    "decoded size of two encodings": (
        encoded("deflate, gzip", TWICE),
        {"max_decoded_size": 100_000},
        {"max_decoded_size": 99_999},
        "the response body of `{}` decodes to more than 99999 bytes",
        SIZE,
    ),
    "header bytes": (
        OK,
        {"max_header_bytes": len(OK) - 2},
        {"max_header_bytes": len(OK) - 3},
        f"the response header of `{{}}` has more than {len(OK) - 3} bytes",
        None,
    ),
    "header bytes of interim responses too": (
        b"HTTP/1.1 103 Hints\r\n\r\n" + OK,
        {"max_header_bytes": 22 + len(OK) - 2},
        {"max_header_bytes": 22 + len(OK) - 3},
        f"the response header of `{{}}` has more than {22 + len(OK) - 3} bytes",
        None,
    ),
    "header count": (
        headed(b"A: b\r\n" * 3),
        {"max_headers": 4},
        {"max_headers": 3},
        "the response of `{}` has 4 headers, the limit is 3",
        None,
    ),
    "interim responses": (
        b"HTTP/1.1 103 Hints\r\n\r\n" * 3 + OK,
        {"max_informational": 3},
        {"max_informational": 2},
        "`{}` sent more than 2 interim (1xx) responses before its response",
        None,
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_at_the_limit(serve, ask, name) -> None:
    reply, settings, *_ = LIMITS[name]
    (response,) = ask(serve([reply]).url, settings=HttpSettings(**settings))
    assert isinstance(response, HttpResponse), response


@pytest.mark.parametrize("name", LIMITS)
def test_past_the_limit(serve, ask, name) -> None:
    reply, _, settings, message, hint = LIMITS[name]
    server = serve([reply])
    (failure,) = ask(server.url, settings=HttpSettings(**settings))
    assert isinstance(failure, TransportFailure)
    assert (failure.code, failure.message) == ("limit", message.format(server.url))
    assert failure.hint == hint
    assert failure.duration > 0


@pytest.mark.parametrize("cut", [None, len(CHUNKED), len(CHUNKED) + 1, len(CHUNKED) + 5])
@pytest.mark.parametrize(("spare", "passes"), [(0, True), (-1, False)])
def test_framing_counts_wherever_the_response_is_cut(cut, spare, passes) -> None:
    settings = HttpSettings(max_response_size=len(CHUNKS) + spare)
    origin, target = parse_url("http://127.0.0.1/")
    steps = Http1(settings).exchange(WireRequest("GET", origin, target, ((b"Host", b"x"),)))
    next(steps)
    reply = CHUNKED + CHUNKS
    with pytest.raises(StopIteration if passes else TransportError) as ended:
        for piece in (reply,) if cut is None else (reply[:cut], reply[cut:]):
            steps.send(piece)
    if passes:
        assert ended.value.value.body == b"x"
    else:
        assert ended.value.failure.code == "limit"


def test_more_than_two_encodings(serve, ask) -> None:
    server = serve([encoded("gzip, identity, gzip, gzip", b"")])
    (failure,) = ask(server.url)
    message = f"the response of `{server.url}` is encoded 3 times over, the limit is 2"
    assert (failure.code, failure.message) == ("limit", message)


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 100),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x" * 1000),
        (CHUNKED + b"1;", b"x" * 1000),
        (CHUNKED + b"0\r\n", b"A: b\r\n" * 100),
        (CHUNKED, b"1\r\nx\r\n" * 100),
        (b"HTTP/1.1 103 Hints\r\nA: b\r\n\r\n", b"HTTP/1.1 103 Hints\r\nA: b\r\n\r\n"),
        (encoded("gzip", b"")[:-5] + b"99999\r\n\r\n", gzip.compress(bytes(99_999))),
    ],
    ids=["headers", "header", "chunk line", "trailers", "chunks", "interim", "bomb"],
)
def test_a_flood_ends_at_a_limit(serve, ask, start, piece) -> None:
    def flood(connection) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)

    settings = HttpSettings(max_response_size=200_000, max_decoded_size=900_000)
    (failure,) = ask(serve([flood]).url, settings=settings)
    assert isinstance(failure, TransportFailure)
    assert failure.code == "limit"


def drip(connection) -> None:
    """A byte now and then, so that no single read takes long."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
    while True:
        connection.sendall(b"x")
        threading.Event().wait(0.02)


@pytest.mark.parametrize(
    ("reply", "settings", "timeout", "message"),
    [
        # Long enough for a connection on a busy machine: what is judged is what comes after.
        ("drip", {"timeout": 1.5}, None, "no complete response from `{}` within 1.5 s"),
        ("drip", {}, 1.5, "no complete response from `{}` within 1.5 s"),
        ("drip", {"timeout": 1.5}, 9.0, "no complete response from `{}` within 1.5 s"),
        ("hold", {"timeout": 1.5}, None, "no complete response from `{}` within 1.5 s"),
        ("hold", {"read_timeout": 0.1}, None, "`{}` sent nothing for 0.1 s"),
    ],
)
def test_times(serve, ask, reply, settings, timeout, message) -> None:
    def hold(connection) -> None:
        connection.recv(1)

    server = serve([{"drip": drip, "hold": hold}[reply]])
    (failure,) = ask(server.url, settings=HttpSettings(**settings), timeout=timeout)
    assert (failure.code, failure.message) == ("timeout", message.format(server.url))
    assert failure.hint is not None
    assert "`--timeout`" in failure.hint


def test_a_server_that_does_not_read_is_not_waited_for(serve, ask) -> None:
    released = threading.Event()
    server = serve([lambda _: released.wait()])
    request = HttpRequest("POST", server.url, (("Transfer-Encoding", "chunked"),), bytes(30 * MIB))
    (failure,) = ask(request, settings=HttpSettings(timeout=1.5))
    released.set()
    assert (failure.code, failure.message) == (
        "timeout",
        f"no complete response from `{server.url}` within 1.5 s",
    )


def test_a_write_has_no_time_left() -> None:
    one, other = socket.socketpair()
    with one, other, pytest.raises(TimeoutError):
        run_coroutine(BlockingStream(one).write(b"x", 0.0))


def test_a_write_has_what_is_left_of_its_time(monkeypatch) -> None:
    now = iter([10.0, 10.25, 10.25, 10.5])
    monkeypatch.setattr("arazzo_runner.http.network.monotonic", lambda: next(now))
    one, other = socket.socketpair()
    with one, other:
        run_coroutine(BlockingStream(one).write(b"x", 0.5))
        assert one.gettimeout() == 0.25
        with pytest.raises(TimeoutError):
            run_coroutine(BlockingStream(one).write(b"x", 0.25))


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (MIB - 1, "1048575 bytes"),
        (MIB, "1 MiB"),
        (MIB + 1, "1048577 bytes"),
        (0, "0 bytes"),
        (5 * MIB, "5 MiB"),
    ],
)
def test_how_a_size_is_shown(size, text) -> None:
    assert size_text(size) == text


def test_what_the_flags_set() -> None:
    assert HttpSettings().with_response_size(7) == HttpSettings(
        max_response_size=7, max_decoded_size=35
    )
    assert HttpSettings().with_timeout(90) == HttpSettings(timeout=90, read_timeout=90)
    assert HttpSettings().with_timeout(2) == HttpSettings(
        timeout=2, read_timeout=2, connect_timeout=2
    )


def test_a_part_of_an_attempt_ends_with_it() -> None:
    assert Deadline(1.0).narrow(5.0).limit == 1.0
    assert Deadline(9.0).narrow(5.0).limit == 5.0
    assert Deadline(0.0).narrow(5.0).passed()
    # What is left of 60 s is called 60 s, whatever ends sooner.
    assert Deadline(0.5, 60.0).narrow(5.0).limit == 60.0
    with pytest.raises(TimeoutError):
        Deadline(0.0).left()
