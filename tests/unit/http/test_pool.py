"""A kept connection that the server closes just as a request comes: RFC 9112, section 9.3.1."""

import socket
import struct

import pytest

from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.http.uploads import file_body
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.request.multipart import join_pieces

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def vanish(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def reset(connection: socket.socket) -> None:
    """Close with RST, as a server does that has not read everything."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def begin(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
@pytest.mark.parametrize("ending", [vanish, reset])
def test_an_idempotent_request_is_sent_once_more(serve, ask, method, ending) -> None:
    server = serve([OK, ending], [OK])
    body = b"body" if method == "PUT" else b""
    _, response = ask(server.url, HttpRequest(method, f"{server.url}/a", (), body))
    assert isinstance(response, HttpResponse)
    assert server.accepted == 2
    assert server.requests[1] == server.requests[2]
    assert [one.response and one.response.status for one in response.exchanges] == [None, 200]
    assert response.notes[0].startswith("it was sent twice: at first, ")
    assert f"{server.url}` " in response.notes[0]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_may_have_been_processed_is_not_sent_again(serve, ask, method) -> None:
    server = serve([OK, vanish], [OK])
    _, failure = ask(server.url, HttpRequest(method, server.url, (), b"body"))
    assert isinstance(failure, TransportFailure)
    assert failure.code == "protocol"
    assert failure.message == (
        f"`{server.url}` closed the kept connection without a response; a {method} is not sent"
        " again by itself, as it may have been processed"
    )
    assert failure.hint == "a `retry` action of the step sends it again"
    assert (server.accepted, len(failure.exchanges)) == (1, 1)


def test_a_new_connection_tells_nothing_of_the_request(serve, ask) -> None:
    server = serve([vanish], [OK])
    (failure,) = ask(server.url)
    assert failure.message == f"`{server.url}` closed the connection without a response"
    assert server.accepted == 1


@pytest.mark.parametrize("begun", [begin, b"HTTP/1.1 200 OK\r\n", b"H"])
def test_once_a_byte_has_come_it_is_not_sent_again(serve, ask, begun) -> None:
    server = serve([OK, begun], [OK])
    _, failure = ask(server.url, server.url)
    assert isinstance(failure, TransportFailure)
    assert server.accepted == 1


def test_it_is_sent_twice_and_no_more(serve, ask) -> None:
    server = serve([OK, vanish], [vanish])
    _, failure = ask(server.url, server.url)
    assert failure.message == f"`{server.url}` closed the connection without a response"
    assert (server.accepted, len(failure.exchanges)) == (2, 2)


def test_a_body_from_a_file_is_read_again(serve, ask, tmp_path) -> None:
    (tmp_path / "some.bin").write_bytes(b"content")
    server = serve([OK, vanish], [OK])
    body = join_pieces([b"<", file_body(str(tmp_path / "some.bin")), b">"])
    _, response = ask(server.url, HttpRequest("PUT", server.url, (), body))
    assert isinstance(response, HttpResponse)
    assert server.requests[2].endswith(b"<content>")
