"""What comes before a body, byte by byte: methods, and the time that header fields take."""

import asyncio
import json

import pytest
import uvicorn
from uvicorn.server import ServerState

from arazzo_runner.mock_server import protocol
from arazzo_runner.mock_server.protocol import BoundedProtocol


async def app(scope, receive, send):
    """Says which method arrived."""
    body = scope["method"].encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def exchange(*chunks):
    """All that a server sends on one connection, for these bytes."""

    async def main():
        config = uvicorn.Config(
            app, http=BoundedProtocol, ws="none", lifespan="off", log_config=None
        )
        config.load()
        server = await asyncio.get_running_loop().create_server(
            lambda: BoundedProtocol(config=config, server_state=ServerState(), app_state={}),
            "127.0.0.1",
            0,
        )
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            for chunk in chunks:
                writer.write(chunk)
                await writer.drain()
            received = await asyncio.wait_for(reader.read(), 60)
            writer.close()
            await writer.wait_closed()
        return received

    return asyncio.run(main())


END = b" / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("method", [b"GET", b"DELETE", b"PROPFIND"])
def test_methods_that_are_known_reach_the_mock(method):
    assert exchange(method + END).endswith(b"\r\n\r\n" + method)


@pytest.mark.parametrize("method", ["FOO", "get", "X-Y.z"])
def test_a_method_that_is_unknown_is_not_implemented(method):
    head, _, body = exchange(method.encode() + END).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 501 Not Implemented\r\n")
    assert f"content-length: {len(body)}".encode() in head
    assert b"content-type: application/problem+json" in head
    assert json.loads(body)["detail"] == f"the method `{method}` is not implemented"


@pytest.mark.parametrize(
    "data",
    [b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"FOO\r\n\r\n", b"GET / HTTP/1.1\r\nA B\r\n\r\n"],
)
def test_what_is_no_request_is_a_bad_one(data):
    assert exchange(data).startswith(b"HTTP/1.1 400 Bad Request\r\n")


@pytest.mark.parametrize("chunks", [(), (b"GET / HTTP/1.1\r\n",), (b"GET", b" / HTTP/1.1\r\nA: b")])
def test_header_fields_that_take_too_long_end_the_connection(monkeypatch, chunks):
    monkeypatch.setattr(protocol, "_SECONDS", 0.05)
    assert exchange(*chunks).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
