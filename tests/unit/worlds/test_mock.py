import asyncio
import json

import pytest

from arazzo_runner.executor.world import ChannelUse, OpenCall, PublishCall, ReceiveCall, SendCall
from arazzo_runner.openapi.description import read_description
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.text.source import SourceFile
from arazzo_runner.worlds import mock
from arazzo_runner.worlds.mock import MockWorld


def test_waiting_takes_no_time_and_is_counted():
    world = MockWorld({})
    asyncio.run(world.sleep("k", 5))
    asyncio.run(world.sleep("k", 2.5))
    assert world.slept == 7.5


def test_there_are_no_channels():
    world = MockWorld({})
    use = ChannelUse("w/s", "events", "orders", "send", "orders")
    opened = asyncio.run(world.open_channels(OpenCall((use,), 1.0)))
    publish = PublishCall("k", "events", "orders", "orders", b"", (), None, 1.0)
    receive = ReceiveCall("k", "events", "orders", "orders", None, None, 1.0)
    published, received = asyncio.run(world.publish(publish)), asyncio.run(world.receive(receive))
    assert {one.code for one in (opened, published, received)} == {"refused"}


def test_what_python_gives_up_on_is_no_response(monkeypatch):
    def answer(*_):
        raise RecursionError

    source = SourceFile("api.json", json.dumps(API), "file:///api.json")
    world = MockWorld({"api": read_description(source, API)})
    monkeypatch.setattr(mock, "find_by_pointer", lambda *_: "operation")
    monkeypatch.setattr(world.apis["api"], "answer", answer)
    request = HttpRequest("GET", "http://h/a", (), b"")
    failure = asyncio.run(world.send(SendCall("w/a#1@1", request, None, ("api", "GET", "/a"))))
    assert failure.message.endswith("the schemas of `GET /a` are nested too deeply")


API = {
    "openapi": "3.1.0",
    "info": {"title": "a", "version": "1"},
    "servers": [{"url": "https://api.test"}],
    "paths": {
        "/a": {
            "get": {
                "responses": {
                    "200": {
                        "description": "a",
                        "content": {"application/json": {"schema": {"pattern": "^a+$"}}},
                    }
                }
            }
        }
    },
}


def answer_within(timeout):
    source = SourceFile("api.json", json.dumps(API), "file:///api.json")
    world = MockWorld({"api": read_description(source, API)})
    request = HttpRequest("GET", "https://api.test/a", (), b"")
    call = SendCall("w/a#1@1", request, timeout, ("api", "GET", "/a"))
    return asyncio.run(world.send(call))


def test_a_short_limit_of_a_step_is_for_servers():
    assert answer_within(0.001).status == 200


def test_what_the_limit_of_the_step_ends(monkeypatch):
    monkeypatch.setattr(mock, "LEAST_SECONDS", 0)
    failure = answer_within(0)
    assert failure.code == "timeout"
    assert failure.message == "the mock generated no response of `GET /a` within 0 s"
    assert failure.hint == "document an `example` of the response"


@pytest.mark.parametrize("timeout", [None, 60])
def test_what_takes_too_long_to_generate(monkeypatch, timeout):
    monkeypatch.setattr(mock, "MAX_SECONDS", 0)
    failure = answer_within(timeout)
    assert failure.code == "refused"
    assert failure.message == (
        "no response of `GET /a` could be generated: it takes longer than 0 s"
    )
