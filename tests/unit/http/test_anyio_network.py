"""Connections within asyncio and trio: more than a socket's buffer takes, and what ends them."""

import socket
from threading import Thread

import anyio
import pytest

from arazzo_runner.http.anyio_network import EventLoopNetwork

LARGE = bytes(range(256)) * 40_000
LOCAL = "127.0.0.1"


@pytest.fixture(params=["asyncio", "trio"])
def run(request):
    """``run(work)`` awaits ``work(network)`` in an event loop."""
    return lambda work: anyio.run(work, EventLoopNetwork(), backend=request.param)


@pytest.fixture
def listener():
    with socket.create_server((LOCAL, 0)) as listening:
        yield listening


async def connected(network, listener):
    found = await network.resolve(LOCAL, listener.getsockname()[1], 5)
    return await network.connect(found[0], 5)


def test_all_is_sent_and_read_until_the_end(run, listener) -> None:
    def echo():
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as sent:
            connection.sendall(sent.read(len(LARGE)))

    async def work(network):
        stream = await connected(network, listener)
        await stream.write(LARGE, 30)
        got = b""
        while data := await stream.read(30):
            got += data
        await stream.aclose()
        return got

    server = Thread(target=echo)
    server.start()
    assert run(work) == LARGE
    server.join()


def test_nobody_waits_longer_than_the_timeout(run, listener) -> None:
    async def work(network):
        stream = await connected(network, listener)
        with pytest.raises(TimeoutError):
            await stream.read(0.01)
        with pytest.raises(TimeoutError):  # the buffers of both sides are smaller
            await stream.write(LARGE * 4, 0.01)
        await stream.aclose()
        assert stream.is_stale()

    run(work)


def test_a_refused_connection_says_so(run, listener) -> None:
    port = listener.getsockname()[1]
    listener.close()

    async def work(network):
        with pytest.raises(ConnectionRefusedError):
            await network.connect((socket.AF_INET, (LOCAL, port)), 5)

    run(work)
