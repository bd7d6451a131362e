"""What a runner holds is opened once, also when threads begin at the same moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

import arazzo_runner as arazzo

LONG_ENOUGH = 0.3
"""Seconds in which a thread that nothing keeps would be through; a slow machine misses nothing else."""


@pytest.mark.parametrize("kind", ["blocking", "portal"])
def test_threads_open_what_is_held_once(kind) -> None:
    holder = arazzo.Runner(mock=True)._holder
    opened: list[object] = []
    held: list[object] = []
    second_is_in = Event()

    def use() -> None:
        with getattr(holder, kind)() as one:
            held.append(one)

    second = Thread(target=use)

    @contextmanager
    def opening() -> Iterator[object]:
        opened.append(object())
        if len(opened) == 1:
            second.start()
            second_is_in.wait(LONG_ENOUGH)  # in vain: it has to wait until this is open
        else:
            second_is_in.set()
        yield opened[-1]

    setattr(holder, f"_open_{kind}", opening)
    holder.enter()
    use()
    second.join()
    holder.leave()
    assert len(opened) == 1
    assert held == [opened[0], opened[0]]
