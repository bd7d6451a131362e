"""What stands round a world hands on all that it is asked, so that a world which remembers can."""

from contextlib import nullcontext
from threading import Event

import anyio
import pytest
from msgspec.structs import replace

from arazzo_runner.executor.world import (
    ChannelUse,
    OpenCall,
    PublishCall,
    ReceiveCall,
    run_coroutine,
)
from arazzo_runner.worlds.threads import ComputingWorld
from arazzo_runner.worlds.wrappers import (
    CancellableWorld,
    HookedWorld,
    Hooks,
    SignalCompute,
    SignalWorld,
    WrappedWorld,
    call_hook,
)


class Remembering:
    """A world that knows each wait by its key."""

    def __init__(self) -> None:
        self.waits: list[tuple[str, float]] = []

    async def sleep(self, key: str, seconds: float) -> None:
        self.waits.append((key, seconds))


WRAPPERS = {
    "plain": WrappedWorld,
    "hooks": lambda world: HookedWorld(world, Hooks(), call_hook),
    "signals": lambda world: SignalWorld(world, nullcontext()),
    "cancellation": lambda world: CancellableWorld(world, Event()),
    "event loop": ComputingWorld,
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_a_wait_keeps_its_key(wrapper) -> None:
    world = Remembering()
    anyio.run(WRAPPERS[wrapper](world).sleep, "w/s#1@1/wait", 2.0)
    assert world.waits == [("w/s#1@1/wait", 2.0)]


def test_a_hook_waits_in_place_of_the_world() -> None:
    world, waited = Remembering(), []
    run_coroutine(HookedWorld(world, Hooks(sleep=waited.append), call_hook).sleep("k", 2.0))
    assert (world.waits, waited) == ([], [2.0])


def test_work_that_a_signal_breaks_off_is_done_again():
    began = []

    def work():
        began.append(1)
        if len(began) == 1:
            raise KeyboardInterrupt
        return "done"

    assert run_coroutine(SignalCompute(nullcontext())(work)) == "done"
    assert len(began) == 2


USE = ChannelUse("w/s", "events", "c", "send", "c")
MESSAGES = {
    "open_channels": OpenCall((USE,), 1.0),
    "publish": PublishCall("w/s#1@1", "events", "c", "c", b"", (), None, 1.0),
    "receive": ReceiveCall("w/s#1@1", "events", "c", "c", None, 1.0, 1.0),
}
MESSAGE_CALLS = pytest.mark.parametrize("name", MESSAGES)


class Channels:
    """A world whose channels do what a function does."""

    def __init__(self, act) -> None:
        self.open_channels = self.publish = self.receive = act


@MESSAGE_CALLS
@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_messages_are_handed_on(name, wrapper) -> None:
    asked = []

    async def act(call):
        asked.append(call)
        return "outcome"

    world = WRAPPERS[wrapper](Channels(act))
    assert anyio.run(getattr(world, name), MESSAGES[name]) == "outcome"
    assert asked == [MESSAGES[name]]


@MESSAGE_CALLS
def test_a_signal_ends_a_wait_for_messages(name) -> None:
    async def act(_call):
        raise KeyboardInterrupt

    world = SignalWorld(Channels(act), nullcontext())
    assert run_coroutine(getattr(world, name)(MESSAGES[name])).code == "cancelled"


@MESSAGE_CALLS
def test_a_stop_ends_a_wait_for_messages(name) -> None:
    stop = Event()

    async def act(_call):
        stop.set()
        await anyio.sleep(60)

    world = CancellableWorld(Channels(act), stop)
    assert anyio.run(getattr(world, name), MESSAGES[name]).code == "cancelled"
    assert anyio.run(getattr(world, name), MESSAGES[name]).unsent


@pytest.mark.parametrize("name", ["publish", "receive"])
def test_what_cleans_up_sends_messages_all_the_same(name) -> None:
    stop = Event()
    stop.set()

    async def act(_call):
        return "outcome"

    call = replace(MESSAGES[name], is_final=True)
    assert anyio.run(getattr(CancellableWorld(Channels(act), stop), name), call) == "outcome"
    signals = SignalWorld(Channels(act), nullcontext())
    assert anyio.run(getattr(signals, name), call) == "outcome"
