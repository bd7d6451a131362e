"""What stands round a world hands on all that it is asked, so that a world which remembers can."""

from contextlib import nullcontext
from threading import Event

import anyio
import pytest

from arazzo_runner.executor.world import run_coroutine
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
