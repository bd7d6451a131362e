"""Event streams against a real server: of sockets, so that it can also do what none should."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from arazzo_runner.messaging.connection import AddressedConnection, Connection
from arazzo_runner.messaging.model import (
    BrokerCredentials,
    BrokerError,
    Delivery,
    Endpoint,
    Subscription,
)
from arazzo_runner.messaging.protocols.sse import MOST_RECONNECTS, connect
from brokers.inbox import Inbox

SECRET = "token-of-the-tap-3"
SSE: dict[str, Any] = {"sse": {"method": "GET"}}


class Site:
    """A server of event streams: each request gets the next of its ``responses``."""

    def __init__(self, *responses: str | bytes) -> None:
        self.responses = [one.encode() if isinstance(one, str) else one for one in responses]
        self.requests: list[str] = []
        self.go_on = asyncio.Event()
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
        if self.responses:
            # What stands behind a pause is sent when the test says so; without one it ends there.
            for number, piece in enumerate(self.responses.pop(0).split(b"<pause>")):
                if number:
                    await self.go_on.wait()
                writer.write(piece)
                await writer.drain()
        writer.close()


def stream(body: str, status: str = "200 OK", kind: str = "text/event-stream") -> str:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n{body}"


@asynccontextmanager
async def connected(site: Site, **changes: Any) -> AsyncIterator[tuple[Connection, Inbox]]:
    inbox = Inbox()
    async with await asyncio.start_server(site.serve, "127.0.0.1", 0) as server:
        site.port = int(server.sockets[0].getsockname()[1])
        where = Endpoint("news", "http", None, "127.0.0.1", site.port)
        connection = await connect(
            Endpoint(**{name: getattr(where, name) for name in where.__struct_fields__} | changes),
            inbox,
        )
        try:
            yield connection, inbox
        finally:
            site.go_on.set()
            await connection.close()
            await connection.close()


Work = Callable[[Connection, Inbox, Site], Awaitable[Any]]


def run(responses: list[str], work: Work, **changes: Any) -> Any:
    async def main() -> Any:
        site = Site(*responses)
        async with connected(site, **changes) as (connection, inbox):
            return await work(connection, inbox, site)

    return asyncio.run(main())


async def enter(connection: Connection, subscription: Subscription, address: str) -> None:
    assert isinstance(connection, AddressedConnection)
    await connection.enter(subscription, address)


async def failure(work: Awaitable[Any]) -> BrokerError:
    with pytest.raises(BrokerError) as caught:
        await work
    assert SECRET not in str(vars(caught.value))
    return caught.value


def test_events_as_they_come() -> None:
    async def work(connection: Connection, inbox: Inbox, site: Site) -> None:
        subscription = Subscription("/events", SSE)
        await connection.subscribe(subscription)
        first = Delivery("/events", b'{"id": 1}', (("event", "message"),))
        assert await inbox.entry() == (subscription, first)
        assert inbox.is_empty
        site.go_on.set()
        headers = (("event", "done"), ("id", "7ü"), ("retry", "10"))
        assert await inbox.delivery() == Delivery("/events", b"a\nb", headers, type_name="done")

    body = 'data: {"id": 1}\n\n<pause>event: done\nid: 7ü\nretry: 10\ndata: a\ndata: b\n\n<pause>'
    run([stream(body)], work)


def test_request(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    binding: dict[str, Any] = {
        "sse": {
            "query": {"properties": {"kind": {"const": "a b"}}},
            "headers": {"properties": {"X-Tenant": {"default": "acme"}}},
        }
    }
    known = BrokerCredentials(token=SECRET, query=(("key", SECRET),))

    async def work(connection: Connection, inbox: Inbox, site: Site) -> str:
        await connection.subscribe(Subscription("events", binding))
        await inbox.delivery()
        return site.requests[0]

    request = run([stream("data: 1\n\n<pause>")], work, path="/v1", credentials=known)
    line, *headers = request.split("\r\n")
    assert line == f"GET /v1/events?kind=a+b&key={SECRET} HTTP/1.1"
    for header in (
        "Accept: text/event-stream",
        f"Authorization: Bearer {SECRET}",
        "X-Tenant: acme",
    ):
        assert header in headers
    assert "Last-Event-ID" not in request
    assert SECRET not in caplog.text


def test_stream_that_goes_on_after_its_last_id() -> None:
    async def work(connection: Connection, inbox: Inbox, site: Site) -> None:
        await connection.subscribe(Subscription("/events", SSE))
        assert [(await inbox.delivery()).payload for _ in range(3)] == [b"1", b"2", b"3"]
        ids = [one.partition("Last-Event-ID: ")[2].partition("\r")[0] for one in site.requests]
        assert ids[:3] == ["", "é5", "6"]

    responses = [
        stream("retry: 1\nid: é5\ndata: 1\n\n"),
        stream("data: 2\nid: 6\n\ndata: unfinished"),
        stream("data: 3\n\n<pause>"),
    ]
    run(responses, work)


def test_stream_that_ends_for_good() -> None:
    async def work(connection: Connection, inbox: Inbox, site: Site) -> None:
        await connection.subscribe(Subscription("/events", SSE))
        reason = await inbox.loss()
        words = (
            f"the connection to `http://127.0.0.1:{site.port}` was lost: the event stream has ended"
        )
        assert (reason.code, reason.message) == ("connect", words)
        assert len(site.requests) == 1 + MOST_RECONNECTS

    run([stream("retry: 1\nid: 5\ndata: 1\n\n")] + [stream("")] * 20, work)


def test_stream_without_ids_is_not_opened_again() -> None:
    async def work(connection: Connection, inbox: Inbox, site: Site) -> None:
        await connection.subscribe(Subscription("/events", SSE))
        assert (await inbox.delivery()).payload == b"1"
        assert (await inbox.loss()).message.endswith("was lost: the event stream has ended")
        assert len(site.requests) == 1

    run([stream("retry: 1\ndata: 1\n\n"), stream("data: 2\n\n")], work)


def test_server_that_has_no_more() -> None:
    async def work(connection: Connection, inbox: Inbox, site: Site) -> None:
        await connection.subscribe(Subscription("/events", SSE))
        reason = await inbox.loss()
        assert reason.code == "protocol"
        assert reason.message.endswith("opened no event stream, but returned status 204")

    run([stream("retry: 1\nid: 1\ndata: 1\n\n"), stream("", "204 No Content")], work)


@pytest.mark.parametrize(
    ("response", "code", "words"),
    [
        (stream("", "401 No"), "credentials", "does not accept the credentials"),
        (stream("", "403 No"), "credentials", "does not accept the credentials"),
        (stream("", "404 No"), "protocol", "opened no event stream, but returned status 404"),
        (
            stream("", "302 Found\r\nLocation: /b"),
            "protocol",
            "opened no event stream, but returned status 302",
        ),
        (
            stream("{}", kind="application/json; charset=utf-8"),
            "protocol",
            "opened no event stream, but returned `application/json`",
        ),
        (
            "HTTP/1.1 200 OK\r\n\r\n",
            "protocol",
            "opened no event stream, but returned a body without a content type",
        ),
        (
            stream("", "200 OK\r\nContent-Encoding: gzip"),
            "protocol",
            "returned an encoded event stream",
        ),
        ("220 mail.example.com\r\n", "protocol", "reports: its response is not HTTP, or none"),
        ("", "protocol", "reports: its response is not HTTP, or none"),
    ],
)
def test_request_that_is_refused(response: str, code: str, words: str) -> None:
    async def work(connection: Connection, inbox: Inbox, site: Site) -> None:
        reason = await failure(connection.subscribe(Subscription("/events", SSE)))
        assert (reason.code, reason.message) == (code, f"`http://127.0.0.1:{site.port}` {words}")
        assert len(site.requests) == 1

    run([response, stream("data: 1\n\n")], work, credentials=BrokerCredentials(token=SECRET))


def test_server_that_is_down_or_silent() -> None:
    async def work(connection: Connection, inbox: Inbox, site: Site) -> None:
        label = f"`http://127.0.0.1:{site.port}`"
        reason = await failure(connection.subscribe(Subscription("/events", SSE)))
        words = f"{label} has not confirmed the request within 0.3 s"
        assert (reason.code, reason.message) == ("timeout", words)
        site.go_on.set()

    run(["<pause>"], work, connect_timeout=0.3)

    async def main() -> None:
        site = Site()
        async with connected(site):
            pass
        connection = await connect(Endpoint("a", "http", None, "127.0.0.1", site.port), Inbox())
        reason = await failure(connection.subscribe(Subscription("/events", SSE)))
        words = (
            f"no broker is listening at `http://127.0.0.1:{site.port}`: the connection was refused"
        )
        assert (reason.code, reason.message) == ("connect", words)
        await connection.close()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("body", "payloads", "refusals"),
    [
        # It is for the hub to count.
        ("data: 123456\n\n", [b"12345", b"123456", b"1"], 0),
        # What is never at an end is not read to its end.
        ("id: 7\ndata: " + "1" * 900_000 + "\ndata: 2\n\n", [b"12345", b"1"], 1),
    ],
)
def test_event_over_the_limit(body: str, payloads: list[bytes], refusals: int) -> None:
    async def work(connection: Connection, inbox: Inbox, site: Site) -> None:
        subscription = Subscription("/events", SSE)
        await connection.subscribe(subscription)
        assert [(await inbox.delivery()).payload for _ in payloads] == payloads
        assert inbox.refusals == [(subscription, "larger than 5 bytes")] * refusals
        assert inbox.is_empty

    run([stream(f"data: 12345\n\n{body}data: 1\n\n<pause>")], work, max_message=5)


def test_address_that_is_known_later() -> None:
    async def work(connection: Connection, inbox: Inbox, site: Site) -> None:
        assert isinstance(connection, AddressedConnection)
        subscription = Subscription("/orders/{id}/events", SSE)
        await connection.subscribe(subscription)
        assert site.requests == []
        for name in ("/orders/1/events", "/orders/1/events", "/orders/2/events"):
            await connection.enter(subscription, name)
        assert sorted([(await inbox.delivery()).address for _ in range(2)]) == [
            "/orders/1/events",
            "/orders/2/events",
        ]
        assert [one.split()[1] for one in site.requests] == [
            "/orders/1/events",
            "/orders/2/events",
        ]
        assert (await inbox.channel_loss())[0] == "/orders/2/events"
        assert inbox.is_empty

    run([stream("data: 1\n\n<pause>"), stream("data: 2\n\n")], work)


def test_what_cannot_be_done() -> None:
    async def work(connection: Connection, inbox: Inbox, site: Site) -> str:
        reason = await failure(enter(connection, Subscription("/{id}", SSE), "/{id}"))
        return f"{reason.code}: {reason.message}"

    assert run([], work) == "refused: the address `/{id}` is not known"
