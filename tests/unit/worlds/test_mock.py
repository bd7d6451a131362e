import asyncio

from arazzo_runner.executor.world import PublishCall, ReceiveCall, SendCall
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.worlds import mock
from arazzo_runner.worlds.mock import MockWorld


def test_waiting_takes_no_time_and_is_counted():
    world = MockWorld({})
    asyncio.run(world.sleep("k", 5))
    asyncio.run(world.sleep("k", 2.5))
    assert world.slept == 7.5


def test_there_are_no_channels():
    world = MockWorld({})
    published = asyncio.run(world.publish(PublishCall("k", "orders", b"")))
    received = asyncio.run(world.receive(ReceiveCall("k", "orders", None, None)))
    assert (published.code, received.code) == ("refused", "refused")


def test_what_python_gives_up_on_is_no_response(monkeypatch):
    def answer(*_):
        raise RecursionError

    world = MockWorld({"api": None})
    monkeypatch.setattr(mock, "find_by_pointer", lambda *_: "operation")
    monkeypatch.setattr(world.apis["api"], "answer", answer)
    request = HttpRequest("GET", "http://h/a", (), b"")
    failure = asyncio.run(world.send(SendCall("w/a#1@1", request, None, ("api", "GET", "/a"))))
    assert failure.message.endswith("the schemas of `GET /a` are nested too deeply")
