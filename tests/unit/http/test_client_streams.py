"""Event streams that go on: when the time is up, what has come is the body."""

import gzip
import zlib

import pytest

from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.http.client import HttpSettings
from arazzo_runner.openapi.message import HttpResponse

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
EVENT = b"data: 1\n\n"
CHUNK = b"9\r\n" + EVENT + b"\r\n"


def flushed(data: bytes) -> bytes:
    """The start of a stream that is encoded with gzip, as far as a server flushes it."""
    packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)


STREAMS = {
    "chunks": (CHUNKED + CHUNK + CHUNK, EVENT * 2),
    "half a chunk": (CHUNKED + CHUNK + b"9\r\ndat", EVENT + b"dat"),
    "until the end": (HEAD + b"\r\n" + EVENT + b"data: 2", EVENT + b"data: 2"),
    "no event": (CHUNKED, b""),
    "gzip": (HEAD + b"Content-Encoding: gzip\r\n\r\n" + flushed(EVENT), EVENT),
}


@pytest.mark.parametrize("name", STREAMS)
def test_what_has_come_is_the_body(name: str, serve, ask, stay) -> None:
    reply, body = STREAMS[name]
    server = serve([stay(reply)], [stay(CHUNKED + CHUNK)])
    # The second request needs a connection of its own: on the first one the stream goes on.
    first, second = ask(server.url, server.url, timeout=0.4)
    assert isinstance(first, HttpResponse)
    assert (first.status, first.body) == (200, body)
    assert isinstance(second, HttpResponse)
    assert (second.body, server.accepted) == (EVENT, 2)


@pytest.mark.parametrize("name", sorted(STREAMS.keys() - {"no event"}))
def test_event_that_is_enough_ends_it(name: str, serve, ask, stay) -> None:
    reply, body = STREAMS[name]
    server = serve([stay(reply)], [stay(reply)])
    # No time limit of its own: the test would take a minute.
    first, second = ask(server.url, server.url, events=body.count(EVENT))
    assert isinstance(first, HttpResponse)
    assert isinstance(second, HttpResponse)
    assert first.body.count(EVENT) == second.body.count(EVENT) == body.count(EVENT)
    assert server.accepted == 2


def test_event_that_does_not_come(serve, ask, stay) -> None:
    server = serve([stay(CHUNKED + CHUNK)], [CHUNKED + CHUNK + b"0\r\n\r\n"])
    first, second = ask(server.url, server.url, events=2, timeout=0.4)
    assert isinstance(first, HttpResponse)
    assert isinstance(second, HttpResponse)
    assert (first.body, second.body) == (EVENT, EVENT)


def test_other_responses_are_read_to_their_end(serve, ask) -> None:
    server = serve([b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + EVENT * 2])
    (outcome,) = ask(server.url, events=1)
    assert isinstance(outcome, HttpResponse)
    assert outcome.body == EVENT * 2


def test_silence_ends_it_as_well(serve, ask, stay) -> None:
    server = serve([stay(CHUNKED + CHUNK)])
    (outcome,) = ask(server.url, settings=HttpSettings(read_timeout=0.3))
    assert isinstance(outcome, HttpResponse)
    assert outcome.body == EVENT


def test_limits_count_what_has_come(serve, ask, stay) -> None:
    packed = HEAD + b"Content-Encoding: gzip\r\n\r\n" + flushed(bytes(2000))
    server = serve([stay(packed)])
    (outcome,) = ask(server.url, settings=HttpSettings(max_decoded_size=1000), timeout=5)
    assert isinstance(outcome, TransportFailure)
    assert outcome.code == "limit"


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[1",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na",
        HEAD + b"Content-Length: 20\r\n\r\n" + EVENT,
        HEAD,
        b"",
    ],
)
def test_other_responses_are_cut_off(reply: bytes, serve, ask, stay) -> None:
    server = serve([stay(reply)])
    (outcome,) = ask(server.url, timeout=0.3)
    assert isinstance(outcome, TransportFailure)
    assert outcome.code == "timeout"


def test_stream_that_ends_is_whole(serve, ask) -> None:
    packed = gzip.compress(EVENT)
    length = f"Content-Length: {len(packed)}\r\n\r\n".encode()
    server = serve([HEAD + b"Content-Encoding: gzip\r\n" + length + packed])
    (outcome,) = ask(server.url)
    assert isinstance(outcome, HttpResponse)
    assert outcome.body == EVENT
