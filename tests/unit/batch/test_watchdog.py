"""An event loop that hangs."""

from threading import Event

from arazzo_runner.batch.watchdog import Watchdog


def test_a_loop_that_is_silent_is_ended() -> None:
    ended = Event()
    with Watchdog(0.02, ended.set):
        assert ended.wait(30)


def test_a_loop_that_is_there_is_not() -> None:
    now, ended = [0.0], Event()
    with Watchdog(0.02, ended.set, lambda: now[0]) as watchdog:
        for _ in range(10):
            now[0] += 0.02
            watchdog.alive()
            ended.wait(0.005)
    assert not ended.is_set()
