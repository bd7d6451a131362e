"""What goes wrong outside, told in plain words and as values."""

import gzip
import socket
import threading
import zlib

import pytest

from arazzo_runner.executor.world import (
    PublishCall,
    ReceiveCall,
    SendCall,
    TransportFailure,
    run_coroutine,
)
from arazzo_runner.http import network
from arazzo_runner.http.client import AsyncHttpWorld, HttpSettings, HttpWorld
from arazzo_runner.openapi.message import HttpRequest

BROKEN = {
    "closed at once": (b"", "`{}` closed the connection without a response"),
    "closed in the header": (
        b"HTTP/1.1 200 OK\r\nContent-",
        "the response of `{}` ends before its header is complete",
    ),
    "short body": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234",
        "the response body of `{}` ends after 5 bytes instead of 10",
    ),
    "unfinished chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n",
        "the response body of `{}` ends after 5 bytes before its last chunk",
    ),
    "something that begins like it": (
        b"HTT",
        "the response of `{}` ends before its header is complete",
    ),
    "another protocol": (
        b"220 mail.example ESMTP `x`\r\n",
        "`{}` does not speak HTTP; its first bytes are `220 mail.example ESMTP 'x'\\r\\n`",
    ),
    "TLS on an http URL": (
        b"\x15\x03\x01\x00\x02\x02\x46\r\n",
        "`{}` does not speak HTTP; its first bytes are `\\x15\\x03\\x01\\x00\\x02\\x02F\\r\\n`",
    ),
    "not quite HTTP": (
        b"HTTP/1.1 OK\r\n\r\n",
        "the response of `{}` is not valid HTTP: illegal status line: `HTTP/1.1 OK`",
    ),
    "switching": (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        "the response of `{}` is not valid HTTP: status 101 switches to another protocol, which",
    ),
    "a status without a class": (
        b"HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n",
        "the response of `{}` is not valid HTTP: the status `600` is none from 100 to 599",
    ),
    "a status below all": (
        b"HTTP/1.1 099 Odd\r\n\r\n",
        "the response of `{}` is not valid HTTP: InformationalResponse status_code should be in",
    ),
    "a status in other digits": (
        "HTTP/1.1 20\u0660 OK\r\n\r\n".encode(),
        "the response of `{}` is not valid HTTP: illegal status line",
    ),
    "another version": (
        b"HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n",
        "the response of `{}` is not valid HTTP: `HTTP/9.9` was not requested, and is no version",
    ),
    "a version of interim responses": (
        b"HTTP/2.0 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "the response of `{}` is not valid HTTP: `HTTP/2.0` was not requested, and is no version",
    ),
    "a length with an underscore": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 1_0\r\n\r\n0123456789",
        "the response of `{}` is not valid HTTP: bad Content-Length",
    ),
    "a chunk size with a sign": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\nx\r\n0\r\n\r\n",
        "the response of `{}` is not valid HTTP: illegal chunk header: `+1",
    ),
    "two lengths": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "the response of `{}` is not valid HTTP: conflicting Content-Length headers",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_answers(serve, ask, name) -> None:
    reply, message = BROKEN[name]
    server = serve([reply])
    (failure,) = ask(server.url)
    assert isinstance(failure, TransportFailure)
    assert failure.code == "protocol"
    assert failure.message.startswith(message.format(server.url))


def test_tls_where_none_was_meant_has_a_hint(serve, ask) -> None:
    (failure,) = ask(serve([b"\x15\x03\x01\r\n"]).url)
    assert failure.hint == "it may require TLS: use an `https://` URL"


def test_a_switch_that_the_step_asked_for(serve, ask) -> None:
    reply = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"
    server = serve([reply])
    (failure,) = ask(HttpRequest("GET", server.url, (("Connection", "upgrade"), ("Upgrade", "x"))))
    assert failure.message.endswith(
        "status 101 switches to another protocol, which was not requested"
    )


def test_a_reset_connection(serve, ask) -> None:
    def reset(connection) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    server = serve([reset])
    (failure,) = ask(server.url)
    message = f"the connection to `{server.url}` broke: Connection reset by peer"
    assert (failure.code, failure.message) == ("protocol", message)


GZIP = gzip.compress(b"hello")
ENCODED = {
    "truncated gzip": ("gzip", GZIP[:-1], "not valid gzip: it ends in the middle"),
    "truncated deflate": ("deflate", zlib.compress(b"hello")[:-1], "it ends in the middle"),
    "one byte of deflate": ("deflate", b"x", "not valid deflate: it ends in the middle"),
    "not gzip": ("gzip", b"hello", "not valid gzip: incorrect header check"),
    "rubbish after gzip": ("gzip", GZIP + b"x!", "not valid gzip: incorrect header check"),
    "rubbish after deflate": ("deflate", zlib.compress(b"a") + b"x", "bytes follow its end"),
    "brotli": ("br", b"x", "is encoded as `br`; gzip and deflate are understood"),
    "zstandard": ("gzip, zstd", b"x", "is encoded as `zstd`; gzip and deflate are understood"),
}


@pytest.mark.parametrize("name", ENCODED)
def test_content_encodings(serve, ask, name) -> None:
    encoding, body, words = ENCODED[name]
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    (failure,) = ask(serve([head.encode() + body]).url)
    assert isinstance(failure, TransportFailure)
    assert failure.code == "protocol"
    assert failure.message.endswith(words)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_a_refused_connection(ask) -> None:
    port = free_port()
    (failure,) = ask(f"http://127.0.0.1:{port}/secret")
    message = f"no server is listening at `127.0.0.1:{port}`: the connection was refused"
    assert (failure.code, failure.message) == ("connect", message)
    assert failure.hint == "start the server, or name another one with `--server`"


def test_an_unknown_host(ask) -> None:
    (failure,) = ask("http://no-such-host.invalid/")
    assert failure.code == "connect"
    assert failure.message.startswith("the host `no-such-host.invalid` is not known: ")
    assert "`--server`" in failure.hint


def test_a_host_name_that_no_resolver_takes(ask) -> None:
    (failure,) = ask(f"http://{'a' * 64}.invalid/")
    assert failure.code == "connect"


URLS = {
    "ftp://host/": "the request's URL cannot be used: `ftp` is neither http nor https",
    "/path": "the request's URL cannot be used: `` is neither http nor https",
    "http:///path": "the request's URL cannot be used: it names no host",
    "http://host:x/": "the request's URL cannot be used: its host or port is malformed",
    "http://[::1/": "the request's URL cannot be used: its host or port is malformed",
    "http://me:secret@host/": "the URL of `host` contains a user name or password",
    "http://\u2488.example/": "the request's URL cannot be used: the host `\u2488.example` is not",
}


@pytest.mark.parametrize("url", URLS)
def test_urls_that_cannot_be_sent_to(ask, url) -> None:
    (failure,) = ask(url)
    assert failure.code == "refused"
    assert failure.message.startswith(URLS[url])
    assert "secret" not in f"{failure.message}{failure.hint}"


@pytest.mark.parametrize(
    ("url", "headers", "words"),
    [
        ("/a b", (), "Illegal target characters"),
        ("/", (("X", "a\nb"),), "Illegal header value"),
        ("/", (("Content-Length", "5"),), "Too little data for declared Content-Length"),
    ],
)
def test_requests_that_http_cannot_express(serve, ask, url, headers, words) -> None:
    server = serve([b""])
    (failure,) = ask(HttpRequest("GET", server.url + url, headers))
    assert failure.code == "refused"
    assert failure.message.startswith(f"the request to `{server.url}` is not valid HTTP: {words}")
    assert server.requests == []


def test_every_address_of_a_host_is_tried(serve, ask) -> None:
    server = serve([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"])
    (response,) = ask(f"http://localhost:{server.port}/")  # on many systems ::1 comes first
    assert response.status == 200


def test_a_resolver_that_takes_too_long(monkeypatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(network, "_resolve", lambda *_: released.wait() and [])
    with HttpWorld(HttpSettings(connect_timeout=0.05), {}) as world:
        failure = run_coroutine(world.send(_call("http://host.invalid/")))
    released.set()
    assert isinstance(failure, TransportFailure)
    assert (failure.code, failure.message) == (
        "timeout",
        "no connection to `host.invalid:80` within 0.05 s",
    )


def _call(url: str):
    return SendCall("k", HttpRequest("GET", url), None, ("", "", ""))


def test_an_unreachable_network(monkeypatch) -> None:
    async def unreachable(self, address, timeout):
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(network.BlockingNetwork, "connect", unreachable)
    failure = run_coroutine(HttpWorld(environment={}).send(_call("http://127.0.0.1:1/")))
    assert isinstance(failure, TransportFailure)
    assert (failure.code, failure.message) == (
        "connect",
        "`127.0.0.1:1` cannot be reached: Network is unreachable",
    )


def test_addresses_that_do_not_answer(monkeypatch) -> None:
    async def silent(self, address, timeout):
        raise TimeoutError

    monkeypatch.setattr(network.BlockingNetwork, "connect", silent)
    failure = run_coroutine(HttpWorld(environment={}).send(_call("http://[::1]:1/")))
    assert isinstance(failure, TransportFailure)
    assert (failure.code, failure.message) == ("timeout", "no connection to `[::1]:1` within 10 s")


@pytest.mark.parametrize("kind", [HttpWorld, AsyncHttpWorld])
def test_channels_are_refused(kind) -> None:
    world = kind(environment={})
    text = "the channel `c` cannot be reached: AsyncAPI steps are not run over HTTP"
    assert run_coroutine(
        world.publish(PublishCall("k", "s", "c", "a", b"", (), None, 1.0))
    ) == TransportFailure("refused", text)
    received = run_coroutine(world.receive(ReceiveCall("k", "s", "c", "a", None, None, 1.0)))
    assert received == TransportFailure("refused", text)


@pytest.mark.parametrize("has_poll", [True, False])
def test_an_interrupt_passes_through_and_closes_the_connection(
    monkeypatch, has_poll, serve
) -> None:
    async def interrupted(self, timeout):
        raise KeyboardInterrupt

    server = serve([b""])
    monkeypatch.setattr(network.BlockingStream, "read", interrupted)
    world = HttpWorld(environment={})
    with pytest.raises(KeyboardInterrupt):
        run_coroutine(world.send(_call(server.url)))
    assert server.closed.wait(5)
