"""Messages that are sent over HTTP, against a server of sockets that keeps what came."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from arazzo_runner.messaging.model import (
    BrokerCredentials,
    BrokerError,
    Endpoint,
    OutgoingMessage,
)
from arazzo_runner.messaging.protocols.sse import connect
from brokers.inbox import Inbox

SECRET = "key-of-the-till-8"


class Shop:
    """A server that answers each request with one response, and keeps head and body of it."""

    def __init__(self, response: str) -> None:
        self.response = response
        self.head = ""
        self.body = b""
        self.tasks: list[asyncio.Task[Any] | None] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.append(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError):
            await self._respond(reader, writer)
        writer.close()
        await writer.wait_closed()

    async def _respond(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lengths = [
            one.split(":")[1] for one in head.lower().split("\r\n") if "content-length" in one
        ]
        self.body = await reader.readexactly(int(lengths[0]) if lengths else 0)
        self.head = head
        writer.write(self.response.encode())
        await writer.drain()

    @property
    def line(self) -> str:
        return self.head.partition("\r\n")[0]

    def field(self, name: str) -> list[str]:
        lines = (one.partition(": ") for one in self.head.split("\r\n")[1:])
        return [value for key, _, value in lines if key.lower() == name]


TAKEN = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


def send(
    message: OutgoingMessage, response: str = TAKEN, **changes: Any
) -> tuple[Shop, str | None]:
    """The server after a message was sent to it, and the error where there was one."""

    async def main() -> tuple[Shop, str | None]:
        shop = Shop(response)
        async with await asyncio.start_server(shop.serve, "127.0.0.1", 0) as server:
            port = int(server.sockets[0].getsockname()[1])
            settings = {"path": "/v1", **changes}
            connection = await connect(
                Endpoint("till", "http", None, "127.0.0.1", port, **settings), Inbox()
            )
            try:
                await connection.publish(message)
            except BrokerError as reason:
                assert SECRET not in str(vars(reason))
                said = f"{reason.code}: {reason.message}".replace(str(port), "PORT")
                return shop, said
            finally:
                await connection.close()
                await asyncio.gather(*filter(None, shop.tasks))
        return shop, None

    return asyncio.run(main())


def test_a_message_is_sent() -> None:
    message = OutgoingMessage(
        "/orders/a%2Fb",
        b'{"n": 1}',
        (("requestId", "r-1"),),
        "application/json",
    )
    shop, error = send(message)
    assert (error, shop.line, shop.body) == (None, "POST /v1/orders/a%2Fb HTTP/1.1", b'{"n": 1}')
    assert shop.field("content-type") == ["application/json"]
    assert shop.field("requestid") == ["r-1"]
    assert shop.field("user-agent") == ["arazzo"]
    assert shop.field("content-length") == ["8"]


def test_the_bindings_say_the_method_the_query_and_headers() -> None:
    message = OutgoingMessage(
        "/orders",
        b"1",
        (("X-Own", "mine"), ("Content-Type", "text/plain")),
        "application/json",
        operation={"http": {"method": "put", "query": {"properties": {"v": {"const": 2}}}}},
        message={
            "http": {
                "headers": {
                    "required": ["X-Own", "X-Kind"],
                    "properties": {"X-Own": {"const": "theirs"}, "X-Kind": {"const": "order"}},
                }
            }
        },
    )
    shop, error = send(message)
    assert (error, shop.line) == (None, "PUT /v1/orders?v=2 HTTP/1.1")
    assert shop.field("x-own") == ["mine"]
    assert shop.field("x-kind") == ["order"]
    assert shop.field("content-type") == ["text/plain"]


def test_a_message_does_not_say_where_it_ends_or_who_is_meant() -> None:
    headers = (("Content-Length", "1"), ("Transfer-Encoding", "chunked"), ("Host", "other"))
    shop, error = send(OutgoingMessage("/orders", b"12345", headers))
    assert (error, shop.body) == (None, b"12345")
    assert shop.field("content-length") == ["5"]
    assert shop.field("transfer-encoding") == []
    assert shop.field("host")[0].startswith("127.0.0.1:")


def test_credentials_go_along() -> None:
    key = BrokerCredentials(headers=(("X-Key", SECRET),), query=(("k", "v"),))
    shop, error = send(OutgoingMessage("/orders", b"1"), credentials=key)
    assert (error, shop.line) == (None, "POST /v1/orders?k=v HTTP/1.1")
    assert shop.field("x-key") == [SECRET]


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", None),
        ("HTTP/1.1 204 No Content\r\n\r\n", None),
        (
            "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
            "protocol: `http://127.0.0.1:PORT` did not take the message to `/orders`: status 302",
        ),
        (
            "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n",
            "protocol: `http://127.0.0.1:PORT` did not take the message to `/orders`: status 503",
        ),
        (
            "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
            "credentials: `http://127.0.0.1:PORT` does not accept the credentials",
        ),
        (
            "",
            "connect: the connection to `http://127.0.0.1:PORT` was lost: no response to the message",
        ),
        (
            "no HTTP\r\n\r\n",
            "connect: the connection to `http://127.0.0.1:PORT` was lost: no response to the message",
        ),
    ],
)
def test_a_message_is_taken_or_not(response: str, expected: str | None) -> None:
    credentials = BrokerCredentials(token=SECRET)
    assert send(OutgoingMessage("/orders", b"1"), response, credentials=credentials)[1] == expected


@pytest.mark.parametrize(
    ("message", "changes", "expected"),
    [
        (
            OutgoingMessage("/orders", b"123456"),
            {"max_message": 5},
            "limit: the message to `/orders` has 6 bytes; the limit is 5",
        ),
        (
            OutgoingMessage("/orders", b"1", operation={"http": {"method": "GET"}}),
            {},
            "refused: a request with `GET` has no content, and the message has a payload",
        ),
        (
            OutgoingMessage("/orders", b"1", (("X-Text", "a\r\nX-Other: b"),)),
            {},
            "refused: the message to `/orders` has a header that HTTP does not allow",
        ),
    ],
)
def test_what_is_not_sent(message: OutgoingMessage, changes: Any, expected: str) -> None:
    shop, error = send(message, **changes)
    assert (error, shop.head) == (expected, "")


def test_without_a_payload_any_method_is_sent() -> None:
    shop, error = send(OutgoingMessage("/orders", b"", operation={"http": {"method": "GET"}}))
    assert (error, shop.line) == (None, "GET /v1/orders HTTP/1.1")


def test_nobody_listens() -> None:
    async def main() -> str:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = int(server.sockets[0].getsockname()[1])
        server.close()
        await server.wait_closed()
        connection = await connect(Endpoint("till", "http", None, "127.0.0.1", port), Inbox())
        with pytest.raises(BrokerError) as caught:
            await connection.publish(OutgoingMessage("/orders", b"1"))
        await connection.close()
        return caught.value.code

    assert asyncio.run(main()) == "connect"
