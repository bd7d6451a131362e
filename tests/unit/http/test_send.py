"""What is remembered of the exchanges of a call, and how long each took."""

import pytest

from arazzo_runner.http import send
from arazzo_runner.http.send import ExchangeLog
from arazzo_runner.openapi.message import HttpRequest, HttpResponse

REQUEST = HttpRequest("GET", "https://h/a")
RESPONSE = HttpResponse(200, (), b"")


class Clock:
    """Seconds that pass by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(send, "monotonic", clock)
    return clock


def ended(log):
    return [(one.response and one.response.status, one.duration) for one in log.exchanges()]


def test_a_response_ends_an_exchange(clock):
    log = ExchangeLog()
    log.send(REQUEST)
    clock.now += 2
    log.receive(RESPONSE)
    clock.now += 4
    assert ended(log) == [(200, 2.0)]


def test_what_has_no_response_ends_with_the_call(clock):
    log = ExchangeLog()
    log.send(REQUEST)
    clock.now += 2
    assert ended(log) == [(None, 2.0)]
    clock.now += 4
    assert ended(log) == [(None, 2.0)]


def test_what_is_sent_once_more_has_ended_before(clock):
    log = ExchangeLog()
    log.send(REQUEST)
    clock.now += 2
    log.send(REQUEST)
    clock.now += 3
    log.receive(RESPONSE)
    assert ended(log) == [(None, 2.0), (200, 3.0)]


def test_nothing_was_sent(clock):
    assert ended(ExchangeLog()) == []
