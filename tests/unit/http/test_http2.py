"""HTTP/2, where the user asks for it and the server agrees."""

import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import trustme
from h2.config import H2Configuration
from h2.connection import ConnectionState, H2Connection
from h2.events import DataReceived, PingAckReceived, RequestReceived, StreamEnded

from arazzo_runner.errors import UsageError
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.http.client import HttpSettings, HttpWorld
from arazzo_runner.http.uploads import file_body
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.request.multipart import join_pieces

OK = [(":status", "200"), ("content-type", "text/plain")]


@dataclass
class Peer:
    """A server's end: ``answers`` are called with it and the stream, one for each request."""

    answers: list[Callable[["Peer", int], None]]
    when: type = StreamEnded
    requests: list[dict[bytes, bytes]] = field(default_factory=list)
    received: int = 0
    server: object = None

    def play(self, connection) -> None:
        self.connection = connection
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding=None))
        self.h2.initiate_connection()
        data = self.server.requests[-1]
        while data and self.h2.state_machine.state is not ConnectionState.CLOSED:
            for event in self.h2.receive_data(data):
                self.take(event)
            self.flush()
            data = connection.recv(65536)

    def take(self, event) -> None:
        if isinstance(event, RequestReceived):
            self.requests.append(dict(event.headers))
        if isinstance(event, DataReceived):
            self.received += len(event.data)
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        if isinstance(event, self.when) and self.answers:
            self.answers.pop(0)(self, event.stream_id)

    def flush(self) -> None:
        self.connection.sendall(self.h2.data_to_send())


def answering(body: bytes, headers=OK, interim: int = 0) -> Callable[[Peer, int], None]:
    def answer(peer: Peer, stream: int) -> None:
        for _ in range(interim):
            peer.h2.send_headers(stream, [(":status", "103")])
        peer.h2.send_headers(stream, headers)
        while len(body) > peer.h2.max_outbound_frame_size:
            raise AssertionError("one frame is enough here")
        peer.h2.send_data(stream, body, end_stream=True)

    return answer


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def talk(serve, ask, authority, tmp_path):
    """Plays a peer, and ``others`` on later connections, for requests: method, headers, body."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context.set_alpn_protocols(["h2"])

    def exchange(
        peer: Peer, *requests, others=(), events=None, **settings
    ) -> list[HttpResponse | TransportFailure]:
        server = serve(*([one.play] for one in (peer, *others)), tls=context)
        for one in (peer, *others):
            one.server = server
        given = [HttpRequest(method, f"{server.url}/a?b", *rest) for method, *rest in requests]
        chosen = HttpSettings(http2=True, cacert=str(tmp_path / "ca.pem"), **settings)
        outcomes = ask(*given, settings=chosen, events=events)
        peer.accepted = server.accepted
        return outcomes

    return exchange


GET = ("GET",)


def test_requests_share_a_connection(talk) -> None:
    peer = Peer([answering(b"one", interim=1), answering(b"two")])
    first, second = talk(peer, ("GET", (("X-A", "b"), ("Connection", "keep-alive"))), GET)
    assert isinstance(first, HttpResponse)
    assert (first.status, first.body, first.http_version) == (200, b"one", "HTTP/2")
    assert first.headers == (("content-type", "text/plain"),)
    assert isinstance(second, HttpResponse)
    assert second.body == b"two"
    assert peer.accepted == 1
    sent = peer.requests[0]
    assert sent.pop(b":authority").startswith(b"127.0.0.1:")
    assert sent == {
        b":method": b"GET",
        b":scheme": b"https",
        b":path": b"/a?b",
        b"x-a": b"b",
        b"user-agent": b"arazzo",
        b"accept": b"*/*",
        b"accept-encoding": b"gzip, deflate",
    }


def test_event_stream_that_goes_on(talk) -> None:
    def answer(peer: Peer, stream: int) -> None:
        peer.h2.send_headers(stream, [(":status", "200"), ("content-type", "text/event-stream")])
        peer.h2.send_data(stream, b"data: 1\n\n")

    first, second = talk(Peer([answer]), GET, GET, others=[Peer([answer])], read_timeout=0.4)
    assert isinstance(first, HttpResponse)
    assert isinstance(second, HttpResponse)  # on a connection of its own
    assert (first.body, second.body) == (b"data: 1\n\n", b"data: 1\n\n")


def test_event_that_is_enough(talk) -> None:
    def answer(peer: Peer, stream: int) -> None:
        peer.h2.send_headers(stream, [(":status", "200"), ("content-type", "text/event-stream")])
        peer.h2.send_data(stream, b"data: 1\n\n")
        peer.h2.send_data(stream, b"data: 2\n\ndata: 3")

    first, second = talk(Peer([answer]), GET, GET, others=[Peer([answer])], events=2)
    assert isinstance(first, HttpResponse)
    assert isinstance(second, HttpResponse)
    assert (first.body, second.body) == (b"data: 1\n\ndata: 2\n\ndata: 3",) * 2


def test_response_that_stalls(talk) -> None:
    def answer(peer: Peer, stream: int) -> None:
        peer.h2.send_headers(stream, OK)
        peer.h2.send_data(stream, b"data: 1\n\n")

    for one in (answer, lambda peer, stream: None):
        (outcome,) = talk(Peer([one]), GET, read_timeout=0.3)
        assert isinstance(outcome, TransportFailure)
        assert outcome.code == "timeout"


def test_bodies_beyond_the_windows(talk) -> None:
    def answer(peer: Peer, stream: int) -> None:
        peer.h2.send_headers(stream, OK)
        for _ in range(3):
            peer.h2.send_data(stream, bytes(16_384))
        peer.h2.send_data(stream, bytes(16_383), end_stream=True)

    peer = Peer([answer, answer])
    outcomes = talk(peer, ("POST", (), bytes(300_000)), GET)
    assert [len(one.body) for one in outcomes if isinstance(one, HttpResponse)] == [65_535, 65_535]
    assert peer.received == 300_000


def test_an_answer_before_the_whole_body(talk) -> None:
    peer = Peer([answering(b"enough"), answering(b"more")], RequestReceived)
    outcomes = talk(peer, ("POST", (), bytes(100_000)), GET)
    assert [one.body for one in outcomes if isinstance(one, HttpResponse)] == [b"enough", b"more"]


def close(peer: Peer, stream: int) -> None:
    peer.connection.unwrap()
    peer.connection.close()


def close_in_the_body(peer: Peer, stream: int) -> None:
    peer.h2.send_headers(stream, OK)
    peer.h2.send_data(stream, b"half")
    peer.flush()
    close(peer, stream)


def reset(peer: Peer, stream: int) -> None:
    peer.h2.reset_stream(stream, 11)


def go_away(peer: Peer, stream: int) -> None:
    peer.h2.close_connection(2)


def rubbish(peer: Peer, stream: int) -> None:
    peer.connection.sendall(b"\0\0\1\0\0\0\0\0\0x")  # data of no stream


def overlong(peer: Peer, stream: int) -> None:
    """Only the header of a frame, in two pieces, after another frame; nothing more comes."""
    length = peer.h2.max_outbound_frame_size + 1
    header = length.to_bytes(3) + bytes([0, 0]) + stream.to_bytes(4)
    peer.h2.send_headers(stream, OK)
    peer.connection.sendall(peer.h2.data_to_send() + header[:4])
    peer.connection.sendall(header[4:])


def largest(peer: Peer, stream: int) -> None:
    """A frame of the largest size, byte by byte at first."""
    peer.h2.send_headers(stream, OK)
    peer.h2.send_data(stream, bytes(16_384), end_stream=True)
    data = peer.h2.data_to_send()
    for at in range(100):
        peer.connection.sendall(data[at : at + 1])
    peer.connection.sendall(data[100:])


def refuse(peer: Peer, stream: int) -> None:
    peer.h2.reset_stream(stream, 7)


def go_away_before(peer: Peer, stream: int) -> None:
    peer.h2.close_connection(0, last_stream_id=max(0, stream - 2))


def answer_and_go_away(peer: Peer, stream: int) -> None:
    answering(b"first")(peer, stream)
    peer.h2.close_connection(0, last_stream_id=stream)


def go_away_gracefully(peer: Peer, stream: int) -> None:
    """As servers do after so many requests; the response comes nevertheless (section 6.8)."""
    peer.h2.ping(b"12345678")
    # By hand: h2 sends nothing after a GOAWAY. First "soon", then "this was the last one".
    ends = go_away_frame(2**31 - 1) + go_away_frame(stream)
    peer.connection.sendall(peer.h2.data_to_send() + ends)
    events = []
    peer.h2.send_headers(stream, OK)
    for _ in range(9):
        peer.h2.send_data(stream, bytes(16_000))
        peer.flush()
        while peer.h2.local_flow_control_window(stream) < 16_000:
            events += peer.h2.receive_data(peer.connection.recv(65536))
    assert any(isinstance(one, PingAckReceived) for one in events)
    peer.h2.send_data(stream, b"", end_stream=True)


def go_away_frame(last: int, code: int = 0) -> bytes:
    return bytes([0, 0, 8, 7, 0, 0, 0, 0, 0]) + last.to_bytes(4) + code.to_bytes(4)


def end_after_going_away(peer: Peer, stream: int) -> None:
    peer.connection.sendall(go_away_frame(stream))
    close(peer, stream)


POST = ("POST", (), b"body")


@pytest.mark.parametrize("request_", [GET, POST])
def test_a_graceful_end_of_the_connection_lets_the_response_come(talk, request_) -> None:
    peer, other = Peer([go_away_gracefully]), Peer([answering(b"second")])
    first, second = talk(peer, request_, POST, others=[other])
    assert isinstance(first, HttpResponse), first
    assert (len(first.body), second.body) == (144_000, b"second")
    assert len(peer.requests) == len(other.requests) == 1


@pytest.mark.parametrize("status", ["abc", "2_00", "", "099", "600", "20\u0660", "101", "1x"])
def test_a_status_that_is_none(talk, status) -> None:
    def answer(peer: Peer, stream: int) -> None:
        block = peer.h2.encoder.encode([(":status", status.encode())])
        peer.connection.sendall(len(block).to_bytes(3) + bytes([1, 4]) + stream.to_bytes(4) + block)

    (failure,) = talk(Peer([answer]), GET)
    assert isinstance(failure, TransportFailure)
    assert " is not valid HTTP: " in failure.message
    assert "status" in failure.message


@pytest.mark.parametrize("request_", [GET, POST])
@pytest.mark.parametrize("answer", [refuse, go_away_before])
@pytest.mark.parametrize("before", [[], [answering(b"first")]], ids=["new", "kept"])
def test_what_the_server_did_not_process_is_sent_again(talk, answer, request_, before) -> None:
    peer, other = Peer([*before, answer]), Peer([answering(b"at last")])
    outcomes = talk(peer, *[GET] * len(before), request_, others=[other])
    assert isinstance(outcomes[-1], HttpResponse)
    assert outcomes[-1].body == b"at last"
    assert [one.response and one.response.status for one in outcomes[-1].exchanges] == [None, 200]
    assert outcomes[-1].notes[0].endswith("refused the request without processing it")


def test_it_is_sent_again_once(talk) -> None:
    (failure,) = talk(Peer([refuse]), GET, others=[Peer([refuse]), Peer([answering(b"")])])
    assert isinstance(failure, TransportFailure)
    assert failure.message.endswith("refused the request without processing it")
    assert len(failure.exchanges) == 2


@pytest.mark.parametrize(
    ("request_", "answer", "is_sent_again"),
    [(GET, close, True), (POST, close, False), (GET, go_away, False), (GET, reset, False)],
)
def test_a_kept_connection_that_ends(talk, request_, answer, is_sent_again) -> None:
    other = Peer([answering(b"at last")])
    _, outcome = talk(Peer([answering(b"first"), answer]), GET, request_, others=[other])
    assert isinstance(outcome, HttpResponse) is is_sent_again
    assert len(other.requests) == is_sent_again


def test_a_connection_that_ends_with_the_answer(talk) -> None:
    other = Peer([answering(b"second")])
    first, second = talk(Peer([answer_and_go_away]), GET, POST, others=[other])
    assert (first.body, second.body) == (b"first", b"second")
    assert not second.notes


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (close, "protocol", "closed the connection without a response"),
        (close_in_the_body, "protocol", "ends after 4 bytes before its last chunk"),
        (reset, "protocol", "the stream was reset"),
        (go_away, "protocol", "it ends the connection"),
        (end_after_going_away, "protocol", "closed the connection without a response"),
        (rubbish, "protocol", "is not valid HTTP: "),
        (overlong, "protocol", "announces 16385 bytes, the limit is 16384 (FRAME_SIZE_ERROR)"),
        (answering(b"", interim=3), "limit", "more than 2 interim (1xx) responses"),
        (answering(b"x" * 11), "limit", "has 11 bytes or more, the limit is 10 bytes"),
        (answering(b"", [*OK, *[("a", "b")] * 9]), "limit", "has 10 headers, the limit is 9"),
        (answering(b"", [*OK, ("a", "b" * 900)]), "limit", "has more than 500 bytes"),
    ],
)
def test_failures_and_limits(talk, answer, code, words) -> None:
    limits = {"max_informational": 2, "max_response_size": 10, "max_headers": 9}
    (failure,) = talk(Peer([answer]), GET, max_header_bytes=500, **limits)
    assert isinstance(failure, TransportFailure)
    assert failure.code == code
    assert words in failure.message
    is_in_body = answer in (close_in_the_body, overlong) or "10 bytes" in words
    assert (failure.head is not None and failure.head.status == 200) is is_in_body


def test_at_the_limits(talk) -> None:
    answer = answering(b"x" * 10, [*OK, *[("a", "b")] * 8], interim=2)
    limits = {"max_informational": 2, "max_response_size": 10, "max_headers": 9}
    (response,) = talk(Peer([answer]), GET, max_header_bytes=500, **limits)
    assert isinstance(response, HttpResponse)


def test_a_frame_of_the_largest_size(talk) -> None:
    (response,) = talk(Peer([largest]), GET)
    assert isinstance(response, HttpResponse), response
    assert len(response.body) == 16_384


def test_a_server_without_it(serve, ask, authority, tmp_path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    server = serve([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"], tls=context)
    settings = HttpSettings(http2=True, cacert=str(tmp_path / "ca.pem"))
    (response,) = ask(server.url, settings=settings)
    assert response.http_version == "HTTP/1.1"


def test_without_h2_installed(monkeypatch) -> None:
    for name in [one for one in sys.modules if one == "h2" or one.startswith("h2.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr("arazzo_runner.http.pool._has_h2", lambda: False)
    with pytest.raises(UsageError, match="`--http2` needs the package `h2`") as raised:
        HttpWorld(HttpSettings(http2=True), {})
    assert raised.value.diagnostics[0].help == "pip install 'arazzo[http2]'"


def test_files_within_the_windows(talk, tmp_path) -> None:
    path = tmp_path / "some.bin"
    path.write_bytes(bytes(200_000))
    peer = Peer([answering(b"taken"), answering(b"taken")])
    body = join_pieces([b"<", file_body(str(path)), b">"])
    outcomes = talk(peer, ("POST", (), body), ("POST", (), body))
    assert [one.body for one in outcomes if isinstance(one, HttpResponse)] == [b"taken", b"taken"]
    assert peer.received == 2 * 200_002
    assert peer.requests[0][b"content-length"] == b"200002"
