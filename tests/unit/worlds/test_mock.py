import asyncio

from arazzo_runner.executor.world import PublishCall, ReceiveCall
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
