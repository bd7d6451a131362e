"""Which worlds can suspend, and that one that cannot is used by one thread at a time."""

import functools
import threading
import time
from unittest.mock import AsyncMock

import pytest

import arazzo_runner as arazzo
from arazzo_runner.executor.world import (
    ChannelUse,
    OpenCall,
    PublishCall,
    ReceiveCall,
    run_coroutine,
)
from arazzo_runner.worlds.suspension import ExclusiveWorld, may_suspend

CALL = arazzo.SendCall(
    "make/pay#1@1", arazzo.HttpRequest("GET", "http://shop.test/"), None, ("shop", "GET", "/")
)
RESPONSE = arazzo.HttpResponse(200, (), b"")


async def respond(*_call):
    return RESPONSE


async def iterate(*_call):
    async for _ in iterate:
        pass


async def enter(*_call):
    async with respond:
        return RESPONSE


async def collect(*_call):
    return [one async for one in iterate]


async def wait(*_call):
    return await respond()


async def wait_within(*_call):
    async def later():
        return await respond()

    return later


def world_of(**calls):
    return type("Own", (), calls)()


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ({"send": respond}, False),
        ({"send": respond, "sleep": respond, "publish": respond, "receive": respond}, False),
        ({"send": staticmethod(respond)}, False),
        ({"send": wait_within}, False),
        ({"send": wait}, True),
        ({"send": iterate}, True),
        ({"send": enter}, True),
        ({"send": collect}, True),
        ({"send": respond, "sleep": wait}, True),
        ({"send": respond, "receive": wait}, True),
        ({"send": lambda _world, call: wait(call)}, True),
        ({"send": functools.partial(respond)}, True),
        ({"send": AsyncMock(return_value=RESPONSE)}, True),
    ],
)
def test_which_worlds_can_suspend(calls, expected) -> None:
    assert may_suspend(world_of(**calls)) is expected


def test_a_call_of_the_value_counts() -> None:
    world = world_of(send=respond)
    world.send = wait
    assert may_suspend(world)


def test_a_wrapped_world_may() -> None:
    assert may_suspend(arazzo.WrappedWorld(world_of(send=respond)))


class Crowded:
    """Notes whether two threads were in it at once; each stays long enough to meet another."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0

    async def send(self, call):
        self._stay()
        return RESPONSE

    async def sleep(self, key, seconds):
        self._stay()

    def _stay(self) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.05)
        self.inside -= 1


def test_one_thread_at_a_time() -> None:
    world = Crowded()
    exclusive = ExclusiveWorld(world)
    threads = [
        threading.Thread(target=lambda: run_coroutine(exclusive.send(CALL))),
        threading.Thread(target=lambda: run_coroutine(exclusive.sleep("make/pay#1@1/wait", 1))),
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (world.most, world.inside) == (1, 0)


def test_messages_go_through() -> None:
    world = ExclusiveWorld(world_of(open_channels=respond, publish=respond, receive=respond))
    key = "make/pay#1@1"
    use = ChannelUse("make/pay", "events", "orders", "send", "orders")
    assert run_coroutine(world.open_channels(OpenCall((use,), 1.0))) is RESPONSE
    publish = PublishCall(key, "events", "orders", "orders", b"", (), None, 1.0)
    assert run_coroutine(world.publish(publish)) is RESPONSE
    receive = ReceiveCall(key, "events", "orders", "orders", None, None, 1.0)
    assert run_coroutine(world.receive(receive)) is RESPONSE
