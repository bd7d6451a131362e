"""Responses on the wire, changed, and read twice: by what reads the plain ones, and by h11 alone.

Both must come to the same response or the same refusal, and agree on whether the connection may be
used again: who reads a length otherwise than a server hands one user the response of another.
"""

from random import Random
from typing import Any
from unittest import mock

from arazzo_runner.http import http11
from arazzo_runner.http.errors import TransportError
from arazzo_runner.http.http1.message import WireRequest
from arazzo_runner.http.http11 import HAS_HTTPTOOLS, Http1
from arazzo_runner.http.origin import Origin
from arazzo_runner.http.settings import HttpSettings
from fuzz.mutations import WIRE, mutate_bytes
from fuzz.targets import Finding

ORIGIN = Origin("http", "127.0.0.1", 80)
REQUESTS = (
    WireRequest("GET", ORIGIN, "/a", ((b"Host", b"a"), (b"Accept", b"*/*"))),
    WireRequest("POST", ORIGIN, "/", ((b"Host", b"a"), (b"Content-Length", b"2")), b"{}"),
    WireRequest("HEAD", ORIGIN, "/", ((b"Host", b"a"),)),
)
SETTINGS = HttpSettings(
    max_header_bytes=400, max_headers=6, max_response_size=200, max_decoded_size=300
)
RESPONSES = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}',
    b"HTTP/1.1 201 Created\r\nDate: x\r\ncontent-length:0\r\nConnection: keep-alive\r\n\r\n",
    b"HTTP/1.1 404 Not Found\r\nX:\r\nY: \xc3\xbc a\tb \r\nContent-Length: 002\r\n\r\nno",
    b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 A\r\nContent-Length: 1\r\n\r\nx",
    b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
)
PLAIN = RESPONSES[:3] * 5
BYTES = (
    *WIRE, b"\r", b"\n", b"\0", b" ", b"\t", b":", b",", b"0", b"1", b"\x7f", b"\x80", b"\xff", b"+", b"-",
    b"\r\n ", b"Content-Length: 2\r\n", b"Content-Length : 2\r\n", b"Content-Length: 2, 2\r\n", b"Connection: upgrade\r\n",
    b"Upgrade: h2c\r\n", b"Keep-Alive: x\r\n", b"Proxy-Connection: close\r\n", b"Trailer: a\r\n", b"A: " + b"a" * 300 + b"\r\n",
    b"HTTP/2.0 200 OK\r\n", b"HTTP/1.1  200 OK\r\n", b"http/1.1 200 OK\r\n", b"a" * 150,
)  # fmt: skip


def outcome(request: WireRequest, reads: list[bytes]) -> tuple[Any, ...]:
    """What came of an exchange in which these pieces arrive, and then the end."""
    wire = Http1(SETTINGS)
    steps = wire.exchange(request)
    sent = []
    left = [*reads, b""]
    try:
        piece = next(steps)
        while True:
            sent.append(piece if isinstance(piece, bytes) else b"".join(piece))
            if not left:
                return (b"".join(sent), "reads on after the end", wire.head)
            piece = steps.send(left.pop(0))
    except StopIteration as done:
        return (b"".join(sent), done.value, wire.head, wire.is_reusable, len(left))
    except TransportError as reason:
        told = (reason.failure.message, reason.fate, wire.has_received)
        return (b"".join(sent), told, wire.head, wire.is_reusable)


def changed(data: bytes, random: Random) -> bytes:
    """A response with one small change, or several large ones."""
    if random.random() < 0.3:
        return mutate_bytes(data, random, BYTES)
    starts = [at + 2 for at in range(len(data)) if data[at : at + 2] == b"\r\n"]
    at = random.choice([*starts, len(data), random.randint(0, len(data))])
    match random.randrange(3):
        case 0:
            return data[:at] + random.choice(BYTES) + data[at:]
        case 1:
            return data[:at] + random.randbytes(1) + data[at + random.randint(0, 1) :]
        case _:
            return data[:at] + data[at + 1 :]


def pieces(data: bytes, random: Random) -> list[bytes]:
    """The bytes in one read, mostly, or in several."""
    if random.random() < 0.7:
        return [data] if data else []
    at = sorted(random.randint(0, len(data)) for _ in range(random.randint(1, 3)))
    cut = [data[start:end] for start, end in zip([0, *at], [*at, len(data)], strict=True)]
    return [one for one in cut if one]


class Framing:
    """Stands where the copy of the cases stands for the other kinds."""

    def select(self, _kind: str) -> list[str]:
        """The one thing that is changed."""
        return ["framing"]

    def fuzz(self, kind: str, name: str, random: Random) -> Finding | None:
        """Change a response, and read it twice."""
        data = changed(random.choice((*PLAIN, *RESPONSES)), random)
        request, reads = random.choice(REQUESTS), pieces(data, random)
        with mock.patch.object(http11, "HAS_HTTPTOOLS", new=HAS_HTTPTOOLS):
            ours = outcome(request, reads)
        with mock.patch.object(http11, "HAS_HTTPTOOLS", new=False):
            theirs = outcome(request, reads)
        if ours == theirs:
            return None
        return Finding(kind, name, repr(reads), f"plain: {ours}\nh11:   {theirs}")
