"""Bodies with files in them: read while they are sent, anew for each request."""

import sys
from pathlib import Path

import anyio
import httpx
import pytest

from arazzo_runner.executor.world import SendCall, TransportFailure, run_coroutine
from arazzo_runner.http.client import HttpSettings
from arazzo_runner.http.uploads import CHUNK, chunks, file_body
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.request.multipart import has_files, join_pieces, size_of
from arazzo_runner.worlds.httpx import (
    AsyncClientWorld,
    AsyncTransportWorld,
    ClientWorld,
    TransportWorld,
)

OK = b"HTTP/1.1 204 \r\n\r\n"
CONTENT = bytes(range(256)) * 1024  # several chunks


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "some.bin"
    path.write_bytes(CONTENT)
    return path


def body_around(path: Path) -> bytes:
    return join_pieces([b"<", file_body(str(path)), b"", b">"])


def put(url: str, body: bytes) -> HttpRequest:
    return HttpRequest("PUT", url, (), body)


def test_a_file_is_a_label_and_a_size(file):
    body = file_body(str(file))
    assert body == f"@{file} (262,144 bytes)".encode()
    assert (body.name, body.size, body.media_type) == (
        "some.bin",
        len(CONTENT),
        "application/octet-stream",
    )
    assert file_body(str(file)).mark != body.mark
    whole = body_around(file)
    assert whole == b"<" + bytes(body) + b">"
    assert size_of(whole) == len(CONTENT) + 2
    assert not has_files(join_pieces([b"a", b"b"]))
    assert max(map(len, chunks(whole))) == CHUNK


def test_is_sent_with_its_length_each_time(serve, ask, file):
    server = serve([OK, OK])
    request = put(server.url, body_around(file))
    outcomes = ask(request, request)
    assert [one.status for one in outcomes] == [204, 204]
    for sent in server.requests:
        head, _, body = sent.partition(b"\r\n\r\n")
        assert b"Content-Length: 262146" in head
        assert body == b"<" + CONTENT + b">"


def test_a_redirect_sends_it_again(serve, ask, file):
    moved = b"HTTP/1.1 307 \r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"
    server = serve([moved, OK])
    (outcome,) = ask(put(server.url, body_around(file)), settings=HttpSettings(follow_redirects=1))
    assert outcome.status == 204
    assert server.requests[1].endswith(b"<" + CONTENT + b">")


def test_an_answer_before_the_end_counts(serve, ask, tmp_path):
    path = tmp_path / "large"
    path.write_bytes(bytes(20 * 2**20))

    def refuse(connection):
        connection.sendall(b"HTTP/1.1 413 \r\nContent-Length: 0\r\n\r\n")

    server = serve([refuse])
    server_reads_heads_only(server)
    (outcome,) = ask(put(server.url, body_around(path)))
    # Closed with data unread, the connection may be reset before the answer is seen.
    assert (isinstance(outcome, HttpResponse) and outcome.status == 413) or isinstance(
        outcome, TransportFailure
    )


def server_reads_heads_only(server) -> None:
    def play(connection, script):
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        script[0](connection)
        connection.close()

    server._play = play


def vanish(path: Path) -> None:
    path.unlink()


def grow(path: Path) -> None:
    path.write_bytes(CONTENT + b"more")


def shrink(path: Path) -> None:
    path.write_bytes(CONTENT[:7])


CHANGES = [
    (vanish, "cannot be sent: no such file or directory"),
    (grow, "has changed since the run began: it has 262,148 bytes, and had 262,144"),
    (shrink, "has changed since the run began: it has 7 bytes, and had 262,144"),
]


@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_a_file_that_is_not_what_it_was(serve, ask, file, change, words):
    server = serve([OK])
    body = body_around(file)
    change(file)
    (outcome,) = ask(put(server.url, body))
    assert (outcome.code, outcome.message) == ("refused", f"the file `{file}` {words}")
    assert server.requests == []


@pytest.mark.parametrize(("change", "words"), [CHANGES[0], CHANGES[2]])
def test_a_file_that_changes_while_it_is_sent(monkeypatch, serve, ask, file, change, words):
    monkeypatch.setattr("arazzo_runner.http.send.check_files", lambda _: change(file))
    (outcome,) = ask(put(serve([OK]).url, body_around(file)))
    assert (outcome.code, outcome.message) == ("refused", f"the file `{file}` {words}")


@pytest.mark.skipif(sys.platform == "win32", reason="devices as POSIX has them")
def test_what_is_no_file(tmp_path):
    with pytest.raises(OSError, match="not a regular file"):
        file_body("/dev/null")
    with pytest.raises(OSError, match="directory"):
        file_body(str(tmp_path))


def received(request: httpx.Request) -> httpx.Response:
    assert request.headers["content-length"] == "262146"
    assert "transfer-encoding" not in request.headers
    return httpx.Response(200, content=str(len(request.read())).encode())


async def received_later(request: httpx.Request) -> httpx.Response:
    assert "transfer-encoding" not in request.headers
    return httpx.Response(200, content=str(len(await request.aread())).encode())


def test_transports_and_clients_get_it_in_pieces(file):
    call = SendCall("k", put("http://app/", body_around(file)), None, ("a", "put", "/"))
    transport = httpx.MockTransport(received)
    with httpx.Client(transport=transport) as client:
        for world in (TransportWorld(transport), ClientWorld(client)):
            assert run_coroutine(world.send(call)).body == b"262146"

    async def in_loop():
        transport = httpx.MockTransport(received_later)
        async with httpx.AsyncClient(transport=transport) as client:
            for world in (AsyncTransportWorld(transport), AsyncClientWorld(client)):
                assert (await world.send(call)).body == b"262146"

    anyio.run(in_loop)


def test_of_a_file_that_grows_is_sent_what_there_was(file):
    file.write_bytes(CONTENT + b"end")  # the last chunk is not a full one
    body = body_around(file)
    with file.open("ab") as more:
        more.write(b"more")
    assert b"".join(chunks(body)) == b"<" + CONTENT + b"end>"
