import pytest

from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.openapi.message import HttpRequest, HttpResponse, WireExchange
from arazzo_runner.recording import spool
from arazzo_runner.recording.model import RecordedExchange
from arazzo_runner.recording.spool import ExchangeSpool

OPERATION = ("api", "POST", "/a")


def exchange(key, sent=b"", came=b""):
    response = HttpResponse(200, (("A", "b"),), came)
    return RecordedExchange(key, OPERATION, HttpRequest("POST", "https://h/a", (), sent), response)


@pytest.mark.parametrize("in_memory", [1, 10**6])
def test_every_body_comes_back_in_order(monkeypatch, in_memory):
    monkeypatch.setattr(spool, "IN_MEMORY", in_memory)
    kept = ExchangeSpool()
    exchanges = [
        exchange("w/a#1@1", b"x" * 5000, b"y" * 7000),
        exchange("w/b#1@1"),
        exchange("w/c#1@1", b"small", b"z" * 1025),
        RecordedExchange("w/d#1@1", OPERATION, HttpRequest("GET", "https://h"),
                         TransportFailure("timeout", "late"), timed_out=True),
        exchange("w/e#1@1", b"u" * 1025, b"small"),
    ]  # fmt: skip
    for one in exchanges:
        kept.append(one)
        assert list(kept)[-1] == one
    assert len(kept) == 5
    assert list(kept) == exchanges
    assert list(kept) == exchanges, "a second time too"


def test_the_wire_is_not_kept_twice():
    one = exchange("w/a#1@1", came=b"y" * 7000)
    wire = WireExchange(one.request, one.outcome, 0.0, 0.0)
    kept = ExchangeSpool()
    kept.append(RecordedExchange(one.key, OPERATION, one.request,
                HttpResponse(200, (("A", "b"),), b"y" * 7000, exchanges=(wire,))))  # fmt: skip
    assert list(kept) == [one]
