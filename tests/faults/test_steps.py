"""A fault of a server is the failure of the step, by its name, in time, and never a success."""

import json
import re

import pytest

from faults import behaviours as faults
from faults.server import (
    DATA,
    END_STREAM,
    GOAWAY,
    GOOD,
    OK,
    FaultServer,
    frame,
    headers,
    reply,
    request,
    sends,
    speaks,
)


def rows(table, *, slow=False):
    return [pytest.param(*one[1:], slow, id=one[0]) for one in table]


def judge(done, words: str) -> None:
    """Exit 4, with an error that names the fault."""
    assert done.code == 4, (done.out, done.err)
    shown = " ".join(f"{one['code']}: {one['message']}" for one in done.errors)
    assert re.search(words, shown), shown
    assert "\x1b" not in shown


def run(arazzo, url: str, *more: str, slow: bool = False, **step):
    limit = "1s" if slow else "15s"
    words = ("run", "w.arazzo.json", "--json", "--server", url, "--timeout", limit)
    return arazzo(*words, *more, **step)


HTTP1 = [*faults.ENDS, *faults.FRAMING, *faults.HEADS, *faults.BODIES]


@pytest.mark.parametrize(
    ("behaviour", "words", "slow"), [*rows(faults.TIMES, slow=True), *rows(HTTP1)]
)
def test_a_fault_of_http(arazzo, behaviour, words, slow) -> None:
    with FaultServer(behaviour) as server:
        judge(run(arazzo, f"http://127.0.0.1:{server.port}", slow=slow), words)


@pytest.mark.parametrize(("behaviour", "words", "slow"), rows(faults.VALUES))
def test_a_body_that_is_not_of_its_type(arazzo, behaviour, words, slow) -> None:
    with FaultServer(behaviour) as server:
        judge(run(arazzo, f"http://127.0.0.1:{server.port}", slow=slow), words)


@pytest.mark.parametrize(("behaviour", "words", "slow"), rows(faults.REDIRECTS))
def test_a_redirect_that_is_followed(arazzo, behaviour, words, slow) -> None:
    with FaultServer(behaviour) as server:
        url = f"http://127.0.0.1:{server.port}"
        judge(run(arazzo, url, "--follow-redirects", "5", slow=slow), words)


def test_a_redirect_from_https_to_http(arazzo, context, cacert) -> None:
    with FaultServer(faults.redirects(b"http://127.0.0.1:1/"), context("good")) as server:
        url = f"https://127.0.0.1:{server.port}"
        judge(run(arazzo, url, "--follow-redirects", "5", "--cacert", cacert), "not encrypted")


@pytest.mark.parametrize(("kind", "words"), faults.CERTIFICATES)
def test_a_certificate_that_is_not_trusted(arazzo, context, cacert, kind, words) -> None:
    with FaultServer(sends(reply()), context(kind)) as server:
        done = run(arazzo, f"https://127.0.0.1:{server.port}", "--cacert", cacert)
        judge(done, f"tls: .*{words}")


@pytest.mark.parametrize(("behaviour", "words", "slow"), rows(faults.NO_TLS))
def test_no_tls(arazzo, cacert, behaviour, words, slow) -> None:
    with FaultServer(behaviour) as server:
        url = f"https://127.0.0.1:{server.port}"
        judge(run(arazzo, url, "--cacert", cacert, slow=slow), f"tls: .*{words}")


@pytest.mark.parametrize(
    ("behaviour", "words", "slow"), [*rows(faults.HTTP2), *rows(faults.HTTP2_FLOODS, slow=True)]
)
def test_a_fault_of_http2(arazzo, context, cacert, behaviour, words, slow) -> None:
    with FaultServer(behaviour, context("h2")) as server:
        url = f"https://127.0.0.1:{server.port}"
        judge(run(arazzo, url, "--http2", "--cacert", cacert, slow=slow), words)


GRACEFUL = frame(GOAWAY, bytes([0, 0, 0, 1, 0, 0, 0, 0]), 0, 0)
WHOLE = [
    pytest.param(speaks(headers(*OK), frame(DATA, GOOD, END_STREAM)), id="a response"),
    pytest.param(
        speaks(GRACEFUL, headers(*OK), frame(DATA, GOOD, END_STREAM)), id="after a graceful GOAWAY"
    ),
    pytest.param(
        speaks(headers(*OK), GRACEFUL, frame(DATA, GOOD, END_STREAM)), id="round a graceful GOAWAY"
    ),
]


@pytest.mark.parametrize("behaviour", WHOLE)
def test_what_is_no_fault_of_http2(arazzo, context, cacert, behaviour) -> None:
    with FaultServer(behaviour, context("h2")) as server:
        done = run(arazzo, f"https://127.0.0.1:{server.port}", "--http2", "--cacert", cacert)
    assert done.code == 0, done.out


def test_what_is_no_fault(arazzo) -> None:
    interim = b"HTTP/1.1 103 Hints\r\n\r\n" * 20
    with FaultServer(sends(interim + reply())) as server:
        assert run(arazzo, f"http://127.0.0.1:{server.port}").code == 0


def test_what_follows_a_response_is_no_response(arazzo) -> None:
    def smuggle(connection) -> None:
        request(connection)
        connection.sendall(reply() + reply(b'{"id": 666}'))
        request(connection)
        connection.sendall(reply())

    # The step once more, on the connection where the other response stands ready.
    again = {"name": "again", "type": "retry", "retryLimit": 1, "retryAfter": 0}
    unmet = [{"condition": "$response.body#/id == 666"}]
    with FaultServer(smuggle) as server:
        url = f"http://127.0.0.1:{server.port}"
        done = run(arazzo, url, onFailure=[again], successCriteria=unmet)
    assert done.code == 1
    (step,) = json.loads(done.out)["workflows"][0]["steps"]
    assert [one["response"]["body"] for one in step["attempts"]] == [{"id": 1}, {"id": 1}]
