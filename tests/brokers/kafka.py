"""A Kafka cluster in this process: the mock cluster of librdkafka, which speaks the real protocol.

It knows no SASL, so ``login_gate`` stands before it where a login is tested.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import ssl
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from confluent_kafka import Producer

HANDSHAKE, VERSIONS, AUTHENTICATE = 17, 18, 36


class MockCluster:
    def __init__(self, producer: Producer) -> None:
        self._producer = producer
        broker = next(iter(producer.list_topics(timeout=20).brokers.values()))
        self.host, self.port = str(broker.host), int(broker.port)

    def make_topic(self, name: str) -> None:
        """A topic of four partitions with a message from before."""
        self.send(name, b"from before")

    def send(self, topic: str, payload: bytes | None, key: str = "", **settings: object) -> None:
        """Another client's message."""
        self._producer.produce(topic, payload, key or None, **settings)
        assert self._producer.flush(20) == 0


@contextmanager
def kafka_cluster() -> Iterator[MockCluster]:
    settings = {"bootstrap.servers": "mock", "test.mock.num.brokers": 1, "log_level": 0}
    producer = Producer(settings)
    yield MockCluster(producer)
    del producer


@asynccontextmanager
async def login_gate(
    cluster: MockCluster, user: str, password: str, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """The port of a server that wants a login by SASL, and hands all else on to the cluster.

    The cluster knows no TLS either: the gate speaks it with ``tls``.
    """
    writers: list[asyncio.StreamWriter] = []
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_connection(cluster.host, cluster.port)
        writers.extend((writer, back_writer))
        if closed.is_set():  # it came as the gate was closed
            writer.close()
            back_writer.close()
            return
        login = _Login(user, password)
        try:
            while True:
                request = await _frame(reader)
                (kind,) = struct.unpack(">h", request[:2])
                if kind in {HANDSHAKE, AUTHENTICATE}:
                    response = request[4:8] + login.respond(kind, _body(request))
                else:
                    assert login.is_done or kind == VERSIONS
                    _write(back_writer, request)
                    response = _with_port(await _frame(back_reader), cluster, port)
                if kind == VERSIONS:
                    response = _with_login(response)
                _write(writer, response)
        except (asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            back_writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls) as server:
        port = int(server.sockets[0].getsockname()[1])
        yield port
        closed.set()
        for writer in writers:
            writer.close()


async def _frame(reader: asyncio.StreamReader) -> bytes:
    (size,) = struct.unpack(">i", await reader.readexactly(4))
    return await reader.readexactly(size)


def _write(writer: asyncio.StreamWriter, frame: bytes) -> None:
    writer.write(struct.pack(">i", len(frame)) + frame)


def _body(request: bytes) -> bytes:
    """What follows the header, whose client id is a string."""
    (length,) = struct.unpack(">h", request[8:10])
    return request[10 + max(length, 0) :]


def _with_port(response: bytes, cluster: MockCluster, port: int) -> bytes:
    """The metadata of the cluster with the address of the gate."""
    host = cluster.host.encode()
    address = struct.pack(">h", len(host)) + host
    return response.replace(
        address + struct.pack(">i", cluster.port), address + struct.pack(">i", port)
    )


def _with_login(response: bytes) -> bytes:
    """The versions of the cluster's requests (version 0 of this response), and two more of each."""
    (count,) = struct.unpack(">i", response[6:10])
    more = b"".join(struct.pack(">hhh", kind, 0, 1) for kind in (HANDSHAKE, AUTHENTICATE))
    return response[:6] + struct.pack(">i", count + 2) + more + response[10:]


class _Login:
    """The server's side of PLAIN (RFC 4616) and SCRAM-SHA-256 (RFC 5802)."""

    def __init__(self, user: str, password: str) -> None:
        self._user, self._password = user, password
        self._mechanism = ""
        self._first = ""
        self.is_done = False

    def respond(self, kind: int, body: bytes) -> bytes:
        if kind == HANDSHAKE:
            self._mechanism = body[2:].decode()
            offered = ("PLAIN", "SCRAM-SHA-256")
            code = 0 if self._mechanism in offered else 33
            names = b"".join(struct.pack(">h", len(one)) + one.encode() for one in offered)
            return struct.pack(">hi", code, len(offered)) + names
        answer = self._step(body[4:].decode())
        if answer is None:
            words = b"Authentication failed: invalid credentials"
            return struct.pack(">hh", 58, len(words)) + words + struct.pack(">iq", 0, 0)
        # Version 1 of the response ends with how long the session lasts.
        return struct.pack(">hhi", 0, -1, len(answer)) + answer.encode() + struct.pack(">q", 0)

    def _step(self, text: str) -> str | None:
        if self._mechanism == "PLAIN":
            self.is_done = text.split("\0")[1:] == [self._user, self._password]
            return "" if self.is_done else None
        if not self._first:
            bare = text.removeprefix("n,,")
            nonce = bare.partition("r=")[2] + "gate"
            self._first = f"{bare},r={nonce},s={base64.b64encode(b'salt').decode()},i=4096"
            return self._first.removeprefix(f"{bare},")
        final, _, proof = text.partition(",p=")
        salted = hashlib.pbkdf2_hmac("sha256", self._password.encode(), b"salt", 4096)
        key = hmac.digest(salted, b"Client Key", "sha256")
        message = f"{self._first},{final}".encode()
        signature = hmac.digest(hashlib.sha256(key).digest(), message, "sha256")
        wanted = bytes(a ^ b for a, b in zip(key, signature, strict=True))
        self.is_done = base64.b64decode(proof) == wanted
        server = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), message, "sha256")
        return f"v={base64.b64encode(server).decode()}" if self.is_done else None
