"""`rate`: runs wait for their turn to send."""

import asyncio
import threading

import pytest

import arazzo_runner as arazzo
from unit.embed.shop import asgi, wsgi

INPUTS = {"name": "Emma"}


@pytest.fixture
def turns(monkeypatch):
    """The requests that each limit let through, by the requests of a minute."""
    taken = {}
    lock = threading.Lock()

    def reserve(limit):
        with lock:
            taken[round(60 / limit._pause)] = taken.get(round(60 / limit._pause), 0) + 1
        return 0.0

    monkeypatch.setattr(arazzo.RateLimit, "reserve", reserve)
    return taken


@pytest.mark.parametrize("app", [wsgi, asgi])
def test_each_request_waits_for_its_turn(shop, turns, app):
    assert arazzo.run(shop, inputs=INPUTS, app=app, rate=5).passed
    assert turns == {300: 2}


def test_a_runner_has_one_limit_and_a_limit_may_be_shared(shop, turns):
    limit = arazzo.RateLimit(0.5)
    for runner in (arazzo.Runner(app=wsgi, rate=limit), arazzo.Runner(app=asgi, rate=limit)):
        assert runner.run(shop, inputs=INPUTS).passed
        assert asyncio.run(runner.arun(shop, inputs=INPUTS)).passed
    assert turns == {30: 8}


def test_none_is_no_limit(shop, turns):
    assert arazzo.run(shop, inputs=INPUTS, app=wsgi, rate=None).passed
    assert turns == {}


def test_threads_get_different_turns():
    limit = arazzo.RateLimit(2.0, lambda: 1.0)
    found = []
    threads = [
        threading.Thread(target=lambda: found.extend(limit.reserve() for _ in range(50)))
        for _ in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(found) == [number / 2 for number in range(400)]
