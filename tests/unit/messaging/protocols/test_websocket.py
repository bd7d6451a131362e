"""WebSocket against a real server: that of the library, in the same event loop."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from arazzo_runner.messaging.connection import AddressedConnection, Connection
from arazzo_runner.messaging.model import (
    BrokerCredentials,
    BrokerError,
    Delivery,
    Endpoint,
    OutgoingMessage,
    Subscription,
)
from arazzo_runner.messaging.protocols.websocket import connect
from brokers.inbox import Inbox

Handler = Callable[[ServerConnection], Awaitable[None]]
SECRET = "token-of-the-door-8"


async def echo(socket: ServerConnection) -> None:
    async for message in socket:
        await socket.send(message)


async def describe(socket: ServerConnection) -> None:
    """Sends what the handshake was, then echoes with the kind of frame."""
    request = socket.request
    assert request is not None
    await socket.send(
        json.dumps(
            {
                "path": request.path,
                "authorization": request.headers.get("Authorization"),
                "tenant": request.headers.get("X-Tenant"),
                "subprotocol": socket.subprotocol,
            }
        )
    )
    async for message in socket:
        await socket.send(f"{type(message).__name__} {len(message)}")


def endpoint(port: int, **changes: Any) -> Endpoint:
    return Endpoint(
        **{
            "name": "chat",
            "protocol": "ws",
            "protocol_version": None,
            "host": "127.0.0.1",
            "port": port,
        }
        | changes
    )


def port_of(server: Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


@asynccontextmanager
async def connected(
    handler: Handler, changes: dict[str, Any], **settings: Any
) -> AsyncIterator[tuple[Connection, Inbox, Server]]:
    inbox = Inbox()
    async with serve(handler, "127.0.0.1", 0, **settings) as server:
        connection = await connect(endpoint(port_of(server), **changes), inbox)
        try:
            yield connection, inbox, server
        finally:
            await connection.close()
            await connection.close()


Work = Callable[[Connection, Inbox, Server], Awaitable[Any]]


def run(
    handler: Handler, work: Work, settings: dict[str, Any] | None = None, **changes: Any
) -> Any:
    async def main() -> Any:
        async with connected(handler, changes, **(settings or {})) as (connection, inbox, server):
            return await work(connection, inbox, server)

    return asyncio.run(main())


async def enter(connection: Connection, subscription: Subscription, address: str) -> None:
    assert isinstance(connection, AddressedConnection)
    await connection.enter(subscription, address)


async def failure(work: Awaitable[Any]) -> BrokerError:
    with pytest.raises(BrokerError) as caught:
        await work
    assert SECRET not in str(vars(caught.value))
    return caught.value


def test_messages_go_both_ways_over_the_connection_of_their_channel() -> None:
    sockets: list[ServerConnection] = []

    async def count(socket: ServerConnection) -> None:
        sockets.append(socket)
        await echo(socket)

    async def work(connection: Connection, inbox: Inbox, server: Server) -> None:
        first, second = Subscription("/rooms/1"), Subscription("rooms/2")
        for subscription in (first, second):
            await connection.subscribe(subscription)
        await connection.publish(OutgoingMessage("/rooms/1", b"one"))
        assert await inbox.entry() == (first, Delivery("/rooms/1", b"one"))
        await connection.publish(OutgoingMessage("rooms/2", b"\xff\x00"))
        assert await inbox.entry() == (second, Delivery("rooms/2", b"\xff\x00"))
        await connection.publish(OutgoingMessage("/rooms/3", b"nobody listens"))
        assert [one.request.path for one in sockets[:2] if one.request] == ["/rooms/1", "/rooms/2"]
        assert inbox.is_empty

    run(count, work)


BINDING: dict[str, Any] = {
    "ws": {
        "method": "GET",
        "query": {"properties": {"version": {"const": 2}, "page": {"type": "integer"}}},
        "headers": {
            "properties": {
                "X-Tenant": {"type": "string", "default": "acme"},
                "Sec-WebSocket-Protocol": {"enum": ["orders.v2"]},
                "Authorization": {"type": "string"},
            },
            "required": ["Authorization"],
        },
    }
}


@pytest.mark.parametrize(
    ("credentials", "authorization", "query"),
    [
        (BrokerCredentials(token=SECRET), f"Bearer {SECRET}", ""),
        (BrokerCredentials(headers=(("authorization", f"Key {SECRET}"),)), f"Key {SECRET}", ""),
        (BrokerCredentials("clerk", "open"), "Basic Y2xlcms6b3Blbg==", ""),
        (BrokerCredentials(query=(("key", "a b"),)), None, "&key=a+b"),
    ],
)
def test_handshake(credentials: BrokerCredentials, authorization: str | None, query: str) -> None:
    async def work(connection: Connection, inbox: Inbox, server: Server) -> Any:
        await connection.subscribe(Subscription("/orders/ä b", binding))
        return json.loads((await inbox.delivery()).payload)

    headers = BINDING["ws"]["headers"] | {"required": []}
    binding = {"ws": BINDING["ws"] | {"headers": headers}}
    settings = {"subprotocols": ["orders.v1", "orders.v2"]}
    told = run(describe, work, settings, path="/v1/", credentials=credentials)
    assert told == {
        "path": f"/v1/orders/%C3%A4%20b?version=2{query}",
        "authorization": authorization,
        "tenant": "acme",
        "subprotocol": "orders.v2",
    }


@pytest.mark.parametrize(
    ("payload", "content_type", "frame"),
    [
        (b"{}", "application/json", "str 2"),
        (b"{}", None, "str 2"),
        (b"\xff", None, "bytes 1"),
        (b"\xff", "text/plain", "bytes 1"),
        (b"abc", "application/octet-stream", "bytes 3"),
        (b"abc", "text/csv; charset=utf-8", "str 3"),
    ],
)
def test_frames(payload: bytes, content_type: str | None, frame: str) -> None:
    async def work(connection: Connection, inbox: Inbox, server: Server) -> None:
        await connection.subscribe(Subscription("/"))
        await inbox.delivery()
        await connection.publish(OutgoingMessage("/", payload, content_type=content_type))
        assert (await inbox.delivery()).payload.decode() == frame

    run(describe, work)


def answer(status: int) -> dict[str, Any]:
    def process(socket: ServerConnection, request: Request) -> Response:
        response = socket.respond(status, f"no: {SECRET}")
        response.headers["Location"] = "/elsewhere"
        return response

    return {"process_request": process}


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, "credentials", "`ws://127.0.0.1:PORT` does not accept the credentials"),
        (403, "credentials", "`ws://127.0.0.1:PORT` does not accept the credentials"),
        (404, "protocol", "`ws://127.0.0.1:PORT` opened no WebSocket, but returned status 404"),
        (302, "protocol", "`ws://127.0.0.1:PORT` opened no WebSocket, but returned status 302"),
        (500, "protocol", "`ws://127.0.0.1:PORT` opened no WebSocket, but returned status 500"),
    ],
)
def test_handshake_that_is_refused(
    status: int, code: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def work(connection: Connection, inbox: Inbox, server: Server) -> None:
        for attempt in (
            connection.subscribe(Subscription("/")),
            connection.publish(OutgoingMessage("/", b"")),
        ):
            reason = await failure(attempt)
            message = words.replace("PORT", str(port_of(server)))
            assert (reason.code, reason.message) == (code, message)

    run(echo, work, answer(status), credentials=BrokerCredentials(token=SECRET))
    client = [one for one in caplog.records if one.name.startswith("websockets.client")]
    assert not client


def test_server_that_is_down() -> None:
    async def main() -> None:
        async with serve(echo, "127.0.0.1", 0) as server:
            port = port_of(server)
        connection = await connect(endpoint(port), Inbox())
        reason = await failure(connection.subscribe(Subscription("/")))
        words = f"no broker is listening at `ws://127.0.0.1:{port}`: the connection was refused"
        assert (reason.code, reason.message) == ("connect", words)

    asyncio.run(main())


def test_server_that_speaks_another_protocol() -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com ESMTP\r\n")
        await reader.read()
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(other, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            connection = await connect(endpoint(port), Inbox())
            reason = await failure(connection.subscribe(Subscription("/")))
            assert reason.code == "protocol"
            assert reason.message.endswith("its response to the handshake is not HTTP")

    asyncio.run(main())


def test_what_cannot_be_sent_or_opened() -> None:
    async def work(connection: Connection, inbox: Inbox, server: Server) -> list[str]:
        reasons = [
            await failure(connection.publish(OutgoingMessage("/", b"123456"))),
            await failure(connection.publish(OutgoingMessage("/", b"", (("a", SECRET),)))),
            await failure(enter(connection, Subscription("/rooms/{id}"), "/rooms/{id}")),
            await failure(connection.subscribe(Subscription("/", {"ws": {"method": "POST"}}))),
            await failure(connection.subscribe(Subscription("/", BINDING))),
        ]
        return [f"{one.code}: {one.message}" for one in reasons]

    assert run(echo, work, max_message=5) == [
        "limit: the message to `/` has 6 bytes; the limit is 5",
        "refused: WebSocket has no headers: the header `a` of the message cannot be sent",
        "refused: the address `/rooms/{id}` is not known",
        "refused: the binding of `/` has the method `POST`; a WebSocket opens by `GET`",
        "refused: the channel requires the header `Authorization`, and its binding gives it no value",
    ]


CLOSINGS: dict[str, tuple[int, str, str]] = {
    "1000": (1000, "connect", "the server closed it with 1000 (OK) that is all"),
    "1008": (1008, "connect", "the server closed it with 1008 (policy violation) that is all"),
    "4000": (4000, "connect", "the server closed it with 4000 (private use) that is all"),
}


@pytest.mark.parametrize("name", CLOSINGS)
def test_connection_that_the_server_closes(name: str) -> None:
    status, code, words = CLOSINGS[name]

    async def bye(socket: ServerConnection) -> None:
        await socket.send("last")
        await socket.recv()
        await socket.close(status, "that is all")

    async def work(connection: Connection, inbox: Inbox, server: Server) -> None:
        await connection.subscribe(Subscription("/"))
        assert (await inbox.delivery()).payload == b"last"
        await connection.publish(OutgoingMessage("/", b"go"))
        reason = await inbox.loss()
        label = f"the connection to `ws://127.0.0.1:{port_of(server)}` was lost: "
        assert (reason.code, reason.message) == (code, label + words)

    run(bye, work)


def test_one_of_two_channels_that_is_closed() -> None:
    async def bye(socket: ServerConnection) -> None:
        if socket.request is not None and socket.request.path == "/brief":
            return
        await echo(socket)

    async def work(connection: Connection, inbox: Inbox, server: Server) -> None:
        await connection.subscribe(Subscription("/long"))
        await connection.subscribe(Subscription("/brief"))
        await connection.publish(OutgoingMessage("/long", b"still here"))
        assert (await inbox.delivery()).payload == b"still here"
        channel, reason = await inbox.channel_loss()
        assert channel == "/brief"
        assert reason.message.endswith("was lost: the server closed it with 1000 (OK)")
        await connection.publish(OutgoingMessage("/long", b"and still"))
        assert (await inbox.delivery()).payload == b"and still"
        assert inbox.is_empty

    run(bye, work)


def test_address_that_is_known_later() -> None:
    paths: list[str] = []

    async def greet(socket: ServerConnection) -> None:
        assert socket.request is not None
        paths.append(socket.request.path)
        await socket.send(socket.request.path)
        await echo(socket)

    async def work(connection: Connection, inbox: Inbox, server: Server) -> None:
        assert isinstance(connection, AddressedConnection)
        rooms, users = Subscription("/rooms/{id}"), Subscription("/users/{id}")
        await connection.subscribe(rooms)
        await connection.subscribe(users)
        assert paths == []
        await connection.enter(rooms, "/rooms/1")
        await connection.enter(rooms, "/rooms/1")
        assert await inbox.entry() == (rooms, Delivery("/rooms/1", b"/rooms/1"))
        # What comes over a connection that a message has opened counts for who receives later.
        await connection.publish(OutgoingMessage("/users/2", b"hi"))
        assert [await inbox.entry() for _ in range(2)] == [
            (users, Delivery("/users/2", b"/users/2")),
            (users, Delivery("/users/2", b"hi")),
        ]
        await connection.enter(users, "/users/2")
        everybody = Subscription("/{kind}/2")
        await connection.enter(everybody, "/users/2")
        await connection.publish(OutgoingMessage("/users/2", b"ho"))
        assert [(await inbox.entry())[0] for _ in range(2)] == [users, everybody]
        assert (paths, inbox.is_empty) == (["/rooms/1", "/users/2"], True)

    run(greet, work)


def test_connection_that_is_lost() -> None:
    async def vanish(socket: ServerConnection) -> None:
        await socket.recv()
        socket.transport.abort()

    async def work(connection: Connection, inbox: Inbox, server: Server) -> None:
        await connection.subscribe(Subscription("/"))
        await connection.publish(OutgoingMessage("/", b"go"))
        reason = await inbox.loss()
        words = f"the connection to `ws://127.0.0.1:{port_of(server)}` was lost"
        assert (reason.code, reason.message) == ("connect", words)
        assert inbox.is_empty

    run(vanish, work)


def test_messages_over_the_limit() -> None:
    async def large(socket: ServerConnection) -> None:
        await socket.send("12345")
        await socket.recv()
        for size in (6, 5, 11):
            await socket.send("1" * size)
        await socket.wait_closed()

    async def work(connection: Connection, inbox: Inbox, server: Server) -> None:
        await connection.subscribe(Subscription("/orders"))
        assert (await inbox.delivery()).payload == b"12345"
        await connection.publish(OutgoingMessage("/orders", b"go"))
        # The first is for the hub to count; the last cannot be read.
        assert [len((await inbox.delivery()).payload) for _ in range(2)] == [6, 5]
        reason = await inbox.loss()
        words = "a message from `/orders` is larger than can be read; the limit is 5 bytes"
        assert (reason.code, reason.message) == ("limit", words)

    run(large, work, max_message=5)


def test_message_that_the_server_finds_too_large() -> None:
    async def work(connection: Connection, inbox: Inbox, server: Server) -> None:
        await connection.subscribe(Subscription("/orders"))
        await connection.publish(OutgoingMessage("/orders", b"123456"))
        reason = await inbox.loss()
        assert reason.code == "limit"
        assert reason.message.startswith("a message to `/orders` is too large for `ws://127.0.0.1:")

    run(echo, work, {"max_size": 5})
