"""What a journal has of an outcome: all that a run reads, and nothing that was sent."""

import pytest

from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.journal.outcome import KNOWN_NOTE, decode_outcome, encode_outcome
from arazzo_runner.openapi.message import HttpRequest, HttpResponse, WireExchange

SENT = HttpRequest("GET", "http://h/?key=secret", (("Authorization", "secret"),), b"secret")
RESPONSE = HttpResponse(
    201, (("A", "1"), ("A", "2")), b"\x00\xff", 0.5, "HTTP/2", hint="why", notes=("mocked",)
)


def test_a_response() -> None:
    read = decode_outcome(encode_outcome(RESPONSE))
    assert isinstance(read, HttpResponse)
    assert (read.status, read.headers, read.body) == (201, RESPONSE.headers, b"\x00\xff")
    assert (read.duration, read.http_version, read.hint) == (0.5, "HTTP/2", "why")
    assert read.notes == ("mocked", KNOWN_NOTE)


@pytest.mark.parametrize("head", [None, RESPONSE])
def test_a_failure(head) -> None:
    failure = TransportFailure("timeout", "no response", "wait", 1.5, unsent=True, head=head)
    read = decode_outcome(encode_outcome(failure))
    assert isinstance(read, TransportFailure)
    assert (read.code, read.message, read.hint, read.duration) == (
        "timeout", "no response", "wait", 1.5,
    )  # fmt: skip
    assert read.unsent
    assert (read.head and read.head.status) == (head and 201)


@pytest.mark.parametrize(
    "outcome",
    [
        HttpResponse(200, (), b"", request=SENT, sent_headers=SENT.headers,
                     exchanges=(WireExchange(SENT, RESPONSE, 0.0, 0.0),)),
        TransportFailure("protocol", "odd", request=SENT,
                         exchanges=(WireExchange(SENT, None, 0.0, 0.0),)),
    ],
)  # fmt: skip
def test_nothing_that_was_sent_is_kept(outcome) -> None:
    assert b"secret" not in encode_outcome(outcome)


@pytest.mark.parametrize("spelled", [b"", b"\xc1", b"\x90", b"\x92\xa1x\x01"])
def test_bytes_that_are_no_outcome(spelled) -> None:
    with pytest.raises(ValueError):
        decode_outcome(spelled)
