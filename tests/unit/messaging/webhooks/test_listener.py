"""The server for webhooks, over sockets: what it takes, what it refuses, whom it waits for."""

import asyncio
import json
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from arazzo_runner.asyncapi.model import SignatureScheme
from arazzo_runner.messaging.model import (
    BrokerError,
    Delivery,
    Endpoint,
    OutgoingMessage,
    Subscription,
)
from arazzo_runner.messaging.webhooks import listener as module
from arazzo_runner.messaging.webhooks.address import ListenAddress
from arazzo_runner.messaging.webhooks.listener import WebhookListener
from arazzo_runner.messaging.webhooks.signatures import SignatureCheck

TOKEN = SignatureCheck(SignatureScheme("token", "X-Token"), "t0p")
JSON = "Content-Type: application/json\r\n"


class Inbox:
    """A receiver that keeps what it is told."""

    def __init__(self) -> None:
        self.deliveries: list[tuple[str, Delivery]] = []
        self.refusals: list[tuple[str, str]] = []

    def deliver(self, subscription: Subscription, delivery: Delivery) -> None:
        self.deliveries.append((subscription.address, delivery))

    def refuse(self, subscription: Subscription, reason: str) -> None:
        self.refusals.append((subscription.address, reason))

    def lose(self, reason: BrokerError) -> None:
        raise AssertionError(reason)

    @property
    def payloads(self) -> list[bytes]:
        return [one.payload for _, one in self.deliveries]


class Server:
    """A listener for some channels, and a client for it."""

    def __init__(self, port: int, inbox: Inbox, listener: WebhookListener) -> None:
        self.port = port
        self.inbox = inbox
        self.listener = listener

    async def talk(self, *pieces: bytes, pause: float = 0.0) -> list[str]:
        """The status lines and fields of all responses to what is sent, until the server ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(pause)
        if writer.can_write_eof():
            writer.write_eof()
        text = (await reader.read()).decode()
        writer.close()
        return [one for one in text.split("\r\n\r\n") if one]

    async def send(self, path: str, body: bytes = b"{}", fields: str = JSON, method: str = "POST") -> str:  # fmt: skip
        (response,) = await self.talk(request(path, body, fields, method))
        return response


def request(path: str, body: bytes = b"{}", fields: str = JSON, method: str = "POST") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\n{fields}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def serve(
    work: Callable[[Server], Coroutine[Any, Any, None]],
    *subscriptions: Subscription,
    public_url: str = "https://hooks.example.com",
    max_body: int = 1 << 20,
    seconds: float = 30.0,
) -> None:
    """Do something with a server, and end it."""

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as bound:
            inbox = Inbox()
            address = ListenAddress("127.0.0.1:0", lambda: [bound], public_url)
            listener = WebhookListener(address, max_body, inbox, lambda: 0.0, seconds)
            await listener.open()
            for one in subscriptions or [Subscription("/hook")]:
                await listener.subscribe(one)
            try:
                async with asyncio.timeout(20):
                    await work(Server(bound.getsockname()[1], inbox, listener))
            finally:
                await listener.close()

    asyncio.run(main())


def status(response: str) -> int:
    return int(response.split(" ", 2)[1])


def test_a_webhook_is_received() -> None:
    async def work(server: Server) -> None:
        response = await server.send("/hook", b'{"n": 1}')
        assert response == "HTTP/1.1 204 "
        ((address, delivery),) = server.inbox.deliveries
        assert (address, delivery.address, delivery.payload) == ("/hook", "/hook", b'{"n": 1}')
        assert ("content-type", "application/json") in delivery.headers

    serve(work)


@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        ("/hook", "POST", 204), ("/hook/", "POST", 204), ("/hook?x=1", "POST", 204),
        ("/ho%6Fk", "POST", 204), ("http://127.0.0.1/hook", "POST", 204),
        ("/", "POST", 404), ("/hooks", "POST", 404), ("/hook/x", "POST", 404), ("/HOOK", "POST", 404),
        ("/hook", "GET", 405), ("/hook", "PUT", 405), ("/hook", "DELETE", 405), ("/no", "GET", 404),
        ("/orders/7/done", "POST", 204), ("/orders//done", "POST", 404), ("/orders/7/8/done", "POST", 404),
        ("/put", "PUT", 204), ("/put", "POST", 405),
    ],
)  # fmt: skip
def test_paths_and_methods(path: str, method: str, expected: int) -> None:
    async def work(server: Server) -> None:
        response = await server.send(path, method=method)
        assert status(response) == expected
        assert len(server.inbox.deliveries) == (expected == 204)
        if expected == 405:
            assert "Allow: PUT, OPTIONS" in response or "Allow: POST, OPTIONS" in response

    put = Subscription("/put", operation={"http": {"method": "put"}})
    serve(work, Subscription("hook"), Subscription("/orders/{id}/done"), put)


@pytest.mark.parametrize("path", ["/base/hook", "/hook"])
def test_a_public_url_with_a_path(path: str) -> None:
    """Some proxies hand the path on as it is, others without what leads to this server."""

    async def work(server: Server) -> None:
        assert status(await server.send(path)) == 204
        assert status(await server.send("/base")) == 404
        assert status(await server.send("/basehook")) == 404
        assert server.inbox.deliveries[0][1].address == "/hook"

    serve(work, public_url="https://hooks.example.com/base/")


def test_a_batch_is_several_messages_and_each_channel_gets_them() -> None:
    event = {"specversion": "1.0", "type": "t", "source": "s", "id": "1"}

    async def work(server: Server) -> None:
        body = json.dumps([event, {**event, "id": "2"}]).encode()
        assert status(await server.send("/a", body)) == 204
        expected = ["/{x}", "/{x}", "/a", "/a"]
        assert sorted(address for address, _ in server.inbox.deliveries) == sorted(expected)

    serve(work, Subscription("/a"), Subscription("/{x}"))


def test_what_is_no_event_is_refused_and_counted() -> None:
    async def work(server: Server) -> None:
        kind = "Content-Type: application/cloudevents+json\r\n"
        assert status(await server.send("/hook", b"[]", kind)) == 400
        assert server.inbox.deliveries == []
        assert server.inbox.refusals == [("/hook", "an event is not an object of JSON")]

    serve(work)


def test_what_is_no_json_is_refused_and_counted_and_not_shown() -> None:
    async def work(server: Server) -> None:
        for fields in (JSON, ""):
            response = await server.send("/hook", b"<p>no</p>", fields)
            assert status(response) == 400
            assert "<p>" not in response
        assert (
            status(await server.send("/hook", b"<p>yes</p>", "Content-Type: text/html\r\n")) == 204
        )
        assert server.inbox.payloads == [b"<p>yes</p>"]
        told = "the body is not JSON, as its content type says"
        assert server.inbox.refusals == [("/hook", told)] * 2

    serve(work, Subscription("/hook", content_type="application/json"))


def test_a_wrong_signature_goes_before_a_malformed_body() -> None:
    async def work(server: Server) -> None:
        assert status(await server.send("/hook", b"x")) == 403

    serve(work, Subscription("/hook", signature=TOKEN))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/order-7/paid", 204), ("/order-%37/paid", 204), ("/order-7%2F8/paid", 204), ("/order-a-b/paid", 204),
        ("/order-{id}/paid", 204), ("/order-/paid", 404), ("/order-7/x/paid", 404), ("/orders-7/paid", 404),
        ("/order-7", 404), ("/v1.2/a,b", 204), ("/v1x2/a,b", 404), ("/v1.2/a", 404), ("/v1./a,b", 404),
        ("/long/" + "-" * 50_000, 404), ("/long/a-b-c-d-z", 204), ("/long/a-b-c-dz", 404), ("/long/a--c-d-z", 404),
    ],
)  # fmt: skip
def test_parameters_with_text_around_them(path: str, expected: int) -> None:
    async def work(server: Server) -> None:
        assert status(await server.send(path)) == expected

    patterns = ("/order-{id}/paid", "/v1.{minor}/{x},{y}", "/long/{a}-{b}-{c}-{d}-z")
    serve(work, *map(Subscription, patterns))


def test_a_signature() -> None:
    async def work(server: Server) -> None:
        for fields, expected in [("", 403), ("X-Token: no\r\n", 403), ("X-Token: t0p\r\n", 204)]:
            assert status(await server.send("/hook", b"{}", fields)) == expected
        assert len(server.inbox.deliveries) == 1
        assert server.inbox.refusals == [("/hook", "the signature is wrong")] * 2

    serve(work, Subscription("/hook", signature=TOKEN))


def test_the_url_that_is_signed() -> None:
    asked: list[str] = []

    class Check(SignatureCheck, frozen=True):
        def is_satisfied_by(self, request: Any, url: str, now: float) -> bool:
            asked.append(url)
            return True

    async def work(server: Server) -> None:
        await server.send("/base/hook?a=1&b=%20")
        await server.send("/hook")
        assert asked == [
            "https://hooks.example.com/base/hook?a=1&b=%20",
            "https://hooks.example.com/base/hook",
        ]

    check = Check(TOKEN.scheme, "t0p")
    serve(work, Subscription("/hook", signature=check), public_url="https://hooks.example.com/base")


def test_the_handshake_of_cloudevents() -> None:
    async def work(server: Server) -> None:
        fields = "WebHook-Request-Origin: events.example.com\r\nWebHook-Request-Rate: 120\r\n"
        response = await server.send("/hook", b"", fields, "OPTIONS")
        assert status(response) == 200
        assert "WebHook-Allowed-Origin: events.example.com" in response
        assert "WebHook-Allowed-Rate: *" in response
        assert "Allow: POST, OPTIONS" in response
        plain = await server.send("/hook", b"", "", "OPTIONS")
        assert status(plain) == 200
        assert "WebHook" not in plain
        assert status(await server.send("/no", b"", fields, "OPTIONS")) == 404
        assert server.inbox.deliveries == []

    serve(work)


@pytest.mark.parametrize(
    ("body", "expected"), [(b"x" * 100, 204), (b"x" * 101, 413)], ids=["at", "past"]
)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_the_size_of_a_body(body: bytes, expected: int, *, is_chunked: bool) -> None:
    async def work(server: Server) -> None:
        text = request("/hook", body, "")
        if is_chunked:
            head = b"POST /hook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            text = head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        (response,) = await server.talk(text)
        assert status(response) == expected
        assert len(server.inbox.deliveries) == (expected == 204)

    serve(work, max_body=100)


def test_a_large_body_is_refused_before_it_is_read() -> None:
    async def work(server: Server) -> None:
        head = b"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"
        (response,) = await server.talk(head, b"x" * 100_000)
        assert status(response) == 413
        assert "Connection: close" in response

    serve(work)


def test_a_client_that_waits_for_100_is_told_to_go_on() -> None:
    async def work(server: Server) -> None:
        head = (
            b"POST /hook HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
        responses = await server.talk(head, b"{}", pause=0.05)
        assert [status(one) for one in responses] == [100, 204]

    serve(work)


def test_several_requests_on_one_connection() -> None:
    async def work(server: Server) -> None:
        texts = [request("/hook", b"1"), request("/no"), request("/hook", b"2")]
        responses = await server.talk(b"".join(texts[:1]), *texts[1:], pause=0.02)
        # The body of what is refused is not read, so that the connection ends with it.
        assert [status(one) for one in responses] == [204, 404]
        assert server.inbox.payloads == [b"1"]
        again = await server.talk(request("/hook", b"1") + request("/hook", b"2"))
        assert [status(one) for one in again] == [204, 204]

    serve(work)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"no http at all\r\n\r\n", 400),
        (b"POST /hook HTTP/1.1\r\n\r\n", 400),  # no Host
        (b"POST /hook HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", 431),
        (b"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", 415),
    ],
)  # fmt: skip
def test_malformed_requests(text: bytes, expected: int) -> None:
    async def work(server: Server) -> None:
        (response,) = await server.talk(text)
        assert status(response) == expected
        assert server.inbox.deliveries == []
        assert status(await server.send("/hook")) == 204

    serve(work)


@pytest.mark.parametrize(("count", "expected"), [(198, 204), (199, 431)], ids=["at", "past"])
def test_the_count_of_header_fields(count: int, expected: int) -> None:
    async def work(server: Server) -> None:
        assert status(await server.send("/hook", b"{}", "X: y\r\n" * count)) == expected

    serve(work)


@pytest.mark.parametrize(("size", "expected"), [(1 << 16, 204), ((1 << 16) + 1, 431)], ids=["at", "past"])  # fmt: skip
def test_the_size_of_a_head(size: int, expected: int) -> None:
    async def work(server: Server) -> None:
        others = len("/hook") + len("Hostx") + 4 + len("Content-Length2") + 4 + len("X") + 4
        fields = f"X: {'y' * (size - others)}\r\n"
        assert status(await server.send("/hook", b"{}", fields)) == expected

    serve(work)


def test_a_request_that_is_cut_off_is_none() -> None:
    async def work(server: Server) -> None:
        (response,) = await server.talk(request("/hook", b"1234")[:-2])
        assert status(response) == 400
        assert await server.talk(b"") == []
        assert server.inbox.deliveries == []

    serve(work)


def test_a_slow_client_hinders_nobody_and_is_not_waited_for_longer_than_that() -> None:
    async def work(server: Server) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(request("/hook", b"1234")[:-2])
        assert status(await server.send("/hook")) == 204
        assert status((await reader.read()).decode()) == 408
        writer.close()
        idle, other = await asyncio.open_connection("127.0.0.1", server.port)
        assert await idle.read() == b""
        other.close()

    serve(work, seconds=0.3)


@pytest.mark.parametrize(
    ("version", "fields", "expected"),
    [
        ("1.1", "Transfer-Encoding: chunked\r\n", [204, 404]),
        ("1.1", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", [400]),
        ("1.1", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", [400]),
        ("1.0", "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n", [400]),
    ],
)
def test_a_length_that_is_given_twice_ends_the_connection(
    version: str, fields: str, expected: list[int]
) -> None:
    """What follows might be a request to one and content to another (request smuggling)."""
    head = f"POST /hook HTTP/{version}\r\nHost: x\r\n{fields}\r\n0\r\n\r\n".encode()

    async def work(server: Server) -> None:
        responses = await server.talk(head + request("/other"))
        assert [status(one) for one in responses] == expected
        assert len(server.inbox.deliveries) == expected.count(204)

    serve(work)


def test_so_many_connections_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 2)

    async def work(server: Server) -> None:
        first, second, third = [
            await asyncio.open_connection("127.0.0.1", server.port) for _ in range(3)
        ]
        assert await first[0].read() == b""  # the oldest makes room, so that the sender gets in
        third[1].write(request("/hook"))
        assert (await third[0].readuntil(b"\r\n")).startswith(b"HTTP/1.1 204 ")
        for _, writer in (first, second, third):
            writer.close()
            await writer.wait_closed()
        while server.listener.connections:
            await asyncio.sleep(0.01)
        assert status(await server.send("/hook")) == 204

    serve(work)


def test_what_comes_before_the_first_subscription_waits_for_it() -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as bound:
            inbox = Inbox()
            address = ListenAddress("127.0.0.1:0", lambda: [bound])
            endpoint = Endpoint("webhooks", "http", None, "127.0.0.1", None, listen=address)
            listener = await module.connect(endpoint, inbox)
            reader, writer = await asyncio.open_connection(*bound.getsockname())
            writer.write(request("/b"))
            await asyncio.sleep(0.05)
            assert inbox.deliveries == []
            await listener.subscribe(Subscription("/a"))
            await listener.subscribe(Subscription("/b"))
            assert (await reader.readline()).startswith(b"HTTP/1.1 204")
            writer.close()
            await listener.close()
            await listener.close()
            again = await module.connect(endpoint, inbox)  # the sockets are still there
            await again.subscribe(Subscription("/b"))
            await again.close()
            assert len(inbox.deliveries) == 1

    asyncio.run(main())


def test_the_end_breaks_connections_off() -> None:
    async def work(server: Server) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(request("/hook", b"1234")[:-2])
        await asyncio.sleep(0.05)
        await server.listener.close()
        assert await reader.read() == b""
        writer.close()

    serve(work)


def test_without_an_address() -> None:
    endpoint = Endpoint("webhooks", "http", None, "127.0.0.1", None)
    with pytest.raises(BrokerError, match="--listen"):
        asyncio.run(module.connect(endpoint, Inbox()))


def test_nothing_can_be_sent() -> None:
    async def work(server: Server) -> None:
        with pytest.raises(BrokerError, match="`/hook`"):
            await server.listener.publish(OutgoingMessage("/hook", b"{}"))

    serve(work)
