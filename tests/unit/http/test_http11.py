"""What goes over the wire and what comes back, through both worlds."""

import gzip
import socket
import ssl
import sys
import threading

import pytest

from arazzo_runner.executor.world import SendCall, TransportFailure, run_coroutine
from arazzo_runner.http import network
from arazzo_runner.http.client import HttpSettings
from arazzo_runner.http.network import is_readable
from arazzo_runner.http.pool import ConnectionPool
from arazzo_runner.http.proxy import Proxies
from arazzo_runner.http.send import Sender
from arazzo_runner.openapi.message import HttpRequest, HttpResponse

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_the_request_on_the_wire(serve, ask) -> None:
    server = serve([OK])
    request = HttpRequest("POST", f"{server.url}/a%20b?c=d#e", (("X-Name", "ü"),), b"body")
    (response,) = ask(request, settings=HttpSettings(user_agent="arazzo/1"))
    assert isinstance(response, HttpResponse)
    assert (response.status, response.body, response.http_version) == (200, b"ok", "HTTP/1.1")
    assert response.duration > 0
    assert server.requests == [
        b"POST /a%20b?c=d HTTP/1.1\r\n"
        + f"Host: 127.0.0.1:{server.port}\r\n".encode()
        + "X-Name: ü\r\nUser-Agent: arazzo/1\r\nAccept: */*\r\n".encode()
        + b"Accept-Encoding: gzip, deflate\r\nContent-Length: 4\r\n\r\nbody"
    ]


def test_headers_of_the_step_rule_over_those_of_the_world(serve, ask) -> None:
    server = serve([OK])
    own = (("HOST", "a"), ("user-agent", "me"), ("accept", "*/a"), ("Accept-encoding", "x"))
    ask(HttpRequest("GET", server.url, own))
    assert server.requests == [
        b"GET / HTTP/1.1\r\nHOST: a\r\nuser-agent: me\r\naccept: */a\r\nAccept-encoding: x\r\n\r\n"
    ]


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("POST", (), b"Content-Length: 0"),
        ("PATCH", (("Content-Length", "0"),), b"Content-Length: 0"),
        ("POST", (("Transfer-Encoding", "chunked"),), b"Transfer-Encoding: chunked"),
        ("DELETE", (), b"Accept-Encoding: gzip, deflate\r\n\r\n"),
    ],
)
def test_the_length_of_no_body(serve, ask, method, headers, expected) -> None:
    server = serve([OK])
    ask(HttpRequest(method, server.url, headers))
    assert server.requests[0].count(expected) == 1


HEADED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 999999999\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "reply", "status", "body"),
    [
        ("HEAD", HEADED, 200, b""),
        ("GET", b"HTTP/1.1 204 No Content\r\nContent-Length: 999999999\r\n\r\n", 204, b""),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 999999999\r\n\r\n", 304, b""),
        ("GET", b"HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx", 404, b"x"),
        ("GET", b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, b"until the end"),
        (
            "GET",
            CHUNKED + b"2\r\nab\r\n1;x=y\r\nc\r\n0\r\nT: t\r\n\r\n",
            200,
            b"abc",
        ),
        ("GET", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK, 200, b"ok"),
    ],
)
def test_kinds_of_responses(serve, ask, method, reply, status, body) -> None:
    server = serve([reply])
    (response,) = ask(HttpRequest(method, server.url))
    assert isinstance(response, HttpResponse)
    assert (response.status, response.body) == (status, body)


def test_header_fields_keep_their_names_and_order_and_are_text(serve, ask) -> None:
    reply = b"HTTP/1.1 200 OK\r\nX-B: \xc3\xbc\r\nx-a: \xfc\r\nX-B: 2\r\nContent-Length: 0\r\n\r\n"
    (response,) = ask(serve([reply]).url)
    assert isinstance(response, HttpResponse)
    assert response.headers == (("X-B", "ü"), ("x-a", "ü"), ("X-B", "2"), ("Content-Length", "0"))


def test_a_connection_is_kept_and_reused(serve, ask) -> None:
    server = serve([OK, OK, OK])
    outcomes = ask(server.url, server.url, server.url)
    assert [one.status for one in outcomes] == [200, 200, 200]
    assert server.accepted == 1


def test_a_connection_that_the_server_will_close_is_not_reused(serve, ask) -> None:
    server = serve([b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"], [OK])
    outcomes = ask(server.url, server.url)
    assert [one.status for one in outcomes] == [200, 200]
    assert server.accepted == 2


SMUGGLED = b"HTTP/1.1 500 Smuggled\r\nContent-Length: 0\r\n\r\n"


def test_bytes_after_a_response_do_not_become_the_next_one(serve, ask) -> None:
    # The server keeps the connection open: nothing but those bytes says that it is of no use.
    server = serve([OK + SMUGGLED, OK], [OK])
    outcomes = ask(server.url, server.url)
    assert [one.status for one in outcomes] == [200, 200]
    assert server.accepted == 2


def test_bytes_that_come_while_a_connection_is_idle_do_not_become_a_response(serve, ask) -> None:
    arrived = threading.Event()

    def late(connection: socket.socket) -> None:
        connection.sendall(OK)
        connection.sendall(SMUGGLED)
        arrived.set()

    server = serve([late, OK], [OK])
    outcomes = ask(server.url, server.url, between=arrived.wait)
    assert [one.status for one in outcomes] == [200, 200]
    assert server.accepted == 2


def test_a_connection_closed_while_idle_is_replaced_before_sending(serve, ask) -> None:
    server = serve([OK], [OK])
    outcomes = ask(server.url, server.url, between=server.closed.wait)
    assert [one.status for one in outcomes] == [200, 200]
    assert server.accepted == 2
    assert len(server.requests) == 2


def test_a_connection_is_idle_for_less_than_common_servers_keep_it(serve, ask, monkeypatch) -> None:
    monkeypatch.setattr("arazzo_runner.http.pool._IDLE_SECONDS", 0.0)
    server = serve([OK, OK])
    ask(server.url, server.url)
    assert server.accepted == 2


class Deaf:
    """A network and its one stream, which takes nothing and answers all the same."""

    def __init__(self, refusal: OSError, *answer: bytes | OSError) -> None:
        self.refusal = refusal
        self.answer = [*answer]

    async def resolve(self, host, port, timeout):
        return [(2, (host, port))]

    async def connect(self, address, timeout):
        return self

    async def write(self, data, timeout):
        raise self.refusal

    async def read(self, timeout):
        answer = self.answer.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    async def aclose(self):
        pass


def post(network: Deaf) -> HttpResponse | TransportFailure:
    settings = HttpSettings()
    connections = ConnectionPool(settings, network, Proxies({}))
    call = SendCall("k", HttpRequest("POST", "http://127.0.0.1"), None, ("", "", ""))
    return run_coroutine(Sender(connections, settings, ()).send(call))


EARLY = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"
ALERT = ssl.SSLError(1, "tlsv13 alert certificate required")
ALERT.reason = "TLSV13_ALERT_CERTIFICATE_REQUIRED"


@pytest.mark.parametrize("refusal", [BrokenPipeError, ConnectionResetError, ssl.SSLEOFError])
def test_an_answer_before_the_request_was_taken_is_the_answer(refusal) -> None:
    response = post(Deaf(refusal(), EARLY))
    assert isinstance(response, HttpResponse)
    assert response.status == 413


def test_an_alert_before_the_request_was_taken_is_the_reason() -> None:
    failure = post(Deaf(ssl.SSLEOFError(8, "EOF occurred"), ALERT))
    assert isinstance(failure, TransportFailure)
    assert "the server requires a client certificate" in failure.message
    assert failure.hint == "name the client's certificate with `--cert` and `--key`"


def test_nothing_is_read_where_sending_fails_for_another_reason() -> None:
    failure = post(Deaf(OSError(113, "No route to host"), EARLY))
    assert isinstance(failure, TransportFailure)
    assert "No route to host" in failure.message


@pytest.mark.parametrize("name", ["gzip", "x-gzip"])
def test_an_encoded_body_is_decoded(serve, ask, name) -> None:
    packed = gzip.compress(b"hello" * 1000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {name}\r\nContent-Length: {len(packed)}\r\n\r\n"
    (response,) = ask(serve([head.encode() + packed]).url)
    assert isinstance(response, HttpResponse)
    assert response.body == b"hello" * 1000


@pytest.mark.parametrize("system", [sys.platform, "win32"])
def test_readable_descriptors(monkeypatch, system) -> None:
    if system == "win32":
        monkeypatch.setattr(sys, "platform", system)
        monkeypatch.delattr("select.poll", raising=False)
    one, other = socket.socketpair()
    with one, other:
        assert not is_readable(one.fileno())
        other.send(b"x")
        assert is_readable(one.fileno())
        one.recv(1)
        other.close()
        assert is_readable(one.fileno())
    assert is_readable(one.fileno())


def test_a_wait_is_cut_into_short_ones(monkeypatch) -> None:
    """So that a signal is noticed where the system does not break a wait off."""
    monkeypatch.setattr(network, "LONGEST_WAIT", 0.01)
    one, other = socket.socketpair()
    stream = network.BlockingStream(one)
    with one, other:
        timer = threading.Timer(0.05, other.send, [b"x"])
        timer.start()
        assert run_coroutine(stream.read(30.0)) == b"x"
        with pytest.raises(TimeoutError):
            run_coroutine(stream.read(0.03))
        timer.join()


def test_a_name_beyond_ascii(ask, serve) -> None:
    proxy = serve([OK])
    ask("http://b\u00fccher.example/", settings=HttpSettings(proxy=proxy.url))
    assert proxy.requests[0].startswith(b"GET http://xn--bcher-kva.example/ HTTP/1.1\r\nHost: xn--")
